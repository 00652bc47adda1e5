// SPDX-License-Identifier: GPL-2.0-or-later
#include "kern/genl_hull.h"

#include <string.h>
#include <sys/socket.h>

/* What all entries of one side and family have between them. */
static struct genl_range hull_of(const struct ts_list *list, uint8_t family)
{
	struct genl_range hull = { 0 };

	for (unsigned int i = 0; i < list->n; i++) {
		const struct ts *ts = &list->ts[i];
		bool there = hull.first.family;

		if (ts->first.family != family)
			continue;
		if (!there || addr_compare(&ts->first, &hull.first) < 0)
			hull.first = ts->first;
		if (!there || addr_compare(&ts->last, &hull.last) > 0)
			hull.last = ts->last;
	}
	return hull;
}

/* False where the family is on one side alone, or on none. */
static bool ranges_of(const struct ts_pair *pair, uint8_t family, struct genl_range *local,
		      struct genl_range *remote)
{
	*local = hull_of(&pair->local, family);
	*remote = hull_of(&pair->remote, family);
	if (local->first.family && remote->first.family)
		return true;
	memset(local, 0, sizeof(*local));
	memset(remote, 0, sizeof(*remote));
	return false;
}

/* The protocol if all have the same. */
static uint8_t common_proto(const struct ts_pair *pair)
{
	uint8_t proto = pair->local.n ? pair->local.ts[0].proto : 0;
	unsigned int i;

	for (i = 0; i < pair->local.n; i++)
		if (pair->local.ts[i].proto != proto)
			return 0;
	for (i = 0; i < pair->remote.n; i++)
		if (pair->remote.ts[i].proto != proto)
			return 0;
	return proto;
}

static struct genl_ports ports_of(const struct ts_list *list, uint8_t proto)
{
	struct genl_ports ports = { .last = UINT16_MAX };

	for (unsigned int i = 0; proto && i < list->n; i++) {
		const struct ts *ts = &list->ts[i];

		if (!i || ts->port_first < ports.first)
			ports.first = ts->port_first;
		if (!i || ts->port_last > ports.last)
			ports.last = ts->port_last;
	}
	ports.given = ports.first || ports.last != UINT16_MAX;
	return ports;
}

bool genl_selector_of(const struct ts_pair *pair, struct genl_selector *out)
{
	bool v4, v6;

	memset(out, 0, sizeof(*out));
	v4 = ranges_of(pair, AF_INET, &out->local4, &out->remote4);
	v6 = ranges_of(pair, AF_INET6, &out->local6, &out->remote6);
	out->proto = common_proto(pair);
	out->local_port = ports_of(&pair->local, out->proto);
	out->remote_port = ports_of(&pair->remote, out->proto);
	return v4 || v6;
}
