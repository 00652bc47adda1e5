/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams to send.  A datagram waits until the parent has carried out the SA changes that the
 * core asked for earlier for the same peer (ike/core.h).  Changes for other peers do not delay it:
 * a parent busy with a thousand new SAs must not keep us from answering liveness checks.
 */
#ifndef PANTUN_ENGINE_DEPARTURE_H
#define PANTUN_ENGINE_DEPARTURE_H

#include "base/addr.h"

struct engine;

/*
 * Sends @data once @after wishes have been carried out, possibly at once.  If memory runs out, it
 * is lost like any datagram, and IKE retransmits.
 */
void departure_add(struct engine *e, const struct endpoint *local, const struct endpoint *remote,
		   struct bytes data, uint8_t dscp, uint64_t after);
/* Sends all datagrams that are due. */
void departures_go(struct engine *e);
/* Drops all that wait. */
void departures_drop(struct engine *e);

#endif
