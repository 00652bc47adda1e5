// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/pantun.h>
#include <netlink/attr.h>
#include <string.h>
#include <sys/socket.h>

#include "genl/attr.h"
#include "kern/genl_selector.h"

/* What all entries of one side and family have between them. */
struct hull {
	bool there;
	struct addr first, last;
};

static struct hull hull_of(const struct ts_list *list, uint8_t family)
{
	struct hull hull = { 0 };
	unsigned int i;

	for (i = 0; i < list->n; i++) {
		const struct ts *ts = &list->ts[i];

		if (ts->first.family != family)
			continue;
		if (!hull.there || addr_compare(&ts->first, &hull.first) < 0)
			hull.first = ts->first;
		if (!hull.there || addr_compare(&ts->last, &hull.last) > 0)
			hull.last = ts->last;
		hull.there = true;
	}
	return hull;
}

static void range_of(const struct ts_pair *pair, uint8_t family, struct genl_range *range)
{
	struct hull local = hull_of(&pair->local, family);
	struct hull remote = hull_of(&pair->remote, family);

	range->there = local.there && remote.there;
	if (!range->there)
		return;
	range->local_first = local.first;
	range->local_last = local.last;
	range->remote_first = remote.first;
	range->remote_last = remote.last;
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

static void ports_of(const struct ts_list *list, uint8_t proto, uint16_t *first, uint16_t *last)
{
	unsigned int i;

	*first = 0;
	*last = UINT16_MAX;
	for (i = 0; proto && i < list->n; i++) {
		const struct ts *ts = &list->ts[i];

		if (!i || ts->port_first < *first)
			*first = ts->port_first;
		if (!i || ts->port_last > *last)
			*last = ts->port_last;
	}
}

bool genl_selector_of(const struct ts_pair *pair, struct genl_selector *out)
{
	memset(out, 0, sizeof(*out));
	range_of(pair, AF_INET, &out->v4);
	range_of(pair, AF_INET6, &out->v6);
	out->proto = common_proto(pair);
	ports_of(&pair->local, out->proto, &out->local_first, &out->local_last);
	ports_of(&pair->remote, out->proto, &out->remote_first, &out->remote_last);
	return out->v4.there || out->v6.there;
}

static bool range_equal(const struct genl_range *a, const struct genl_range *b)
{
	if (!a->there || !b->there)
		return a->there == b->there;
	return addr_equal(&a->local_first, &b->local_first) &&
	       addr_equal(&a->local_last, &b->local_last) &&
	       addr_equal(&a->remote_first, &b->remote_first) &&
	       addr_equal(&a->remote_last, &b->remote_last);
}

bool genl_selector_equal(const struct genl_selector *a, const struct genl_selector *b)
{
	return range_equal(&a->v4, &b->v4) && range_equal(&a->v6, &b->v6) &&
	       a->proto == b->proto && a->local_first == b->local_first &&
	       a->local_last == b->local_last && a->remote_first == b->remote_first &&
	       a->remote_last == b->remote_last;
}

static void whole_family(struct genl_range *range, uint8_t family)
{
	memset(range, 0, sizeof(*range));
	range->there = true;
	range->local_first.family = family;
	range->local_last.family = family;
	memset(range->local_last.b, 0xff, family == AF_INET ? 4 : 16);
	range->remote_first = range->local_first;
	range->remote_last = range->local_last;
}

static void everything(struct genl_selector *selector)
{
	memset(selector, 0, sizeof(*selector));
	whole_family(&selector->v4, AF_INET);
	whole_family(&selector->v6, AF_INET6);
	selector->local_last = UINT16_MAX;
	selector->remote_last = UINT16_MAX;
}

/* @type is the first of the family's four attributes, in the order of the header. */
static int put_range(struct nl_msg *msg, int type, const struct genl_range *range)
{
	const struct addr *addrs[] = { &range->local_first, &range->local_last,
				       &range->remote_first, &range->remote_last };
	int i, status = 0;

	for (i = 0; range->there && !status && i < 4; i++)
		status = nla_put(msg, type + i, (int)addr_len(addrs[i]), addrs[i]->b);
	return status;
}

static int put_ports(struct nl_msg *msg, const struct genl_selector *selector)
{
	int status = nla_put_u8(msg, PANTUN_SELECTOR_A_PROTO, selector->proto);

	if (!status && (selector->local_first || selector->local_last != UINT16_MAX))
		status = nla_put_u16(msg, PANTUN_SELECTOR_A_LOCAL_PORT_FIRST,
				     selector->local_first) |
			 nla_put_u16(msg, PANTUN_SELECTOR_A_LOCAL_PORT_LAST,
				     selector->local_last);
	if (!status && (selector->remote_first || selector->remote_last != UINT16_MAX))
		status = nla_put_u16(msg, PANTUN_SELECTOR_A_REMOTE_PORT_FIRST,
				     selector->remote_first) |
			 nla_put_u16(msg, PANTUN_SELECTOR_A_REMOTE_PORT_LAST,
				     selector->remote_last);
	return status;
}

int genl_selector_put(struct nl_msg *msg, int type, const struct genl_selector *selector)
{
	struct genl_selector all;
	struct nlattr *nest;

	everything(&all);
	if (genl_selector_equal(selector, &all))
		return 0;
	nest = nla_nest_start(msg, type);
	if (!nest || put_range(msg, PANTUN_SELECTOR_A_LOCAL4_FIRST, &selector->v4) ||
	    put_range(msg, PANTUN_SELECTOR_A_LOCAL6_FIRST, &selector->v6) ||
	    (selector->proto && put_ports(msg, selector)))
		return -1;
	nla_nest_end(msg, nest);
	return 0;
}

static bool get_range(struct nlattr **attrs, int type, uint8_t family, struct genl_range *range)
{
	range->there = attrs[type];
	return !range->there ||
	       (genl_attr_addr(attrs[type], family, &range->local_first) &&
		genl_attr_addr(attrs[type + 1], family, &range->local_last) &&
		genl_attr_addr(attrs[type + 2], family, &range->remote_first) &&
		genl_attr_addr(attrs[type + 3], family, &range->remote_last));
}

static void get_port(struct nlattr *attr, uint16_t *port)
{
	if (attr && nla_len(attr) >= (int)sizeof(*port))
		*port = nla_get_u16(attr);
}

bool genl_selector_get(struct nlattr *nest, struct genl_selector *out)
{
	struct nlattr *attrs[PANTUN_SELECTOR_A_MAX + 1];

	everything(out);
	if (!nest)
		return true;
	if (nla_parse_nested(attrs, PANTUN_SELECTOR_A_MAX, nest, NULL))
		return false;
	if (attrs[PANTUN_SELECTOR_A_LOCAL4_FIRST] || attrs[PANTUN_SELECTOR_A_LOCAL6_FIRST]) {
		if (!get_range(attrs, PANTUN_SELECTOR_A_LOCAL4_FIRST, AF_INET, &out->v4) ||
		    !get_range(attrs, PANTUN_SELECTOR_A_LOCAL6_FIRST, AF_INET6, &out->v6))
			return false;
	}
	if (attrs[PANTUN_SELECTOR_A_PROTO] && nla_len(attrs[PANTUN_SELECTOR_A_PROTO]) >= 1)
		out->proto = nla_get_u8(attrs[PANTUN_SELECTOR_A_PROTO]);
	get_port(attrs[PANTUN_SELECTOR_A_LOCAL_PORT_FIRST], &out->local_first);
	get_port(attrs[PANTUN_SELECTOR_A_LOCAL_PORT_LAST], &out->local_last);
	get_port(attrs[PANTUN_SELECTOR_A_REMOTE_PORT_FIRST], &out->remote_first);
	get_port(attrs[PANTUN_SELECTOR_A_REMOTE_PORT_LAST], &out->remote_last);
	return true;
}
