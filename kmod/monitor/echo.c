// SPDX-License-Identifier: GPL-2.0
/* ICMP and ICMPv6 echo messages. */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/netdevice.h>
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include <net/route.h>
#include "monitor/echo.h"

static_assert(sizeof(struct pantun_echo_header) == sizeof(struct icmphdr));

static u8 type_of(const struct pantun_echo *echo)
{
	if (echo->family == AF_INET)
		return echo->reply ? ICMP_ECHOREPLY : ICMP_ECHO;
	return echo->reply ? ICMPV6_ECHO_REPLY : ICMPV6_ECHO_REQUEST;
}

static bool parse_v4(const struct sk_buff *skb, struct pantun_echo *echo)
{
	const struct iphdr *iph = ip_hdr(skb);

	echo->family = AF_INET;
	echo->from.v4 = iph->saddr;
	echo->to.v4 = iph->daddr;
	echo->offset = sizeof(*iph);
	return iph->protocol == IPPROTO_ICMP && iph->ihl * 4 == sizeof(*iph) &&
	       !ip_is_fragment(iph);
}

static bool parse_v6(const struct sk_buff *skb, struct pantun_echo *echo)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);

	echo->family = AF_INET6;
	echo->from.v6 = ip6h->saddr;
	echo->to.v6 = ip6h->daddr;
	echo->offset = sizeof(*ip6h);
	return ip6h->nexthdr == IPPROTO_ICMPV6;
}

/**
 * pantun_echo_parse - reads an echo message
 * @skb: a packet that ends where its IP header says; its data begin at that
 * @echo: what to fill
 *
 * Return: false if it is none, or one with options, extension headers or of fragments.
 * Context: any.
 */
bool pantun_echo_parse(const struct sk_buff *skb, struct pantun_echo *echo)
{
	bool ok;

	memset(echo, 0, sizeof(*echo));
	ok = skb->protocol == htons(ETH_P_IP) ? parse_v4(skb, echo) : parse_v6(skb, echo);
	if (!ok || skb_copy_bits(skb, echo->offset, &echo->header, sizeof(echo->header)))
		return false;
	echo->len = skb->len - echo->offset;
	if (echo->header.code)
		return false;
	if (echo->header.type == type_of(echo))
		return true;
	echo->reply = true;
	return echo->header.type == type_of(echo);
}

/**
 * pantun_echo_flow - what selectors see of a message
 * @echo: one that we send
 * @flow: what to fill
 *
 * Context: any.
 */
void pantun_echo_flow(const struct pantun_echo *echo, struct pantun_flow *flow)
{
	/* type and code stand for ports (RFC 7296 section 3.13.1) */
	u16 kind = type_of(echo) << 8;

	*flow = (struct pantun_flow){
		.family = echo->family,
		.proto = echo->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6,
		.has_ports = true,
		.local_port = kind,
		.remote_port = kind,
		.local = echo->from,
		.remote = echo->to,
	};
}

/**
 * pantun_echo_alloc - a packet to be
 * @dev: the device that sends it
 * @echo: the message
 *
 * Return: a packet whose data are the message, not written yet, or NULL.
 * Context: any.
 */
struct sk_buff *pantun_echo_alloc(struct net_device *dev, const struct pantun_echo *echo)
{
	unsigned int headroom = LL_MAX_HEADER + sizeof(struct ipv6hdr) + dev->needed_headroom;
	struct sk_buff *skb;

	skb = alloc_skb(headroom + echo->len + dev->needed_tailroom, GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, headroom);
	skb_put(skb, echo->len);
	skb->dev = dev;
	return skb;
}

static void push_v4(struct sk_buff *skb, const struct pantun_echo *echo)
{
	struct iphdr *iph = skb_push(skb, sizeof(*iph));

	*iph = (struct iphdr){
		.version = 4,
		.ihl = sizeof(*iph) / 4,
		.tot_len = htons(skb->len),
		.frag_off = htons(IP_DF),
		.ttl = IPDEFTTL,
		.protocol = IPPROTO_ICMP,
		.saddr = echo->from.v4,
		.daddr = echo->to.v4,
	};
	ip_send_check(iph);
	skb->protocol = htons(ETH_P_IP);
}

static void push_v6(struct sk_buff *skb, const struct pantun_echo *echo)
{
	struct ipv6hdr *ip6h = skb_push(skb, sizeof(*ip6h));

	ip6_flow_hdr(ip6h, 0, 0);
	ip6h->payload_len = htons(echo->len);
	ip6h->nexthdr = IPPROTO_ICMPV6;
	ip6h->hop_limit = IPDEFTTL;
	ip6h->saddr = echo->from.v6;
	ip6h->daddr = echo->to.v6;
	skb->protocol = htons(ETH_P_IPV6);
}

/**
 * pantun_echo_finish - makes a message a packet
 * @skb: from pantun_echo_alloc(), its data written from the identifier on
 * @echo: the same message
 *
 * Context: any.
 */
void pantun_echo_finish(struct sk_buff *skb, const struct pantun_echo *echo)
{
	struct pantun_echo_header *header = (struct pantun_echo_header *)skb->data;
	__wsum sum;

	header->type = type_of(echo);
	header->code = 0;
	header->check = 0;
	sum = csum_partial(header, echo->len, 0);
	if (echo->family == AF_INET) {
		header->check = csum_fold(sum);
		push_v4(skb, echo);
	} else {
		header->check = csum_ipv6_magic(&echo->from.v6, &echo->to.v6, echo->len,
						IPPROTO_ICMPV6, sum);
		push_v6(skb, echo);
	}
	skb_reset_network_header(skb);
}

/**
 * pantun_echo_is_local - whether a message went to this host
 * @dev: the device that it came by, whose VRF counts
 * @echo: the message
 *
 * Return: true if it did.
 * Context: RCU read side.
 */
bool pantun_echo_is_local(struct net_device *dev, const struct pantun_echo *echo)
{
	struct net *net = dev_net(dev);

	if (echo->family == AF_INET)
		return inet_addr_type_dev_table(net, dev, echo->to.v4) == RTN_LOCAL;
	return ipv6_mod_enabled() && ipv6_chk_addr(net, &echo->to.v6, dev, 0);
}
