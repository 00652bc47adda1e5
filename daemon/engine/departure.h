/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams on their way out.  One that the core wants sent after something was to be done to an
 * SA waits until the parent has done that: a peer that hears of an SA uses it at once, and one
 * that hears that an SA is gone deletes its own, so packets would be lost.
 */
#ifndef PANTUN_ENGINE_DEPARTURE_H
#define PANTUN_ENGINE_DEPARTURE_H

#include "base/addr.h"

struct engine;

/* Sends @data, now or when its time has come.  Without memory it is lost, and repeated by IKE. */
void departure_add(struct engine *e, const struct endpoint *local, const struct endpoint *remote,
		   struct bytes data);
/* Sends those whose time has come. */
void departures_go(struct engine *e);
/* Forgets them. */
void departures_drop(struct engine *e);

#endif
