// SPDX-License-Identifier: GPL-2.0
/* The commands about monitored destinations, and these as attributes. */
#include <linux/math64.h>
#include <linux/pantun.h>
#include <net/ipv6.h>
#include "compat.h"
#include "core/sa.h"
#include "core/tunnel.h"
#include "ctl/nl_priv.h"
#include "monitor/monitor.h"

/* --- attributes into a monitor --- */

static const char *wrong_dst_v4(const union pantun_addr *addr)
{
	if (!addr->v4 || ipv4_is_multicast(addr->v4) || ipv4_is_lbcast(addr->v4) ||
	    ipv4_is_loopback(addr->v4))
		return "a monitor's destination and source must be unicast addresses";
	return NULL;
}

static const char *wrong_dst_v6(const union pantun_addr *addr)
{
	int type = ipv6_addr_type(&addr->v6);

	if (type == IPV6_ADDR_ANY || type & (IPV6_ADDR_MULTICAST | IPV6_ADDR_LOOPBACK))
		return "a monitor's destination and source must be unicast addresses";
	if (type & IPV6_ADDR_MAPPED)
		return "an IPv4 address in IPv6 form: give it as MONITOR_A_DST4 or _SRC4";
	return NULL;
}

/* An address in whichever of two families it is given; zero padded. */
static int parse_addr(struct nlattr **attrs, int v4, int v6, union pantun_addr *addr, u8 *family,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = attrs[v6] ? attrs[v6] : attrs[v4];
	const char *wrong;

	*family = AF_UNSPEC;
	memset(addr, 0, sizeof(*addr));
	if (!attr)
		return 0;
	if (attrs[v4] && attrs[v6])
		return pantun_nl_refuse(extack, attr, -EINVAL,
					"an address is of one family: give IPv4 or IPv6");
	if (attrs[v6] && !ipv6_mod_enabled())
		return pantun_nl_refuse(extack, attr, -EAFNOSUPPORT,
					"IPv6 is disabled in this kernel (ipv6.disable=1)");
	*family = attrs[v6] ? AF_INET6 : AF_INET;
	nla_memcpy(addr, attr, sizeof(*addr));
	wrong = attrs[v6] ? wrong_dst_v6(addr) : wrong_dst_v4(addr);
	return wrong ? pantun_nl_refuse(extack, attr, -EINVAL, wrong) : 0;
}

/* The destination, which names a monitor. */
static int parse_name(struct nlattr **attrs, struct pantun_monitor_config *config,
		      struct netlink_ext_ack *extack)
{
	int err = parse_addr(attrs, PANTUN_MONITOR_A_DST4, PANTUN_MONITOR_A_DST6, &config->dst,
			     &config->family, extack);

	if (!err && config->family == AF_UNSPEC)
		return pantun_nl_refuse(extack, NULL, -EINVAL,
					"a monitor needs a destination (MONITOR_A_DST4 or _DST6)");
	return err;
}

static u32 u32_or(const struct nlattr *attr, u32 otherwise)
{
	return attr ? nla_get_u32(attr) : otherwise;
}

static int parse_monitor(struct nlattr **attrs, struct pantun_monitor_config *config,
			 struct netlink_ext_ack *extack)
{
	u8 family;
	int err;

	/* configurations are compared octet by octet */
	memset(config, 0, sizeof(*config));
	err = parse_name(attrs, config, extack);
	if (!err)
		err = parse_addr(attrs, PANTUN_MONITOR_A_SRC4, PANTUN_MONITOR_A_SRC6,
				 &config->src, &family, extack);
	if (err)
		return err;
	if (family != AF_UNSPEC && family != config->family)
		return pantun_nl_refuse(extack, attrs[PANTUN_MONITOR_A_SRC4] ?
					attrs[PANTUN_MONITOR_A_SRC4] : attrs[PANTUN_MONITOR_A_SRC6],
					-EINVAL, "source and destination are of one family");
	if (attrs[PANTUN_MONITOR_A_PROXY])
		nla_strscpy(config->proxy, attrs[PANTUN_MONITOR_A_PROXY], sizeof(config->proxy));
	config->action = u32_or(attrs[PANTUN_MONITOR_A_ACTION], PANTUN_MONITOR_WAIT_RECOVER);
	config->interval = u32_or(attrs[PANTUN_MONITOR_A_INTERVAL],
				  PANTUN_MONITOR_INTERVAL_DEFAULT);
	config->threshold = u32_or(attrs[PANTUN_MONITOR_A_THRESHOLD],
				   PANTUN_MONITOR_THRESHOLD_DEFAULT);
	config->recovery = u32_or(attrs[PANTUN_MONITOR_A_RECOVERY],
				  PANTUN_MONITOR_RECOVERY_DEFAULT);
	return 0;
}

/* --- a monitor into attributes --- */

static int fill_monitor_addr(struct sk_buff *skb, u8 family, int v4, const union pantun_addr *addr)
{
	if (!pantun_addr_given(addr))
		return 0;
	/* of each address, IPv6 follows IPv4 */
	if (family == AF_INET6)
		return nla_put_in6_addr(skb, v4 + 1, &addr->v6);
	return nla_put_in_addr(skb, v4, addr->v4);
}

static int fill_config(struct sk_buff *skb, const struct pantun_monitor_config *config)
{
	if (fill_monitor_addr(skb, config->family, PANTUN_MONITOR_A_DST4, &config->dst) ||
	    fill_monitor_addr(skb, config->family, PANTUN_MONITOR_A_SRC4, &config->src) ||
	    (*config->proxy && nla_put_string(skb, PANTUN_MONITOR_A_PROXY, config->proxy)) ||
	    nla_put_u32(skb, PANTUN_MONITOR_A_ACTION, config->action) ||
	    nla_put_u32(skb, PANTUN_MONITOR_A_INTERVAL, config->interval) ||
	    nla_put_u32(skb, PANTUN_MONITOR_A_THRESHOLD, config->threshold) ||
	    nla_put_u32(skb, PANTUN_MONITOR_A_RECOVERY, config->recovery))
		return -EMSGSIZE;
	return 0;
}

static int fill_count(struct sk_buff *skb, int type, u64 count)
{
	return nla_put_u64_64bit(skb, type, count, PANTUN_MONITOR_A_PAD);
}

static int fill_rtt(struct sk_buff *skb, const struct pantun_monitor_fsm *fsm)
{
	if (!fsm->received)
		return 0;
	if (nla_put_u32(skb, PANTUN_MONITOR_A_RTT_LAST, fsm->rtt_last) ||
	    nla_put_u32(skb, PANTUN_MONITOR_A_RTT_MIN, fsm->rtt_min) ||
	    nla_put_u32(skb, PANTUN_MONITOR_A_RTT_AVG, div64_u64(fsm->rtt_sum, fsm->received)) ||
	    nla_put_u32(skb, PANTUN_MONITOR_A_RTT_MAX, fsm->rtt_max))
		return -EMSGSIZE;
	return 0;
}

static int fill_state(struct sk_buff *skb, const struct pantun_monitor *monitor)
{
	const struct pantun_monitor_fsm *fsm = &monitor->fsm;
	u64 since = ktime_get_boottime_seconds() - monitor->since;

	if (nla_put_u32(skb, PANTUN_MONITOR_A_STATE, fsm->state) ||
	    fill_count(skb, PANTUN_MONITOR_A_SINCE, since) ||
	    fill_count(skb, PANTUN_MONITOR_A_SENT, fsm->sent) ||
	    fill_count(skb, PANTUN_MONITOR_A_UNSENT, fsm->unsent) ||
	    fill_count(skb, PANTUN_MONITOR_A_RECEIVED, fsm->received) ||
	    fill_count(skb, PANTUN_MONITOR_A_LOST, fsm->lost) ||
	    fill_count(skb, PANTUN_MONITOR_A_HISTORY, fsm->history) ||
	    nla_put_u32(skb, PANTUN_MONITOR_A_ERROR, monitor->error) ||
	    fill_monitor_addr(skb, monitor->config.family, PANTUN_MONITOR_A_FROM4,
			      &monitor->probe.from))
		return -EMSGSIZE;
	return fill_rtt(skb, fsm);
}

/**
 * pantun_nl_fill_monitor - a monitored destination
 * @skb: the message
 * @monitor: its monitor
 *
 * Return: 0 or -EMSGSIZE.
 * Context: monitors.lock.
 */
int pantun_nl_fill_monitor(struct sk_buff *skb, const struct pantun_monitor *monitor)
{
	struct nlattr *nest = nla_nest_start(skb, PANTUN_A_MONITOR);

	lockdep_assert_held(&monitor->tunnel->monitors.lock);
	if (!nest || fill_config(skb, &monitor->config) || fill_state(skb, monitor))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_message(struct sk_buff *skb, struct pantun_monitor *monitor)
{
	struct pantun_tunnel *tunnel = monitor->tunnel;
	int err = pantun_nl_fill_names(skb, tunnel);

	if (err)
		return err;
	spin_lock_bh(&tunnel->monitors.lock);
	err = pantun_nl_fill_monitor(skb, monitor);
	spin_unlock_bh(&tunnel->monitors.lock);
	return err;
}

/* --- commands --- */

/**
 * pantun_nl_monitor_new - PANTUN_CMD_MONITOR_NEW
 * @skb: the request
 * @info: the request
 *
 * Return: 0 or a negative errno.
 * Context: process.
 */
int pantun_nl_monitor_new(struct sk_buff *skb, struct genl_info *info)
{
	struct pantun_net *pn = pantun_net(genl_info_net(info));
	struct nlattr *attrs[PANTUN_MONITOR_A_MAX + 1];
	struct pantun_monitor_config config;
	struct pantun_tunnel *tunnel;
	int err;

	err = pantun_nl_open_nest(attrs, PANTUN_MONITOR_A_MAX, info->attrs[PANTUN_A_MONITOR],
				  info->extack);
	if (!err)
		err = parse_monitor(attrs, &config, info->extack);
	if (err)
		return err;
	mutex_lock(&pn->cfg_lock);
	tunnel = pantun_nl_find_tunnel(pn, info->attrs, info->extack);
	err = PTR_ERR_OR_ZERO(tunnel);
	if (!err)
		err = pantun_monitor_set(tunnel, &config, info->extack);
	mutex_unlock(&pn->cfg_lock);
	return err;
}

/* The monitor that a request names, or an ERR_PTR().  cfg_lock. */
static struct pantun_monitor *named_monitor(struct pantun_net *pn, struct genl_info *info)
{
	struct nlattr *attrs[PANTUN_MONITOR_A_MAX + 1];
	struct pantun_monitor_config config;
	struct pantun_monitor *monitor;
	struct pantun_tunnel *tunnel;
	int err;

	err = pantun_nl_open_nest(attrs, PANTUN_MONITOR_A_MAX, info->attrs[PANTUN_A_MONITOR],
				  info->extack);
	if (!err)
		err = parse_name(attrs, &config, info->extack);
	if (err)
		return ERR_PTR(err);
	tunnel = pantun_nl_find_tunnel(pn, info->attrs, info->extack);
	if (IS_ERR(tunnel))
		return ERR_CAST(tunnel);
	monitor = pantun_monitor_find(tunnel, config.family, &config.dst);
	if (monitor)
		return monitor;
	err = pantun_nl_refuse(info->extack, info->attrs[PANTUN_A_MONITOR], -ENOENT,
			       "no such monitor of the tunnel; see pantunctl show monitor");
	return ERR_PTR(err);
}

/**
 * pantun_nl_monitor_del - PANTUN_CMD_MONITOR_DEL
 * @skb: the request
 * @info: the request
 *
 * Return: 0 or a negative errno.
 * Context: process.
 */
int pantun_nl_monitor_del(struct sk_buff *skb, struct genl_info *info)
{
	struct pantun_net *pn = pantun_net(genl_info_net(info));
	struct pantun_monitor *monitor;
	int err;

	mutex_lock(&pn->cfg_lock);
	monitor = named_monitor(pn, info);
	err = PTR_ERR_OR_ZERO(monitor);
	if (!err)
		pantun_monitor_delete(monitor);
	mutex_unlock(&pn->cfg_lock);
	return err;
}

static int fill_named_monitor(struct sk_buff *skb, struct pantun_net *pn, struct genl_info *info)
{
	struct pantun_monitor *monitor = named_monitor(pn, info);

	return IS_ERR(monitor) ? PTR_ERR(monitor) : fill_message(skb, monitor);
}

/**
 * pantun_nl_monitor_get - PANTUN_CMD_MONITOR_GET of one destination
 * @skb: the request
 * @info: the request
 *
 * Return: 0 or a negative errno.
 * Context: process.
 */
int pantun_nl_monitor_get(struct sk_buff *skb, struct genl_info *info)
{
	return pantun_nl_answer(info, fill_named_monitor);
}

static int emit_monitors(struct sk_buff *skb, struct netlink_callback *cb,
			 struct pantun_tunnel *tunnel, u32 *index)
{
	struct pantun_monitor *monitor;
	u32 i = 0;

	list_for_each_entry(monitor, &tunnel->monitors.list, list) {
		void *header;
		int err;

		if (i++ < *index)
			continue;
		header = pantun_nl_dump_begin(skb, cb);
		if (!header)
			return -EMSGSIZE;
		err = pantun_nl_dump_end(skb, header, fill_message(skb, monitor));
		if (err)
			return err;
		++*index;
	}
	return 0;
}

/**
 * pantun_nl_monitor_dump - PANTUN_CMD_MONITOR_GET of all of a tunnel, or of all tunnels
 * @skb: a part of the dump
 * @cb: the dump
 *
 * Return: the part's length, 0 at the end, or a negative errno.
 * Context: process.
 */
int pantun_nl_monitor_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return pantun_nl_dump(skb, cb, emit_monitors);
}
