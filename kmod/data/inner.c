// SPDX-License-Identifier: GPL-2.0
/*
 * What is protected, on the way out and on the way in.
 *
 *   tunnel mode          outer IP | ESP | inner packet
 *   transport mode       IP of the inner packet | ESP | what it carried
 *   tunnel and GRE       outer IP | ESP | IP of the path | GRE | inner packet
 *   transport and GRE    outer IP | ESP | GRE | inner packet
 *
 * In transport mode without GRE only packets between the path's own addresses pass,
 * whole ones: ESP and AH protect no fragments there (RFC 4303 section 3.3.4).
 */
#include <linux/pantun.h>
#include <net/gre.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include "compat.h"
#include "core/cb.h"
#include "core/sa.h"
#include "core/tunnel.h"
#include "data/flow.h"
#include "data/inner.h"

#define GRE_HEADER	4	/* flags and version, protocol (RFC 2784 section 2.1) */
#define GRE_SUM		4	/* checksum, reserved */

static bool is_transport(const struct pantun_sa *sa)
{
	return sa->mode == PANTUN_MODE_TRANSPORT;
}

static u8 ip_header_len(u8 family)
{
	return family == AF_INET6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
}

/**
 * pantun_inner_added - what is protected besides the inner packet
 * @sa: the SA
 * @path: its path
 * @opts: its tunnel's options
 *
 * Return: octets; negative where the inner packet's IP header is the outer one.
 * Context: any.
 */
s16 pantun_inner_added(const struct pantun_sa *sa, const struct pantun_path *path,
		       const struct pantun_tunnel_opts *opts)
{
	if (opts->gre)
		return GRE_HEADER + (is_transport(sa) ? 0 : ip_header_len(path->family));
	return is_transport(sa) ? -ip_header_len(path->family) : 0;
}

/**
 * pantun_inner_gre_flow - what selectors look at where all packets are in GRE
 * @path: the SA's path
 * @flow: what to fill
 *
 * Context: RCU read side.
 */
void pantun_inner_gre_flow(const struct pantun_path *path, struct pantun_flow *flow)
{
	*flow = (struct pantun_flow){
		.family = path->family,
		.proto = IPPROTO_GRE,
		.local = path->local,
		.remote = path->remote,
	};
}

/**
 * pantun_inner_whole - a whole packet for transport mode
 * @skb: the inner packet; consumed unless returned
 * @sa: its SA
 * @opts: its tunnel's options
 *
 * Return: @skb if it is no fragment or may be one; the whole packet with the last of
 * its fragments; NULL while others are missing.  IPv6 fragments are returned as they
 * are: pantun_inner_push() refuses them.
 * Context: BH disabled, RCU read side.
 */
struct sk_buff *pantun_inner_whole(struct sk_buff *skb, const struct pantun_sa *sa,
				   const struct pantun_tunnel_opts *opts)
{
	if (!is_transport(sa) || opts->gre || ip_hdr(skb)->version != 4 ||
	    !ip_is_fragment(ip_hdr(skb)))
		return skb;
	skb = ip_check_defrag(dev_net(sa->tunnel->dev), skb, IP_DEFRAG_AF_PACKET);
	if (skb)
		skb_set_network_header(skb, 0);
	return skb;
}

static void push_gre(struct sk_buff *skb)
{
	__be16 proto = htons(ip_hdr(skb)->version == 4 ? ETH_P_IP : ETH_P_IPV6);
	struct gre_base_hdr *gre = skb_push(skb, GRE_HEADER);

	gre->flags = 0;
	gre->protocol = proto;
}

/* The IP header before GRE; the outer one, which is written later, looks the same. */
static void push_gre_ip(struct sk_buff *skb, const struct pantun_sa *sa,
			const struct pantun_path *path)
{
	u8 tos = pantun_cb(skb)->tos;

	if (path->family == AF_INET6) {
		struct ipv6hdr *ip6h = skb_push(skb, sizeof(*ip6h));

		ip6_flow_hdr(ip6h, tos, 0);
		ip6h->payload_len = htons(skb->len - sizeof(*ip6h));
		ip6h->nexthdr = IPPROTO_GRE;
		ip6h->hop_limit = IPDEFTTL;
		ip6h->saddr = path->local.v6;
		ip6h->daddr = path->remote.v6;
	} else {
		struct iphdr *iph = skb_push(skb, sizeof(*iph));

		iph->version = 4;
		iph->ihl = sizeof(*iph) / 4;
		iph->tos = tos;
		iph->tot_len = htons(skb->len);
		iph->frag_off = 0;
		iph->ttl = IPDEFTTL;
		iph->protocol = IPPROTO_GRE;
		iph->saddr = path->local.v4;
		iph->daddr = path->remote.v4;
		__ip_select_ident(sa->tunnel->pn->net, iph, 1);
		ip_send_check(iph);
	}
}

/* Transport mode, IPv4: the header with its options stays outside. */
static bool keep_v4(struct sk_buff *skb, const struct pantun_path *path,
		    struct pantun_inner_header *kept)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (path->family != AF_INET || iph->saddr != path->local.v4 ||
	    iph->daddr != path->remote.v4 || ip_is_fragment(iph))
		return false;
	kept->len = iph->ihl * 4;
	pantun_cb(skb)->next_header = iph->protocol;
	return true;
}

/* IPv6: what routers or their like would have to see can't be protected. */
static bool keep_v6(struct sk_buff *skb, const struct pantun_path *path,
		    struct pantun_inner_header *kept)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);

	if (path->family != AF_INET6 || !ipv6_addr_equal(&ip6h->saddr, &path->local.v6) ||
	    !ipv6_addr_equal(&ip6h->daddr, &path->remote.v6))
		return false;
	if (ip6h->nexthdr == NEXTHDR_HOP || ip6h->nexthdr == NEXTHDR_ROUTING ||
	    ip6h->nexthdr == NEXTHDR_FRAGMENT)
		return false;
	kept->len = sizeof(*ip6h);
	pantun_cb(skb)->next_header = ip6h->nexthdr;
	return true;
}

static enum pantun_drop push_transport(struct sk_buff *skb, const struct pantun_path *path,
				       struct pantun_inner_header *kept)
{
	bool ok = ip_hdr(skb)->version == 4 ? keep_v4(skb, path, kept) :
					      keep_v6(skb, path, kept);

	if (!ok || skb_copy_bits(skb, 0, kept->octets, kept->len) || !pskb_pull(skb, kept->len))
		return PANTUN_DROP_TX_TRANSPORT;
	return PANTUN_DROP_NONE;
}

/**
 * pantun_inner_push - makes an inner packet the payload of ESP or AH
 * @skb: the packet, with headroom, its data at its network header
 * @sa: its SA
 * @path: where it goes
 * @opts: its tunnel's options
 * @kept: gets the IP header that stays outside, if one does
 *
 * Return: what forbids sending, or PANTUN_DROP_NONE: @skb is the payload, and its
 * control block says what that is.
 * Context: BH disabled, RCU read side.
 */
enum pantun_drop pantun_inner_push(struct sk_buff *skb, const struct pantun_sa *sa,
				   const struct pantun_path *path,
				   const struct pantun_tunnel_opts *opts,
				   struct pantun_inner_header *kept)
{
	kept->len = 0;
	if (opts->gre) {
		push_gre(skb);
		pantun_cb(skb)->next_header = IPPROTO_GRE;
		if (!is_transport(sa)) {
			push_gre_ip(skb, sa, path);
			pantun_cb(skb)->next_header = path->family == AF_INET6 ?
						      IPPROTO_IPV6 : IPPROTO_IPIP;
		}
		return PANTUN_DROP_NONE;
	}
	if (is_transport(sa))
		return push_transport(skb, path, kept);
	pantun_cb(skb)->next_header = ip_hdr(skb)->version == 4 ? IPPROTO_IPIP : IPPROTO_IPV6;
	return PANTUN_DROP_NONE;
}

/* Inner IPv4: whole header there, lengths possible, what lies behind cut off. */
static bool inner_v4(struct sk_buff *skb)
{
	const struct iphdr *iph;
	unsigned int len;

	if (!pskb_may_pull(skb, sizeof(*iph)))
		return false;
	skb_reset_network_header(skb);
	iph = ip_hdr(skb);
	len = ntohs(iph->tot_len);
	if (iph->version != 4 || iph->ihl < 5 || len < iph->ihl * 4 || len > skb->len)
		return false;
	if (!pskb_may_pull(skb, iph->ihl * 4))
		return false;
	skb->protocol = htons(ETH_P_IP);
	return !pskb_trim(skb, len);
}

static bool inner_v6(struct sk_buff *skb)
{
	unsigned int len;

	if (!pskb_may_pull(skb, sizeof(struct ipv6hdr)))
		return false;
	skb_reset_network_header(skb);
	len = sizeof(struct ipv6hdr) + ntohs(ipv6_hdr(skb)->payload_len);
	if (ipv6_hdr(skb)->version != 6 || len > skb->len)
		return false;
	skb->protocol = htons(ETH_P_IPV6);
	return !pskb_trim(skb, len);
}

/* RFC 6040 section 4.2; false: a combination that says the packet is to be dropped. */
static bool decapsulate_ecn(struct sk_buff *skb)
{
	u8 inner_tos = skb->protocol == htons(ETH_P_IP) ? ip_hdr(skb)->tos :
							  ipv6_get_dsfield(ipv6_hdr(skb));

	return INET_ECN_decapsulate(skb, pantun_cb(skb)->tos, inner_tos) < 2;
}

/*
 * ESP leaves the outer header without protection, and what stands between it and ESP
 * (RFC 4303 section 3.1.1).  So the packet gets a header of ours, with the addresses that
 * the SA stands for; from the old one come only fields that may change on the way anyhow.
 */
static void write_v4(struct sk_buff *skb, const struct pantun_path *path, u8 next_header)
{
	struct iphdr outer = *ip_hdr(skb), *iph = skb_push(skb, sizeof(*iph));

	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tos = outer.tos;
	iph->tot_len = htons(skb->len);
	iph->id = outer.id;
	iph->frag_off = outer.frag_off & htons(IP_DF);
	iph->ttl = outer.ttl;
	iph->protocol = next_header;
	iph->saddr = path->remote.v4;
	iph->daddr = path->local.v4;
	ip_send_check(iph);
}

static void write_v6(struct sk_buff *skb, const struct pantun_path *path, u8 next_header)
{
	struct ipv6hdr outer = *ipv6_hdr(skb), *ip6h = skb_push(skb, sizeof(*ip6h));

	ip6_flow_hdr(ip6h, ipv6_get_dsfield(&outer), ip6_flowlabel(&outer));
	ip6h->payload_len = htons(skb->len - sizeof(*ip6h));
	ip6h->nexthdr = next_header;
	ip6h->hop_limit = outer.hop_limit;
	ip6h->saddr = path->remote.v6;
	ip6h->daddr = path->local.v6;
}

/*
 * AH covers the headers before it, so the packet keeps them (RFC 4302 section 3.1.1), but
 * a peer speaks for no address other than its own.
 *
 * What routers may change is not covered (section 3.3.3.1), and arrives as it came, as it
 * does by XFRM: DSCP, TTL, and IPv4 options that routers write into, such as a record of
 * the route.  Whoever is on the path can alter such an option, even its type, but cannot
 * add one, as the length of the header is covered.  The stack treats these options like
 * those of any packet: it drops source routes unless accept_source_route allows them.
 */
static void keep_outer(struct sk_buff *skb, const struct pantun_path *path, u8 next_header)
{
	const struct pantun_cb *cb = pantun_cb(skb);
	unsigned int len = cb->xform;

	memmove(skb->data - len, skb_network_header(skb), len);
	skb_push(skb, len);
	skb_reset_network_header(skb);
	if (path->family == AF_INET6) {
		skb_network_header(skb)[cb->nhoff] = next_header;
		ipv6_hdr(skb)->payload_len = htons(skb->len - sizeof(struct ipv6hdr));
		ipv6_hdr(skb)->saddr = path->remote.v6;
	} else {
		ip_hdr(skb)->saddr = path->remote.v4;
		ip_hdr(skb)->protocol = next_header;
		ip_hdr(skb)->tot_len = htons(skb->len);
		ip_send_check(ip_hdr(skb));
	}
}

/* Transport mode: the payload gets the IP header of the packet that the peer protected. */
static enum pantun_drop pull_transport(struct sk_buff *skb, const struct pantun_sa *sa,
				       const struct pantun_path *path, u8 next_header)
{
	if (skb->len + pantun_cb(skb)->xform > IP_MAX_MTU)
		return PANTUN_DROP_RX_INNER;
	if (skb_cow_head(skb, 0))
		return PANTUN_DROP_RX_NO_MEMORY;
	if (sa->key.proto == IPPROTO_AH)
		keep_outer(skb, path, next_header);
	else if (path->family == AF_INET6)
		write_v6(skb, path, next_header);
	else
		write_v4(skb, path, next_header);
	skb_reset_network_header(skb);
	skb->protocol = path->family == AF_INET6 ? htons(ETH_P_IPV6) : htons(ETH_P_IP);
	return PANTUN_DROP_NONE;
}

/*
 * Takes GRE off.  Keys and numbers (RFC 2890) or another version mean that the peer is
 * not set up as we are; a checksum says nothing that the ICV does not.
 */
static enum pantun_drop pull_gre(struct sk_buff *skb)
{
	const struct gre_base_hdr *gre;
	unsigned int len = GRE_HEADER;
	__be16 proto;

	if (!pskb_may_pull(skb, GRE_HEADER))
		return PANTUN_DROP_RX_GRE;
	gre = (const struct gre_base_hdr *)skb->data;
	if (gre->flags & ~GRE_CSUM)
		return PANTUN_DROP_RX_GRE;
	if (gre->flags & GRE_CSUM)
		len += GRE_SUM;
	proto = gre->protocol;
	if (!pskb_pull(skb, len))
		return PANTUN_DROP_RX_GRE;
	if (proto == htons(ETH_P_IP))
		return inner_v4(skb) ? PANTUN_DROP_NONE : PANTUN_DROP_RX_INNER;
	if (proto == htons(ETH_P_IPV6))
		return inner_v6(skb) ? PANTUN_DROP_NONE : PANTUN_DROP_RX_INNER;
	return PANTUN_DROP_RX_GRE;
}

/* An IP packet at the beginning of the payload. */
static enum pantun_drop pull_tunnel(struct sk_buff *skb, u8 next_header)
{
	switch (next_header) {
	case IPPROTO_IPIP:
		return inner_v4(skb) ? PANTUN_DROP_NONE : PANTUN_DROP_RX_INNER;
	case IPPROTO_IPV6:
		return inner_v6(skb) ? PANTUN_DROP_NONE : PANTUN_DROP_RX_INNER;
	default:
		return PANTUN_DROP_RX_NEXT_HEADER;
	}
}

/* The IP header that GRE has of its own in tunnel mode; selectors have seen it. */
static enum pantun_drop pull_gre_ip(struct sk_buff *skb, const struct pantun_flow *flow)
{
	unsigned int len = sizeof(struct ipv6hdr);

	if (flow->proto != IPPROTO_GRE)
		return PANTUN_DROP_RX_GRE;
	if (flow->family == AF_INET) {
		len = ip_hdr(skb)->ihl * 4;
		if (ip_is_fragment(ip_hdr(skb)))
			return PANTUN_DROP_RX_GRE;
	} else if (ipv6_hdr(skb)->nexthdr != IPPROTO_GRE) {
		return PANTUN_DROP_RX_GRE;
	}
	skb_pull(skb, len);
	return pull_gre(skb);
}

static enum pantun_drop pull_by_mode(struct sk_buff *skb, const struct pantun_sa *sa,
				     bool gre, u8 next_header)
{
	struct pantun_path *path = rcu_dereference(sa->path);
	enum pantun_drop reason = PANTUN_DROP_NONE;
	struct pantun_flow flow;
	bool allowed;

	if (gre && is_transport(sa)) {
		if (next_header != IPPROTO_GRE)
			return PANTUN_DROP_RX_GRE;
		pantun_inner_gre_flow(path, &flow);
		allowed = pantun_selectors_match(&sa->selectors, &flow);
	} else {
		reason = is_transport(sa) ? pull_transport(skb, sa, path, next_header) :
					    pull_tunnel(skb, next_header);
		if (reason)
			return reason;
		if (!pantun_flow_dissect(skb, false, &flow))
			return PANTUN_DROP_RX_INNER;
		allowed = pantun_flow_allowed(&sa->selectors, skb, false, &flow);
	}
	if (!allowed)
		return PANTUN_DROP_RX_SELECTOR;
	if (gre)
		reason = is_transport(sa) ? pull_gre(skb) : pull_gre_ip(skb, &flow);
	return reason;
}

/**
 * pantun_inner_pull - makes an authentic payload an inner packet
 * @skb: the payload; becomes the inner packet from its network header on
 * @sa: its SA
 * @opts: its tunnel's options
 * @next_header: what the payload is
 *
 * Return: what is wrong with it, or PANTUN_DROP_NONE.
 * Context: BH disabled, RCU read side.
 */
enum pantun_drop pantun_inner_pull(struct sk_buff *skb, const struct pantun_sa *sa,
				   const struct pantun_tunnel_opts *opts, u8 next_header)
{
	enum pantun_drop reason;

	if (next_header == PANTUN_NEXT_DUMMY)
		return PANTUN_DROP_RX_DUMMY;
	reason = pull_by_mode(skb, sa, opts->gre, next_header);
	if (reason)
		return reason;
	if ((!is_transport(sa) || opts->gre) && !decapsulate_ecn(skb))
		return PANTUN_DROP_RX_ECN;
	return PANTUN_DROP_NONE;
}
