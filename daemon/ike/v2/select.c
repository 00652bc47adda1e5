// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "ike/v2/v2.h"
#include "prop/ts_wire.h"

/* How many bits of the range are free: 32 for 0.0.0.0/0, 0 for one address. */
static unsigned int free_bits(const struct addr *first, const struct addr *last)
{
	size_t n = addr_len(first);

	for (size_t i = 0; i < n; i++) {
		uint8_t differ = first->b[i] ^ last->b[i];

		if (differ)
			return (unsigned int)(8 * (n - i) + 24) -
			       (unsigned int)__builtin_clz(differ);
	}
	return 0;
}

/* The wider, the more: of the widest selector, where protocol and ports count little. */
static unsigned int width(const struct ts_list *list)
{
	unsigned int most = 0;

	for (unsigned int i = 0; i < list->n; i++) {
		const struct ts *ts = &list->ts[i];
		unsigned int w = 4 * free_bits(&ts->first, &ts->last);

		w += !ts->proto ? 2 : 0;
		w += ts->port_first != ts->port_last ? 1 : 0;
		if (w > most)
			most = w;
	}
	return most;
}

/* How well a proxy-ID answers what the peer asks for; members in order of their weight. */
struct fit {
	bool first;		/* has what the peer names first (RFC 7296 section 2.9) */
	unsigned int common;	/* how much of what it asks for: the more, the better */
	unsigned int own;	/* how much besides: the less, the better */
	bool idle;		/* has no SA yet */
};

static bool better(const struct fit *a, const struct fit *b)
{
	if (a->first != b->first)
		return a->first;
	if (a->common != b->common)
		return a->common > b->common;
	if (a->own != b->own)
		return a->own < b->own;
	return a->idle && !b->idle;
}

static bool has_first(const struct wire_ts_list *list, const struct ts_list *within)
{
	struct wire_ts_list first = { .n = list->n ? 1 : 0 };
	struct ts_list common;

	first.ts[0] = list->ts[0];
	return ts_list_from_wire(&first, within, &common);
}

struct slot *v2_select_slot(struct gateway *gw, struct slot *only,
			    const struct wire_ts_list *local, const struct wire_ts_list *remote,
			    struct ts_pair *out)
{
	struct slot *best = NULL;
	struct fit best_fit = { 0 };

	for (struct slot *slot = only ? only : gw->slots; slot; slot = only ? NULL : slot->next) {
		const struct ts_pair *ts = &slot->proxy->ts;
		struct ts_pair narrow;
		struct fit fit;

		if (slot->gone ||
		    !ts_list_from_wire(local, &ts->local, &narrow.local) ||
		    !ts_list_from_wire(remote, &ts->remote, &narrow.remote))
			continue;
		fit = (struct fit){
			.first = has_first(local, &ts->local) && has_first(remote, &ts->remote),
			.common = width(&narrow.local) + width(&narrow.remote),
			.own = width(&ts->local) + width(&ts->remote),
			.idle = !slot->current,
		};
		if (best && !better(&fit, &best_fit))
			continue;
		best = slot;
		best_fit = fit;
		*out = narrow;
	}
	return best;
}
