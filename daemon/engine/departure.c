// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/departure.h"

#include <stdlib.h>
#include <string.h>

#include "engine/engine_priv.h"

struct departure {
	STAILQ_ENTRY(departure) list;
	uint64_t after;			/* wishes that are to be carried out before */
	struct endpoint local, remote;
	size_t n;
	uint8_t data[];
};

void departure_add(struct engine *e, const struct endpoint *local, const struct endpoint *remote,
		   struct bytes data)
{
	struct departure *departure;

	if (STAILQ_EMPTY(&e->departures) && e->carried == e->wished) {
		udp_send(e->udp, local, remote, data);
		return;
	}
	departure = malloc(sizeof(*departure) + data.n);
	if (!departure)
		return;
	departure->after = e->wished;
	departure->local = *local;
	departure->remote = *remote;
	departure->n = data.n;
	memcpy(departure->data, data.p, data.n);
	STAILQ_INSERT_TAIL(&e->departures, departure, list);
}

static void forget_first(struct engine *e, struct departure *departure)
{
	STAILQ_REMOVE_HEAD(&e->departures, list);
	free(departure);
}

void departures_go(struct engine *e)
{
	struct departure *departure;

	while ((departure = STAILQ_FIRST(&e->departures)) && departure->after <= e->carried) {
		udp_send(e->udp, &departure->local, &departure->remote,
			 bytes_of(departure->data, departure->n));
		forget_first(e, departure);
	}
}

void departures_drop(struct engine *e)
{
	struct departure *departure;

	while ((departure = STAILQ_FIRST(&e->departures)))
		forget_first(e, departure);
}
