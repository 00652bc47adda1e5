// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/departure.h"

#include <stdlib.h>
#include <string.h>

#include "engine/engine_priv.h"

struct departure {
	TAILQ_ENTRY(departure) list;
	uint64_t after;			/* number of wishes to carry out first */
	struct endpoint local, remote;
	uint8_t dscp;
	size_t n;
	uint8_t data[];
};

/* Sorted by @after.  Most entries go to the end, as they wait for the latest wish. */
static void insert(struct departures *list, struct departure *departure)
{
	struct departure *at = TAILQ_LAST(list, departures);

	while (at && at->after > departure->after)
		at = TAILQ_PREV(at, departures, list);
	if (at)
		TAILQ_INSERT_AFTER(list, at, departure, list);
	else
		TAILQ_INSERT_HEAD(list, departure, list);
}

void departure_add(struct engine *e, const struct endpoint *local, const struct endpoint *remote,
		   struct bytes data, uint8_t dscp, uint64_t after)
{
	struct departure *departure;

	/* Earlier datagrams to the same peer may be due now. */
	departures_go(e);
	if (after <= e->carried) {
		udp_send(e->udp, local, remote, data, dscp);
		return;
	}
	departure = malloc(sizeof(*departure) + data.n);
	if (!departure)
		return;
	departure->after = after;
	departure->local = *local;
	departure->remote = *remote;
	departure->dscp = dscp;
	departure->n = data.n;
	memcpy(departure->data, data.p, data.n);
	insert(&e->departures, departure);
}

static void take_off(struct engine *e, struct departure *departure)
{
	TAILQ_REMOVE(&e->departures, departure, list);
	free(departure);
}

void departures_go(struct engine *e)
{
	struct departure *departure = TAILQ_FIRST(&e->departures), *next;

	for (; departure && departure->after <= e->carried; departure = next) {
		next = TAILQ_NEXT(departure, list);
		udp_send(e->udp, &departure->local, &departure->remote,
			 bytes_of(departure->data, departure->n), departure->dscp);
		take_off(e, departure);
	}
}

void departures_drop(struct engine *e)
{
	struct departure *departure = TAILQ_FIRST(&e->departures), *next;

	for (; departure; departure = next) {
		next = TAILQ_NEXT(departure, list);
		take_off(e, departure);
	}
}
