// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/departure.h"

#include <stdlib.h>
#include <string.h>

#include "engine/engine_priv.h"

struct departure {
	STAILQ_ENTRY(departure) list;
	uint64_t after;			/* number of wishes to carry out first */
	struct endpoint local, remote;
	uint8_t dscp;
	size_t n;
	uint8_t data[];
};

static struct departure_row *row_of(struct departures *list, uint64_t after)
{
	return &list->rows[after % DEPARTURE_ROWS];
}

void departures_init(struct departures *list)
{
	for (unsigned int i = 0; i < DEPARTURE_ROWS; i++)
		STAILQ_INIT(&list->rows[i]);
	list->n = 0;
	list->gone = 0;
}

void departure_add(struct engine *e, const struct endpoint *local, const struct endpoint *remote,
		   struct bytes data, uint8_t dscp, uint64_t after)
{
	struct departures *list = &e->departures;
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
	STAILQ_INSERT_TAIL(row_of(list, after), departure, list);
	list->n++;
}

/* Sends what waited for that wish, in the order in which it came. */
static void row_go(struct engine *e, uint64_t after)
{
	struct departure_row *row = row_of(&e->departures, after);
	struct departure *departure = STAILQ_FIRST(row), *next;

	for (; departure; departure = next) {
		next = STAILQ_NEXT(departure, list);
		if (departure->after != after)
			continue;
		udp_send(e->udp, &departure->local, &departure->remote,
			 bytes_of(departure->data, departure->n), departure->dscp);
		STAILQ_REMOVE(row, departure, departure, list);
		e->departures.n--;
		free(departure);
	}
}

void departures_go(struct engine *e)
{
	struct departures *list = &e->departures;

	while (list->n && list->gone < e->carried)
		row_go(e, ++list->gone);
	if (!list->n)
		list->gone = e->carried;
}

void departures_drop(struct departures *list)
{
	for (unsigned int i = 0; i < DEPARTURE_ROWS; i++) {
		struct departure *departure;

		while ((departure = STAILQ_FIRST(&list->rows[i]))) {
			STAILQ_REMOVE_HEAD(&list->rows[i], list);
			free(departure);
		}
	}
	list->n = 0;
}
