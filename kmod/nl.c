// SPDX-License-Identifier: GPL-2.0
/*
 * The commands of the generic netlink family.  Each finds its tunnel by the list of
 * the underlay's namespace, under cfg_lock; none takes rtnl.
 */
#include <linux/pantun.h>
#include "compat.h"
#include "netdev.h"
#include "nl.h"
#include "nl_event.h"
#include "nl_priv.h"
#include "proxy.h"
#include "sa.h"
#include "sa_table.h"

/* Whether @tunnel is the one that the request names, as far as it does. */
static bool is_named(struct nlattr **attrs, const struct pantun_tunnel *tunnel)
{
	const struct net_device *dev = tunnel->dev;

	if (attrs[PANTUN_A_TUNNEL_ID] && nla_get_u32(attrs[PANTUN_A_TUNNEL_ID]) != tunnel->id)
		return false;
	if (attrs[PANTUN_A_IFINDEX] && nla_get_u32(attrs[PANTUN_A_IFINDEX]) != dev->ifindex)
		return false;
	return !attrs[PANTUN_A_IFNAME] || !nla_strcmp(attrs[PANTUN_A_IFNAME], dev->name);
}

static bool names_tunnel(struct nlattr **attrs)
{
	return attrs[PANTUN_A_TUNNEL_ID] || attrs[PANTUN_A_IFINDEX] || attrs[PANTUN_A_IFNAME];
}

/* Names and indexes here go before those of devices that were moved elsewhere. */
static struct pantun_tunnel *find_tunnel(struct pantun_net *pn, struct nlattr **attrs,
					 struct netlink_ext_ack *extack)
{
	struct pantun_tunnel *tunnel, *moved = NULL;

	lockdep_assert_held(&pn->cfg_lock);
	if (!names_tunnel(attrs)) {
		NL_SET_ERR_MSG(extack, "which tunnel? Give its id, ifindex or ifname");
		return ERR_PTR(-EINVAL);
	}
	list_for_each_entry(tunnel, &pn->tunnels, net_list) {
		if (!is_named(attrs, tunnel))
			continue;
		if (net_eq(dev_net(tunnel->dev), pn->net))
			return tunnel;
		moved = tunnel;
	}
	if (moved)
		return moved;
	NL_SET_ERR_MSG(extack, "no such tunnel of this namespace: ip link add NAME type pantun");
	return ERR_PTR(-ENODEV);
}

static const char *name_of(const struct nlattr *attr)
{
	return attr ? nla_data(attr) : "default";
}

static struct pantun_proxy *find_proxy(struct pantun_tunnel *tunnel, const struct nlattr *name,
				       struct netlink_ext_ack *extack)
{
	struct pantun_proxy *proxy = pantun_proxy_find(tunnel, name_of(name));

	if (proxy)
		return proxy;
	pantun_nl_refuse(extack, name, -ENOENT, name ?
			 "the tunnel has no proxy-ID of this name: add it first" :
			 "the tunnel has proxy-IDs, none of them called default: name one");
	return ERR_PTR(-ENOENT);
}

/* Attributes of a nest that the command's policy has checked; NULLs if it is absent. */
static int open_nest(struct nlattr **attrs, int max, const struct nlattr *nest,
		     struct netlink_ext_ack *extack)
{
	memset(attrs, 0, (max + 1) * sizeof(*attrs));
	return nest ? nla_parse_nested(attrs, max, nest, NULL, extack) : 0;
}

/* --- replies --- */

struct reply {
	struct sk_buff *skb;
	void *header;
};

static int reply_begin(struct reply *reply, struct genl_info *info)
{
	reply->skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply->skb)
		return -ENOMEM;
	reply->header = genlmsg_put_reply(reply->skb, info, &pantun_nl_family, 0,
					  info->genlhdr->cmd);
	if (reply->header)
		return 0;
	nlmsg_free(reply->skb);
	return -EMSGSIZE;
}

static int reply_end(struct reply *reply, struct genl_info *info, int err)
{
	if (err) {
		nlmsg_free(reply->skb);
		return err;
	}
	genlmsg_end(reply->skb, reply->header);
	return genlmsg_reply(reply->skb, info);
}

/* --- dumps --- */

/* Where a dump goes on: tunnels are listed by rising id. */
struct dump_position {
	u32 id;
	u32 index;			/* among the tunnel's objects */
};

/* Adds what @tunnel has from @index on; -EMSGSIZE when there is no more room. */
typedef int emit_fn(struct sk_buff *skb, struct netlink_callback *cb,
		    struct pantun_tunnel *tunnel, u32 *index);

static void *dump_begin(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genlmsghdr *request = nlmsg_data(cb->nlh);
	void *header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				   &pantun_nl_family, NLM_F_MULTI, request->cmd);

	if (header)
		genl_dump_check_consistent(cb, header);
	return header;
}

static int dump_end(struct sk_buff *skb, void *header, int err)
{
	if (err)
		genlmsg_cancel(skb, header);
	else
		genlmsg_end(skb, header);
	return err;
}

/* The tunnel that a dump is confined to, NULL for all of them. */
static struct pantun_tunnel *dump_filter(struct pantun_net *pn, struct netlink_callback *cb)
{
	struct nlattr *attrs[PANTUN_A_MAX + 1];
	int err;

	/* checked by the command's policy already */
	err = genlmsg_parse(cb->nlh, &pantun_nl_family, attrs, PANTUN_A_MAX, NULL, cb->extack);
	if (err)
		return ERR_PTR(err);
	return names_tunnel(attrs) ? find_tunnel(pn, attrs, cb->extack) : NULL;
}

static int dump_tunnels(struct sk_buff *skb, struct netlink_callback *cb, struct pantun_net *pn,
			const struct pantun_tunnel *only, emit_fn *emit)
{
	struct dump_position *position = (struct dump_position *)cb->ctx;
	struct pantun_tunnel *tunnel;
	int err;

	list_for_each_entry(tunnel, &pn->tunnels, net_list) {
		if (tunnel->id < position->id || (only && tunnel != only))
			continue;
		if (tunnel->id > position->id)
			*position = (struct dump_position){ .id = tunnel->id };
		err = emit(skb, cb, tunnel, &position->index);
		if (err)
			return err;
		*position = (struct dump_position){ .id = tunnel->id + 1 };
	}
	return 0;
}

static int dump(struct sk_buff *skb, struct netlink_callback *cb, emit_fn *emit)
{
	struct pantun_net *pn = pantun_net(sock_net(cb->skb->sk));
	struct dump_position *position = (struct dump_position *)cb->ctx;
	struct pantun_tunnel *only;
	int err;

	BUILD_BUG_ON(sizeof(*position) > sizeof(cb->ctx));
	mutex_lock(&pn->cfg_lock);
	cb->seq = pn->generation;
	only = dump_filter(pn, cb);
	if (!IS_ERR(only))
		err = dump_tunnels(skb, cb, pn, only, emit);
	else
		/* one that goes while it is dumped ends the dump, marked as disturbed */
		err = position->id ? 0 : PTR_ERR(only);
	mutex_unlock(&pn->cfg_lock);
	if (err && !(err == -EMSGSIZE && skb->len))
		return err;
	return skb->len;
}

/* --- tunnels --- */

static int tunnel_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pantun_net *pn = pantun_net(genl_info_net(info));
	struct pantun_tunnel *tunnel;
	struct reply reply;
	int err;

	err = reply_begin(&reply, info);
	if (err)
		return err;
	mutex_lock(&pn->cfg_lock);
	tunnel = find_tunnel(pn, info->attrs, info->extack);
	err = PTR_ERR_OR_ZERO(tunnel);
	if (!err)
		err = pantun_nl_fill_names(reply.skb, tunnel);
	if (!err)
		err = pantun_nl_fill_tunnel(reply.skb, tunnel, true);
	mutex_unlock(&pn->cfg_lock);
	return reply_end(&reply, info, err);
}

static int emit_tunnel(struct sk_buff *skb, struct netlink_callback *cb,
		       struct pantun_tunnel *tunnel, u32 *index)
{
	void *header = dump_begin(skb, cb);
	int err;

	if (!header)
		return -EMSGSIZE;
	err = pantun_nl_fill_names(skb, tunnel);
	if (!err)
		err = pantun_nl_fill_tunnel(skb, tunnel, true);
	return dump_end(skb, header, err);
}

static int tunnel_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump(skb, cb, emit_tunnel);
}

static int tunnel_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pantun_net *pn = pantun_net(genl_info_net(info));
	struct nlattr *attrs[PANTUN_TUNNEL_A_MAX + 1];
	struct pantun_tunnel *tunnel;
	int err;

	err = open_nest(attrs, PANTUN_TUNNEL_A_MAX, info->attrs[PANTUN_A_TUNNEL], info->extack);
	if (err)
		return err;
	if (!attrs[PANTUN_TUNNEL_A_START])
		return pantun_nl_refuse(info->extack, NULL, -EINVAL,
					"nothing to set: give the start mode (TUNNEL_A_START)");
	mutex_lock(&pn->cfg_lock);
	tunnel = find_tunnel(pn, info->attrs, info->extack);
	err = PTR_ERR_OR_ZERO(tunnel);
	if (!err)
		pantun_netdev_set_start(tunnel, nla_get_u32(attrs[PANTUN_TUNNEL_A_START]));
	mutex_unlock(&pn->cfg_lock);
	return err;
}

/* --- proxy-IDs --- */

/* The name that PROXY_NEW, PROXY_DEL and PROXY_GET need. */
static int open_proxy(struct nlattr **attrs, struct genl_info *info)
{
	int err = open_nest(attrs, PANTUN_PROXY_A_MAX, info->attrs[PANTUN_A_PROXY], info->extack);

	if (err)
		return err;
	if (!attrs[PANTUN_PROXY_A_NAME] || !*name_of(attrs[PANTUN_PROXY_A_NAME]))
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
	tunnel = find_tunnel(pn, info->attrs, info->extack);
	err = PTR_ERR_OR_ZERO(tunnel);
	if (!err)
		err = pantun_proxy_new(tunnel, name_of(attrs[PANTUN_PROXY_A_NAME]), &selector,
				       info->extack);
	mutex_unlock(&pn->cfg_lock);
	return err;
}

static int proxy_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pantun_net *pn = pantun_net(genl_info_net(info));
	struct nlattr *attrs[PANTUN_PROXY_A_MAX + 1];
	struct pantun_tunnel *tunnel;
	struct pantun_proxy *proxy;
	int err;

	err = open_proxy(attrs, info);
	if (err)
		return err;
	mutex_lock(&pn->cfg_lock);
	tunnel = find_tunnel(pn, info->attrs, info->extack);
	err = PTR_ERR_OR_ZERO(tunnel);
	if (err)
		goto out;
	proxy = find_proxy(tunnel, attrs[PANTUN_PROXY_A_NAME], info->extack);
	err = PTR_ERR_OR_ZERO(proxy);
	if (!err)
		err = pantun_proxy_delete(proxy, info->extack);
out:
	mutex_unlock(&pn->cfg_lock);
	return err;
}

static int proxy_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pantun_net *pn = pantun_net(genl_info_net(info));
	struct nlattr *attrs[PANTUN_PROXY_A_MAX + 1];
	struct pantun_tunnel *tunnel;
	struct pantun_proxy *proxy;
	struct reply reply;
	int err;

	err = open_proxy(attrs, info);
	if (!err)
		err = reply_begin(&reply, info);
	if (err)
		return err;
	mutex_lock(&pn->cfg_lock);
	tunnel = find_tunnel(pn, info->attrs, info->extack);
	err = PTR_ERR_OR_ZERO(tunnel);
	if (err)
		goto out;
	proxy = find_proxy(tunnel, attrs[PANTUN_PROXY_A_NAME], info->extack);
	err = PTR_ERR_OR_ZERO(proxy);
	if (!err)
		err = pantun_nl_fill_names(reply.skb, tunnel);
	if (!err)
		err = pantun_nl_fill_proxy(reply.skb, proxy, true);
out:
	mutex_unlock(&pn->cfg_lock);
	return reply_end(&reply, info, err);
}

static int emit_proxies(struct sk_buff *skb, struct netlink_callback *cb,
			struct pantun_tunnel *tunnel, u32 *index)
{
	const struct pantun_proxy_table *table = pantun_proxy_table(tunnel);
	int err;

	for (; *index < table->count; ++*index) {
		void *header = dump_begin(skb, cb);

		if (!header)
			return -EMSGSIZE;
		err = pantun_nl_fill_names(skb, tunnel);
		if (!err)
			err = pantun_nl_fill_proxy(skb, table->entry[*index], true);
		if (dump_end(skb, header, err))
			return err;
	}
	return 0;
}

static int proxy_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump(skb, cb, emit_proxies);
}

/* --- SAs --- */

static int spi_alloc_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pantun_net *pn = pantun_net(genl_info_net(info));
	struct nlattr *attrs[PANTUN_SA_A_MAX + 1];
	struct pantun_sa_params params = {};
	struct pantun_tunnel *tunnel;
	struct pantun_proxy *proxy;
	struct pantun_sa *sa;
	struct reply reply;
	int err;

	err = open_nest(attrs, PANTUN_SA_A_MAX, info->attrs[PANTUN_A_SA], info->extack);
	if (!err)
		err = pantun_nl_parse_path(attrs[PANTUN_SA_A_PATH], &params, info->extack);
	if (err)
		return err;
	if (!params.local.v4)
		return pantun_nl_refuse(info->extack, NULL, -EINVAL,
					"an SPI is free or not at an address: give PATH_A_LOCAL4");
	err = reply_begin(&reply, info);
	if (err)
		return err;
	mutex_lock(&pn->cfg_lock);
	tunnel = find_tunnel(pn, info->attrs, info->extack);
	err = PTR_ERR_OR_ZERO(tunnel);
	if (err)
		goto out;
	proxy = find_proxy(tunnel, attrs[PANTUN_SA_A_PROXY], info->extack);
	err = PTR_ERR_OR_ZERO(proxy);
	if (err)
		goto out;
	sa = pantun_sa_reserve(proxy, &params.local, info->extack);
	err = PTR_ERR_OR_ZERO(sa);
	if (err)
		goto out;
	err = pantun_nl_fill_names(reply.skb, tunnel);
	if (!err)
		err = pantun_nl_fill_sa(reply.skb, sa, true);
	if (err)
		pantun_sa_delete(sa);
out:
	mutex_unlock(&pn->cfg_lock);
	return reply_end(&reply, info, err);
}

static int sa_new(struct genl_info *info, struct nlattr **attrs)
{
	struct pantun_net *pn = pantun_net(genl_info_net(info));
	struct pantun_sa_params params = {};
	struct pantun_tunnel *tunnel;
	struct pantun_proxy *proxy;
	struct pantun_sa *sa;
	int err;

	err = pantun_nl_parse_new_sa(attrs, &params, info->extack);
	if (err)
		return err;
	/* the crypto API may load modules: not under the lock */
	sa = pantun_sa_create(&params, info->extack);
	if (IS_ERR(sa))
		return PTR_ERR(sa);
	mutex_lock(&pn->cfg_lock);
	tunnel = find_tunnel(pn, info->attrs, info->extack);
	err = PTR_ERR_OR_ZERO(tunnel);
	if (err)
		goto out;
	proxy = find_proxy(tunnel, attrs[PANTUN_SA_A_PROXY], info->extack);
	err = PTR_ERR_OR_ZERO(proxy);
	if (!err)
		err = pantun_sa_add(sa, proxy, info->extack);
out:
	mutex_unlock(&pn->cfg_lock);
	if (err)
		pantun_sa_discard(sa);
	return err;
}

static int sa_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *nest = info->attrs[PANTUN_A_SA];
	struct nlattr *attrs[PANTUN_SA_A_MAX + 1];
	int err;

	if (!nest)
		return pantun_nl_refuse(info->extack, NULL, -EINVAL,
					"which SA? Describe it (A_SA)");
	err = nla_parse_nested(attrs, PANTUN_SA_A_MAX, nest, pantun_nl_new_sa_policy,
			       info->extack);
	if (!err)
		err = sa_new(info, attrs);
	/* well-formed or not: there are keys in it */
	memzero_explicit(nla_data(nest), nla_len(nest));
	return err;
}

/* What names an SA in a tunnel. */
struct sa_ref {
	u32 dir;
	__be32 spi;
	__be32 daddr;			/* 0: not given */
};

static int parse_sa_ref(struct genl_info *info, struct sa_ref *ref)
{
	struct nlattr *attrs[PANTUN_SA_A_MAX + 1];
	struct pantun_sa_params params = {};
	int err;

	err = open_nest(attrs, PANTUN_SA_A_MAX, info->attrs[PANTUN_A_SA], info->extack);
	if (err)
		return err;
	if (!attrs[PANTUN_SA_A_DIR] || !attrs[PANTUN_SA_A_SPI])
		return pantun_nl_refuse(info->extack, NULL, -EINVAL,
					"which SA? Give direction and SPI (SA_A_DIR, SA_A_SPI)");
	err = pantun_nl_parse_path(attrs[PANTUN_SA_A_PATH], &params, info->extack);
	if (err)
		return err;
	ref->dir = nla_get_u32(attrs[PANTUN_SA_A_DIR]);
	ref->spi = htonl(nla_get_u32(attrs[PANTUN_SA_A_SPI]));
	ref->daddr = ref->dir == PANTUN_DIR_IN ? params.local.v4 : params.remote.v4;
	return 0;
}

static bool is_sa(const struct pantun_sa *sa, const struct sa_ref *ref)
{
	return sa->dir == ref->dir && sa->key.spi == ref->spi &&
	       (!ref->daddr || sa->key.daddr.v4 == ref->daddr);
}

/* NULL if there is none. */
static struct pantun_sa *find_sa(const struct pantun_tunnel *tunnel, const struct sa_ref *ref,
				 struct netlink_ext_ack *extack)
{
	const struct pantun_proxy_table *table = pantun_proxy_table(tunnel);
	struct pantun_sa *sa, *found = NULL;
	u32 i;

	for (i = 0; i < table->count; i++) {
		list_for_each_entry(sa, &table->entry[i]->sas, proxy_list) {
			if (!is_sa(sa, ref))
				continue;
			if (found) {
				NL_SET_ERR_MSG(extack,
					       "several SAs have this SPI: give their path, too");
				return ERR_PTR(-EINVAL);
			}
			found = sa;
		}
	}
	return found;
}

static struct pantun_sa *find_sa_or_refuse(const struct pantun_tunnel *tunnel,
					   const struct sa_ref *ref,
					   struct netlink_ext_ack *extack)
{
	struct pantun_sa *sa = find_sa(tunnel, ref, extack);

	if (sa)
		return sa;
	NL_SET_ERR_MSG(extack, "the tunnel has no SA of this direction, SPI and address");
	return ERR_PTR(-ENOENT);
}

static int activate(struct pantun_sa *sa, struct netlink_ext_ack *extack)
{
	if (sa->dir != PANTUN_DIR_OUT)
		return pantun_nl_refuse(extack, NULL, -EINVAL,
					"not an outbound SA: inbound ones receive at once");
	if (!pantun_sa_usable(sa))
		return pantun_nl_refuse(extack, NULL, -EKEYEXPIRED,
					"the SA has reached a hard limit: make a new one");
	pantun_sa_activate(sa);
	return 0;
}

static int sa_activate_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pantun_net *pn = pantun_net(genl_info_net(info));
	struct pantun_tunnel *tunnel;
	struct pantun_sa *sa;
	struct sa_ref ref;
	int err;

	err = parse_sa_ref(info, &ref);
	if (err)
		return err;
	mutex_lock(&pn->cfg_lock);
	tunnel = find_tunnel(pn, info->attrs, info->extack);
	err = PTR_ERR_OR_ZERO(tunnel);
	if (err)
		goto out;
	sa = find_sa_or_refuse(tunnel, &ref, info->extack);
	err = PTR_ERR_OR_ZERO(sa);
	if (!err)
		err = activate(sa, info->extack);
out:
	mutex_unlock(&pn->cfg_lock);
	return err;
}

static int sa_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pantun_net *pn = pantun_net(genl_info_net(info));
	struct pantun_tunnel *tunnel;
	struct pantun_sa *sa;
	struct sa_ref ref;
	int err;

	err = parse_sa_ref(info, &ref);
	if (err)
		return err;
	mutex_lock(&pn->cfg_lock);
	tunnel = find_tunnel(pn, info->attrs, info->extack);
	err = PTR_ERR_OR_ZERO(tunnel);
	if (err)
		goto out;
	sa = find_sa(tunnel, &ref, info->extack);
	err = PTR_ERR_OR_ZERO(sa);
	if (!err && sa)
		pantun_sa_delete(sa);
out:
	mutex_unlock(&pn->cfg_lock);
	return err;
}

static int sa_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pantun_net *pn = pantun_net(genl_info_net(info));
	struct pantun_tunnel *tunnel;
	struct pantun_sa *sa;
	struct reply reply;
	struct sa_ref ref;
	int err;

	err = parse_sa_ref(info, &ref);
	if (!err)
		err = reply_begin(&reply, info);
	if (err)
		return err;
	mutex_lock(&pn->cfg_lock);
	tunnel = find_tunnel(pn, info->attrs, info->extack);
	err = PTR_ERR_OR_ZERO(tunnel);
	if (err)
		goto out;
	sa = find_sa_or_refuse(tunnel, &ref, info->extack);
	err = PTR_ERR_OR_ZERO(sa);
	if (!err)
		err = pantun_nl_fill_names(reply.skb, tunnel);
	if (!err)
		err = pantun_nl_fill_sa(reply.skb, sa, true);
out:
	mutex_unlock(&pn->cfg_lock);
	return reply_end(&reply, info, err);
}

static int emit_sa(struct sk_buff *skb, struct netlink_callback *cb, struct pantun_sa *sa)
{
	void *header = dump_begin(skb, cb);
	int err;

	if (!header)
		return -EMSGSIZE;
	err = pantun_nl_fill_names(skb, sa->tunnel);
	if (!err)
		err = pantun_nl_fill_sa(skb, sa, true);
	return dump_end(skb, header, err);
}

static int emit_sas(struct sk_buff *skb, struct netlink_callback *cb,
		    struct pantun_tunnel *tunnel, u32 *index)
{
	const struct pantun_proxy_table *table = pantun_proxy_table(tunnel);
	struct pantun_sa *sa;
	u32 i, at = 0;
	int err;

	for (i = 0; i < table->count; i++) {
		list_for_each_entry(sa, &table->entry[i]->sas, proxy_list) {
			if (at++ < *index)
				continue;
			err = emit_sa(skb, cb, sa);
			if (err)
				return err;
			++*index;
		}
	}
	return 0;
}

static int sa_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump(skb, cb, emit_sas);
}

static void flush_tunnel(struct pantun_tunnel *tunnel)
{
	const struct pantun_proxy_table *table = pantun_proxy_table(tunnel);
	u32 i;

	for (i = 0; i < table->count; i++)
		pantun_sa_flush(table->entry[i]);
}

static int sa_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct pantun_net *pn = pantun_net(genl_info_net(info));
	struct pantun_tunnel *tunnel;
	int err = 0;

	mutex_lock(&pn->cfg_lock);
	if (names_tunnel(info->attrs)) {
		tunnel = find_tunnel(pn, info->attrs, info->extack);
		err = PTR_ERR_OR_ZERO(tunnel);
		if (!err)
			flush_tunnel(tunnel);
	} else {
		list_for_each_entry(tunnel, &pn->tunnels, net_list)
			flush_tunnel(tunnel);
	}
	mutex_unlock(&pn->cfg_lock);
	return err;
}

/* --- the family --- */

static const struct genl_ops ops[] = {
	{
		.cmd = PANTUN_CMD_TUNNEL_GET,
		.flags = GENL_ADMIN_PERM,
		.policy = pantun_nl_tunnel_get_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = tunnel_get_doit,
		.dumpit = tunnel_get_dumpit,
	}, {
		.cmd = PANTUN_CMD_TUNNEL_SET,
		.flags = GENL_ADMIN_PERM,
		.policy = pantun_nl_tunnel_set_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = tunnel_set_doit,
	}, {
		.cmd = PANTUN_CMD_PROXY_NEW,
		.flags = GENL_ADMIN_PERM,
		.policy = pantun_nl_proxy_new_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = proxy_new_doit,
	}, {
		.cmd = PANTUN_CMD_PROXY_DEL,
		.flags = GENL_ADMIN_PERM,
		.policy = pantun_nl_proxy_ref_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = proxy_del_doit,
	}, {
		.cmd = PANTUN_CMD_PROXY_GET,
		.flags = GENL_ADMIN_PERM,
		.policy = pantun_nl_proxy_ref_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = proxy_get_doit,
		.dumpit = proxy_get_dumpit,
	}, {
		.cmd = PANTUN_CMD_SPI_ALLOC,
		.flags = GENL_ADMIN_PERM,
		.policy = pantun_nl_spi_alloc_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = spi_alloc_doit,
	}, {
		.cmd = PANTUN_CMD_SA_NEW,
		.flags = GENL_ADMIN_PERM,
		.policy = pantun_nl_sa_new_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = sa_new_doit,
	}, {
		.cmd = PANTUN_CMD_SA_ACTIVATE,
		.flags = GENL_ADMIN_PERM,
		.policy = pantun_nl_sa_ref_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = sa_activate_doit,
	}, {
		.cmd = PANTUN_CMD_SA_DEL,
		.flags = GENL_ADMIN_PERM,
		.policy = pantun_nl_sa_ref_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = sa_del_doit,
	}, {
		.cmd = PANTUN_CMD_SA_GET,
		.flags = GENL_ADMIN_PERM,
		.policy = pantun_nl_sa_ref_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = sa_get_doit,
		.dumpit = sa_get_dumpit,
	}, {
		.cmd = PANTUN_CMD_SA_FLUSH,
		.flags = GENL_ADMIN_PERM,
		.policy = pantun_nl_tunnel_get_policy,
		.maxattr = PANTUN_A_MAX,
		.doit = sa_flush_doit,
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

struct genl_family pantun_nl_family __ro_after_init = {
	.name = PANTUN_GENL_NAME,
	.version = PANTUN_GENL_VERSION,
	.module = THIS_MODULE,
	.netnsok = true,
	.parallel_ops = true,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

/**
 * pantun_nl_register - offers the family
 *
 * Return: 0 or a negative errno.
 * Context: process, loading the module.
 */
int pantun_nl_register(void)
{
	return genl_register_family(&pantun_nl_family);
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
