// SPDX-License-Identifier: GPL-2.0
/*
 * The way out, in call order: a packet is handed to the netdevice, finds its proxy-ID
 * once (a super-packet, too), waits for an SA or goes on, is checked against the
 * path's MTU, split, numbered, made the payload of ESP or AH, gets its outer headers,
 * is encrypted and sent; what a super-packet was split into leaves together (chain.c).
 * Nothing leaves in clear.
 */
#include <linux/icmpv6.h>
#include <linux/pantun.h>
#include <net/dsfield.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include "compat.h"
#include "core/cb.h"
#include "core/events.h"
#include "core/hold.h"
#include "core/proxy.h"
#include "core/sa.h"
#include "core/tunnel.h"
#include "data/chain.h"
#include "data/flow.h"
#include "data/inner.h"
#include "data/outer.h"
#include "data/tx.h"
#include "pure/mss.h"

#define ACQUIRE_INTERVAL	HZ	/* between events of one proxy-ID */

/*
 * Our packets nest when the underlay of one tunnel is another one.  While a tunnel sends
 * a packet, this CPU knows how many tunnels the packet has passed.  The packet itself
 * keeps that number while it is encrypted, as a worker may go on with it later.
 */
#define NEST_MAX		4
static DEFINE_PER_CPU(u8, nest);

static bool is_v4(const struct sk_buff *skb)
{
	return ip_hdr(skb)->version == 4;
}

/* A packet socket may send IPv6 where the kernel has it disabled, and cannot answer. */
static void send_icmp6(struct sk_buff *skb, u8 type, u8 code, u32 info)
{
	if (ipv6_mod_enabled())
		icmpv6_ndo_send(skb, type, code, info);
}

/* Tells the sender that nothing carries this packet (RFC 4301 section 6.1). */
static void send_prohibited(struct sk_buff *skb)
{
	if (is_v4(skb))
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_PKT_FILTERED, 0);
	else
		send_icmp6(skb, ICMPV6_DEST_UNREACH, ICMPV6_ADM_PROHIBITED, 0);
}

/* Tells the sender that nobody is there to carry it, for the time being. */
static void send_unreachable(struct sk_buff *skb)
{
	if (is_v4(skb))
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
	else
		send_icmp6(skb, ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH, 0);
}

/* A packet that no SA came for.  Consumes it.  BH disabled, RCU. */
static void refuse_held(struct sk_buff *skb, struct pantun_tunnel *tunnel,
			enum pantun_drop reason)
{
	send_unreachable(skb);
	pantun_drop_skb(skb, tunnel, NULL, reason);
}

/* Tells the sender how large a packet may be; local senders learn it by their route. */
static void send_too_big(struct sk_buff *skb, u32 mtu)
{
	if (skb_dst(skb))
		skb_dst_update_pmtu_no_confirm(skb, mtu);
	if (is_v4(skb))
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(mtu));
	else
		send_icmp6(skb, ICMPV6_PKT_TOOBIG, 0, mtu);
}

/* Whether the packet, or each segment of a super-packet, has @mtu octets at most. */
static bool fits_mtu(const struct sk_buff *skb, u32 mtu)
{
	return skb_is_gso(skb) ? skb_gso_validate_network_len(skb, mtu) : skb->len <= mtu;
}

/*
 * Whether the packet fits @mtu, or may be made to fit by fragments of the outer
 * packet.  Sets whether the outer one may be fragmented.
 */
static bool size_ok(struct sk_buff *skb, u32 mtu, u8 df)
{
	struct pantun_cb *cb = pantun_cb(skb);

	if (df != PANTUN_DF_COPY)
		cb->df = df == PANTUN_DF_SET;
	else if (!is_v4(skb))
		/* IPv6 links carry 1,280 octets (RFC 8200 section 5), if by outer fragments */
		cb->df = fits_mtu(skb, mtu) || !fits_mtu(skb, IPV6_MIN_MTU);
	else
		cb->df = !!(ip_hdr(skb)->frag_off & htons(IP_DF));
	return !cb->df || fits_mtu(skb, mtu);
}

/* Takes the packet's number and counts it; what forbids sending, or PANTUN_DROP_NONE. */
static enum pantun_drop take_number(struct pantun_sa *sa, unsigned int len, u64 *seq)
{
	u64 bytes;

	if (test_bit(PANTUN_SA_HARD, &sa->flags))
		return PANTUN_DROP_TX_LIMIT;
	*seq = atomic64_inc_return(&sa->seq);
	if (!*seq || (*seq > U32_MAX && !sa->esn)) {
		/* never used twice under one key (RFC 4303 section 3.3.3) */
		pantun_sa_reach_hard(sa);
		return PANTUN_DROP_TX_SEQ_EXHAUSTED;
	}
	bytes = atomic64_add_return(len, &sa->tx_bytes);
	switch (pantun_sa_life(sa, bytes, *seq, *seq)) {
	case PANTUN_LIFE_HARD:
		pantun_sa_reach_hard(sa);
		return PANTUN_DROP_TX_LIMIT;
	case PANTUN_LIFE_SOFT:
		pantun_sa_reach_soft(sa);
		break;
	case PANTUN_LIFE_OK:
		break;
	}
	return PANTUN_DROP_NONE;
}

/* The one end of every encryption, at once, later or failed: pantun_cb.done.  BH disabled, RCU. */
static void tx_done(struct sk_buff *skb, struct pantun_sa *sa, int err)
{
	u8 before;

	if (err) {
		pantun_drop_skb(skb, sa->tunnel, sa, err == -ENOMEM ?
				PANTUN_DROP_TX_NO_MEMORY : PANTUN_DROP_TX_CRYPTO);
		return;
	}
	if (pantun_cb(skb)->nest >= NEST_MAX) {
		pantun_drop_skb(skb, sa->tunnel, sa, PANTUN_DROP_TX_LOOP);
		return;
	}
	before = __this_cpu_read(nest);
	__this_cpu_write(nest, pantun_cb(skb)->nest + 1);
	pantun_outer_xmit(skb, sa);
	__this_cpu_write(nest, before);
}

/* What is the same for all packets that one super-packet is split into. */
struct tx {
	struct pantun_sa *sa;
	struct pantun_path *path;
	const struct pantun_tunnel_opts *opts;
	struct dst_entry *dst;		/* with a reference; NULL: the last packet has it */
	struct pantun_overhead sizes;
	u32 mtu;			/* of inner packets */
	bool chained;			/* packets leave together, if they fit */
	struct pantun_chain chain;	/* packets that are ready to leave */
};

/* Checksum and room for headers; what forbids sending, or PANTUN_DROP_NONE. */
static enum pantun_drop make_ready(struct sk_buff *skb, const struct tx *tx)
{
	unsigned int headroom = LL_RESERVED_SPACE(tx->dst->dev) + tx->dst->header_len +
				tx->sizes.outer + tx->sizes.header +
				max_t(int, tx->sizes.inside, 0);
	struct pantun_cb *cb = pantun_cb(skb);
	int err;

	err = skb->ip_summed == CHECKSUM_PARTIAL ? skb_csum_hwoffload_help(skb, 0) : 0;
	if (err)
		return err == -ENOMEM ? PANTUN_DROP_TX_NO_MEMORY : PANTUN_DROP_TX_MALFORMED;
	if (skb_cow_head(skb, headroom))
		return PANTUN_DROP_TX_NO_MEMORY;
	cb->sa = tx->sa;
	cb->inner_len = skb->len;
	cb->tos = is_v4(skb) ? ip_hdr(skb)->tos : ipv6_get_dsfield(ipv6_hdr(skb));
	cb->flow_label = 0;
	if (tx->opts->flow_label && !is_v4(skb))
		cb->flow_label = ip6_flowlabel(ipv6_hdr(skb));
	return PANTUN_DROP_NONE;
}

/* Padding of the inner packet hides its size (RFC 4303 section 2.7). */
static bool pad_to_tfc(struct sk_buff *skb, const struct tx *tx)
{
	u32 len = min(tx->opts->tfc, tx->mtu);

	if (len <= skb->len || tx->sa->mode == PANTUN_MODE_TRANSPORT ||
	    tx->sa->key.proto != IPPROTO_ESP)
		return true;
	return !__skb_put_padto(skb, len, false);
}

/* Gives the packet its route: the last one takes the reference that there is. */
static void set_route(struct sk_buff *skb, struct tx *tx, bool last)
{
	skb_dst_set(skb, last ? tx->dst : dst_clone(tx->dst));
	if (last)
		tx->dst = NULL;
}

/* Makes a payload an outer packet but for the crypto. */
static enum pantun_drop encapsulate(struct sk_buff *skb, struct tx *tx, bool last,
				    const struct pantun_inner_header *kept)
{
	struct pantun_tunnel *tunnel = tx->sa->tunnel;
	int err;

	err = tx->sa->ops->push(tx->sa, skb, pantun_cb(skb)->seq);
	if (err)
		return err == -ENOMEM ? PANTUN_DROP_TX_NO_MEMORY : PANTUN_DROP_TX_CRYPTO;
	skb_scrub_packet(skb, !net_eq(tunnel->pn->net, dev_net(tunnel->dev)));
	set_route(skb, tx, last);
	pantun_outer_push(skb, tx->sa, tx->path, tx->opts, kept);
	return PANTUN_DROP_NONE;
}

static enum pantun_drop encapsulate_inner(struct sk_buff *skb, struct tx *tx, bool last)
{
	struct pantun_inner_header kept;
	enum pantun_drop reason;

	reason = make_ready(skb, tx);
	if (reason)
		return reason;
	if (!pad_to_tfc(skb, tx))
		return PANTUN_DROP_TX_NO_MEMORY;
	reason = pantun_inner_push(skb, tx->sa, tx->path, tx->opts, &kept);
	if (reason)
		return reason;
	reason = take_number(tx->sa, pantun_cb(skb)->inner_len, &pantun_cb(skb)->seq);
	if (reason)
		return reason;
	return encapsulate(skb, tx, last, kept.len ? &kept : NULL);
}

/* A packet that says nothing, for whoever counts packets (RFC 4303 section 2.6). */
static enum pantun_drop encapsulate_dummy(struct sk_buff *skb, struct tx *tx)
{
	struct pantun_cb *cb = pantun_cb(skb);
	enum pantun_drop reason;

	memset(cb, 0, sizeof(*cb));
	cb->sa = tx->sa;
	cb->inner_len = skb->len;
	cb->next_header = PANTUN_NEXT_DUMMY;
	reason = take_number(tx->sa, skb->len, &cb->seq);
	return reason ? reason : encapsulate(skb, tx, true, NULL);
}

/* Sends what is chained so far. */
static void send_chain(struct tx *tx)
{
	struct sk_buff *skb = pantun_chain_take(&tx->chain);

	if (skb)
		tx_done(skb, tx->sa, 0);
}

/* A finished packet, which goes alone or with others, but not before those that came earlier. */
static void send_or_chain(struct sk_buff *skb, struct tx *tx)
{
	if (tx->chained && pantun_chain_add(&tx->chain, skb))
		return;
	send_chain(tx);
	if (!tx->chained || !pantun_chain_add(&tx->chain, skb))
		tx_done(skb, tx->sa, 0);
}

/*
 * A packet with its outer headers, or what forbids sending it, on its way to encryption.
 * Consumes it.  BH disabled, RCU.
 */
static void tx_seal(struct sk_buff *skb, struct tx *tx, enum pantun_drop reason)
{
	struct pantun_sa *sa = tx->sa;
	int err;

	if (reason) {
		pantun_drop_skb(skb, sa->tunnel, sa, reason);
		return;
	}
	pantun_cb(skb)->nest = __this_cpu_read(nest);
	pantun_cb(skb)->done = tx_done;
	err = sa->ops->seal(sa, skb, pantun_cb(skb)->seq);
	if (err == -EINPROGRESS) {
		pantun_sa_hold(sa);
		send_chain(tx);
	} else if (err) {
		tx_done(skb, sa, err);
	} else {
		send_or_chain(skb, tx);
	}
}

/* Whether what a super-packet is split into may leave together. */
static bool may_chain(const struct pantun_cb *cb, const struct tx *tx)
{
	/* in transport mode headers are the inner packets' own */
	return cb->df && tx->sizes.inside >= 0 && __this_cpu_read(nest) < NEST_MAX &&
	       pantun_chain_possible(tx->sa, tx->path, tx->dst);
}

/*
 * Splits a super-packet.  Segments are copies of our own with their checksums done, except
 * where GRO has chained whole packets (SKB_GSO_FRAGLIST): those come out as they came in.
 */
static void tx_gso(struct sk_buff *skb, struct tx *tx)
{
	struct pantun_cb cb = *pantun_cb(skb);
	struct sk_buff *segments, *segment, *next;

	/* segmentation uses the control block itself */
	segments = skb_gso_segment(skb, 0);
	if (IS_ERR_OR_NULL(segments)) {
		pantun_drop_skb(skb, tx->sa->tunnel, tx->sa, PANTUN_DROP_TX_GSO);
		return;
	}
	consume_skb(skb);
	tx->chained = may_chain(&cb, tx);
	skb_list_walk_safe(segments, segment, next) {
		skb_mark_not_on_list(segment);
		*pantun_cb(segment) = cb;
		tx_seal(segment, tx, encapsulate_inner(segment, tx, !next));
	}
	send_chain(tx);
}

/*
 * Transport mode: the header that stays outside has its options with it, which padding
 * does not count then.
 */
static void keep_options(const struct sk_buff *skb, struct pantun_overhead *sizes)
{
	unsigned int options = is_v4(skb) ? ip_hdrlen(skb) - sizeof(struct iphdr) : 0;

	if (sizes->inside >= 0)
		return;
	sizes->outer += options;
	sizes->inside -= options;
}

/* The device's MTU follows the path's, whatever changed that. */
static void note_mtu(const struct tx *tx, u32 path_mtu)
{
	if (READ_ONCE(tx->path->mtu) == path_mtu)
		return;
	WRITE_ONCE(tx->path->mtu, path_mtu);
	pantun_tunnel_poke(tx->sa->tunnel);
}

/* A packet with its way out: checks size, sends.  Consumes it.  BH disabled, RCU. */
static void tx_route(struct sk_buff *skb, struct tx *tx)
{
	struct pantun_tunnel *tunnel = tx->sa->tunnel;
	u32 path_mtu = dst_mtu(tx->dst);

	note_mtu(tx, path_mtu);
	pantun_outer_overhead(tx->sa, tx->path, tx->opts, &tx->sizes);
	keep_options(skb, &tx->sizes);
	tx->mtu = pantun_mtu_inner(&tx->sizes, path_mtu);
	pantun_mss_clamp(skb, min(tx->mtu, READ_ONCE(tunnel->dev->mtu)));
	if (!size_ok(skb, tx->mtu, tx->opts->df) ||
	    (!skb_is_gso(skb) && pantun_mtu_outer(&tx->sizes, skb->len) > IP_MAX_MTU)) {
		send_too_big(skb, max_t(u32, tx->mtu, is_v4(skb) ? IPV4_MIN_MTU : IPV6_MIN_MTU));
		pantun_drop_skb(skb, tunnel, tx->sa, PANTUN_DROP_TX_TOO_BIG);
		return;
	}
	skb_tx_timestamp(skb);
	if (skb_is_gso(skb))
		tx_gso(skb, tx);
	else
		tx_seal(skb, tx, encapsulate_inner(skb, tx, true));
}

/* A packet with its SA.  Consumes it.  BH disabled, RCU. */
static void tx_sa(struct sk_buff *skb, struct pantun_sa *sa,
		  const struct pantun_tunnel_opts *opts)
{
	struct tx tx = { .sa = sa, .path = rcu_dereference(sa->path), .opts = opts };

	tx.dst = pantun_outer_route(sa, tx.path, opts);
	if (IS_ERR(tx.dst)) {
		pantun_drop_skb(skb, sa->tunnel, sa, PTR_ERR(tx.dst) == -ELOOP ?
				PANTUN_DROP_TX_LOOP : PANTUN_DROP_TX_NO_ROUTE);
		return;
	}
	tx_route(skb, &tx);
	dst_release(tx.dst);
}

static struct sk_buff *dummy_skb(const struct tx *tx)
{
	u32 tfc = tx->opts->tfc;
	unsigned int headroom = LL_RESERVED_SPACE(tx->dst->dev) + tx->sizes.outer +
				tx->sizes.header;
	unsigned int tailroom = tx->sizes.block + tx->sizes.trailer + tx->sizes.icv;
	struct sk_buff *skb;
	u32 len;

	/* as large as all the others, or as large as any */
	len = tfc ? min(tfc, tx->mtu) : 1 + get_random_u32() % tx->mtu;
	skb = alloc_skb(headroom + len + tailroom, GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, headroom);
	get_random_bytes(skb_put(skb, len), len);
	return skb;
}

/**
 * pantun_tx_dummy - sends a dummy packet
 * @sa: an outbound SA of ESP
 *
 * Context: BH disabled, RCU read side.
 */
void pantun_tx_dummy(struct pantun_sa *sa)
{
	struct tx tx = {
		.sa = sa,
		.path = rcu_dereference(sa->path),
		.opts = pantun_tunnel_opts(sa->tunnel),
	};
	struct sk_buff *skb;

	tx.dst = pantun_outer_route(sa, tx.path, tx.opts);
	if (IS_ERR(tx.dst))
		return;
	pantun_outer_overhead(sa, tx.path, tx.opts, &tx.sizes);
	tx.sizes.inside = 0;
	tx.mtu = pantun_mtu_inner(&tx.sizes, dst_mtu(tx.dst));
	skb = tx.mtu ? dummy_skb(&tx) : NULL;
	if (skb)
		tx_seal(skb, &tx, encapsulate_dummy(skb, &tx));
	dst_release(tx.dst);
}

static bool acquire_due(const struct pantun_proxy *proxy)
{
	unsigned long next = READ_ONCE(proxy->acquire_next);

	return !next || !time_in_range_open(jiffies, next - ACQUIRE_INTERVAL, next);
}

/* Asks the daemon for an SA, once a while. */
static void ask_for_sa(struct pantun_tunnel *tunnel, struct pantun_proxy *proxy,
		       const struct pantun_flow *flow)
{
	if (!acquire_due(proxy))
		return;
	WRITE_ONCE(proxy->acquire_next, (jiffies + ACQUIRE_INTERVAL) | 1);
	WRITE_ONCE(proxy->failed, false);
	atomic64_inc(&proxy->acquires);
	pantun_event_acquire(tunnel, proxy, flow);
}

/* The current SA, unless it has reached a limit. */
static struct pantun_sa *current_sa(const struct pantun_proxy *proxy)
{
	struct pantun_sa *sa = rcu_dereference(proxy->out_sa);

	return sa && !test_bit(PANTUN_SA_HARD, &sa->flags) ? sa : NULL;
}

/*
 * What the kernel says by itself on any link with IPv6: solicitations of routers and
 * reports of multicast groups.  Nobody's traffic, so no tunnel is brought up for it.
 */
static bool is_chatter(const struct pantun_flow *flow)
{
	return flow->family == AF_INET6 && flow->proto == IPPROTO_ICMPV6 &&
	       ipv6_addr_is_multicast(&flow->remote.v6) &&
	       IPV6_ADDR_MC_SCOPE(&flow->remote.v6) == IPV6_ADDR_SCOPE_LINKLOCAL;
}

static bool selector_ok(const struct pantun_sa *sa, const struct pantun_flow *flow, bool gre)
{
	struct pantun_flow gre_flow;

	if (gre) {
		pantun_inner_gre_flow(rcu_dereference(sa->path), &gre_flow);
		flow = &gre_flow;
	}
	return pantun_selectors_match(&sa->selectors, flow);
}

/* No SA is there.  Consumes the packet. */
static void tx_wait(struct sk_buff *skb, struct pantun_tunnel *tunnel,
		    struct pantun_proxy *proxy, const struct pantun_flow *flow)
{
	if (READ_ONCE(proxy->failed) && !acquire_due(proxy)) {
		refuse_held(skb, tunnel, PANTUN_DROP_TX_HOLD_FAILED);
		return;
	}
	pantun_hold_packet(proxy, skb);
	ask_for_sa(tunnel, proxy, flow);
	/* one that came in between has released before our packet was there */
	if (current_sa(proxy))
		pantun_hold_release(proxy);
}

/*
 * The proxy-ID of a packet.  An ICMP error that matches none takes the proxy-ID of the
 * packet that it quotes (RFC 4301 section 6.2); @about is set then.
 */
static struct pantun_proxy *proxy_of(struct sk_buff *skb, struct pantun_tunnel *tunnel,
				     const struct pantun_flow *flow, bool *about)
{
	struct pantun_proxy *proxy = pantun_proxy_match(tunnel, flow);
	struct pantun_flow quoted;

	*about = !proxy && pantun_flow_is_error(flow) && pantun_flow_quoted(skb, true, &quoted);
	return *about ? pantun_proxy_match(tunnel, &quoted) : proxy;
}

/* A packet of a known flow: its proxy-ID, its SA or the wait for one.  Consumes it. */
static void tx_flow(struct sk_buff *skb, struct pantun_tunnel *tunnel,
		    const struct pantun_flow *flow)
{
	const struct pantun_tunnel_opts *opts = pantun_tunnel_opts(tunnel);
	bool gre = opts->gre, about = false;
	struct pantun_proxy *proxy;
	struct pantun_sa *sa;

	proxy = gre ? pantun_proxy_only(tunnel) : proxy_of(skb, tunnel, flow, &about);
	if (!proxy) {
		send_prohibited(skb);
		pantun_drop_skb(skb, tunnel, NULL, PANTUN_DROP_TX_NO_PROXY);
		return;
	}
	sa = current_sa(proxy);
	if (!sa && (about || is_chatter(flow))) {
		pantun_drop_skb(skb, tunnel, NULL, PANTUN_DROP_TX_NO_SA);
		return;
	}
	if (!sa) {
		tx_wait(skb, tunnel, proxy, flow);
		return;
	}
	if (!selector_ok(sa, flow, gre) &&
	    (gre || !pantun_flow_allowed(&sa->selectors, skb, true, flow))) {
		/* the peer agreed to less than the proxy-ID has */
		send_prohibited(skb);
		pantun_drop_skb(skb, tunnel, sa, PANTUN_DROP_TX_SELECTOR);
		return;
	}
	skb = pantun_inner_whole(skb, sa, opts);
	if (skb)
		tx_sa(skb, sa, opts);
}

static void tx_skb(struct sk_buff *skb, struct pantun_tunnel *tunnel)
{
	struct pantun_flow flow;

	if (!pantun_flow_dissect(skb, true, &flow)) {
		pantun_drop_skb(skb, tunnel, NULL, PANTUN_DROP_TX_MALFORMED);
		return;
	}
	tx_flow(skb, tunnel, &flow);
}

/* In transport mode only the path's own addresses are carried, as they are outside, too. */
static bool transport_ok(const struct pantun_sa *sa, const struct pantun_flow *flow)
{
	const struct pantun_path *path = rcu_dereference(sa->path);

	return sa->mode != PANTUN_MODE_TRANSPORT ||
	       (path->family == flow->family &&
		ipv6_addr_equal(&path->local.v6, &flow->local.v6) &&
		ipv6_addr_equal(&path->remote.v6, &flow->remote.v6));
}

static struct pantun_proxy *find_proxy(struct pantun_tunnel *tunnel, const char *name)
{
	const struct pantun_proxy_table *table = rcu_dereference(tunnel->proxies);
	u32 i;

	for (i = 0; table && i < table->count; i++)
		if (!strcmp(table->entry[i]->name, name))
			return table->entry[i];
	return NULL;
}

/**
 * pantun_tx_choose - the SA for a packet of our own
 * @tunnel: where it goes out
 * @name: of the proxy-ID whose SA is wanted; NULL: of the one that matches
 * @flow: the packet; addresses zero padded
 * @ask: whether to ask for an SA if there is none
 * @sa: gets the SA, without a reference
 *
 * Return: PANTUN_MONITOR_ERROR_UNSPEC, or why there is none: enum pantun_monitor_error.
 * Context: BH disabled, RCU read side.
 */
u32 pantun_tx_choose(struct pantun_tunnel *tunnel, const char *name,
		     const struct pantun_flow *flow, bool ask, struct pantun_sa **sa)
{
	bool gre = pantun_tunnel_opts(tunnel)->gre;
	struct pantun_proxy *proxy;

	if (name)
		proxy = find_proxy(tunnel, name);
	else
		proxy = gre ? pantun_proxy_only(tunnel) : pantun_proxy_match(tunnel, flow);
	if (!proxy)
		return PANTUN_MONITOR_ERROR_NO_PROXY;
	if (!gre && !pantun_selector_match(&proxy->selector, flow))
		return PANTUN_MONITOR_ERROR_SELECTOR;
	*sa = current_sa(proxy);
	if (!*sa) {
		if (ask)
			ask_for_sa(tunnel, proxy, flow);
		return PANTUN_MONITOR_ERROR_NO_SA;
	}
	if (!selector_ok(*sa, flow, gre))
		return PANTUN_MONITOR_ERROR_SELECTOR;
	return gre || transport_ok(*sa, flow) ? PANTUN_MONITOR_ERROR_UNSPEC :
						PANTUN_MONITOR_ERROR_TRANSPORT;
}

/**
 * pantun_tx_own - sends a packet of our own
 * @skb: the packet, with skb_network_header(); consumed
 * @sa: from pantun_tx_choose()
 *
 * Context: BH disabled, RCU read side.
 */
void pantun_tx_own(struct sk_buff *skb, struct pantun_sa *sa)
{
	tx_sa(skb, sa, pantun_tunnel_opts(sa->tunnel));
}

/*
 * Whether the packet is what it is said to be; the fixed part of its header is linear then.
 * Packet sockets and redirection hand over packets that are all pages.
 */
static bool pull_header(struct sk_buff *skb)
{
	bool v4 = skb->protocol == htons(ETH_P_IP);

	return pskb_may_pull(skb, v4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr)) &&
	       is_v4(skb) == v4;
}

/**
 * pantun_tx_start - ndo_start_xmit
 * @skb: the inner packet, consumed
 * @dev: the tunnel
 *
 * Return: NETDEV_TX_OK.
 * Context: BH disabled.
 */
netdev_tx_t pantun_tx_start(struct sk_buff *skb, struct net_device *dev)
{
	struct pantun_tunnel *tunnel = netdev_priv(dev);

	skb_mark_not_on_list(skb);
	rcu_read_lock();
	if (skb->protocol == htons(ETH_P_IP) || skb->protocol == htons(ETH_P_IPV6)) {
		skb_set_network_header(skb, 0);
		if (pull_header(skb))
			tx_skb(skb, tunnel);
		else
			pantun_drop_skb(skb, tunnel, NULL, PANTUN_DROP_TX_MALFORMED);
	} else {
		pantun_drop_skb(skb, tunnel, NULL, PANTUN_DROP_TX_NOT_IP);
	}
	rcu_read_unlock();
	return NETDEV_TX_OK;
}

const struct pantun_hold_ops pantun_tx_hold_ops = {
	.send = tx_skb,
	.refuse = refuse_held,
};
