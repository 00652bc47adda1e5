/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams to send.  A datagram waits until the parent has carried out the SA changes that the
 * core asked for earlier for the same peer (ike/core.h).  Changes for other peers do not delay it:
 * a parent busy with a thousand new SAs must not keep us from answering liveness checks.
 *
 * Wishes are carried out in the order of their numbers, so those that wait for the same one are
 * together in a row: while the parent is busy there are thousands, and each is added without a
 * look at the others.
 */
#ifndef PANTUN_ENGINE_DEPARTURE_H
#define PANTUN_ENGINE_DEPARTURE_H

#include <sys/queue.h>

#include "base/addr.h"

struct engine;
struct departure;

#define DEPARTURE_ROWS	4096	/* a busy parent may be that many wishes behind */

STAILQ_HEAD(departure_row, departure);

struct departures {
	struct departure_row rows[DEPARTURE_ROWS];	/* by the number of the wish */
	size_t n;
	uint64_t gone;		/* what waited for wishes up to that one was sent */
};

void departures_init(struct departures *list);
/*
 * Sends @data once @after wishes have been carried out, possibly at once.  If memory runs out, it
 * is lost like any datagram, and IKE retransmits.
 */
void departure_add(struct engine *e, const struct endpoint *local, const struct endpoint *remote,
		   struct bytes data, uint8_t dscp, uint64_t after);
/* Sends all datagrams that are due. */
void departures_go(struct engine *e);
/* Drops all that wait. */
void departures_drop(struct departures *list);

#endif
