// SPDX-License-Identifier: GPL-2.0-or-later
#include "genl/selector.h"

#include <linux/pantun.h>
#include <netlink/attr.h>
#include <string.h>
#include <sys/socket.h>

#include "genl/attr.h"

struct genl_range genl_range_any(uint8_t family)
{
	struct genl_range range = { 0 };

	range.first.family = family;
	range.last.family = family;
	memset(range.last.b, 0xff, addr_len(&range.last));
	return range;
}

static bool range_equal(const struct genl_range *a, const struct genl_range *b)
{
	return addr_equal(&a->first, &b->first) && addr_equal(&a->last, &b->last);
}

bool genl_range_is_any(const struct genl_range *range)
{
	const struct genl_range any = genl_range_any(range->first.family);

	return range->first.family && range_equal(range, &any);
}

/* Ports that are not given are all of them. */
static bool ports_equal(const struct genl_ports *a, const struct genl_ports *b)
{
	uint16_t a_last = a->given ? a->last : UINT16_MAX, a_first = a->given ? a->first : 0;
	uint16_t b_last = b->given ? b->last : UINT16_MAX, b_first = b->given ? b->first : 0;

	return a_first == b_first && a_last == b_last;
}

/* The same with ranges given. */
static struct genl_selector spelled_out(const struct genl_selector *selector)
{
	struct genl_selector out = *selector;

	if (out.local4.first.family || out.local6.first.family)
		return out;
	out.local4 = genl_range_any(AF_INET);
	out.remote4 = out.local4;
	out.local6 = genl_range_any(AF_INET6);
	out.remote6 = out.local6;
	return out;
}

bool genl_selector_equal(const struct genl_selector *a, const struct genl_selector *b)
{
	const struct genl_selector x = spelled_out(a), y = spelled_out(b);

	return range_equal(&x.local4, &y.local4) && range_equal(&x.remote4, &y.remote4) &&
	       range_equal(&x.local6, &y.local6) && range_equal(&x.remote6, &y.remote6) &&
	       x.proto == y.proto && ports_equal(&x.local_port, &y.local_port) &&
	       ports_equal(&x.remote_port, &y.remote_port);
}

/* @type is the first of the family's four attributes, in the order of the header. */
static bool put_ranges(struct nl_msg *msg, int type, const struct genl_range *local,
		       const struct genl_range *remote)
{
	const struct addr *addrs[] = { &local->first, &local->last, &remote->first,
				       &remote->last };

	for (int i = 0; i < 4; i++)
		if (addrs[i]->family &&
		    nla_put(msg, type + i, (int)addr_len(addrs[i]), addrs[i]->b))
			return false;
	return true;
}

static bool put_ports(struct nl_msg *msg, int type, const struct genl_ports *ports)
{
	return !ports->given || (!nla_put_u16(msg, type, ports->first) &&
				 !nla_put_u16(msg, type + 1, ports->last));
}

bool genl_selector_put(struct nl_msg *msg, int type, const struct genl_selector *selector)
{
	static const struct genl_selector everything;
	struct nlattr *nest;
	bool good;

	if (genl_selector_equal(selector, &everything))
		return true;
	nest = nla_nest_start(msg, type);
	good = nest &&
	       put_ranges(msg, PANTUN_SELECTOR_A_LOCAL4_FIRST, &selector->local4,
			  &selector->remote4) &&
	       put_ranges(msg, PANTUN_SELECTOR_A_LOCAL6_FIRST, &selector->local6,
			  &selector->remote6) &&
	       (!selector->proto ||
		!nla_put_u8(msg, PANTUN_SELECTOR_A_PROTO, selector->proto)) &&
	       put_ports(msg, PANTUN_SELECTOR_A_LOCAL_PORT_FIRST, &selector->local_port) &&
	       put_ports(msg, PANTUN_SELECTOR_A_REMOTE_PORT_FIRST, &selector->remote_port);
	if (good)
		nla_nest_end(msg, nest);
	return good;
}

/* All four addresses of a family, or none of them. */
static bool get_ranges(struct nlattr **attrs, int type, uint8_t family, struct genl_range *local,
		       struct genl_range *remote)
{
	return (!attrs[type] && !attrs[type + 1] && !attrs[type + 2] && !attrs[type + 3]) ||
	       (genl_attr_addr(attrs[type], family, &local->first) &&
		genl_attr_addr(attrs[type + 1], family, &local->last) &&
		genl_attr_addr(attrs[type + 2], family, &remote->first) &&
		genl_attr_addr(attrs[type + 3], family, &remote->last));
}

/* The kernel has both ends of a range, or none. */
static struct genl_ports get_ports(struct nlattr **attrs, int type)
{
	return (struct genl_ports){
		.given = attrs[type] && attrs[type + 1],
		.first = genl_attr_u16(attrs[type]),
		.last = genl_attr_u16(attrs[type + 1]),
	};
}

bool genl_selector_get(struct nlattr *nest, struct genl_selector *out)
{
	struct nlattr *attrs[PANTUN_SELECTOR_A_MAX + 1];

	memset(out, 0, sizeof(*out));
	if (!nest)
		return true;
	if (!genl_attr_nest(nest, attrs, PANTUN_SELECTOR_A_MAX) ||
	    !get_ranges(attrs, PANTUN_SELECTOR_A_LOCAL4_FIRST, AF_INET, &out->local4,
			&out->remote4) ||
	    !get_ranges(attrs, PANTUN_SELECTOR_A_LOCAL6_FIRST, AF_INET6, &out->local6,
			&out->remote6)) {
		memset(out, 0, sizeof(*out));
		return false;
	}
	out->proto = genl_attr_u8(attrs[PANTUN_SELECTOR_A_PROTO]);
	out->local_port = get_ports(attrs, PANTUN_SELECTOR_A_LOCAL_PORT_FIRST);
	out->remote_port = get_ports(attrs, PANTUN_SELECTOR_A_REMOTE_PORT_FIRST);
	return true;
}
