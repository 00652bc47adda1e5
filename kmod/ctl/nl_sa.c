// SPDX-License-Identifier: GPL-2.0
/* The commands about SAs and SPIs.  None takes rtnl. */
#include <linux/in.h>
#include <linux/pantun.h>
#include "compat.h"
#include "core/proxy.h"
#include "core/sa.h"
#include "core/tunnel.h"
#include "ctl/nl_priv.h"

/* All of it, for replies and dumps. */
static int fill_sa(struct sk_buff *skb, struct pantun_sa *sa)
{
	int err = pantun_nl_fill_names(skb, sa->tunnel);

	return err ? err : pantun_nl_fill_sa(skb, sa, true);
}

static int fill_reserved(struct sk_buff *skb, struct pantun_net *pn, struct genl_info *info)
{
	struct nlattr *attrs[PANTUN_SA_A_MAX + 1];
	struct pantun_sa_params params = {};
	struct pantun_proxy *proxy;
	struct pantun_sa *sa;
	int err;

	err = pantun_nl_open_nest(attrs, PANTUN_SA_A_MAX, info->attrs[PANTUN_A_SA], info->extack);
	if (!err)
		err = pantun_nl_parse_path(attrs[PANTUN_SA_A_PATH], &params, info->extack);
	if (err)
		return err;
	if (!pantun_addr_given(&params.local))
		return pantun_nl_refuse(info->extack, NULL, -EINVAL,
					"a reserved SPI needs the local address of its path");
	params.proto = pantun_nl_proto_of(attrs);
	proxy = pantun_nl_find_proxy(pn, info->attrs, attrs[PANTUN_SA_A_PROXY], info->extack);
	if (IS_ERR(proxy))
		return PTR_ERR(proxy);
	sa = pantun_sa_reserve(proxy, &params, info->extack);
	if (IS_ERR(sa))
		return PTR_ERR(sa);
	err = fill_sa(skb, sa);
	if (err)
		pantun_sa_delete(sa);
	return err;
}

/**
 * pantun_nl_spi_alloc - SPI_ALLOC: reserves an inbound SPI
 * @skb: the request
 * @info: its attributes
 *
 * Return: 0 or a negative errno.
 * Context: process; takes cfg_lock.
 */
int pantun_nl_spi_alloc(struct sk_buff *skb, struct genl_info *info)
{
	return pantun_nl_answer(info, fill_reserved);
}

static const char no_link[] =
	"link-local addresses need a link: set the tunnel's underlay to it first";

/* A link-local address says nothing without its link.  cfg_lock. */
static int check_link(const struct pantun_tunnel *tunnel, const struct pantun_sa_params *params,
		      struct netlink_ext_ack *extack)
{
	lockdep_assert_held(&tunnel->pn->cfg_lock);
	if (params->family != AF_INET6 || pantun_tunnel_opts(tunnel)->underlay)
		return 0;
	if (!(ipv6_addr_type(&params->local.v6) & IPV6_ADDR_LINKLOCAL) &&
	    !(ipv6_addr_type(&params->remote.v6) & IPV6_ADDR_LINKLOCAL))
		return 0;
	return pantun_nl_refuse(extack, NULL, -EINVAL, no_link);
}

static int sa_new(struct genl_info *info, struct nlattr **top)
{
	struct pantun_net *pn = pantun_net(genl_info_net(info));
	struct nlattr *attrs[PANTUN_SA_A_MAX + 1];
	struct pantun_sa_params params = {};
	struct pantun_proxy *proxy;
	struct pantun_sa *sa;
	int err;

	err = pantun_nl_open_nest(attrs, PANTUN_SA_A_MAX, top[PANTUN_A_SA], info->extack);
	if (!err)
		err = pantun_nl_parse_new_sa(top[PANTUN_A_SA], attrs, &params, info->extack);
	/* the crypto API may load modules: not under the lock */
	sa = err ? ERR_PTR(err) : pantun_sa_create(&params, info->extack);
	kfree(params.selectors.more);
	if (IS_ERR(sa))
		return PTR_ERR(sa);
	mutex_lock(&pn->cfg_lock);
	proxy = pantun_nl_find_proxy(pn, top, attrs[PANTUN_SA_A_PROXY], info->extack);
	err = PTR_ERR_OR_ZERO(proxy);
	if (!err)
		err = check_link(proxy->tunnel, &params, info->extack);
	if (!err)
		err = pantun_sa_add(sa, proxy, info->extack);
	mutex_unlock(&pn->cfg_lock);
	if (err)
		pantun_sa_discard(sa);
	return err;
}

/**
 * pantun_nl_sa_new - SA_NEW: an SA with its keys
 * @skb: the request
 * @info: its attributes
 *
 * The operation's own policy lets everything pass, as genetlink would refuse a request
 * before it is here, keys and all.  It is checked here, strictly, and then nothing of it
 * stays: neither in the socket's buffer nor in the copy that an error sends back.
 *
 * Return: 0 or a negative errno.
 * Context: process; takes cfg_lock.
 */
int pantun_nl_sa_new(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *top[PANTUN_A_MAX + 1];
	int err;

	err = pantun_nl_check_header(info->nlhdr, info->extack);
	if (!err)
		err = genlmsg_parse(info->nlhdr, &pantun_nl_family, top, PANTUN_A_MAX,
				    pantun_nl_sa_new_policy, info->extack);
	if (!err)
		err = sa_new(info, top);
	memzero_explicit(genlmsg_data(info->genlhdr), genlmsg_len(info->genlhdr));
	return err;
}

/* What names an SA in a tunnel. */
struct sa_ref {
	u8 dir;
	u8 proto;
	u8 family;			/* of daddr; AF_UNSPEC: not given */
	__be32 spi;
	union pantun_addr daddr;
	const struct nlattr *new_path;	/* for SA_SET */
};

static int parse_sa_ref(struct genl_info *info, struct sa_ref *ref)
{
	struct nlattr *attrs[PANTUN_SA_A_MAX + 1];
	struct pantun_sa_params params = {};
	int err;

	err = pantun_nl_open_nest(attrs, PANTUN_SA_A_MAX, info->attrs[PANTUN_A_SA], info->extack);
	if (err)
		return err;
	if (!attrs[PANTUN_SA_A_DIR] || !attrs[PANTUN_SA_A_SPI])
		return pantun_nl_refuse(info->extack, NULL, -EINVAL,
					"no SA given: add direction and SPI (SA_A_DIR, SA_A_SPI)");
	err = pantun_nl_parse_path(attrs[PANTUN_SA_A_PATH], &params, info->extack);
	if (err)
		return err;
	ref->dir = nla_get_u32(attrs[PANTUN_SA_A_DIR]);
	ref->proto = pantun_nl_proto_of(attrs);
	ref->spi = htonl(nla_get_u32(attrs[PANTUN_SA_A_SPI]));
	ref->daddr = ref->dir == PANTUN_DIR_IN ? params.local : params.remote;
	ref->family = pantun_addr_given(&ref->daddr) ? params.family : AF_UNSPEC;
	ref->new_path = attrs[PANTUN_SA_A_NEW_PATH];
	return 0;
}

static bool is_sa(const struct pantun_sa *sa, const struct sa_ref *ref)
{
	const struct pantun_sa_key *key = &sa->key;

	if (sa->dir != ref->dir || key->proto != ref->proto || key->spi != ref->spi)
		return false;
	if (ref->family == AF_UNSPEC)
		return true;
	return key->family == ref->family &&
	       !memcmp(&key->daddr, &ref->daddr, sizeof(key->daddr));
}

/* Of the tunnel that the request names; NULL if there is none, or an ERR_PTR().  cfg_lock. */
static struct pantun_sa *find_sa(struct pantun_net *pn, struct genl_info *info,
				 const struct sa_ref *ref)
{
	struct pantun_tunnel *tunnel = pantun_nl_find_tunnel(pn, info->attrs, info->extack);
	const struct pantun_proxy_table *table;
	struct pantun_sa *sa, *found = NULL;
	u32 i;

	if (IS_ERR(tunnel))
		return ERR_CAST(tunnel);
	table = pantun_proxy_table(tunnel);
	for (i = 0; i < table->count; i++) {
		list_for_each_entry(sa, &table->entry[i]->sas, proxy_list) {
			if (!is_sa(sa, ref))
				continue;
			if (found) {
				NL_SET_ERR_MSG(info->extack,
					       "several SAs have this SPI: give their path, too");
				return ERR_PTR(-EINVAL);
			}
			found = sa;
		}
	}
	return found;
}

static const char no_such_sa[] =
	"the tunnel has no SA of this direction, protocol, SPI and address";

/* What a command does to an SA; @arg is the command's own. */
typedef int sa_op_fn(struct pantun_sa *sa, void *arg, struct netlink_ext_ack *extack);

/* Does @op to the SA, or gives @missing if there is none. */
static int do_to_sa(struct genl_info *info, const struct sa_ref *ref, sa_op_fn *op, void *arg,
		    int missing)
{
	struct pantun_net *pn = pantun_net(genl_info_net(info));
	struct pantun_sa *sa;
	int err;

	mutex_lock(&pn->cfg_lock);
	sa = find_sa(pn, info, ref);
	err = PTR_ERR_OR_ZERO(sa);
	if (!err && sa)
		err = op(sa, arg, info->extack);
	else if (!err && missing)
		err = pantun_nl_refuse(info->extack, NULL, missing, no_such_sa);
	mutex_unlock(&pn->cfg_lock);
	return err;
}

static int set_sa_path(struct pantun_sa *sa, void *path, struct netlink_ext_ack *extack)
{
	int err = check_link(sa->tunnel, path, extack);

	return err ? err : pantun_sa_set_path(sa, path, extack);
}

/**
 * pantun_nl_sa_set - SA_SET: another path for an SA that carries on
 * @skb: the request
 * @info: its attributes
 *
 * Return: 0 or a negative errno.
 * Context: process; takes cfg_lock.
 */
int pantun_nl_sa_set(struct sk_buff *skb, struct genl_info *info)
{
	struct pantun_sa_params path = {};
	struct sa_ref ref;
	int err;

	err = parse_sa_ref(info, &ref);
	if (err)
		return err;
	path.proto = ref.proto;
	err = pantun_nl_parse_whole_path(ref.new_path, &path, info->extack);
	return err ? err : do_to_sa(info, &ref, set_sa_path, &path, -ENOENT);
}

static int activate_out_sa(struct pantun_sa *sa, void *unused, struct netlink_ext_ack *extack)
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

/**
 * pantun_nl_sa_activate - SA_ACTIVATE: makes an outbound SA its proxy-ID's current one
 * @skb: the request
 * @info: its attributes
 *
 * Return: 0 or a negative errno.
 * Context: process; takes cfg_lock.
 */
int pantun_nl_sa_activate(struct sk_buff *skb, struct genl_info *info)
{
	struct sa_ref ref;
	int err = parse_sa_ref(info, &ref);

	return err ? err : do_to_sa(info, &ref, activate_out_sa, NULL, -ENOENT);
}

static int delete_sa(struct pantun_sa *sa, void *unused, struct netlink_ext_ack *extack)
{
	pantun_sa_delete(sa);
	return 0;
}

/**
 * pantun_nl_sa_del - SA_DEL: deletes an SA; one that is not there is no error
 * @skb: the request
 * @info: its attributes
 *
 * Return: 0 or a negative errno.
 * Context: process; takes cfg_lock.
 */
int pantun_nl_sa_del(struct sk_buff *skb, struct genl_info *info)
{
	struct sa_ref ref;
	int err = parse_sa_ref(info, &ref);

	return err ? err : do_to_sa(info, &ref, delete_sa, NULL, 0);
}

static int fill_named_sa(struct sk_buff *skb, struct pantun_net *pn, struct genl_info *info)
{
	struct pantun_sa *sa;
	struct sa_ref ref;
	int err = parse_sa_ref(info, &ref);

	if (err)
		return err;
	sa = find_sa(pn, info, &ref);
	if (IS_ERR(sa))
		return PTR_ERR(sa);
	return sa ? fill_sa(skb, sa) :
		    pantun_nl_refuse(info->extack, NULL, -ENOENT, no_such_sa);
}

/**
 * pantun_nl_sa_get - SA_GET: an SA, without its keys
 * @skb: the request
 * @info: its attributes
 *
 * Return: 0 or a negative errno.
 * Context: process; takes cfg_lock.
 */
int pantun_nl_sa_get(struct sk_buff *skb, struct genl_info *info)
{
	return pantun_nl_answer(info, fill_named_sa);
}

static int emit_sa(struct sk_buff *skb, struct netlink_callback *cb, struct pantun_sa *sa)
{
	void *header = pantun_nl_dump_begin(skb, cb);

	if (!header)
		return -EMSGSIZE;
	return pantun_nl_dump_end(skb, header, fill_sa(skb, sa));
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

/**
 * pantun_nl_sa_dump - SA_GET: SAs of one tunnel or of all
 * @skb: a part of the dump
 * @cb: the dump
 *
 * Return: the part's length, 0 at the end, or a negative errno.
 * Context: process; takes cfg_lock.
 */
int pantun_nl_sa_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return pantun_nl_dump(skb, cb, emit_sas);
}

static void flush_tunnel(struct pantun_tunnel *tunnel)
{
	const struct pantun_proxy_table *table = pantun_proxy_table(tunnel);
	u32 i;

	for (i = 0; i < table->count; i++)
		pantun_sa_flush(table->entry[i]);
}

/**
 * pantun_nl_sa_flush - SA_FLUSH: deletes all SAs of a tunnel or of the namespace
 * @skb: the request
 * @info: its attributes
 *
 * Return: 0 or a negative errno.
 * Context: process; takes cfg_lock.
 */
int pantun_nl_sa_flush(struct sk_buff *skb, struct genl_info *info)
{
	struct pantun_net *pn = pantun_net(genl_info_net(info));
	struct pantun_tunnel *tunnel;
	int err = 0;

	mutex_lock(&pn->cfg_lock);
	if (pantun_nl_names_tunnel(info->attrs)) {
		tunnel = pantun_nl_find_tunnel(pn, info->attrs, info->extack);
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
