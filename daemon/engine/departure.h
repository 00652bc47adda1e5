/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams on their way out.  One that the core wants sent after something was to be done to an
 * SA of the same peer waits until the parent has done that (ike/core.h).  What is to be done for
 * other peers holds up nobody: a parent that is busy with a thousand new SAs must not keep us from
 * answering whether we live.
 */
#ifndef PANTUN_ENGINE_DEPARTURE_H
#define PANTUN_ENGINE_DEPARTURE_H

#include "base/addr.h"

struct engine;

/*
 * Sends @data once @after wishes have been carried out, which may be now.  Without memory it is
 * lost, and repeated by IKE.
 */
void departure_add(struct engine *e, const struct endpoint *local, const struct endpoint *remote,
		   struct bytes data, uint64_t after);
/* Sends those whose time has come. */
void departures_go(struct engine *e);
/* Forgets them. */
void departures_drop(struct engine *e);

#endif
