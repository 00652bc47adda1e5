// SPDX-License-Identifier: GPL-2.0
/*
 * Outer headers and routes.  Everything here happens in the underlay namespace,
 * wherever the tunnel's netdevice has been moved to.
 */
#include <linux/pantun.h>
#include <linux/udp.h>
#include <net/dst_cache.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/udp.h>
#include "compat.h"
#include "core/cb.h"
#include "core/sa.h"
#include "core/tunnel.h"
#include "data/inner.h"
#include "data/outer.h"

/**
 * pantun_outer_overhead - what an SA adds to inner packets
 * @sa: the SA
 * @path: its path
 * @opts: its tunnel's options
 * @o: what to fill
 *
 * Context: any.
 */
void pantun_outer_overhead(const struct pantun_sa *sa, const struct pantun_path *path,
			   const struct pantun_tunnel_opts *opts, struct pantun_overhead *o)
{
	pantun_alg_overhead(sa->alg, path->family, pantun_path_header_len(path), o);
	o->inside = pantun_inner_added(sa, path, opts);
}

/*
 * Whether a route that was found by @opts may stay in the cache.  New options come before
 * the reset of the cache, and a reset also forgets a route whose search began before it.
 * So options that are still the tunnel's when the search has ended are right, or the
 * reset is still to come.
 */
static bool is_current(const struct pantun_sa *sa, const struct pantun_tunnel_opts *opts)
{
	return rcu_access_pointer(sa->tunnel->opts) == opts;
}

static struct dst_entry *route4(const struct pantun_sa *sa, struct pantun_path *path,
				const struct pantun_tunnel_opts *opts)
{
	struct flowi4 fl4 = {
		.flowi4_oif = opts->underlay,
		.flowi4_mark = opts->mark,
		.saddr = path->local.v4,
		.daddr = path->remote.v4,
		.flowi4_proto = path->encap == PANTUN_ENCAP_UDP ? IPPROTO_UDP : sa->key.proto,
		.fl4_sport = path->local_port,
		.fl4_dport = path->remote_port,
	};
	struct rtable *rt;
	__be32 saddr;

	rt = dst_cache_get_ip4(&path->dst_cache, &saddr);
	if (rt)
		return &rt->dst;
	/* without XFRM's policies: the packet is protected already, and not by XFRM */
	rt = __ip_route_output_key(sa->tunnel->pn->net, &fl4);
	if (IS_ERR(rt))
		return ERR_CAST(rt);
	if (is_current(sa, opts))
		dst_cache_set_ip4(&path->dst_cache, &rt->dst, fl4.saddr);
	return &rt->dst;
}

static struct dst_entry *route6(const struct pantun_sa *sa, struct pantun_path *path,
				const struct pantun_tunnel_opts *opts)
{
	struct flowi6 fl6 = {
		.flowi6_oif = opts->underlay,
		.flowi6_mark = opts->mark,
		.saddr = path->local.v6,
		.daddr = path->remote.v6,
		.flowi6_proto = path->encap == PANTUN_ENCAP_UDP ? IPPROTO_UDP : sa->key.proto,
		.fl6_sport = path->local_port,
		.fl6_dport = path->remote_port,
	};
	struct dst_entry *dst;
	struct in6_addr saddr;
	int err;

	dst = dst_cache_get_ip6(&path->dst_cache, &saddr);
	if (dst)
		return dst;
	dst = ip6_route_output(sa->tunnel->pn->net, NULL, &fl6);
	err = dst->error;
	if (err) {
		dst_release(dst);
		return ERR_PTR(err);
	}
	if (is_current(sa, opts))
		dst_cache_set_ip6(&path->dst_cache, dst, &fl6.saddr);
	return dst;
}

/**
 * pantun_outer_route - the route to the far end
 * @sa: an SA of the tunnel
 * @path: its path
 * @opts: the tunnel's options
 *
 * Return: the route, with a reference for dst_release(); -ELOOP where it leads into
 * the tunnel itself, another ERR_PTR() where there is none.
 * Context: BH disabled, RCU read side or cfg_lock.
 */
struct dst_entry *pantun_outer_route(const struct pantun_sa *sa, struct pantun_path *path,
				     const struct pantun_tunnel_opts *opts)
{
	struct dst_entry *dst;

	dst = path->family == AF_INET6 ? route6(sa, path, opts) : route4(sa, path, opts);
	if (IS_ERR(dst) || dst->dev != sa->tunnel->dev)
		return dst;
	dst_release(dst);
	return ERR_PTR(-ELOOP);
}

/**
 * pantun_outer_reroute - forgets the route of a path
 * @path: the path
 *
 * Context: any.
 */
void pantun_outer_reroute(struct pantun_path *path)
{
	dst_cache_reset(&path->dst_cache);
}

/**
 * pantun_outer_mtu - what the underlay carries to the far end
 * @sa: an SA of the tunnel
 * @path: its path
 * @opts: the tunnel's options
 *
 * Return: octets, outer IP header included; 0 without a route.
 * Context: RCU read side or cfg_lock; any but hard irq.
 */
u32 pantun_outer_mtu(const struct pantun_sa *sa, struct pantun_path *path,
		     const struct pantun_tunnel_opts *opts)
{
	struct dst_entry *dst;
	u32 mtu;

	/* the route cache is per CPU */
	local_bh_disable();
	dst = pantun_outer_route(sa, path, opts);
	local_bh_enable();
	if (IS_ERR(dst))
		return 0;
	mtu = dst_mtu(dst);
	dst_release(dst);
	return mtu;
}

/**
 * pantun_outer_learn_mtu - lowers the MTU of the route that an SA takes
 * @skb: an ICMP error, data beginning at the quoted outer IP header
 * @sa: the outbound SA that the quoted packet was of
 * @mtu: what the error says, octets; the IP stack has its own floor for it
 *
 * A route looked up by the quoted addresses alone would be another one where a VRF, a
 * link or a mark is set for outer packets.
 *
 * Context: BH disabled, RCU read side.
 */
void pantun_outer_learn_mtu(struct sk_buff *skb, const struct pantun_sa *sa, u32 mtu)
{
	const struct pantun_tunnel_opts *opts = pantun_tunnel_opts(sa->tunnel);
	struct dst_entry *dst = pantun_outer_route(sa, rcu_dereference(sa->path), opts);
	int network = skb_network_offset(skb);
	struct net_device *dev = skb->dev;
	u32 mark = skb->mark;

	if (IS_ERR(dst))
		return;
	/* as if the quoted packet were on its way out again */
	skb_reset_network_header(skb);
	skb->dev = dst->dev;
	skb->mark = opts->mark;
	dst->ops->update_pmtu(dst, NULL, skb, mtu, false);
	skb_set_network_header(skb, network);
	skb->dev = dev;
	skb->mark = mark;
	dst_release(dst);
	pantun_tunnel_poke(sa->tunnel);
}

static void push_udp(struct sk_buff *skb, const struct pantun_path *path)
{
	struct udphdr *uh = skb_push(skb, sizeof(*uh));

	skb_reset_transport_header(skb);
	uh->source = path->local_port;
	uh->dest = path->remote_port;
	uh->len = htons(skb->len);
	uh->check = 0;		/* RFC 3948 section 2.1 */
	/* RFC 8200 section 8.1; it comes when all is encrypted */
	pantun_cb(skb)->udp_csum = path->udp_csum || path->family == AF_INET6;
}

/* DSCP as the tunnel has it; ECN is copied (RFC 6040 section 4.1). */
static u8 outer_tos(const struct pantun_tunnel_opts *opts, u8 inner)
{
	if (opts->tos == PANTUN_TOS_COPY)
		return inner;
	return opts->dscp << 2 | (inner & INET_ECN_MASK);
}

static void push_ip4(struct sk_buff *skb, const struct pantun_sa *sa,
		     const struct pantun_path *path, const struct pantun_tunnel_opts *opts,
		     u8 proto)
{
	const struct pantun_cb *cb = pantun_cb(skb);
	struct iphdr *iph = skb_push(skb, sizeof(*iph));
	u8 ttl = opts->ttl;

	skb_reset_network_header(skb);
	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tos = outer_tos(opts, cb->tos);
	iph->tot_len = htons(skb->len);
	iph->frag_off = cb->df ? htons(IP_DF) : 0;
	iph->ttl = ttl ? ttl : ip4_dst_hoplimit(skb_dst(skb));
	iph->protocol = proto;
	iph->check = 0;
	iph->saddr = path->local.v4;
	iph->daddr = path->remote.v4;
	ip_select_ident(sa->tunnel->pn->net, skb, NULL);
}

static void push_ip6(struct sk_buff *skb, const struct pantun_sa *sa,
		     const struct pantun_path *path, const struct pantun_tunnel_opts *opts,
		     u8 proto)
{
	const struct pantun_cb *cb = pantun_cb(skb);
	struct ipv6hdr *ip6h = skb_push(skb, sizeof(*ip6h));
	u8 ttl = opts->ttl;

	skb_reset_network_header(skb);
	ip6_flow_hdr(ip6h, outer_tos(opts, cb->tos), cb->flow_label);
	ip6h->payload_len = htons(skb->len - sizeof(*ip6h));
	ip6h->nexthdr = proto;
	ip6h->hop_limit = ttl ? ttl : ip6_dst_hoplimit(skb_dst(skb));
	ip6h->saddr = path->local.v6;
	ip6h->daddr = path->remote.v6;
}

/* Transport mode: the header that the packet came with goes around what it carried. */
static void push_kept(struct sk_buff *skb, const struct pantun_inner_header *kept, u8 proto)
{
	memcpy(skb_push(skb, kept->len), kept->octets, kept->len);
	skb_reset_network_header(skb);
	if (ip_hdr(skb)->version == 4) {
		ip_hdr(skb)->protocol = proto;
		ip_hdr(skb)->tot_len = htons(skb->len);
	} else {
		ipv6_hdr(skb)->nexthdr = proto;
		ipv6_hdr(skb)->payload_len = htons(skb->len - sizeof(struct ipv6hdr));
	}
}

/**
 * pantun_outer_push - writes the outer headers
 * @skb: the packet, beginning at the header of ESP or AH, with headroom and the route
 * @sa: its SA
 * @path: where it goes
 * @opts: its tunnel's options
 * @kept: transport mode: the packet's own IP header; else NULL
 *
 * Checksums come with pantun_outer_xmit(), as ESP has not been encrypted yet.
 *
 * Context: RCU read side.
 */
void pantun_outer_push(struct sk_buff *skb, const struct pantun_sa *sa,
		       const struct pantun_path *path, const struct pantun_tunnel_opts *opts,
		       const struct pantun_inner_header *kept)
{
	unsigned int len = skb->len;
	u8 proto = sa->key.proto;

	skb_reset_transport_header(skb);
	pantun_cb(skb)->udp_csum = false;
	if (path->encap == PANTUN_ENCAP_UDP) {
		push_udp(skb, path);
		proto = IPPROTO_UDP;
	}
	if (kept)
		push_kept(skb, kept, proto);
	else if (path->family == AF_INET6)
		push_ip6(skb, sa, path, opts, proto);
	else
		push_ip4(skb, sa, path, opts, proto);
	pantun_cb(skb)->xform = skb->len - len;
	skb->mark = opts->mark;
}

static void set_udp_csum(struct sk_buff *skb)
{
	unsigned int len = skb->len - skb_transport_offset(skb);

	if (ip_hdr(skb)->version == 4)
		udp_set_csum(false, skb, ip_hdr(skb)->saddr, ip_hdr(skb)->daddr, len);
	else
		udp6_set_csum(false, skb, &ipv6_hdr(skb)->saddr, &ipv6_hdr(skb)->daddr, len);
}

/**
 * pantun_outer_xmit - sends a packet with its outer headers
 * @skb: the packet, or a chain of them, with its route; consumed
 * @sa: its SA
 *
 * The path that the headers are from may have been replaced since.
 *
 * Context: BH disabled, RCU read side.
 */
void pantun_outer_xmit(struct sk_buff *skb, const struct pantun_sa *sa)
{
	struct pantun_tunnel *tunnel = sa->tunnel;
	struct net *net = tunnel->pn->net;
	bool df = pantun_cb(skb)->df;

	dev_sw_netstats_tx_add(tunnel->dev, max_t(u16, skb_shinfo(skb)->gso_segs, 1),
			       pantun_cb(skb)->inner_len);
	skb_clear_hash(skb);
	/* a chain says already what it is */
	if (!skb_is_gso(skb)) {
		skb->encapsulation = 0;
		skb->ip_summed = CHECKSUM_NONE;
	}
	if (pantun_cb(skb)->udp_csum)
		set_udp_csum(skb);
	if (ip_hdr(skb)->version == 6) {
		memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
		IP6CB(skb)->flags = IP6SKB_XFRM_TRANSFORMED;
		skb->protocol = htons(ETH_P_IPV6);
		skb->ignore_df = !df;
		ip6_local_out(net, NULL, skb);
		return;
	}
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	IPCB(skb)->flags = IPSKB_XFRM_TRANSFORMED;
	skb->protocol = htons(ETH_P_IP);
	ip_local_out(net, NULL, skb);
}
