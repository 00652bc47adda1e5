// SPDX-License-Identifier: GPL-2.0
/*
 * Outer headers and routes.  Everything here happens in the underlay namespace,
 * wherever the tunnel's netdevice has been moved to.
 */
#include <linux/pantun.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/dst_cache.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/route.h>
#include "cb.h"
#include "compat.h"
#include "netdev.h"
#include "outer.h"
#include "sa.h"

/**
 * pantun_path_alloc - memory of a path
 *
 * Return: a zeroed path with a route cache, or NULL.
 * Context: process.
 */
struct pantun_path *pantun_path_alloc(void)
{
	struct pantun_path *path = kzalloc(sizeof(*path), GFP_KERNEL);

	if (!path)
		return NULL;
	if (dst_cache_init(&path->dst_cache, GFP_KERNEL)) {
		kfree(path);
		return NULL;
	}
	return path;
}

static void path_free_work(struct work_struct *work)
{
	struct pantun_path *path = container_of(to_rcu_work(work), struct pantun_path,
						free_work);

	dst_cache_destroy(&path->dst_cache);
	kfree(path);
}

/**
 * pantun_path_free_rcu - frees a path that nobody can find any more
 * @path: the path
 *
 * Context: any; the memory goes after a grace period, from a worker.
 */
void pantun_path_free_rcu(struct pantun_path *path)
{
	INIT_RCU_WORK(&path->free_work, path_free_work);
	queue_rcu_work(pantun_wq, &path->free_work);
}

/**
 * pantun_path_header_len - what stands before the ESP header
 * @path: the path
 *
 * Return: octets.
 */
u16 pantun_path_header_len(const struct pantun_path *path)
{
	return sizeof(struct iphdr) +
	       (path->encap == PANTUN_ENCAP_UDP ? sizeof(struct udphdr) : 0);
}

/* The route to the far end, with a reference, or an error. */
static struct rtable *route(const struct pantun_sa *sa, struct pantun_path *path)
{
	struct flowi4 fl4 = {
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
		return rt;
	/* without XFRM's policies: the packet is protected already, and not by XFRM */
	rt = __ip_route_output_key(sa->tunnel->pn->net, &fl4);
	if (!IS_ERR(rt))
		dst_cache_set_ip4(&path->dst_cache, &rt->dst, fl4.saddr);
	return rt;
}

static bool leads_into(const struct rtable *rt, const struct pantun_tunnel *tunnel)
{
	return rt->dst.dev == tunnel->dev;
}

/**
 * pantun_outer_mtu - what the underlay carries to the far end
 * @sa: an SA of the tunnel
 * @path: its path
 *
 * Return: octets, outer IP header included; 0 without a route or where the route
 * leads into the tunnel itself.
 * Context: RCU read side or cfg_lock; any but hard irq.
 */
u32 pantun_outer_mtu(const struct pantun_sa *sa, struct pantun_path *path)
{
	struct rtable *rt;
	u32 mtu = 0;

	/* the route cache is per CPU */
	local_bh_disable();
	rt = route(sa, path);
	local_bh_enable();
	if (IS_ERR(rt))
		return 0;
	if (!leads_into(rt, sa->tunnel))
		mtu = dst_mtu(&rt->dst);
	ip_rt_put(rt);
	return mtu;
}

static void push_udp(struct sk_buff *skb, const struct pantun_path *path)
{
	struct udphdr *uh = skb_push(skb, sizeof(*uh));

	skb_reset_transport_header(skb);
	uh->source = path->local_port;
	uh->dest = path->remote_port;
	uh->len = htons(skb->len);
	uh->check = 0;		/* RFC 3948 section 2.1 */
}

/**
 * pantun_outer_push - writes the outer headers but for length, id and checksum
 * @skb: the ESP packet, with headroom for them
 * @path: where it goes
 *
 * Context: RCU read side.
 */
void pantun_outer_push(struct sk_buff *skb, const struct pantun_path *path)
{
	const struct pantun_cb *cb = pantun_cb(skb);
	u8 proto = IPPROTO_ESP;
	struct iphdr *iph;

	skb_reset_transport_header(skb);
	if (path->encap == PANTUN_ENCAP_UDP) {
		push_udp(skb, path);
		proto = IPPROTO_UDP;
	}
	iph = skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	/* the DSCP stays inside; ECN is copied, as RFC 6040 section 4.1 has it */
	iph->tos = cb->tos & INET_ECN_MASK;
	iph->frag_off = cb->df ? htons(IP_DF) : 0;
	iph->protocol = proto;
	iph->saddr = path->local.v4;
	iph->daddr = path->remote.v4;
}

/**
 * pantun_outer_xmit - routes and sends a packet with its outer headers
 * @skb: the packet, consumed
 * @sa: its SA
 * @path: the SA's path
 *
 * Context: BH disabled, RCU read side.
 */
void pantun_outer_xmit(struct sk_buff *skb, struct pantun_sa *sa,
		       struct pantun_path *path)
{
	struct pantun_tunnel *tunnel = sa->tunnel;
	struct net *net = tunnel->pn->net;
	struct rtable *rt = route(sa, path);

	if (IS_ERR(rt)) {
		pantun_drop_skb(skb, tunnel, sa, PANTUN_DROP_TX_NO_ROUTE);
		return;
	}
	if (leads_into(rt, tunnel)) {
		ip_rt_put(rt);
		pantun_drop_skb(skb, tunnel, sa, PANTUN_DROP_TX_LOOP);
		return;
	}
	dev_sw_netstats_tx_add(tunnel->dev, 1, pantun_cb(skb)->inner_len);
	skb_scrub_packet(skb, !net_eq(net, dev_net(tunnel->dev)));
	skb_clear_hash(skb);
	skb_dst_set(skb, &rt->dst);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	IPCB(skb)->flags = IPSKB_XFRM_TRANSFORMED;
	skb->protocol = htons(ETH_P_IP);
	skb->encapsulation = 0;
	skb->ip_summed = CHECKSUM_NONE;
	ip_hdr(skb)->ttl = ip4_dst_hoplimit(&rt->dst);
	ip_select_ident(net, skb, NULL);
	ip_local_out(net, NULL, skb);
}
