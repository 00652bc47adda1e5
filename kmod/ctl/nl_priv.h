/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the netlink side share. */
#ifndef _PANTUN_NL_PRIV_H
#define _PANTUN_NL_PRIV_H

#include <linux/pantun.h>
#include <net/genetlink.h>

struct pantun_events;
struct pantun_flow;
struct pantun_monitor;
struct pantun_net;
struct pantun_path;
struct pantun_proxy;
struct pantun_sa;
struct pantun_sa_params;
struct pantun_selector;
struct pantun_tunnel;
struct pantun_tunnel_opts;

/* Order of the family's groups. */
enum pantun_nl_group {
	PANTUN_NL_EVENTS,
	PANTUN_NL_CONFIG,
	PANTUN_NL_GROUPS
};

/* nl_family.c */
extern struct genl_family pantun_nl_family;

/* nl_event.c: the module's events as notifications. */
extern const struct pantun_events pantun_nl_events;

/*
 * Says why a request is refused, and where in it (NULL: it is about what is not
 * there); @text is constant memory.  Returns @err.
 */
static inline int pantun_nl_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr,
				   int err, const char *text)
{
	if (extack) {
		NL_SET_BAD_ATTR(extack, attr);
		extack->_msg = text;
	}
	return err;
}

/* nl_policy.c: what each command takes. */
extern const struct nla_policy pantun_nl_tunnel_get_policy[PANTUN_A_MAX + 1];
extern const struct nla_policy pantun_nl_tunnel_set_policy[PANTUN_A_MAX + 1];
extern const struct nla_policy pantun_nl_proxy_new_policy[PANTUN_A_MAX + 1];
extern const struct nla_policy pantun_nl_proxy_ref_policy[PANTUN_A_MAX + 1];
extern const struct nla_policy pantun_nl_spi_alloc_policy[PANTUN_A_MAX + 1];
extern const struct nla_policy pantun_nl_unchecked_policy[PANTUN_A_MAX + 1];
extern const struct nla_policy pantun_nl_sa_new_policy[PANTUN_A_MAX + 1];
extern const struct nla_policy pantun_nl_sa_ref_policy[PANTUN_A_MAX + 1];
extern const struct nla_policy pantun_nl_sa_set_policy[PANTUN_A_MAX + 1];
extern const struct nla_policy pantun_nl_monitor_new_policy[PANTUN_A_MAX + 1];
extern const struct nla_policy pantun_nl_monitor_ref_policy[PANTUN_A_MAX + 1];
extern const struct nla_policy pantun_nl_module_get_policy[PANTUN_A_MAX + 1];
/* Nests of every command that may have them. */
extern const struct nla_policy pantun_nl_selector_policy[PANTUN_SELECTOR_A_MAX + 1];
extern const struct nla_policy pantun_nl_path_policy[PANTUN_PATH_A_MAX + 1];
extern const struct nla_policy pantun_nl_key_policy[PANTUN_KEY_A_MAX + 1];
extern const struct nla_policy pantun_nl_limits_policy[PANTUN_LIMITS_A_MAX + 1];

/* nl_util.c: objects that a request names, under cfg_lock; replies; dumps. */
bool pantun_nl_names_tunnel(struct nlattr **attrs);
struct pantun_tunnel *pantun_nl_find_tunnel(struct pantun_net *pn, struct nlattr **attrs,
					    struct netlink_ext_ack *extack);
const char *pantun_nl_name_of(const struct nlattr *attr);
struct pantun_proxy *pantun_nl_find_proxy(struct pantun_net *pn, struct nlattr **attrs,
					  const struct nlattr *name,
					  struct netlink_ext_ack *extack);
int pantun_nl_open_nest(struct nlattr **attrs, int max, const struct nlattr *nest,
			struct netlink_ext_ack *extack);
int pantun_nl_check_header(const struct nlmsghdr *nlh, struct netlink_ext_ack *extack);

/* Adds what a request is about, or is to make, to the reply. */
typedef int pantun_nl_fill_fn(struct sk_buff *skb, struct pantun_net *pn, struct genl_info *info);

int pantun_nl_answer(struct genl_info *info, pantun_nl_fill_fn *fill);

/* Adds what @tunnel has from @index on; -EMSGSIZE when there is no more room. */
typedef int pantun_nl_emit_fn(struct sk_buff *skb, struct netlink_callback *cb,
			      struct pantun_tunnel *tunnel, u32 *index);

void *pantun_nl_dump_begin(struct sk_buff *skb, struct netlink_callback *cb);
int pantun_nl_dump_end(struct sk_buff *skb, void *header, int err);
int pantun_nl_dump(struct sk_buff *skb, struct netlink_callback *cb, pantun_nl_emit_fn *emit);

/* nl_sa.c: the commands about SAs. */
int pantun_nl_spi_alloc(struct sk_buff *skb, struct genl_info *info);
int pantun_nl_sa_new(struct sk_buff *skb, struct genl_info *info);
int pantun_nl_sa_set(struct sk_buff *skb, struct genl_info *info);
int pantun_nl_sa_activate(struct sk_buff *skb, struct genl_info *info);
int pantun_nl_sa_del(struct sk_buff *skb, struct genl_info *info);
int pantun_nl_sa_get(struct sk_buff *skb, struct genl_info *info);
int pantun_nl_sa_dump(struct sk_buff *skb, struct netlink_callback *cb);
int pantun_nl_sa_flush(struct sk_buff *skb, struct genl_info *info);

/* nl_monitor.c: the commands about monitors, and a monitor as attributes. */
int pantun_nl_monitor_new(struct sk_buff *skb, struct genl_info *info);
int pantun_nl_monitor_del(struct sk_buff *skb, struct genl_info *info);
int pantun_nl_monitor_get(struct sk_buff *skb, struct genl_info *info);
int pantun_nl_monitor_dump(struct sk_buff *skb, struct netlink_callback *cb);
int pantun_nl_fill_monitor(struct sk_buff *skb, const struct pantun_monitor *monitor);

/* nl_parse.c: attributes into objects' parameters. */
int pantun_nl_parse_selector(const struct nlattr *nest, struct pantun_selector *sel,
			     struct netlink_ext_ack *extack);
int pantun_nl_parse_path(const struct nlattr *nest, struct pantun_sa_params *params,
			 struct netlink_ext_ack *extack);
int pantun_nl_parse_whole_path(const struct nlattr *nest, struct pantun_sa_params *params,
			       struct netlink_ext_ack *extack);
u8 pantun_nl_proto_of(struct nlattr * const *sa);
int pantun_nl_parse_new_sa(const struct nlattr *nest, struct nlattr * const *sa,
			   struct pantun_sa_params *params, struct netlink_ext_ack *extack);
int pantun_nl_parse_tunnel_opts(struct nlattr **attrs, const struct pantun_tunnel *tunnel,
				struct pantun_tunnel_opts *opts, struct netlink_ext_ack *extack);

/* nl_fill.c: objects into attributes; -EMSGSIZE where there is no room. */
int pantun_nl_fill_names(struct sk_buff *skb, const struct pantun_tunnel *tunnel);
int pantun_nl_fill_tunnel(struct sk_buff *skb, struct pantun_tunnel *tunnel, bool whole);
int pantun_nl_fill_proxy(struct sk_buff *skb, const struct pantun_proxy *proxy, bool whole);
int pantun_nl_fill_sa(struct sk_buff *skb, struct pantun_sa *sa, bool whole);
int pantun_nl_fill_moved(struct sk_buff *skb, struct pantun_sa *sa,
			 const struct pantun_path *path);
int pantun_nl_fill_flow(struct sk_buff *skb, int type, const struct pantun_flow *flow);

#endif
