// SPDX-License-Identifier: GPL-2.0
/*
 * What AH covers of the headers before it (RFC 4302 section 3.3.3.1 and appendix A):
 * what routers may change is zero, and what they change in a way that can be foreseen
 * is as the destination sees it.
 */
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include "pure/ah_mask.h"

#define IPOPT_ESEC	133	/* extended security, RFC 1108 */
#define IPOPT_SDMDD	149	/* sender directed multi-destination delivery, RFC 1770 */

#define ROUTE_FIRST	3	/* of a source route: octets before the first address */
#define ROUTE_POINTER	2	/* of a source route: where the next address is named */

#define TLV_HEADER	2	/* of an option: type, length */
#define TLV_MUTABLE	0x20	/* of an option's type (RFC 8200 section 4.2) */

/* Options that no router changes; all others are left out whole. */
static bool v4_option_immutable(u8 type)
{
	switch (type) {
	case IPOPT_SEC:
	case IPOPT_ESEC:
	case IPOPT_CIPSO:
	case IPOPT_RA:
	case IPOPT_SDMDD:
		return true;
	default:
		return false;
	}
}

/* A source route that is not at its end yet: its last address will be the destination. */
static void v4_follow_route(struct iphdr *iph, const u8 *option, u8 size)
{
	if (option[0] != IPOPT_LSRR && option[0] != IPOPT_SSRR)
		return;
	if (size >= ROUTE_FIRST + sizeof(iph->daddr) && option[ROUTE_POINTER] <= size)
		memcpy(&iph->daddr, option + size - sizeof(iph->daddr), sizeof(iph->daddr));
}

static int mask_v4_options(struct iphdr *iph, u8 *option, const u8 *end, bool sending)
{
	while (option < end && *option != IPOPT_END) {
		if (*option == IPOPT_NOOP) {
			option++;
			continue;
		}
		if (end - option < TLV_HEADER || option[1] < TLV_HEADER ||
		    option[1] > end - option)
			return -EPROTO;
		if (v4_option_immutable(*option)) {
			option += option[1];
		} else {
			u8 size = option[1];

			if (sending)
				v4_follow_route(iph, option, size);
			memset(option, 0, size);
			option += size;
		}
	}
	return 0;
}

static int mask_v4(u8 *headers, unsigned int len, bool sending)
{
	struct iphdr *iph = (struct iphdr *)headers;

	if (len < sizeof(*iph) || iph->ihl * 4 != len || iph->protocol != IPPROTO_AH)
		return -EPROTO;
	iph->tos = 0;
	iph->frag_off = 0;
	iph->ttl = 0;
	iph->check = 0;
	return mask_v4_options(iph, headers + sizeof(*iph), headers + len, sending);
}

/* Zeroes the contents of options that may change; type and length are covered. */
static int mask_v6_options(u8 *header, unsigned int len)
{
	unsigned int at = sizeof(struct ipv6_opt_hdr);

	while (at < len) {
		u8 *option = header + at;

		if (option[0] == IPV6_TLV_PAD1) {
			at++;
			continue;
		}
		if (len - at < TLV_HEADER || option[1] > len - at - TLV_HEADER)
			return -EPROTO;
		if (option[0] & TLV_MUTABLE)
			memset(option + TLV_HEADER, 0, option[1]);
		at += TLV_HEADER + option[1];
	}
	return 0;
}

/*
 * Goes through the addresses as the nodes underway will do.  Types that keep their
 * addresses otherwise are covered only once they are at their end.
 */
static int mask_v6_routing(struct ipv6hdr *ip6h, struct ipv6_rt_hdr *header, bool sending)
{
	struct in6_addr *addrs = ((struct rt0_hdr *)header)->addr;
	unsigned int count = header->hdrlen / 2;

	if (!header->segments_left)
		return 0;
	if (!sending)
		return -EPROTO;
	if (header->type != IPV6_SRCRT_TYPE_0 && header->type != IPV6_SRCRT_TYPE_2)
		return -EPROTO;
	if (header->hdrlen % 2 || header->segments_left > count)
		return -EPROTO;
	for (; header->segments_left; header->segments_left--)
		swap(ip6h->daddr, addrs[count - header->segments_left]);
	return 0;
}

static int mask_v6_extension(struct ipv6hdr *ip6h, u8 type, u8 *header, unsigned int len,
			     bool sending)
{
	switch (type) {
	case NEXTHDR_HOP:
	case NEXTHDR_DEST:
		return mask_v6_options(header, len);
	case NEXTHDR_ROUTING:
		return mask_v6_routing(ip6h, (struct ipv6_rt_hdr *)header, sending);
	default:
		return -EPROTO;
	}
}

static int mask_v6(u8 *headers, unsigned int len, bool sending)
{
	struct ipv6hdr *ip6h = (struct ipv6hdr *)headers;
	unsigned int at = sizeof(*ip6h);
	u8 type;
	int err;

	if (len < at)
		return -EPROTO;
	ip6_flow_hdr(ip6h, 0, 0);
	ip6h->hop_limit = 0;
	type = ip6h->nexthdr;
	while (at < len) {
		struct ipv6_opt_hdr *header = (struct ipv6_opt_hdr *)(headers + at);
		unsigned int size;

		if (len - at < sizeof(*header) || ipv6_optlen(header) > len - at)
			return -EPROTO;
		size = ipv6_optlen(header);
		err = mask_v6_extension(ip6h, type, headers + at, size, sending);
		if (err)
			return err;
		type = header->nexthdr;
		at += size;
	}
	return type == IPPROTO_AH ? 0 : -EPROTO;
}

/**
 * pantun_ah_mask - turns outer headers into what the ICV is computed over
 * @headers: a copy of what stands before AH, from the outer IP header on; aligned to
 *	8 octets
 * @len: its octets
 * @sending: a route through given nodes may lie ahead, and is gone in advance; a packet
 *	that has arrived is taken as it is, or others could choose its destination
 *
 * Return: 0, or -EPROTO where AH does not follow, a header is not whole, or one is
 * there that cannot stand before AH.
 */
int pantun_ah_mask(u8 *headers, unsigned int len, bool sending)
{
	if (!len)
		return -EPROTO;
	switch (headers[0] >> 4) {
	case 4:
		return mask_v4(headers, len, sending);
	case 6:
		return mask_v6(headers, len, sending);
	default:
		return -EPROTO;
	}
}
