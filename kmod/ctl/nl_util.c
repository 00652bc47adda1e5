// SPDX-License-Identifier: GPL-2.0
/*
 * What the commands share: finding the objects that a request names, by the list of
 * the underlay's namespace under cfg_lock; replies; dumps.
 */
#include <linux/pantun.h>
#include <net/sock.h>
#include "compat.h"
#include "core/proxy.h"
#include "core/tunnel.h"
#include "ctl/nl_priv.h"

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

/**
 * pantun_nl_names_tunnel - whether a request is about one tunnel
 * @attrs: the request's attributes, by number
 *
 * Return: true if it names one, there or not.
 * Context: any.
 */
bool pantun_nl_names_tunnel(struct nlattr **attrs)
{
	return attrs[PANTUN_A_TUNNEL_ID] || attrs[PANTUN_A_IFINDEX] || attrs[PANTUN_A_IFNAME];
}

/**
 * pantun_nl_find_tunnel - the tunnel that a request names
 * @pn: the namespace that the request came from
 * @attrs: the request's attributes, by number
 * @extack: says why not
 *
 * Names and indexes here go before those of devices that were moved elsewhere.
 *
 * Return: the tunnel, or an ERR_PTR().
 * Context: cfg_lock.
 */
struct pantun_tunnel *pantun_nl_find_tunnel(struct pantun_net *pn, struct nlattr **attrs,
					    struct netlink_ext_ack *extack)
{
	struct pantun_tunnel *tunnel, *moved = NULL;

	lockdep_assert_held(&pn->cfg_lock);
	if (!pantun_nl_names_tunnel(attrs)) {
		NL_SET_ERR_MSG(extack, "no tunnel given: add its id, ifindex or ifname");
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

/**
 * pantun_nl_name_of - the proxy-ID's name in a request
 * @attr: the attribute, or NULL
 *
 * Return: the name, "default" without one.
 * Context: any.
 */
const char *pantun_nl_name_of(const struct nlattr *attr)
{
	return attr ? nla_data(attr) : "default";
}

/**
 * pantun_nl_find_proxy - the proxy-ID that a request names, of the tunnel that it names
 * @pn: the namespace that the request came from
 * @attrs: the request's attributes, by number
 * @name: the attribute with the proxy-ID's name, or NULL
 * @extack: says why not
 *
 * Return: the proxy-ID, or an ERR_PTR().
 * Context: cfg_lock.
 */
struct pantun_proxy *pantun_nl_find_proxy(struct pantun_net *pn, struct nlattr **attrs,
					  const struct nlattr *name,
					  struct netlink_ext_ack *extack)
{
	struct pantun_tunnel *tunnel = pantun_nl_find_tunnel(pn, attrs, extack);
	struct pantun_proxy *proxy;

	if (IS_ERR(tunnel))
		return ERR_CAST(tunnel);
	proxy = pantun_proxy_find(tunnel, pantun_nl_name_of(name));
	if (proxy)
		return proxy;
	pantun_nl_refuse(extack, name, -ENOENT, name ?
			 "the tunnel has no proxy-ID of this name; see pantunctl show flow" :
			 "the tunnel has proxy-IDs, none of them called default: name one");
	return ERR_PTR(-ENOENT);
}

/**
 * pantun_nl_open_nest - attributes of a nest that the command's policy has checked
 * @attrs: where to put them, by number
 * @max: the highest number
 * @nest: the nest; without it all are NULL
 * @extack: says what is wrong
 *
 * Return: 0 or a negative errno.
 * Context: any.
 */
int pantun_nl_open_nest(struct nlattr **attrs, int max, const struct nlattr *nest,
			struct netlink_ext_ack *extack)
{
	memset(attrs, 0, (max + 1) * sizeof(*attrs));
	return nest ? nla_parse_nested(attrs, max, nest, NULL, extack) : 0;
}

/**
 * pantun_nl_check_header - whether a request's header says nothing that we do not know
 * @nlh: the request
 * @extack: says what is wrong
 *
 * As genetlink does by itself for commands from resv_start_op on, where it does not
 * let an operation go without its check of attributes, as SA_NEW has to.
 *
 * Return: 0 or -EINVAL.
 * Context: any.
 */
int pantun_nl_check_header(const struct nlmsghdr *nlh, struct netlink_ext_ack *extack)
{
	const struct genlmsghdr *header = nlmsg_data(nlh);
	u16 flags = nlh->nlmsg_flags;

	if (header->reserved)
		return pantun_nl_refuse(extack, NULL, -EINVAL,
					"the header's reserved field is not 0");
	if ((flags & NLM_F_DUMP) == NLM_F_DUMP)
		flags &= ~NLM_F_DUMP;
	if (flags & ~(NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO))
		return pantun_nl_refuse(extack, NULL, -EINVAL,
					"the header has flags that mean nothing here");
	return 0;
}

/* --- replies --- */

/**
 * pantun_nl_answer - answers a request
 * @info: the request
 * @fill: finds what it is about and adds that to the reply, under cfg_lock
 *
 * Return: 0 or a negative errno, that of @fill above all.
 * Context: process; takes cfg_lock.
 */
int pantun_nl_answer(struct genl_info *info, pantun_nl_fill_fn *fill)
{
	struct pantun_net *pn = pantun_net(genl_info_net(info));
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	int err = -EMSGSIZE;
	void *header;

	if (!skb)
		return -ENOMEM;
	header = genlmsg_put_reply(skb, info, &pantun_nl_family, 0, info->genlhdr->cmd);
	if (header) {
		mutex_lock(&pn->cfg_lock);
		err = fill(skb, pn, info);
		mutex_unlock(&pn->cfg_lock);
	}
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

/* --- dumps --- */

/* Where a dump goes on: tunnels are listed by rising id. */
struct dump_position {
	u32 id;
	u32 index;			/* among the tunnel's objects */
};

/**
 * pantun_nl_dump_begin - one message of a dump
 * @skb: where there may be room for it
 * @cb: the dump
 *
 * Return: its header, or NULL if there is no room.
 * Context: cfg_lock.
 */
void *pantun_nl_dump_begin(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genlmsghdr *request = nlmsg_data(cb->nlh);
	void *header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				   &pantun_nl_family, NLM_F_MULTI, request->cmd);

	if (header)
		genl_dump_check_consistent(cb, header);
	return header;
}

/**
 * pantun_nl_dump_end - the end of one message of a dump
 * @skb: where it stands
 * @header: from pantun_nl_dump_begin()
 * @err: 0, or why it is to be taken back
 *
 * Return: @err.
 * Context: cfg_lock.
 */
int pantun_nl_dump_end(struct sk_buff *skb, void *header, int err)
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
	if (!pantun_nl_names_tunnel(attrs))
		return NULL;
	return pantun_nl_find_tunnel(pn, attrs, cb->extack);
}

static int dump_tunnels(struct sk_buff *skb, struct netlink_callback *cb, struct pantun_net *pn,
			const struct pantun_tunnel *only, pantun_nl_emit_fn *emit)
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

/**
 * pantun_nl_dump - one part of a dump, of all tunnels or the one that is named
 * @skb: the part
 * @cb: the dump
 * @emit: adds what a tunnel has
 *
 * Return: the part's length, 0 at the end, or a negative errno.
 * Context: process; takes cfg_lock.
 */
int pantun_nl_dump(struct sk_buff *skb, struct netlink_callback *cb, pantun_nl_emit_fn *emit)
{
	struct pantun_net *pn = pantun_net(sock_net(cb->skb->sk));
	struct dump_position *position = (struct dump_position *)cb->ctx;
	struct pantun_tunnel *only;
	int err;

	BUILD_BUG_ON(sizeof(*position) > sizeof(cb->ctx));
	err = pantun_nl_check_header(cb->nlh, cb->extack);
	if (err)
		return err;
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
