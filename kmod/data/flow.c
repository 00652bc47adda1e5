// SPDX-License-Identifier: GPL-2.0
/* What selectors look at in a packet. */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include "data/flow.h"

#define QUOTE	8		/* octets of an ICMP error before the packet that it quotes */

/*
 * What stands for ports, in the order of the wire: ports proper, or type and code of
 * ICMP as one number (RFC 7296 section 3.13.1).  False if cut off.
 */
static bool dissect_ports(const struct sk_buff *skb, int offset, struct pantun_flow *flow,
			  u16 *source, u16 *dest)
{
	const __be16 *p;
	__be16 buf[2];

	switch (flow->proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		p = skb_header_pointer(skb, offset, sizeof(buf), buf);
		if (!p)
			return false;
		*source = ntohs(p[0]);
		*dest = ntohs(p[1]);
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		p = skb_header_pointer(skb, offset, sizeof(buf[0]), buf);
		if (!p)
			return false;
		*source = ntohs(p[0]);
		*dest = *source;
		break;
	default:
		return true;
	}
	flow->has_ports = true;
	return true;
}

/* Offset of the upper layer's header, 0 where there is none to look at, or below. */
static int dissect_v4(const struct sk_buff *skb, int offset, struct pantun_flow *flow,
		      union pantun_addr *source, union pantun_addr *dest)
{
	const struct iphdr *iph;
	struct iphdr buf;

	iph = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (!iph || iph->ihl < 5)
		return -EINVAL;
	flow->family = AF_INET;
	flow->proto = iph->protocol;
	source->v4 = iph->saddr;
	dest->v4 = iph->daddr;
	return iph->frag_off & htons(IP_OFFSET) ? 0 : offset + iph->ihl * 4;
}

static int dissect_v6(const struct sk_buff *skb, int offset, struct pantun_flow *flow,
		      union pantun_addr *source, union pantun_addr *dest)
{
	const struct frag_hdr *fragment;
	const struct ipv6hdr *ip6h;
	struct frag_hdr fbuf;
	struct ipv6hdr buf;
	__be16 frag_off;

	ip6h = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (!ip6h)
		return -EINVAL;
	flow->family = AF_INET6;
	flow->proto = ip6h->nexthdr;
	source->v6 = ip6h->saddr;
	dest->v6 = ip6h->daddr;
	if (flow->proto == NEXTHDR_NONE)
		return 0;
	offset = ipv6_skip_exthdr(skb, offset + sizeof(buf), &flow->proto, &frag_off);
	if (offset < 0)
		return -EINVAL;
	if (!(frag_off & htons(IP6_OFFSET)))
		return offset;
	/* the walk stops at the fragment header, which knows what comes behind it */
	fragment = skb_header_pointer(skb, offset, sizeof(fbuf), &fbuf);
	if (!fragment)
		return -EINVAL;
	flow->proto = fragment->nexthdr;
	return 0;
}

/*
 * The flow of the IP packet at @offset.  Return: where its upper layer begins, 0 where
 * there is none to look at, or a negative errno.
 */
static int dissect(const struct sk_buff *skb, int offset, bool outbound, struct pantun_flow *flow)
{
	union pantun_addr *source = outbound ? &flow->local : &flow->remote;
	union pantun_addr *dest = outbound ? &flow->remote : &flow->local;
	u16 *sport = outbound ? &flow->local_port : &flow->remote_port;
	u16 *dport = outbound ? &flow->remote_port : &flow->local_port;
	const u8 *first;
	u8 buf;

	memset(flow, 0, sizeof(*flow));
	first = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (!first)
		return -EINVAL;
	if (*first >> 4 == 4)
		offset = dissect_v4(skb, offset, flow, source, dest);
	else if (*first >> 4 == 6)
		offset = dissect_v6(skb, offset, flow, source, dest);
	else
		return -EINVAL;
	if (offset <= 0)
		return offset;
	return dissect_ports(skb, offset, flow, sport, dport) ? offset : -EINVAL;
}

/**
 * pantun_flow_dissect - what selectors look at in a packet
 * @skb: IP packet, from skb_network_header() on
 * @outbound: whether its source is our side
 * @flow: what to fill
 *
 * Return: false if it is not IP, or headers are cut off.
 * Context: any.
 */
bool pantun_flow_dissect(const struct sk_buff *skb, bool outbound, struct pantun_flow *flow)
{
	return dissect(skb, skb_network_offset(skb), outbound, flow) >= 0;
}

/**
 * pantun_flow_is_error - whether a packet is an ICMP error
 * @flow: its flow
 *
 * Redirects are none: they are about a link, and no tunnel's.
 *
 * Return: true if it says what became of another packet, which it quotes.
 * Context: any.
 */
bool pantun_flow_is_error(const struct pantun_flow *flow)
{
	u8 type = flow->local_port >> 8;

	if (!flow->has_ports)
		return false;
	if (flow->family == AF_INET6)
		return flow->proto == IPPROTO_ICMPV6 && !(type & ICMPV6_INFOMSG_MASK);
	return flow->proto == IPPROTO_ICMP &&
	       (type == ICMP_DEST_UNREACH || type == ICMP_SOURCE_QUENCH ||
		type == ICMP_TIME_EXCEEDED || type == ICMP_PARAMETERPROB);
}

/**
 * pantun_flow_quoted - the flow that an ICMP error is about
 * @skb: IP packet, from skb_network_header() on
 * @outbound: whether the error's own source is our side
 * @flow: what to fill, with the addresses and ports of packets that go where the
 *        error goes
 *
 * Return: false if it is no error, quotes too little, or a packet of another sender than
 * it goes to.
 * Context: any.
 */
bool pantun_flow_quoted(const struct sk_buff *skb, bool outbound, struct pantun_flow *flow)
{
	struct pantun_flow error;
	int offset = dissect(skb, skb_network_offset(skb), outbound, &error);

	if (offset <= 0 || !pantun_flow_is_error(&error) ||
	    dissect(skb, offset + QUOTE, !outbound, flow) < 0 || flow->family != error.family)
		return false;
	/* it went the other way: an error goes to the source of what it quotes, nowhere else */
	return outbound ? !memcmp(&flow->remote, &error.remote, sizeof(error.remote)) :
			  !memcmp(&flow->local, &error.local, sizeof(error.local));
}

/**
 * pantun_flow_allowed - whether selectors let a packet pass
 * @set: the selectors
 * @skb: IP packet, from skb_network_header() on
 * @outbound: whether its source is our side
 * @flow: what was found in it
 *
 * Return: true if it matches; true for an ICMP error, too, if what it is about does.
 * Context: any.
 */
bool pantun_flow_allowed(const struct pantun_selectors *set, const struct sk_buff *skb,
			 bool outbound, const struct pantun_flow *flow)
{
	struct pantun_flow quoted;

	if (pantun_selectors_match(set, flow))
		return true;
	return pantun_flow_is_error(flow) && pantun_flow_quoted(skb, outbound, &quoted) &&
	       pantun_selectors_match(set, &quoted);
}
