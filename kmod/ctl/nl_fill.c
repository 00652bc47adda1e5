// SPDX-License-Identifier: GPL-2.0
/*
 * Objects as attributes: whole for replies, or what names them for notifications.
 * Keys are nowhere among them.
 */
#include <linux/pantun.h>
#include "compat.h"
#include "core/proxy.h"
#include "core/sa.h"
#include "core/tunnel.h"
#include "ctl/nl_priv.h"

/**
 * pantun_nl_fill_names - what every message says of its tunnel
 * @skb: the message
 * @tunnel: the tunnel
 *
 * Return: 0 or -EMSGSIZE.
 * Context: any.
 */
int pantun_nl_fill_names(struct sk_buff *skb, const struct pantun_tunnel *tunnel)
{
	char name[IFNAMSIZ];

	/* a copy, as the device may be getting another name right now */
	strscpy(name, tunnel->dev->name, sizeof(name));
	if (nla_put_u32(skb, PANTUN_A_TUNNEL_ID, tunnel->id) ||
	    nla_put_u32(skb, PANTUN_A_IFINDEX, READ_ONCE(tunnel->dev->ifindex)) ||
	    nla_put_string(skb, PANTUN_A_IFNAME, name))
		return -EMSGSIZE;
	return 0;
}

static int fill_traffic(struct sk_buff *skb, int type, const struct pantun_traffic *traffic)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest ||
	    nla_put_u64_64bit(skb, PANTUN_STATS_A_RX_PACKETS, traffic->rx_packets,
			      PANTUN_STATS_A_PAD) ||
	    nla_put_u64_64bit(skb, PANTUN_STATS_A_RX_BYTES, traffic->rx_bytes,
			      PANTUN_STATS_A_PAD) ||
	    nla_put_u64_64bit(skb, PANTUN_STATS_A_TX_PACKETS, traffic->tx_packets,
			      PANTUN_STATS_A_PAD) ||
	    nla_put_u64_64bit(skb, PANTUN_STATS_A_TX_BYTES, traffic->tx_bytes,
			      PANTUN_STATS_A_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_drop(struct sk_buff *skb, int type, enum pantun_drop reason, u64 count)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest ||
	    nla_put_string(skb, PANTUN_DROP_A_REASON, pantun_drop_name(reason)) ||
	    nla_put_u64_64bit(skb, PANTUN_DROP_A_COUNT, count, PANTUN_DROP_A_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_drops(struct sk_buff *skb, int type, const struct pantun_drops *drops)
{
	enum pantun_drop reason;

	for (reason = PANTUN_DROP_FIRST; reason < PANTUN_DROP_END; reason++) {
		long count = atomic_long_read(&drops->count[reason]);

		if (count && fill_drop(skb, type, reason, count))
			return -EMSGSIZE;
	}
	return 0;
}

static int fill_tunnel_counts(struct sk_buff *skb, struct pantun_tunnel *tunnel)
{
	struct rtnl_link_stats64 stats;
	struct pantun_traffic traffic;

	dev_get_stats(tunnel->dev, &stats);
	traffic.rx_packets = stats.rx_packets;
	traffic.rx_bytes = stats.rx_bytes;
	traffic.tx_packets = stats.tx_packets;
	traffic.tx_bytes = stats.tx_bytes;
	if (fill_traffic(skb, PANTUN_TUNNEL_A_STATS, &traffic))
		return -EMSGSIZE;
	return fill_drops(skb, PANTUN_TUNNEL_A_DROP, &tunnel->drops);
}

static int put_opts(struct sk_buff *skb, const struct pantun_tunnel_opts *opts)
{
	if (nla_put_u32(skb, PANTUN_TUNNEL_A_DF, opts->df) ||
	    nla_put_u32(skb, PANTUN_TUNNEL_A_TOS, opts->tos) ||
	    nla_put_u8(skb, PANTUN_TUNNEL_A_DSCP, opts->dscp) ||
	    nla_put_u8(skb, PANTUN_TUNNEL_A_TTL, opts->ttl) ||
	    nla_put_u8(skb, PANTUN_TUNNEL_A_FLOW_LABEL, opts->flow_label) ||
	    nla_put_u8(skb, PANTUN_TUNNEL_A_GRE, opts->gre) ||
	    nla_put_u32(skb, PANTUN_TUNNEL_A_TFC, opts->tfc) ||
	    nla_put_u32(skb, PANTUN_TUNNEL_A_DUMMY, opts->dummy) ||
	    nla_put_u32(skb, PANTUN_TUNNEL_A_MARK, opts->mark) ||
	    nla_put_u32(skb, PANTUN_TUNNEL_A_UNDERLAY, opts->underlay))
		return -EMSGSIZE;
	return 0;
}

static int fill_opts(struct sk_buff *skb, const struct pantun_tunnel *tunnel)
{
	int err;

	rcu_read_lock();
	err = put_opts(skb, pantun_tunnel_opts(tunnel));
	rcu_read_unlock();
	return err;
}

/**
 * pantun_nl_fill_tunnel - a tunnel
 * @skb: the message
 * @tunnel: the tunnel
 * @whole: with counters
 *
 * Return: 0 or -EMSGSIZE.
 * Context: process; any unless @whole.
 */
int pantun_nl_fill_tunnel(struct sk_buff *skb, struct pantun_tunnel *tunnel, bool whole)
{
	struct nlattr *nest = nla_nest_start(skb, PANTUN_A_TUNNEL);
	bool moved = !net_eq(dev_net(tunnel->dev), tunnel->pn->net);

	if (!nest ||
	    nla_put_u32(skb, PANTUN_TUNNEL_A_START, READ_ONCE(tunnel->start)) ||
	    nla_put_u32(skb, PANTUN_TUNNEL_A_STATE, READ_ONCE(tunnel->state)) ||
	    nla_put_u32(skb, PANTUN_TUNNEL_A_MTU, READ_ONCE(tunnel->dev->mtu)) ||
	    nla_put_u32(skb, PANTUN_TUNNEL_A_CARRIER, READ_ONCE(tunnel->carrier)) ||
	    nla_put_u32(skb, PANTUN_TUNNEL_A_PATH, READ_ONCE(tunnel->monitors.path)) ||
	    fill_opts(skb, tunnel))
		return -EMSGSIZE;
	if (moved && nla_put_flag(skb, PANTUN_TUNNEL_A_NETNS_MOVED))
		return -EMSGSIZE;
	if (whole && fill_tunnel_counts(skb, tunnel))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* The four attributes of a family follow one another in the order of the range. */
static int fill_ranges(struct sk_buff *skb, int type, int len, const struct pantun_range *local,
		       const struct pantun_range *remote)
{
	if (nla_put(skb, type, len, &local->first) ||
	    nla_put(skb, type + 1, len, &local->last) ||
	    nla_put(skb, type + 2, len, &remote->first) ||
	    nla_put(skb, type + 3, len, &remote->last))
		return -EMSGSIZE;
	return 0;
}

static int fill_ports(struct sk_buff *skb, int type, const struct pantun_ports *ports)
{
	if (ports->first == 0 && ports->last == U16_MAX)
		return 0;
	if (nla_put_u16(skb, type, ports->first) || nla_put_u16(skb, type + 1, ports->last))
		return -EMSGSIZE;
	return 0;
}

static int fill_selector(struct sk_buff *skb, int type, const struct pantun_selector *sel)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest)
		return -EMSGSIZE;
	if (sel->has_v4 && fill_ranges(skb, PANTUN_SELECTOR_A_LOCAL4_FIRST, sizeof(struct in_addr),
				       &sel->local4, &sel->remote4))
		return -EMSGSIZE;
	if (sel->has_v6 && fill_ranges(skb, PANTUN_SELECTOR_A_LOCAL6_FIRST, sizeof(struct in6_addr),
				       &sel->local6, &sel->remote6))
		return -EMSGSIZE;
	if (sel->proto && nla_put_u8(skb, PANTUN_SELECTOR_A_PROTO, sel->proto))
		return -EMSGSIZE;
	if (fill_ports(skb, PANTUN_SELECTOR_A_LOCAL_PORT_FIRST, &sel->local_port) ||
	    fill_ports(skb, PANTUN_SELECTOR_A_REMOTE_PORT_FIRST, &sel->remote_port))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * pantun_nl_fill_flow - a packet, as the selector that matches it alone
 * @skb: the message
 * @type: of the nest
 * @flow: the packet
 *
 * Return: 0 or -EMSGSIZE.
 * Context: any.
 */
int pantun_nl_fill_flow(struct sk_buff *skb, int type, const struct pantun_flow *flow)
{
	struct pantun_selector sel;

	pantun_selector_any(&sel);
	sel.has_v4 = flow->family == AF_INET;
	sel.has_v6 = flow->family == AF_INET6;
	if (sel.has_v4) {
		sel.local4 = (struct pantun_range){ flow->local, flow->local };
		sel.remote4 = (struct pantun_range){ flow->remote, flow->remote };
	} else {
		sel.local6 = (struct pantun_range){ flow->local, flow->local };
		sel.remote6 = (struct pantun_range){ flow->remote, flow->remote };
	}
	sel.proto = flow->proto;
	if (flow->has_ports) {
		sel.local_port = (struct pantun_ports){ flow->local_port, flow->local_port };
		sel.remote_port = (struct pantun_ports){ flow->remote_port, flow->remote_port };
	}
	return fill_selector(skb, type, &sel);
}

static int fill_proxy_counts(struct sk_buff *skb, const struct pantun_proxy *proxy)
{
	const struct pantun_sa *out;
	struct pantun_traffic traffic;

	out = rcu_dereference_protected(proxy->out_sa,
					lockdep_is_held(&proxy->tunnel->pn->cfg_lock));
	if (out && nla_put_u32(skb, PANTUN_PROXY_A_OUT_SPI, ntohl(out->key.spi)))
		return -EMSGSIZE;
	if (nla_put_u32(skb, PANTUN_PROXY_A_IN_SAS, proxy->in_sas) ||
	    nla_put_u64_64bit(skb, PANTUN_PROXY_A_ACQUIRES, atomic64_read(&proxy->acquires),
			      PANTUN_PROXY_A_PAD) ||
	    nla_put_u32(skb, PANTUN_PROXY_A_HELD, skb_queue_len_lockless(&proxy->hold)))
		return -EMSGSIZE;
	pantun_proxy_traffic(proxy, &traffic);
	return fill_traffic(skb, PANTUN_PROXY_A_STATS, &traffic);
}

/**
 * pantun_nl_fill_proxy - a proxy-ID
 * @skb: the message
 * @proxy: the proxy-ID
 * @whole: with SAs and counters
 *
 * Return: 0 or -EMSGSIZE.
 * Context: any; cfg_lock if @whole.
 */
int pantun_nl_fill_proxy(struct sk_buff *skb, const struct pantun_proxy *proxy, bool whole)
{
	struct nlattr *nest = nla_nest_start(skb, PANTUN_A_PROXY);

	if (!nest || nla_put_string(skb, PANTUN_PROXY_A_NAME, proxy->name) ||
	    fill_selector(skb, PANTUN_PROXY_A_SELECTOR, &proxy->selector))
		return -EMSGSIZE;
	if (whole && fill_proxy_counts(skb, proxy))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_addr(struct sk_buff *skb, u8 family, int v4, int v6,
		     const union pantun_addr *addr)
{
	/* a reservation knows its own side only */
	if (!pantun_addr_given(addr))
		return 0;
	if (family == AF_INET6)
		return nla_put_in6_addr(skb, v6, &addr->v6);
	return nla_put_in_addr(skb, v4, addr->v4);
}

static int fill_encap(struct sk_buff *skb, const struct pantun_path *path)
{
	if (nla_put_u32(skb, PANTUN_PATH_A_ENCAP, path->encap))
		return -EMSGSIZE;
	if (path->encap != PANTUN_ENCAP_UDP)
		return 0;
	if (nla_put_u16(skb, PANTUN_PATH_A_LOCAL_PORT, ntohs(path->local_port)) ||
	    nla_put_u16(skb, PANTUN_PATH_A_REMOTE_PORT, ntohs(path->remote_port)) ||
	    (path->udp_csum && nla_put_flag(skb, PANTUN_PATH_A_UDP_CSUM)))
		return -EMSGSIZE;
	return 0;
}

static int fill_path(struct sk_buff *skb, int type, const struct pantun_path *path)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest ||
	    fill_addr(skb, path->family, PANTUN_PATH_A_LOCAL4, PANTUN_PATH_A_LOCAL6,
		      &path->local) ||
	    fill_addr(skb, path->family, PANTUN_PATH_A_REMOTE4, PANTUN_PATH_A_REMOTE6,
		      &path->remote) ||
	    fill_encap(skb, path))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_own_path(struct sk_buff *skb, const struct pantun_sa *sa)
{
	int err;

	rcu_read_lock();
	err = fill_path(skb, PANTUN_SA_A_PATH, rcu_dereference(sa->path));
	rcu_read_unlock();
	return err;
}

/* What names it and says how it stands. */
static int fill_sa_names(struct sk_buff *skb, struct pantun_sa *sa)
{
	if (nla_put_u32(skb, PANTUN_SA_A_DIR, sa->dir) ||
	    nla_put_u8(skb, PANTUN_SA_A_PROTO, sa->key.proto) ||
	    nla_put_u32(skb, PANTUN_SA_A_SPI, ntohl(sa->key.spi)) ||
	    nla_put_string(skb, PANTUN_SA_A_PROXY, sa->proxy->name) ||
	    fill_own_path(skb, sa) ||
	    nla_put_u64_64bit(skb, PANTUN_SA_A_COOKIE, sa->cookie, PANTUN_SA_A_PAD))
		return -EMSGSIZE;
	if (test_bit(PANTUN_SA_STANDBY, &sa->flags) && nla_put_flag(skb, PANTUN_SA_A_STANDBY))
		return -EMSGSIZE;
	if (test_bit(PANTUN_SA_LARVAL, &sa->flags) && nla_put_flag(skb, PANTUN_SA_A_LARVAL))
		return -EMSGSIZE;
	if (test_bit(PANTUN_SA_HARD, &sa->flags) && nla_put_flag(skb, PANTUN_SA_A_EXPIRED))
		return -EMSGSIZE;
	if (rcu_access_pointer(sa->proxy->out_sa) == sa && nla_put_flag(skb, PANTUN_SA_A_ACTIVE))
		return -EMSGSIZE;
	return 0;
}

static int fill_limit(struct sk_buff *skb, int type, u64 limit)
{
	if (!limit)
		return 0;
	return nla_put_u64_64bit(skb, type, limit, PANTUN_LIMITS_A_PAD);
}

static int fill_limits(struct sk_buff *skb, const struct pantun_limits *limits)
{
	struct nlattr *nest = nla_nest_start(skb, PANTUN_SA_A_LIMITS);

	if (!nest ||
	    fill_limit(skb, PANTUN_LIMITS_A_SOFT_BYTES, limits->soft.bytes) ||
	    fill_limit(skb, PANTUN_LIMITS_A_HARD_BYTES, limits->hard.bytes) ||
	    fill_limit(skb, PANTUN_LIMITS_A_SOFT_PACKETS, limits->soft.packets) ||
	    fill_limit(skb, PANTUN_LIMITS_A_HARD_PACKETS, limits->hard.packets) ||
	    fill_limit(skb, PANTUN_LIMITS_A_SOFT_SECONDS, limits->soft.seconds) ||
	    fill_limit(skb, PANTUN_LIMITS_A_HARD_SECONDS, limits->hard.seconds))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_selectors(struct sk_buff *skb, const struct pantun_selectors *set)
{
	int err = fill_selector(skb, PANTUN_SA_A_SELECTOR, &set->first);
	unsigned int i;

	for (i = 0; !err && i < set->n_more; i++)
		err = fill_selector(skb, PANTUN_SA_A_SELECTOR, &set->more[i]);
	return err;
}

/* What it was made with, but for keys. */
static int fill_sa_terms(struct sk_buff *skb, const struct pantun_sa *sa)
{
	if (nla_put_u32(skb, PANTUN_SA_A_MODE, sa->mode) ||
	    nla_put_u32(skb, PANTUN_SA_A_KEY_BITS, sa->key_bits) ||
	    fill_selectors(skb, &sa->selectors) ||
	    fill_limits(skb, &sa->limits))
		return -EMSGSIZE;
	if (sa->alg->enc && nla_put_u32(skb, PANTUN_SA_A_ENC, sa->alg->enc))
		return -EMSGSIZE;
	if (sa->alg->auth && nla_put_u32(skb, PANTUN_SA_A_AUTH, sa->alg->auth))
		return -EMSGSIZE;
	if (sa->esn && nla_put_flag(skb, PANTUN_SA_A_ESN))
		return -EMSGSIZE;
	if (sa->alg->weak && nla_put_flag(skb, PANTUN_SA_A_WEAK))
		return -EMSGSIZE;
	if (sa->dir == PANTUN_DIR_IN &&
	    nla_put_u32(skb, PANTUN_SA_A_REPLAY_WINDOW, sa->replay.window))
		return -EMSGSIZE;
	return 0;
}

static u64 last_seq(struct pantun_sa *sa)
{
	u64 seq;

	if (sa->dir == PANTUN_DIR_OUT)
		return atomic64_read(&sa->seq);
	spin_lock_bh(&sa->replay_lock);
	seq = sa->replay.top;
	spin_unlock_bh(&sa->replay_lock);
	return seq;
}

static int fill_sa_counts(struct sk_buff *skb, struct pantun_sa *sa)
{
	struct pantun_traffic traffic = {};
	u64 idle;

	if (sa->dir == PANTUN_DIR_OUT)
		pantun_sa_traffic(sa, &traffic.tx_packets, &traffic.tx_bytes);
	else
		pantun_sa_traffic(sa, &traffic.rx_packets, &traffic.rx_bytes);
	if (nla_put_u64_64bit(skb, PANTUN_SA_A_SEQ, last_seq(sa), PANTUN_SA_A_PAD) ||
	    nla_put_u64_64bit(skb, PANTUN_SA_A_AGE, pantun_sa_age(sa), PANTUN_SA_A_PAD) ||
	    fill_traffic(skb, PANTUN_SA_A_STATS, &traffic))
		return -EMSGSIZE;
	if (pantun_sa_idle(sa, &idle) &&
	    nla_put_u64_64bit(skb, PANTUN_SA_A_IDLE, idle, PANTUN_SA_A_PAD))
		return -EMSGSIZE;
	return fill_drops(skb, PANTUN_SA_A_DROP, &sa->drops);
}

/**
 * pantun_nl_fill_sa - an SA, or a reservation
 * @skb: the message
 * @sa: the SA
 * @whole: with its terms and counters
 *
 * Return: 0 or -EMSGSIZE.
 * Context: any, not under replay_lock; cfg_lock if @whole.
 */
int pantun_nl_fill_sa(struct sk_buff *skb, struct pantun_sa *sa, bool whole)
{
	struct nlattr *nest = nla_nest_start(skb, PANTUN_A_SA);

	if (!nest || fill_sa_names(skb, sa))
		return -EMSGSIZE;
	if (whole && !test_bit(PANTUN_SA_LARVAL, &sa->flags) &&
	    (fill_sa_terms(skb, sa) || fill_sa_counts(skb, sa)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * pantun_nl_fill_moved - an SA and where its peer sends from now
 * @skb: the message
 * @sa: the SA
 * @path: that
 *
 * Return: 0 or -EMSGSIZE.
 * Context: any, not under replay_lock.
 */
int pantun_nl_fill_moved(struct sk_buff *skb, struct pantun_sa *sa,
			 const struct pantun_path *path)
{
	struct nlattr *nest = nla_nest_start(skb, PANTUN_A_SA);

	if (!nest || fill_sa_names(skb, sa) || fill_path(skb, PANTUN_SA_A_NEW_PATH, path))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}
