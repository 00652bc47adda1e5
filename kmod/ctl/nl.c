// SPDX-License-Identifier: GPL-2.0
/*
 * What the generic netlink family does, and its commands about tunnels and proxy-IDs.  None
 * takes rtnl.
 *
 * Who may make a tunnel may use it: rtnetlink and the commands here both want CAP_NET_ADMIN
 * in the user namespace that owns the underlay's network namespace.
 */
#include <linux/pantun.h>
#include <pantun_version.h>
#include "compat.h"
#include "core/events.h"
#include "core/hold.h"
#include "core/proxy.h"
#include "core/tunnel.h"
#include "ctl/nl.h"
#include "ctl/nl_priv.h"

/* --- tunnels --- */

/* All of it, for replies and dumps. */
static int fill_tunnel(struct sk_buff *skb, struct pantun_tunnel *tunnel)
{
	int err = pantun_nl_fill_names(skb, tunnel);

	return err ? err : pantun_nl_fill_tunnel(skb, tunnel, true);
}

static int fill_named_tunnel(struct sk_buff *skb, struct pantun_net *pn, struct genl_info *info)
{
	struct pantun_tunnel *tunnel = pantun_nl_find_tunnel(pn, info->attrs, info->extack);

	return IS_ERR(tunnel) ? PTR_ERR(tunnel) : fill_tunnel(skb, tunnel);
}

static int tunnel_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return pantun_nl_answer(info, fill_named_tunnel);
}

static int emit_tunnel(struct sk_buff *skb, struct netlink_callback *cb,
		       struct pantun_tunnel *tunnel, u32 *index)
{
	void *header = pantun_nl_dump_begin(skb, cb);

	if (!header)
		return -EMSGSIZE;
	return pantun_nl_dump_end(skb, header, fill_tunnel(skb, tunnel));
}

static int tunnel_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return pantun_nl_dump(skb, cb, emit_tunnel);
}

/* All or nothing. */
static int set_tunnel(struct pantun_tunnel *tunnel, struct nlattr **attrs,
		      struct netlink_ext_ack *extack)
{
	struct pantun_tunnel_opts opts = *pantun_tunnel_opts(tunnel);
	int err = pantun_nl_parse_tunnel_opts(attrs, tunnel, &opts, extack);

	if (err)
		return err;
	err = pantun_tunnel_set_opts(tunnel, &opts);
	if (err)
		return err;
	if (attrs[PANTUN_TUNNEL_A_START])
		pantun_tunnel_set_start(tunnel, nla_get_u32(attrs[PANTUN_TUNNEL_A_START]));
	if (attrs[PANTUN_TUNNEL_A_CARRIER])
		pantun_tunnel_set_carrier(tunnel, nla_get_u32(attrs[PANTUN_TUNNEL_A_CARRIER]));
	return 0;
}

static int tunnel_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pantun_net *pn = pantun_net(genl_info_net(info));
	struct nlattr *attrs[PANTUN_TUNNEL_A_MAX + 1];
	struct pantun_tunnel *tunnel;
	int err;

	err = pantun_nl_open_nest(attrs, PANTUN_TUNNEL_A_MAX, info->attrs[PANTUN_A_TUNNEL],
				  info->extack);
	if (err)
		return err;
	if (!memchr_inv(attrs, 0, sizeof(attrs)))
		return pantun_nl_refuse(info->extack, info->attrs[PANTUN_A_TUNNEL], -EINVAL,
					"nothing to set: give what is to change (A_TUNNEL)");
	mutex_lock(&pn->cfg_lock);
	tunnel = pantun_nl_find_tunnel(pn, info->attrs, info->extack);
	err = PTR_ERR_OR_ZERO(tunnel);
	if (!err)
		err = set_tunnel(tunnel, attrs, info->extack);
	mutex_unlock(&pn->cfg_lock);
	return err;
}

/* --- proxy-IDs --- */

/* The name that PROXY_NEW, PROXY_DEL and PROXY_GET need. */
static int open_proxy(struct nlattr **attrs, struct genl_info *info)
{
	int err = pantun_nl_open_nest(attrs, PANTUN_PROXY_A_MAX, info->attrs[PANTUN_A_PROXY],
				      info->extack);

	if (err)
		return err;
	if (!attrs[PANTUN_PROXY_A_NAME] || !*pantun_nl_name_of(attrs[PANTUN_PROXY_A_NAME]))
		return pantun_nl_refuse(info->extack, attrs[PANTUN_PROXY_A_NAME], -EINVAL,
					"a proxy-ID needs a name (PROXY_A_NAME)");
	return 0;
}

static int proxy_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pantun_net *pn = pantun_net(genl_info_net(info));
	struct nlattr *attrs[PANTUN_PROXY_A_MAX + 1];
	struct pantun_selector selector;
	struct pantun_tunnel *tunnel;
	int err;

	err = open_proxy(attrs, info);
	if (!err)
		err = pantun_nl_parse_selector(attrs[PANTUN_PROXY_A_SELECTOR], &selector,
					       info->extack);
	if (err)
		return err;
	mutex_lock(&pn->cfg_lock);
	tunnel = pantun_nl_find_tunnel(pn, info->attrs, info->extack);
	err = PTR_ERR_OR_ZERO(tunnel);
	if (!err)
		err = pantun_proxy_new(tunnel, pantun_nl_name_of(attrs[PANTUN_PROXY_A_NAME]),
				       &selector, info->extack);
	mutex_unlock(&pn->cfg_lock);
	return err;
}

/* The proxy-ID that a request about one names, or an ERR_PTR().  cfg_lock. */
static struct pantun_proxy *named_proxy(struct pantun_net *pn, struct genl_info *info)
{
	struct nlattr *attrs[PANTUN_PROXY_A_MAX + 1];
	int err = open_proxy(attrs, info);

	return err ? ERR_PTR(err) :
	       pantun_nl_find_proxy(pn, info->attrs, attrs[PANTUN_PROXY_A_NAME], info->extack);
}

/* Does to the proxy-ID that the request names what there is to do. */
static int with_proxy(struct genl_info *info,
		      int (*act)(struct pantun_proxy *proxy, struct netlink_ext_ack *extack))
{
	struct pantun_net *pn = pantun_net(genl_info_net(info));
	struct pantun_proxy *proxy;
	int err;

	mutex_lock(&pn->cfg_lock);
	proxy = named_proxy(pn, info);
	err = PTR_ERR_OR_ZERO(proxy);
	if (!err)
		err = act(proxy, info->extack);
	mutex_unlock(&pn->cfg_lock);
	return err;
}

static int proxy_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return with_proxy(info, pantun_proxy_delete);
}

static int fail_proxy(struct pantun_proxy *proxy, struct netlink_ext_ack *extack)
{
	pantun_hold_fail(proxy);
	return 0;
}

static int proxy_fail_doit(struct sk_buff *skb, struct genl_info *info)
{
	return with_proxy(info, fail_proxy);
}

/* All of it, for replies and dumps. */
static int fill_proxy(struct sk_buff *skb, const struct pantun_proxy *proxy)
{
	int err = pantun_nl_fill_names(skb, proxy->tunnel);

	return err ? err : pantun_nl_fill_proxy(skb, proxy, true);
}

static int fill_named_proxy(struct sk_buff *skb, struct pantun_net *pn, struct genl_info *info)
{
	struct pantun_proxy *proxy = named_proxy(pn, info);

	return IS_ERR(proxy) ? PTR_ERR(proxy) : fill_proxy(skb, proxy);
}

static int proxy_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return pantun_nl_answer(info, fill_named_proxy);
}

static int emit_proxies(struct sk_buff *skb, struct netlink_callback *cb,
			struct pantun_tunnel *tunnel, u32 *index)
{
	const struct pantun_proxy_table *table = pantun_proxy_table(tunnel);
	int err;

	for (; *index < table->count; ++*index) {
		void *header = pantun_nl_dump_begin(skb, cb);

		if (!header)
			return -EMSGSIZE;
		err = fill_proxy(skb, table->entry[*index]);
		if (pantun_nl_dump_end(skb, header, err))
			return err;
	}
	return 0;
}

static int proxy_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return pantun_nl_dump(skb, cb, emit_proxies);
}

/* --- the module --- */

static int fill_module(struct sk_buff *skb, struct pantun_net *pn, struct genl_info *info)
{
	return nla_put_string(skb, PANTUN_A_MODULE_VERSION, PANTUN_VERSION);
}

static int module_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return pantun_nl_answer(info, fill_module);
}

/* --- the family --- */

static const struct genl_ops ops[] = {
	{
		.cmd = PANTUN_CMD_TUNNEL_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = pantun_nl_tunnel_get_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = tunnel_get_doit,
		.dumpit = tunnel_get_dumpit,
	}, {
		.cmd = PANTUN_CMD_TUNNEL_SET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = pantun_nl_tunnel_set_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = tunnel_set_doit,
	}, {
		.cmd = PANTUN_CMD_PROXY_NEW,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = pantun_nl_proxy_new_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = proxy_new_doit,
	}, {
		.cmd = PANTUN_CMD_PROXY_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = pantun_nl_proxy_ref_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = proxy_del_doit,
	}, {
		.cmd = PANTUN_CMD_PROXY_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = pantun_nl_proxy_ref_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = proxy_get_doit,
		.dumpit = proxy_get_dumpit,
	}, {
		.cmd = PANTUN_CMD_SPI_ALLOC,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = pantun_nl_spi_alloc_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = pantun_nl_spi_alloc,
	}, {
		.cmd = PANTUN_CMD_SA_NEW,
		.flags = GENL_UNS_ADMIN_PERM,
		.validate = GENL_DONT_VALIDATE_STRICT,
		.policy = pantun_nl_unchecked_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = pantun_nl_sa_new,
	}, {
		.cmd = PANTUN_CMD_SA_ACTIVATE,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = pantun_nl_sa_ref_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = pantun_nl_sa_activate,
	}, {
		.cmd = PANTUN_CMD_SA_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = pantun_nl_sa_ref_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = pantun_nl_sa_del,
	}, {
		.cmd = PANTUN_CMD_SA_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = pantun_nl_sa_ref_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = pantun_nl_sa_get,
		.dumpit = pantun_nl_sa_dump,
	}, {
		.cmd = PANTUN_CMD_SA_FLUSH,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = pantun_nl_tunnel_get_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = pantun_nl_sa_flush,
	}, {
		.cmd = PANTUN_CMD_SA_SET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = pantun_nl_sa_set_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = pantun_nl_sa_set,
	}, {
		.cmd = PANTUN_CMD_MONITOR_NEW,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = pantun_nl_monitor_new_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = pantun_nl_monitor_new,
	}, {
		.cmd = PANTUN_CMD_MONITOR_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = pantun_nl_monitor_ref_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = pantun_nl_monitor_del,
	}, {
		.cmd = PANTUN_CMD_MONITOR_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = pantun_nl_monitor_ref_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = pantun_nl_monitor_get,
		.dumpit = pantun_nl_monitor_dump,
	}, {
		.cmd = PANTUN_CMD_PROXY_FAIL,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = pantun_nl_proxy_ref_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = proxy_fail_doit,
	}, {
		.cmd = PANTUN_CMD_MODULE_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = pantun_nl_module_get_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = module_get_doit,
	},
};

static const struct genl_multicast_group groups[PANTUN_NL_GROUPS] = {
	[PANTUN_NL_EVENTS] = {
		.name = PANTUN_MCGRP_EVENTS,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
	[PANTUN_NL_CONFIG] = {
		.name = PANTUN_MCGRP_CONFIG,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

/* SA_NEW looks at the header by itself, as it wipes keys whatever that says. */
static int check_request(const PANTUN_GENL_OPS *op, struct sk_buff *skb, struct genl_info *info)
{
	return op->cmd == PANTUN_CMD_SA_NEW ? 0 :
	       pantun_nl_check_header(info->nlhdr, info->extack);
}

/**
 * pantun_nl_register - offers the family, and has events told by it
 *
 * Return: 0 or a negative errno.
 * Context: process, loading the module.
 */
int __init pantun_nl_register(void)
{
	int err;

	pantun_nl_family.ops = ops;
	pantun_nl_family.n_ops = ARRAY_SIZE(ops);
	pantun_nl_family.pre_doit = check_request;
	pantun_nl_family.mcgrps = groups;
	pantun_nl_family.n_mcgrps = ARRAY_SIZE(groups);
	err = genl_register_family(&pantun_nl_family);
	if (!err)
		pantun_events_register(&pantun_nl_events);
	return err;
}

/**
 * pantun_nl_unregister - takes the family back; commands under way end before
 *
 * Context: process.
 */
void pantun_nl_unregister(void)
{
	genl_unregister_family(&pantun_nl_family);
}
