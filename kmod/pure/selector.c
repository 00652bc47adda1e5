// SPDX-License-Identifier: GPL-2.0
/* Traffic selectors: match and order. */
#include <linux/kernel.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <asm/byteorder.h>
#include "pure/selector.h"

#define V4_LEN	4
#define V6_LEN	16

static bool covers4(const struct pantun_range *range, const union pantun_addr *addr)
{
	u32 v4 = __be32_to_cpu(addr->v4);

	return v4 >= __be32_to_cpu(range->first.v4) && v4 <= __be32_to_cpu(range->last.v4);
}

/* Octets in network order compare like numbers. */
static bool covers6(const struct pantun_range *range, const union pantun_addr *addr)
{
	return memcmp(addr, &range->first, V6_LEN) >= 0 && memcmp(addr, &range->last, V6_LEN) <= 0;
}

static bool any_port(const struct pantun_ports *ports)
{
	return ports->first == 0 && ports->last == U16_MAX;
}

/* A packet without ports (a later fragment, say) matches only where any port does. */
static bool port_matches(const struct pantun_ports *ports, bool has_ports, u16 port)
{
	if (any_port(ports))
		return true;
	return has_ports && port >= ports->first && port <= ports->last;
}

/**
 * pantun_selector_any - a selector that every packet matches
 * @sel: what to set
 */
void pantun_selector_any(struct pantun_selector *sel)
{
	memset(sel, 0, sizeof(*sel));
	sel->has_v4 = true;
	sel->has_v6 = true;
	memset(&sel->local4.last, 0xff, V4_LEN);
	memset(&sel->remote4.last, 0xff, V4_LEN);
	memset(&sel->local6.last, 0xff, V6_LEN);
	memset(&sel->remote6.last, 0xff, V6_LEN);
	sel->local_port.last = U16_MAX;
	sel->remote_port.last = U16_MAX;
}

static bool reversed(const struct pantun_range *range, size_t len)
{
	return memcmp(&range->first, &range->last, len) > 0;
}

/**
 * pantun_selector_invalid - whether a selector makes sense
 * @sel: the selector
 *
 * Return: NULL, or what is wrong.
 */
const char *pantun_selector_invalid(const struct pantun_selector *sel)
{
	if (!sel->has_v4 && !sel->has_v6)
		return "the selector has no addresses of either family";
	if (sel->has_v4 && (reversed(&sel->local4, V4_LEN) || reversed(&sel->remote4, V4_LEN)))
		return "an IPv4 range of the selector ends before it begins";
	if (sel->has_v6 && (reversed(&sel->local6, V6_LEN) || reversed(&sel->remote6, V6_LEN)))
		return "an IPv6 range of the selector ends before it begins";
	if (sel->local_port.first > sel->local_port.last ||
	    sel->remote_port.first > sel->remote_port.last)
		return "a port range of the selector ends before it begins";
	if (!sel->proto && !(any_port(&sel->local_port) && any_port(&sel->remote_port)))
		return "ports in a selector need a protocol";
	return NULL;
}

/**
 * pantun_selector_match - whether a packet falls under a selector
 * @sel: the selector
 * @flow: the packet's addresses, protocol and ports, local being this gateway's side
 *
 * Return: true if it does.
 */
bool pantun_selector_match(const struct pantun_selector *sel,
			   const struct pantun_flow *flow)
{
	if (flow->family == AF_INET) {
		/* of a tunnel's selectors, the remote ones differ more often */
		if (!sel->has_v4 || !covers4(&sel->remote4, &flow->remote) ||
		    !covers4(&sel->local4, &flow->local))
			return false;
	} else {
		if (!sel->has_v6 || !covers6(&sel->remote6, &flow->remote) ||
		    !covers6(&sel->local6, &flow->local))
			return false;
	}
	if (sel->proto && sel->proto != flow->proto)
		return false;
	return port_matches(&sel->local_port, flow->has_ports, flow->local_port) &&
	       port_matches(&sel->remote_port, flow->has_ports, flow->remote_port);
}

/**
 * pantun_selectors_match - whether a packet falls under one of several selectors
 * @set: the selectors
 * @flow: as above
 *
 * Return: true if it does.
 */
bool pantun_selectors_match(const struct pantun_selectors *set,
			    const struct pantun_flow *flow)
{
	unsigned int i;

	if (pantun_selector_match(&set->first, flow))
		return true;
	for (i = 0; i < set->n_more; i++)
		if (pantun_selector_match(&set->more[i], flow))
			return true;
	return false;
}

/* last - first, as octets in network order. */
static void width_of(const struct pantun_range *range, size_t len, u8 *out)
{
	const u8 *first = (const u8 *)&range->first;
	const u8 *last = (const u8 *)&range->last;
	int borrow = 0;

	while (len--) {
		int d = last[len] - first[len] - borrow;

		borrow = d < 0;
		out[len] = d;
	}
}

static int compare_width(const struct pantun_range *a, bool has_a,
			 const struct pantun_range *b, bool has_b, size_t len)
{
	u8 width_a[V6_LEN] = {}, width_b[V6_LEN] = {};

	if (has_a)
		width_of(a, len, width_a);
	if (has_b)
		width_of(b, len, width_b);
	return memcmp(width_a, width_b, len);
}

static int compare_ports(const struct pantun_ports *a, const struct pantun_ports *b)
{
	return (a->last - a->first) - (b->last - b->first);
}

/**
 * pantun_selector_compare - which of two selectors is the more specific
 * @a: one
 * @b: the other
 *
 * Compared in turn: families (one before both), size of the remote IPv4 range, of
 * the local one, the same for IPv6, a protocol before any, size of the remote port
 * range, of the local one.
 *
 * Return: below 0 if @a, above 0 if @b, 0 if neither.
 */
int pantun_selector_compare(const struct pantun_selector *a,
			    const struct pantun_selector *b)
{
	int d = (a->has_v4 + a->has_v6) - (b->has_v4 + b->has_v6);

	if (!d)
		d = compare_width(&a->remote4, a->has_v4, &b->remote4, b->has_v4, V4_LEN);
	if (!d)
		d = compare_width(&a->local4, a->has_v4, &b->local4, b->has_v4, V4_LEN);
	if (!d)
		d = compare_width(&a->remote6, a->has_v6, &b->remote6, b->has_v6, V6_LEN);
	if (!d)
		d = compare_width(&a->local6, a->has_v6, &b->local6, b->has_v6, V6_LEN);
	if (!d)
		d = !a->proto - !b->proto;
	if (!d)
		d = compare_ports(&a->remote_port, &b->remote_port);
	if (!d)
		d = compare_ports(&a->local_port, &b->local_port);
	return d;
}
