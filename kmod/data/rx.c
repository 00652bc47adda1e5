// SPDX-License-Identifier: GPL-2.0
/*
 * The way in, in call order: an ESP or AH packet finds its SA by destination and SPI,
 * passes the replay window, is decrypted, marks the window, and its inner packet is
 * checked against the SA's selector before the netdevice receives it.
 *
 * XFRM hands ESP and AH to its handlers in order of priority until one takes the packet.
 * Ours stands before XFRM's own and leaves every SPI that is not ours untouched, so
 * both work on one host.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/pantun.h>
#include <linux/udp.h>
#include <net/dsfield.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/ndisc.h>
#include <net/route.h>
#include <net/xfrm.h>
#include "compat.h"
#include "core/cb.h"
#include "core/events.h"
#include "core/sa.h"
#include "core/sa_table.h"
#include "core/tunnel.h"
#include "data/inner.h"
#include "data/outer.h"
#include "data/rx.h"
#include "pure/mss.h"

#define PRIORITY	200	/* above VTI's 100; has to be ours alone */
#define AH_SPI		4	/* octets before SPI and sequence number (RFC 4302 section 2) */
#define MOVED_PAUSE	(HZ / 2)	/* between two words about a packet's source */
#define QUOTED_LATELY	1000000	/* packets: a second of a very fast SA */

static enum pantun_drop drop_of(int err)
{
	switch (err) {
	case -EBADMSG:
		return PANTUN_DROP_RX_AUTH;
	case -EILSEQ:
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

/* Octets of the inner packet, which is not taken out before its number is known to be new. */
static unsigned int inner_len(const struct sk_buff *skb, const struct pantun_sa *sa,
			      const struct pantun_tunnel_opts *opts)
{
	int len = skb->len - pantun_inner_added(sa, rcu_dereference(sa->path), opts);

	return max(len, 0);
}

/* Counts an authentic packet; what forbids its delivery, or PANTUN_DROP_NONE.  BH disabled. */
static enum pantun_drop accept_number(struct pantun_sa *sa, u64 seq, unsigned int len)
{
	enum pantun_replay_verdict verdict;
	enum pantun_life life = PANTUN_LIFE_OK;

	spin_lock(&sa->replay_lock);
	verdict = pantun_replay_accept(&sa->replay, seq);
	if (verdict == PANTUN_REPLAY_OK)
		life = pantun_sa_life(sa, sa->rx_bytes + len, sa->rx_packets + 1, seq);
	if (verdict == PANTUN_REPLAY_OK && life != PANTUN_LIFE_HARD) {
		sa->rx_bytes += len;
		sa->rx_packets++;
	}
	if (verdict == PANTUN_REPLAY_OK)
		sa->heard = get_jiffies_64();
	spin_unlock(&sa->replay_lock);

	if (verdict != PANTUN_REPLAY_OK)
		return drop_of_replay(verdict);
	if (life == PANTUN_LIFE_HARD) {
		pantun_sa_reach_hard(sa);
		return PANTUN_DROP_RX_LIMIT;
	}
	if (life == PANTUN_LIFE_SOFT)
		pantun_sa_reach_soft(sa);
	return PANTUN_DROP_NONE;
}

/*
 * The path that the packet came by.  Its outer headers are where they were, but not for
 * long: pantun_inner_pull() may make them something else.
 */
static void path_of(const struct sk_buff *skb, u8 family, struct pantun_path *path)
{
	const struct pantun_cb *cb = pantun_cb(skb);
	const struct udphdr *uh;

	memset(path, 0, sizeof(*path));
	path->family = family;
	path->encap = cb->encap;
	if (family == AF_INET) {
		path->local.v4 = ip_hdr(skb)->daddr;
		path->remote.v4 = ip_hdr(skb)->saddr;
	} else {
		path->local.v6 = ipv6_hdr(skb)->daddr;
		path->remote.v6 = ipv6_hdr(skb)->saddr;
	}
	if (cb->encap != PANTUN_ENCAP_UDP)
		return;
	uh = (const struct udphdr *)(skb_network_header(skb) + cb->xform);
	path->local_port = uh->dest;
	path->remote_port = uh->source;
}

/* Whether the packet came from where the SA's own packets go to. */
static bool came_by(const struct sk_buff *skb, const struct pantun_path *path)
{
	const struct pantun_cb *cb = pantun_cb(skb);
	const struct udphdr *uh;

	if (path->family == AF_INET ? ip_hdr(skb)->saddr != path->remote.v4 :
	    !ipv6_addr_equal(&ipv6_hdr(skb)->saddr, &path->remote.v6))
		return false;
	/* a peer may send in UDP what we send without, and the other way round */
	if (cb->encap != PANTUN_ENCAP_UDP || path->encap != PANTUN_ENCAP_UDP)
		return true;
	uh = (const struct udphdr *)(skb_network_header(skb) + cb->xform);
	return uh->source == path->remote_port;
}

/*
 * An authentic packet that was not there before came from elsewhere: who has made the SA is told,
 * and decides.  Only the newest packet says where the peer is now, and without a window
 * a copy would look like one.  BH disabled.
 */
static void note_moved(const struct sk_buff *skb, struct pantun_sa *sa)
{
	u64 now = get_jiffies_64();
	struct pantun_path path;
	bool tell;

	spin_lock(&sa->replay_lock);
	tell = sa->replay.window && pantun_cb(skb)->seq == sa->replay.top &&
	       (!sa->moved || time_after_eq64(now, sa->moved + MOVED_PAUSE));
	if (tell)
		sa->moved = now;
	spin_unlock(&sa->replay_lock);
	if (!tell)
		return;
	path_of(skb, sa->key.family, &path);
	pantun_event_moved(sa, &path);
}

/*
 * The inner packet begins anew.  What this host noted of the outer one, such as netfilter's
 * mark or a priority, was said about somebody else, and its checksum is another one.
 */
static void forget_outer(struct sk_buff *skb)
{
	skb_scrub_packet(skb, true);
	skb_reset_redirect(skb);
	skb_init_secmark(skb);
	skb_clear_hash(skb);
	skb_set_queue_mapping(skb, 0);
	skb->priority = 0;
#ifdef CONFIG_NET_SCHED
	skb->tc_index = 0;
#endif
	skb->encapsulation = 0;
	skb->csum_valid = 0;
}

/* Makes the decrypted packet one that the tunnel's netdevice received.  Consumes it. */
static void deliver(struct sk_buff *skb, struct pantun_sa *sa)
{
	struct pantun_tunnel *tunnel = sa->tunnel;
	struct net_device *dev = tunnel->dev;

	forget_outer(skb);
	skb_reset_mac_header(skb);
	skb_reset_mac_len(skb);
	skb_reset_transport_header(skb);
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
	if (gro_cells_receive(&tunnel->gro_cells, skb) == NET_RX_DROP)
		pantun_drop_note(NULL, tunnel, sa, PANTUN_DROP_RX_BACKLOG);
}

/* Whether a packet is the tunnel monitor's, and the stack does not need to see it. */
static bool is_monitors(const struct sk_buff *skb, const struct pantun_sa *sa)
{
	const struct pantun_monitors *monitors = &sa->tunnel->monitors;

	return READ_ONCE(monitors->count) && monitors->receive(skb, sa);
}

/* The one end of every decryption, at once, later or failed: pantun_cb.done.  BH disabled, RCU. */
static void rx_done(struct sk_buff *skb, struct pantun_sa *sa, int next_header)
{
	const struct pantun_tunnel_opts *opts;
	enum pantun_drop reason;

	opts = pantun_tunnel_opts(sa->tunnel);
	if (next_header < 0) {
		reason = drop_of(next_header);
		goto drop;
	}
	reason = accept_number(sa, pantun_cb(skb)->seq, inner_len(skb, sa, opts));
	if (reason)
		goto drop;
	if (unlikely(!came_by(skb, rcu_dereference(sa->path))))
		note_moved(skb, sa);
	reason = pantun_inner_pull(skb, sa, opts, next_header);
	if (reason)
		goto drop;
	if (!(sa->tunnel->dev->flags & IFF_UP)) {
		reason = PANTUN_DROP_RX_TUNNEL_DOWN;
		goto drop;
	}
	dev_sw_netstats_rx_add(sa->tunnel->dev, skb->len);
	if (is_monitors(skb, sa)) {
		consume_skb(skb);
		return;
	}
	pantun_mss_clamp(skb, READ_ONCE(sa->tunnel->dev->mtu));
	deliver(skb, sa);
	return;
drop:
	pantun_drop_skb(skb, sa->tunnel, sa, reason);
}

/*
 * What input() and the inner packet will want to know of the outer headers.  Data
 * begin behind UDP, if there is any: what stands before belongs to IP.
 */
static void note_outer(struct sk_buff *skb, u8 family, u8 encap)
{
	unsigned int udp = encap == PANTUN_ENCAP_UDP ? sizeof(struct udphdr) : 0;
	/* for AH alone; the control block is the same memory */
	unsigned int nhoff = IP6CB(skb)->nhoff;
	struct pantun_cb *cb = pantun_cb(skb);

	cb->encap = encap;
	if (family == AF_INET) {
		cb->tos = ip_hdr(skb)->tos;
		cb->xform = ip_hdr(skb)->ihl * 4;
		return;
	}
	cb->tos = ipv6_get_dsfield(ipv6_hdr(skb));
	cb->xform = -skb_network_offset(skb) - udp;
	cb->nhoff = nhoff;
}

/* A packet of ours, data beginning at ESP or AH.  Consumes it.  BH disabled, RCU. */
static void rx_packet(struct sk_buff *skb, struct pantun_sa *sa, u32 seq_lo)
{
	struct pantun_cb *cb = pantun_cb(skb);
	enum pantun_replay_verdict verdict;
	enum pantun_drop reason;
	int next_header;

	/* neither is there any more when decryption ends later */
	skb_dst_drop(skb);
	skb->dev = NULL;
	if (test_bit(PANTUN_SA_HARD, &sa->flags)) {
		reason = PANTUN_DROP_RX_LIMIT;
		goto drop;
	}
	cb->sa = sa;
	cb->done = rx_done;
	spin_lock(&sa->replay_lock);
	cb->seq = pantun_replay_infer(&sa->replay, seq_lo);
	verdict = pantun_replay_check(&sa->replay, cb->seq);
	spin_unlock(&sa->replay_lock);
	if (verdict != PANTUN_REPLAY_OK) {
		reason = drop_of_replay(verdict);
		goto drop;
	}
	next_header = sa->ops->input(sa, skb, cb->seq);
	if (next_header == -EINPROGRESS)
		pantun_sa_hold(sa);
	else
		rx_done(skb, sa, next_header);
	return;
drop:
	pantun_drop_skb(skb, sa->tunnel, sa, reason);
}

/* @daddr: of @family, as it stands in a header. */
static struct pantun_sa *sa_by_spi(const struct net *net, const void *daddr, u8 family, u8 proto,
				   __be32 spi, u8 dir)
{
	struct pantun_sa_key key;

	memset(&key, 0, sizeof(key));	/* all of the address counts */
	if (family == AF_INET)
		memcpy(&key.daddr.v4, daddr, sizeof(key.daddr.v4));
	else
		memcpy(&key.daddr.v6, daddr, sizeof(key.daddr.v6));
	key.spi = spi;
	key.family = family;
	key.proto = proto;
	key.dir = dir;
	return pantun_sa_find(pantun_net(net), &key);
}

static const void *outer_daddr(const struct sk_buff *skb, u8 family)
{
	return family == AF_INET ? (void *)&ip_hdr(skb)->daddr : (void *)&ipv6_hdr(skb)->daddr;
}

/* Ours: consumed, 0.  Not ours: untouched, -EINVAL, and XFRM goes on. */
static int try_receive(struct sk_buff *skb, u8 family, u8 proto, u8 encap)
{
	int offset = proto == IPPROTO_AH ? AH_SPI : 0;
	struct pantun_sa *sa;
	__be32 header[2];		/* SPI, sequence number */

	if (skb_copy_bits(skb, offset, header, sizeof(header)))
		return -EINVAL;
	sa = sa_by_spi(dev_net(skb->dev), outer_daddr(skb, family), family, proto, header[0],
		       PANTUN_DIR_IN);
	if (!sa)
		return -EINVAL;
	note_outer(skb, family, encap);
	rx_packet(skb, sa, ntohl(header[1]));
	return 0;
}

/**
 * pantun_rx_early - takes an ESP packet that the IP layer has not seen
 * @skb: the packet, with whole headers in its linear part; the network header is known
 * @offset: octets to ESP
 * @family: AF_INET without options or AF_INET6 without extension headers
 * @encap: enum pantun_encap: what is between IP and ESP
 *
 * Return: 0: ours, consumed; -EINVAL: not ours, untouched.
 * Context: BH disabled, RCU read side.
 */
int pantun_rx_early(struct sk_buff *skb, unsigned int offset, u8 family, u8 encap)
{
	const struct ip_esp_hdr *esph = (const struct ip_esp_hdr *)(skb->data + offset);
	__be32 seq_no = esph->seq_no;
	struct pantun_sa *sa;

	sa = sa_by_spi(dev_net(skb->dev), outer_daddr(skb, family), family, IPPROTO_ESP, esph->spi,
		       PANTUN_DIR_IN);
	if (!sa)
		return -EINVAL;
	skb_orphan(skb);
	skb_pull(skb, offset);
	note_outer(skb, family, encap);
	rx_packet(skb, sa, ntohl(seq_no));
	return 0;
}

static int rcv4_esp(struct sk_buff *skb)
{
	return try_receive(skb, AF_INET, IPPROTO_ESP, PANTUN_ENCAP_NONE);
}

static int rcv4_ah(struct sk_buff *skb)
{
	return try_receive(skb, AF_INET, IPPROTO_AH, PANTUN_ENCAP_NONE);
}

static int rcv6_esp(struct sk_buff *skb)
{
	return try_receive(skb, AF_INET6, IPPROTO_ESP, PANTUN_ENCAP_NONE);
}

static int rcv6_ah(struct sk_buff *skb)
{
	return try_receive(skb, AF_INET6, IPPROTO_AH, PANTUN_ENCAP_NONE);
}

/* From a UDP socket with UDP_ENCAP_ESPINUDP; the UDP header is off (RFC 3948). */
static int rcv4_encap(struct sk_buff *skb, int nexthdr, __be32 spi, int encap_type)
{
	if (nexthdr != IPPROTO_ESP || encap_type != UDP_ENCAP_ESPINUDP)
		return -EINVAL;
	return try_receive(skb, AF_INET, IPPROTO_ESP, PANTUN_ENCAP_UDP);
}

static int rcv6_encap(struct sk_buff *skb, int nexthdr, __be32 spi, int encap_type)
{
	if (nexthdr != IPPROTO_ESP || encap_type != UDP_ENCAP_ESPINUDP)
		return -EINVAL;
	return try_receive(skb, AF_INET6, IPPROTO_ESP, PANTUN_ENCAP_UDP);
}

/* Called for XFRM's packets as well: 1 says "not ours"; ours never come here. */
static int rcv_cb(struct sk_buff *skb, int err)
{
	return 1;
}

/* There is no AH in UDP. */
static int refuse_encap(struct sk_buff *skb, int nexthdr, __be32 spi, int encap_type)
{
	return -EINVAL;
}

/*
 * Whether a quoted packet is one that the SA has sent lately, from its own address.  Who
 * is not on the path has to guess both, and the SPI.
 */
static bool was_sent(const struct pantun_sa *sa, const void *saddr, u32 seq_lo)
{
	const struct pantun_path *path = rcu_dereference(sa->path);
	u64 last = atomic64_read(&sa->seq);
	size_t len = path->family == AF_INET ? sizeof(path->local.v4) : sizeof(path->local.v6);

	return !memcmp(&path->local, saddr, len) &&
	       (u32)last - seq_lo < min_t(u64, last, QUOTED_LATELY);
}

/*
 * The outbound SA that a quoted packet was of, or NULL.  AH of which only 8 octets are
 * quoted (RFC 792) has no number, and is not believed.
 */
static struct pantun_sa *find_quoted(const struct sk_buff *skb, int offset, u8 family, u8 proto,
				     const void *saddr, const void *daddr)
{
	struct pantun_sa *sa;
	__be32 header[2];		/* SPI, sequence number */

	if (proto == IPPROTO_AH)
		offset += AH_SPI;
	if (skb_copy_bits(skb, offset, header, sizeof(header)))
		return NULL;
	sa = sa_by_spi(dev_net(skb->dev), daddr, family, proto, header[0], PANTUN_DIR_OUT);
	return sa && was_sent(sa, saddr, ntohl(header[1])) ? sa : NULL;
}

/*
 * An ICMP error about a packet of ours: the route's MTU is lowered for what a live SA
 * has sent lately only.  Data begin at the quoted outer header.  Not ours: XFRM goes on.
 */
static int err4(struct sk_buff *skb, u32 info, u8 proto)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	struct net *net = dev_net(skb->dev);
	struct pantun_sa *sa = find_quoted(skb, iph->ihl * 4, AF_INET, proto, &iph->saddr,
					   &iph->daddr);

	if (!sa)
		return -ENOENT;
	if (icmp_hdr(skb)->type == ICMP_REDIRECT) {
		ipv4_redirect(skb, net, 0, proto);
	} else if (icmp_hdr(skb)->type == ICMP_DEST_UNREACH &&
		   icmp_hdr(skb)->code == ICMP_FRAG_NEEDED) {
		pantun_outer_learn_mtu(skb, sa, info);
	}
	return 0;
}

static int err4_esp(struct sk_buff *skb, u32 info)
{
	return err4(skb, info, IPPROTO_ESP);
}

static int err4_ah(struct sk_buff *skb, u32 info)
{
	return err4(skb, info, IPPROTO_AH);
}

/* The same for ICMPv6; @offset is where the quoted ESP or AH header is. */
static int err6(struct sk_buff *skb, u8 type, int offset, __be32 info, u8 proto)
{
	const struct ipv6hdr *ip6h = (const struct ipv6hdr *)skb->data;
	struct net *net = dev_net(skb->dev);
	struct pantun_sa *sa = find_quoted(skb, offset, AF_INET6, proto, &ip6h->saddr,
					   &ip6h->daddr);

	if (!sa)
		return -ENOENT;
	if (type == NDISC_REDIRECT)
		ip6_redirect(skb, net, skb->dev->ifindex, 0, sock_net_uid(net, NULL));
	else if (type == ICMPV6_PKT_TOOBIG)
		pantun_outer_learn_mtu(skb, sa, ntohl(info));
	return 0;
}

static int err6_esp(struct sk_buff *skb, struct inet6_skb_parm *opt, u8 type, u8 code,
		    int offset, __be32 info)
{
	return err6(skb, type, offset, info, IPPROTO_ESP);
}

static int err6_ah(struct sk_buff *skb, struct inet6_skb_parm *opt, u8 type, u8 code,
		   int offset, __be32 info)
{
	return err6(skb, type, offset, info, IPPROTO_AH);
}

static struct xfrm4_protocol esp4 = {
	.handler = rcv4_esp,
	.input_handler = rcv4_encap,
	.cb_handler = rcv_cb,
	.err_handler = err4_esp,
	.priority = PRIORITY,
};

static struct xfrm4_protocol ah4 = {
	.handler = rcv4_ah,
	.input_handler = refuse_encap,
	.cb_handler = rcv_cb,
	.err_handler = err4_ah,
	.priority = PRIORITY,
};

static struct xfrm6_protocol esp6 = {
	.handler = rcv6_esp,
	.input_handler = rcv6_encap,
	.cb_handler = rcv_cb,
	.err_handler = err6_esp,
	.priority = PRIORITY,
};

static struct xfrm6_protocol ah6 = {
	.handler = rcv6_ah,
	.input_handler = refuse_encap,
	.cb_handler = rcv_cb,
	.err_handler = err6_ah,
	.priority = PRIORITY,
};

/**
 * pantun_rx_register - begins to receive
 *
 * Return: 0 or -EEXIST if another module has our priority.
 */
int pantun_rx_register(void)
{
	int err;

	err = xfrm4_protocol_register(&esp4, IPPROTO_ESP);
	if (err)
		goto err;
	err = xfrm4_protocol_register(&ah4, IPPROTO_AH);
	if (err)
		goto err_esp4;
	err = xfrm6_protocol_register(&esp6, IPPROTO_ESP);
	if (err)
		goto err_ah4;
	err = xfrm6_protocol_register(&ah6, IPPROTO_AH);
	if (err)
		goto err_esp6;
	return 0;

err_esp6:
	xfrm6_protocol_deregister(&esp6, IPPROTO_ESP);
err_ah4:
	xfrm4_protocol_deregister(&ah4, IPPROTO_AH);
err_esp4:
	xfrm4_protocol_deregister(&esp4, IPPROTO_ESP);
err:
	pr_err("another module handles ESP or AH at priority %d; unload it first\n", PRIORITY);
	return err;
}

/**
 * pantun_rx_unregister - ends receiving; returns after the last packet left the handlers
 */
void pantun_rx_unregister(void)
{
	xfrm6_protocol_deregister(&ah6, IPPROTO_AH);
	xfrm6_protocol_deregister(&esp6, IPPROTO_ESP);
	xfrm4_protocol_deregister(&ah4, IPPROTO_AH);
	xfrm4_protocol_deregister(&esp4, IPPROTO_ESP);
}
