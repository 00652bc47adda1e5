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

static struct genl_ports given_ports(uint8_t proto, const struct ts *ts)
{
	bool given = proto && (ts->port_first || ts->port_last != UINT16_MAX);

	return (struct genl_ports){
		.first = given ? ts->port_first : 0,
		.last = given ? ts->port_last : UINT16_MAX,
		.given = given,
	};
}

/* Of one range a side; false: no packet is in both. */
static bool selector_of_two(const struct ts *local, const struct ts *remote,
			    struct genl_selector *out)
{
	const struct genl_range local_range = { local->first, local->last };
	const struct genl_range remote_range = { remote->first, remote->last };

	memset(out, 0, sizeof(*out));
	if (local->first.family != remote->first.family ||
	    (local->proto && remote->proto && local->proto != remote->proto))
		return false;
	out->proto = local->proto ? local->proto : remote->proto;
	out->local_port = given_ports(out->proto, local);
	out->remote_port = given_ports(out->proto, remote);
	if (local->first.family == AF_INET) {
		out->local4 = local_range;
		out->remote4 = remote_range;
	} else {
		out->local6 = local_range;
		out->remote6 = remote_range;
	}
	return true;
}

static bool same_ports(const struct genl_ports *a, const struct genl_ports *b)
{
	return a->given == b->given && a->first == b->first && a->last == b->last;
}

static bool same_service(const struct genl_selector *a, const struct genl_selector *b)
{
	return a->proto == b->proto && same_ports(&a->local_port, &b->local_port) &&
	       same_ports(&a->remote_port, &b->remote_port);
}

/* Goes into a selector that lacks this family; false: there is none such. */
static bool joined(struct genl_selector *out, int n, const struct genl_selector *one)
{
	bool v6 = one->local6.first.family;

	for (int i = 0; i < n; i++) {
		struct genl_selector *at = &out[i];

		if ((v6 ? at->local6 : at->local4).first.family || !same_service(at, one))
			continue;
		if (v6) {
			at->local6 = one->local6;
			at->remote6 = one->remote6;
		} else {
			at->local4 = one->local4;
			at->remote4 = one->remote4;
		}
		return true;
	}
	return false;
}

int genl_selectors_of(const struct ts_pair *pair, struct genl_selector *out)
{
	struct genl_selector one;
	int n = 0;

	for (unsigned int i = 0; i < pair->local.n; i++) {
		for (unsigned int j = 0; j < pair->remote.n; j++) {
			if (!selector_of_two(&pair->local.ts[i], &pair->remote.ts[j], &one) ||
			    joined(out, n, &one))
				continue;
			if (n == GENL_SELECTORS_MAX)
				return -1;
			out[n++] = one;
		}
	}
	return n;
}
