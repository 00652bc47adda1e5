// SPDX-License-Identifier: GPL-2.0
/*
 * The way in, in call order: an ESP packet finds its SA by destination and SPI,
 * passes the replay window, is decrypted, marks the window, and its inner packet is
 * checked against the SA's selector before the netdevice receives it.
 *
 * XFRM hands ESP to its handlers in order of priority until one takes the packet.
 * Ours stands before XFRM's own and leaves every SPI that is not ours untouched, so
 * both work on one host.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/icmp.h>
#include <linux/pantun.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/xfrm.h>
#include "cb.h"
#include "compat.h"
#include "netdev.h"
#include "nl_event.h"
#include "rx.h"
#include "sa.h"

#define PRIORITY	200	/* above VTI's 100; has to be ours alone */
#define ESP_HEADER	8	/* SPI, sequence number */
#define NEXT_DUMMY	59	/* RFC 4303 section 2.6 */

static enum pantun_drop drop_of(int err)
{
	switch (err) {
	case -EBADMSG:
		return PANTUN_DROP_RX_AUTH;
	case -EINVAL:
		return PANTUN_DROP_RX_PADDING;
	case -EPROTO:
		return PANTUN_DROP_RX_MALFORMED;
	case -ENOMEM:
		return PANTUN_DROP_RX_NO_MEMORY;
	default:
		return PANTUN_DROP_RX_CRYPTO;
	}
}

static enum pantun_drop drop_of_replay(enum pantun_replay_verdict verdict)
{
	return verdict == PANTUN_REPLAY_LATE ? PANTUN_DROP_RX_LATE : PANTUN_DROP_RX_REPLAY;
}

/* Counts an authentic packet; what forbids its delivery, or PANTUN_DROP_COUNT. */
static enum pantun_drop account(struct pantun_sa *sa, u64 seq, unsigned int len)
{
	enum pantun_replay_verdict verdict;
	enum pantun_life life = PANTUN_LIFE_OK;

	spin_lock_bh(&sa->replay_lock);
	verdict = pantun_replay_accept(&sa->replay, seq);
	if (verdict == PANTUN_REPLAY_OK)
		life = pantun_life_check(&sa->limits, sa->rx_bytes + len,
					 sa->rx_packets + 1, pantun_sa_age(sa));
	if (verdict == PANTUN_REPLAY_OK && life != PANTUN_LIFE_HARD) {
		sa->rx_bytes += len;
		sa->rx_packets++;
	}
	spin_unlock_bh(&sa->replay_lock);

	if (verdict != PANTUN_REPLAY_OK)
		return drop_of_replay(verdict);
	if (life == PANTUN_LIFE_HARD) {
		if (!test_and_set_bit(PANTUN_SA_HARD, &sa->flags)) {
			pantun_nl_event_expire(sa, PANTUN_EVENT_HARD);
			pantun_netdev_update(sa->tunnel);
		}
		return PANTUN_DROP_RX_LIMIT;
	}
	if (life == PANTUN_LIFE_SOFT && !test_and_set_bit(PANTUN_SA_SOFT_SENT, &sa->flags))
		pantun_nl_event_expire(sa, PANTUN_EVENT_SOFT);
	return PANTUN_DROP_COUNT;
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
static bool decapsulate_ecn(struct sk_buff *skb, u8 outer_tos)
{
	u8 inner_tos = skb->protocol == htons(ETH_P_IP) ? ip_hdr(skb)->tos :
							  ipv6_get_dsfield(ipv6_hdr(skb));

	return INET_ECN_decapsulate(skb, outer_tos, inner_tos) < 2;
}

/* Makes the decrypted packet one that the tunnel's netdevice received. */
static void deliver(struct sk_buff *skb, struct pantun_tunnel *tunnel)
{
	struct net_device *dev = tunnel->dev;

	skb_scrub_packet(skb, !net_eq(tunnel->pn->net, dev_net(dev)));
	skb_reset_mac_header(skb);
	skb_reset_mac_len(skb);
	skb_reset_transport_header(skb);
	skb_clear_hash(skb);
	skb_set_queue_mapping(skb, 0);
	skb->dev = dev;
	/*
	 * The ICV vouches for every octet since the peer encrypted them, so the inner
	 * checksum tells nothing new, unless the admin wants it looked at.
	 */
	if (dev->features & NETIF_F_RXCSUM) {
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		skb->csum_level = ~0;
	} else {
		skb->ip_summed = CHECKSUM_NONE;
	}
	dev_sw_netstats_rx_add(dev, skb->len);
	gro_cells_receive(&tunnel->gro_cells, skb);
}

/* What is wrong with an authentic packet's contents, or PANTUN_DROP_COUNT. */
static enum pantun_drop check_inner(struct sk_buff *skb, struct pantun_sa *sa,
				    int next_header, u8 outer_tos)
{
	struct pantun_flow flow;

	switch (next_header) {
	case IPPROTO_IPIP:
		if (!inner_v4(skb))
			return PANTUN_DROP_RX_INNER;
		break;
	case IPPROTO_IPV6:
		if (!inner_v6(skb))
			return PANTUN_DROP_RX_INNER;
		break;
	case NEXT_DUMMY:
		return PANTUN_DROP_RX_DUMMY;
	default:
		return PANTUN_DROP_RX_NEXT_HEADER;
	}
	if (!pantun_flow_dissect(skb, false, &flow))
		return PANTUN_DROP_RX_INNER;
	if (!pantun_selector_match(&sa->selector, &flow))
		return PANTUN_DROP_RX_SELECTOR;
	if (!decapsulate_ecn(skb, outer_tos))
		return PANTUN_DROP_RX_ECN;
	if (!(sa->tunnel->dev->flags & IFF_UP))
		return PANTUN_DROP_RX_TUNNEL_DOWN;
	return PANTUN_DROP_COUNT;
}

/**
 * pantun_rx_done - the end of every decryption
 * @skb: the packet, its data beginning at the inner packet; consumed
 * @sa: its SA; the packet's reference is dropped
 * @next_header: what the trailer said, or a negative error
 *
 * Context: any but hard irq.
 */
void pantun_rx_done(struct sk_buff *skb, struct pantun_sa *sa, int next_header)
{
	struct pantun_cb cb = *pantun_cb(skb);
	enum pantun_drop reason;

	local_bh_disable();
	rcu_read_lock();
	if (next_header < 0) {
		reason = drop_of(next_header);
		goto drop;
	}
	reason = account(sa, cb.seq, skb->len);
	if (reason != PANTUN_DROP_COUNT)
		goto drop;
	reason = check_inner(skb, sa, next_header, cb.tos);
	if (reason != PANTUN_DROP_COUNT)
		goto drop;
	deliver(skb, sa->tunnel);
	goto out;
drop:
	pantun_drop_skb(skb, sa->tunnel, sa, reason);
out:
	rcu_read_unlock();
	local_bh_enable();
	pantun_sa_put(sa);
}

/* A packet of ours, data beginning at the ESP header.  Consumes it and the reference. */
static void receive(struct sk_buff *skb, struct pantun_sa *sa, u32 seq_lo, u8 encap)
{
	struct pantun_cb *cb = pantun_cb(skb);
	enum pantun_replay_verdict verdict;
	enum pantun_drop reason;
	int next_header;
	u8 tos = ip_hdr(skb)->tos;

	/* neither is there any more when decryption ends later */
	skb_dst_drop(skb);
	skb->dev = NULL;
	if (test_bit(PANTUN_SA_HARD, &sa->flags)) {
		reason = PANTUN_DROP_RX_LIMIT;
		goto drop;
	}
	if (rcu_dereference(sa->path)->encap != encap) {
		reason = PANTUN_DROP_RX_ENCAP_MISMATCH;
		goto drop;
	}
	cb->sa = sa;
	cb->tos = tos;
	spin_lock_bh(&sa->replay_lock);
	cb->seq = pantun_replay_infer(&sa->replay, seq_lo);
	verdict = pantun_replay_check(&sa->replay, cb->seq);
	spin_unlock_bh(&sa->replay_lock);
	if (verdict != PANTUN_REPLAY_OK) {
		reason = drop_of_replay(verdict);
		goto drop;
	}
	next_header = sa->ops->input(sa, skb, cb->seq);
	if (next_header != -EINPROGRESS)
		pantun_rx_done(skb, sa, next_header);
	return;
drop:
	pantun_drop_skb(skb, sa->tunnel, sa, reason);
	pantun_sa_put(sa);
}

static struct pantun_sa *find(const struct net *net, __be32 daddr, __be32 spi, u8 dir)
{
	struct pantun_sa_key key;

	memset(&key, 0, sizeof(key));	/* the table compares every octet */
	key.daddr.v4 = daddr;
	key.spi = spi;
	key.family = AF_INET;
	key.proto = IPPROTO_ESP;
	key.dir = dir;
	return pantun_sa_find_get(pantun_net(net), &key);
}

/* Ours: consumed, 0.  Not ours: untouched, -EINVAL, and XFRM goes on. */
static int try_receive(struct sk_buff *skb, u8 encap)
{
	__be32 header[ESP_HEADER / sizeof(__be32)];
	struct pantun_sa *sa;

	if (skb_copy_bits(skb, 0, header, sizeof(header)))
		return -EINVAL;
	sa = find(dev_net(skb->dev), ip_hdr(skb)->daddr, header[0], PANTUN_DIR_IN);
	if (!sa)
		return -EINVAL;
	receive(skb, sa, ntohl(header[1]), encap);
	return 0;
}

static int rcv(struct sk_buff *skb)
{
	return try_receive(skb, PANTUN_ENCAP_NONE);
}

/* From a UDP socket with UDP_ENCAP_ESPINUDP; the UDP header is off (RFC 3948). */
static int rcv_encap(struct sk_buff *skb, int nexthdr, __be32 spi, int encap_type)
{
	if (nexthdr != IPPROTO_ESP || encap_type != UDP_ENCAP_ESPINUDP)
		return -EINVAL;
	return try_receive(skb, PANTUN_ENCAP_UDP);
}

/* Called for XFRM's packets as well: 1 says "not ours"; ours never come here. */
static int rcv_cb(struct sk_buff *skb, int err)
{
	return 1;
}

/*
 * An ICMP error about a packet of ours: the route's MTU is lowered for a live SA
 * only.  Data begin at the quoted outer header.  Not ours: XFRM goes on.
 */
static int rcv_err(struct sk_buff *skb, u32 info)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	struct net *net = dev_net(skb->dev);
	struct pantun_sa *sa;
	__be32 spi;

	if (skb_copy_bits(skb, iph->ihl * 4, &spi, sizeof(spi)))
		return -ENOENT;
	sa = find(net, iph->daddr, spi, PANTUN_DIR_OUT);
	if (!sa)
		return -ENOENT;
	if (icmp_hdr(skb)->type == ICMP_REDIRECT) {
		ipv4_redirect(skb, net, 0, IPPROTO_ESP);
	} else if (icmp_hdr(skb)->type == ICMP_DEST_UNREACH &&
		   icmp_hdr(skb)->code == ICMP_FRAG_NEEDED) {
		ipv4_update_pmtu(skb, net, info, 0, IPPROTO_ESP);
		pantun_netdev_update(sa->tunnel);
	}
	pantun_sa_put(sa);
	return 0;
}

static struct xfrm4_protocol protocol = {
	.handler = rcv,
	.input_handler = rcv_encap,
	.cb_handler = rcv_cb,
	.err_handler = rcv_err,
	.priority = PRIORITY,
};

/**
 * pantun_rx_register - begins to receive
 *
 * Return: 0 or -EEXIST if another module has our priority.
 */
int pantun_rx_register(void)
{
	int err = xfrm4_protocol_register(&protocol, IPPROTO_ESP);

	if (err)
		pr_err("another module handles ESP at priority %d; unload it first\n", PRIORITY);
	return err;
}

/**
 * pantun_rx_unregister - ends receiving; returns after the last packet left the handler
 */
void pantun_rx_unregister(void)
{
	xfrm4_protocol_deregister(&protocol, IPPROTO_ESP);
}
