// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel behind generic netlink: tunnels, proxy-IDs and SAs of pantun.ko. */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/pantun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/secret.h"
#include "base/version.h"
#include "kern/genl_attr.h"
#include "kern/genl_events.h"
#include "kern/genl_monitor.h"
#include "kern/genl_read.h"
#include "kern/genl_selector.h"
#include "kern/genl_sock.h"
#include "kern/kern.h"

/* The proxy-ID that the kernel has by itself while a tunnel has no other. */
#define STAND_IN	"default"
#define DUMP_TRIES	5	/* of a dump that changes while it is read */

struct kern_genl {
	struct kern kern;
	struct nl_sock *genl;		/* requests */
	struct nl_sock *rtnl;		/* link requests */
	struct genl_events *events;
};

static struct kern_genl *genl_of(struct kern *k)
{
	return (struct kern_genl *)k;
}

/* Sends; the kernel's text or the error's own name goes to kern->error. */
static int transact(struct kern_genl *g, struct nl_sock *sock, struct nl_msg *msg,
		    genl_answer *answer, void *ctx)
{
	char text[192];
	int error = genl_transact(sock, msg, answer, ctx, text, sizeof(text));

	if (!error)
		return 0;
	if (error == -ENOENT && sock == g->genl && !genl_events_loaded(g->events))
		snprintf(g->kern.error, sizeof(g->kern.error), "the module is not loaded");
	else if (text[0])
		snprintf(g->kern.error, sizeof(g->kern.error), "%s (%s)", text, strerror(-error));
	else if (error == -EPERM)
		snprintf(g->kern.error, sizeof(g->kern.error),
			 "not permitted: this needs CAP_NET_ADMIN");
	else
		snprintf(g->kern.error, sizeof(g->kern.error), "%s", strerror(-error));
	return error;
}

/* A request about the tunnel of this device; NULL on lack of memory. */
static struct nl_msg *begin(const struct kern_genl *g, uint8_t cmd, int flags, const char *ifname)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (msg && genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, genl_events_family(g->events),
				0, flags, cmd,
			       PANTUN_GENL_VERSION) &&
	    (!ifname || !nla_put_string(msg, PANTUN_A_IFNAME, ifname)))
		return msg;
	nlmsg_free(msg);
	return NULL;
}

/* A message that was cut short by lack of room is wiped and given up. */
static struct nl_msg *complete(struct nl_msg *msg, bool good)
{
	if (good)
		return msg;
	secret_wipe(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	nlmsg_free(msg);
	return NULL;
}

/*
 * The dump that @msg asks for.  One that the kernel could not keep consistent is
 * asked for again, so @answer may see things twice unless @restart forgets them.
 */
static int dump(struct kern_genl *g, uint8_t cmd, const char *ifname, genl_answer *answer,
		void (*restart)(void *ctx), void *ctx)
{
	int error = -EINTR, i;

	for (i = 0; i < DUMP_TRIES && error == -EINTR; i++) {
		restart(ctx);
		error = transact(g, g->genl, begin(g, cmd, NLM_F_REQUEST | NLM_F_DUMP, ifname),
				 answer, ctx);
	}
	return error;
}

/* --- tunnels --- */

static struct nl_msg *link_message(const char *ifname)
{
	struct ifinfomsg up = { .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK |
						NLM_F_CREATE | NLM_F_EXCL);
	struct nlattr *info;
	bool good;

	if (!msg)
		return NULL;
	good = !nlmsg_append(msg, &up, sizeof(up), NLMSG_ALIGNTO) &&
	       !nla_put_string(msg, IFLA_IFNAME, ifname);
	info = good ? nla_nest_start(msg, IFLA_LINKINFO) : NULL;
	good = info && !nla_put_string(msg, IFLA_INFO_KIND, PANTUN_LINK_KIND);
	if (good)
		nla_nest_end(msg, info);
	return complete(msg, good);
}

static int link_add(struct kern_genl *g, const char *ifname)
{
	int error = transact(g, g->rtnl, link_message(ifname), NULL, NULL);

	if (error == -EEXIST)
		snprintf(g->kern.error, sizeof(g->kern.error),
			 "%s is an interface of another kind: rename or delete it", ifname);
	return error;
}

_Static_assert((int)POLICY_START_ALWAYS == (int)PANTUN_START_ALWAYS &&
	       (int)POLICY_START_ON_DEMAND == (int)PANTUN_START_ON_DEMAND &&
	       (int)POLICY_START_PASSIVE == (int)PANTUN_START_PASSIVE, "start modes differ");
_Static_assert((int)POLICY_CARRIER_ANY == (int)PANTUN_CARRIER_ANY &&
	       (int)POLICY_CARRIER_ALL == (int)PANTUN_CARRIER_ALL, "carrier rules differ");
_Static_assert((int)POLICY_DF_COPY == (int)PANTUN_DF_COPY &&
	       (int)POLICY_DF_CLEAR == (int)PANTUN_DF_CLEAR &&
	       (int)POLICY_DF_SET == (int)PANTUN_DF_SET, "DF modes differ");

/* All of them, so that what was set before and is not configured any more is undone. */
static bool put_options(struct nl_msg *msg, const struct policy_tunnel *tunnel, uint32_t underlay)
{
	const struct policy_outer *outer = &tunnel->outer;

	return !nla_put_u32(msg, PANTUN_TUNNEL_A_START, tunnel->start) &&
	       !nla_put_u32(msg, PANTUN_TUNNEL_A_CARRIER,
			    tunnel->carrier ? tunnel->carrier : POLICY_CARRIER_ANY) &&
	       !nla_put_u32(msg, PANTUN_TUNNEL_A_DF, outer->df ? outer->df : POLICY_DF_COPY) &&
	       !nla_put_u32(msg, PANTUN_TUNNEL_A_TOS,
			    outer->copy_tos ? PANTUN_TOS_COPY : PANTUN_TOS_FIXED) &&
	       (outer->copy_tos || !nla_put_u8(msg, PANTUN_TUNNEL_A_DSCP, outer->dscp)) &&
	       !nla_put_u8(msg, PANTUN_TUNNEL_A_TTL, outer->ttl) &&
	       !nla_put_u8(msg, PANTUN_TUNNEL_A_FLOW_LABEL, outer->copy_flow_label) &&
	       !nla_put_u8(msg, PANTUN_TUNNEL_A_GRE, outer->gre) &&
	       !nla_put_u32(msg, PANTUN_TUNNEL_A_TFC, outer->tfc) &&
	       !nla_put_u32(msg, PANTUN_TUNNEL_A_DUMMY, outer->dummy_ms) &&
	       !nla_put_u32(msg, PANTUN_TUNNEL_A_MARK, outer->mark) &&
	       !nla_put_u32(msg, PANTUN_TUNNEL_A_UNDERLAY, underlay);
}

static int set_options(struct kern_genl *g, const struct policy_tunnel *tunnel)
{
	const char *link = tunnel->outer.underlay;
	uint32_t underlay = link[0] ? if_nametoindex(link) : 0;
	struct nlattr *nest;
	struct nl_msg *msg;

	if (link[0] && !underlay) {
		snprintf(g->kern.error, sizeof(g->kern.error), "underlay %s: no such interface",
			 link);
		return -ENXIO;
	}
	msg = begin(g, PANTUN_CMD_TUNNEL_SET, NLM_F_REQUEST | NLM_F_ACK, tunnel->ifname);
	nest = msg ? nla_nest_start(msg, PANTUN_A_TUNNEL) : NULL;
	if (msg)
		msg = complete(msg, nest && put_options(msg, tunnel, underlay));
	if (msg)
		nla_nest_end(msg, nest);
	return transact(g, g->genl, msg, NULL, NULL);
}

static int tunnel_ensure(struct kern *k, const struct policy_tunnel *tunnel)
{
	struct kern_genl *g = genl_of(k);
	int error = set_options(g, tunnel);

	if (error == -ENODEV) {
		error = link_add(g, tunnel->ifname);
		if (!error)
			error = set_options(g, tunnel);
	}
	return error;
}

/* --- proxy-IDs --- */

struct proxy_seen {
	char name[PANTUN_PROXY_NAME_LEN];
	struct genl_selector selector;
	bool valid;		/* the selector could be read */
};

struct proxy_list {
	struct proxy_seen *proxies;
	unsigned int n, room;
	bool short_of_memory;
};

static void restart_proxies(void *ctx)
{
	struct proxy_list *list = ctx;

	list->n = 0;
}

static void on_proxy(void *ctx, struct nlmsghdr *header)
{
	struct nlattr *attrs[PANTUN_A_MAX + 1], *proxy[PANTUN_PROXY_A_MAX + 1];
	struct proxy_list *list = ctx;
	struct proxy_seen *seen;

	if (genlmsg_parse(header, 0, attrs, PANTUN_A_MAX, NULL) || !attrs[PANTUN_A_PROXY] ||
	    nla_parse_nested(proxy, PANTUN_PROXY_A_MAX, attrs[PANTUN_A_PROXY], NULL) ||
	    !proxy[PANTUN_PROXY_A_NAME])
		return;
	if (list->n == list->room) {
		unsigned int room = list->room ? 2 * list->room : 16;
		struct proxy_seen *more = reallocarray(list->proxies, room, sizeof(*more));

		if (!more) {
			list->short_of_memory = true;
			return;
		}
		list->proxies = more;
		list->room = room;
	}
	seen = &list->proxies[list->n++];
	genl_attr_text(proxy[PANTUN_PROXY_A_NAME], seen->name, sizeof(seen->name));
	seen->valid = genl_selector_get(proxy[PANTUN_PROXY_A_SELECTOR], &seen->selector);
}

static int proxy_command(struct kern_genl *g, uint8_t cmd, const char *ifname, const char *name,
			 const struct genl_selector *selector)
{
	struct nl_msg *msg = begin(g, cmd, NLM_F_REQUEST | NLM_F_ACK, ifname);
	struct nlattr *nest = msg ? nla_nest_start(msg, PANTUN_A_PROXY) : NULL;

	if (msg) {
		msg = complete(msg, nest && !nla_put_string(msg, PANTUN_PROXY_A_NAME, name) &&
			       (!selector ||
				!genl_selector_put(msg, PANTUN_PROXY_A_SELECTOR, selector)));
		if (msg)
			nla_nest_end(msg, nest);
	}
	return transact(g, g->genl, msg, NULL, NULL);
}

static bool wanted(const struct policy_tunnel *tunnel, const struct proxy_seen *seen)
{
	struct genl_selector selector;
	unsigned int i;

	for (i = 0; i < tunnel->n_proxies; i++) {
		if (strcmp(tunnel->proxies[i].name, seen->name) != 0)
			continue;
		return seen->valid && genl_selector_of(&tunnel->proxies[i].ts, &selector) &&
		       genl_selector_equal(&selector, &seen->selector);
	}
	return false;
}

static bool stands(const struct proxy_list *list, const char *name)
{
	unsigned int i;

	for (i = 0; i < list->n; i++)
		if (list->proxies[i].name[0] && !strcmp(list->proxies[i].name, name))
			return true;
	return false;
}

/* Deletes what is not wanted and forgets it in @list. */
static int proxies_remove(struct kern_genl *g, const struct policy_tunnel *tunnel,
			  struct proxy_list *list)
{
	unsigned int i;
	int error;

	for (i = 0; i < list->n; i++) {
		struct proxy_seen *seen = &list->proxies[i];

		if (wanted(tunnel, seen) || !strcmp(seen->name, STAND_IN))
			continue;
		error = proxy_command(g, PANTUN_CMD_PROXY_DEL, tunnel->ifname, seen->name, NULL);
		if (error && error != -ENOENT)
			return error;
		seen->name[0] = '\0';
	}
	return 0;
}

static int proxies_add(struct kern_genl *g, const struct policy_tunnel *tunnel,
		       const struct proxy_list *list)
{
	struct genl_selector selector;
	unsigned int i;
	int error;

	for (i = 0; i < tunnel->n_proxies; i++) {
		const struct policy_proxy *proxy = &tunnel->proxies[i];

		if (stands(list, proxy->name) || !strcmp(proxy->name, STAND_IN))
			continue;
		if (!genl_selector_of(&proxy->ts, &selector)) {
			snprintf(g->kern.error, sizeof(g->kern.error),
				 "proxy-id %s: its sides are of different families", proxy->name);
			return -EINVAL;
		}
		error = proxy_command(g, PANTUN_CMD_PROXY_NEW, tunnel->ifname, proxy->name,
				      &selector);
		if (error)
			return error;
	}
	return 0;
}

/* With SAs on it the stand-in does not give way to others by itself. */
static int stand_in_remove(struct kern_genl *g, const struct policy_tunnel *tunnel)
{
	unsigned int i;
	int error;

	for (i = 0; i < tunnel->n_proxies; i++)
		if (!strcmp(tunnel->proxies[i].name, STAND_IN))
			return 0;
	error = proxy_command(g, PANTUN_CMD_PROXY_DEL, tunnel->ifname, STAND_IN, NULL);
	return error == -ENOENT ? 0 : error;
}

static int proxy_sync(struct kern *k, const struct policy_tunnel *tunnel)
{
	struct kern_genl *g = genl_of(k);
	struct proxy_list list = { 0 };
	int error;

	error = dump(g, PANTUN_CMD_PROXY_GET, tunnel->ifname, on_proxy, restart_proxies, &list);
	if (!error && list.short_of_memory)
		error = -ENOMEM;
	if (!error)
		error = proxies_remove(g, tunnel, &list);
	if (!error)
		error = proxies_add(g, tunnel, &list);
	if (!error)
		error = stand_in_remove(g, tunnel);
	free(list.proxies);
	return error;
}

/* --- monitors --- */

struct monitor_list {
	struct kern_monitor *monitors;
	size_t n, room;
	bool short_of_memory;
};

static void restart_monitors(void *ctx)
{
	struct monitor_list *list = ctx;

	list->n = 0;
}

static void on_monitor(void *ctx, struct nlmsghdr *header)
{
	struct monitor_list *list = ctx;
	struct kern_monitor monitor;

	if (!genl_monitor_get(header, &monitor))
		return;
	if (list->n == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		struct kern_monitor *more = reallocarray(list->monitors, room, sizeof(*more));

		if (!more) {
			list->short_of_memory = true;
			return;
		}
		list->monitors = more;
		list->room = room;
	}
	list->monitors[list->n++] = monitor;
}

/* Of the tunnel on @ifname, or of all. */
static int monitors_read(struct kern_genl *g, const char *ifname, struct monitor_list *list)
{
	int error = dump(g, PANTUN_CMD_MONITOR_GET, ifname, on_monitor, restart_monitors, list);

	return !error && list->short_of_memory ? -ENOMEM : error;
}

/* @monitor NULL: all that a deletion needs is the destination. */
static int monitor_command(struct kern_genl *g, uint8_t cmd, const char *ifname,
			   const struct policy_monitor *monitor, const struct policy_probe *probe)
{
	struct nl_msg *msg = begin(g, cmd, NLM_F_REQUEST | NLM_F_ACK, ifname);

	if (msg)
		msg = complete(msg, genl_monitor_put(msg, monitor, probe));
	return transact(g, g->genl, msg, NULL, NULL);
}

static int monitors_remove(struct kern_genl *g, const struct policy_tunnel *tunnel,
			   const struct monitor_list *list)
{
	int error = 0;

	for (size_t i = 0; !error && i < list->n; i++) {
		const struct policy_probe *probe = &list->monitors[i].probe;

		if (policy_probe_find(&tunnel->monitor, &probe->destination) < 0)
			error = monitor_command(g, PANTUN_CMD_MONITOR_DEL, tunnel->ifname, NULL,
						probe);
		if (error == -ENOENT)
			error = 0;
	}
	return error;
}

static bool monitored(const struct monitor_list *list, const struct policy_monitor *monitor,
		      const struct policy_probe *probe)
{
	for (size_t i = 0; i < list->n; i++)
		if (genl_monitor_equal(&list->monitors[i], monitor, probe))
			return true;
	return false;
}

static int monitor_sync(struct kern *k, const struct policy_tunnel *tunnel)
{
	const struct policy_monitor *monitor = &tunnel->monitor;
	const unsigned int n = monitor->n;
	struct kern_genl *g = genl_of(k);
	struct monitor_list list = { 0 };
	int error = monitors_read(g, tunnel->ifname, &list);

	if (!error)
		error = monitors_remove(g, tunnel, &list);
	for (unsigned int i = 0; !error && i < n; i++)
		if (!monitored(&list, monitor, &monitor->probes[i]))
			error = monitor_command(g, PANTUN_CMD_MONITOR_NEW, tunnel->ifname, monitor,
						&monitor->probes[i]);
	free(list.monitors);
	return error;
}

static int monitor_each(struct kern *k, void (*each)(void *ctx, const struct kern_monitor *),
			void *ctx)
{
	struct monitor_list list = { 0 };
	int error = monitors_read(genl_of(k), NULL, &list);

	for (size_t i = 0; !error && i < list.n; i++)
		each(ctx, &list.monitors[i]);
	free(list.monitors);
	return error;
}

static int proxy_fail(struct kern *k, const char *ifname, const char *proxy)
{
	int error = proxy_command(genl_of(k), PANTUN_CMD_PROXY_FAIL, ifname, proxy, NULL);

	/* They are gone, and what waited there with them. */
	return error == -ENODEV || error == -ENOENT ? 0 : error;
}

/* --- SAs --- */

/* Ports are of UDP; without them it is the path of a name alone. */
static bool put_path(struct nl_msg *msg, int type, const struct endpoint *local,
		     const struct endpoint *remote, bool ports, bool csum)
{
	bool v6 = local->addr.family == AF_INET6;
	int n = (int)addr_len(&local->addr);
	struct nlattr *nest = nla_nest_start(msg, type);
	bool good;

	good = nest && n && local->addr.family == remote->addr.family &&
	       !nla_put(msg, v6 ? PANTUN_PATH_A_LOCAL6 : PANTUN_PATH_A_LOCAL4, n,
			local->addr.b) &&
	       !nla_put(msg, v6 ? PANTUN_PATH_A_REMOTE6 : PANTUN_PATH_A_REMOTE4, n,
			remote->addr.b);
	if (good && ports)
		good = !nla_put_u32(msg, PANTUN_PATH_A_ENCAP, PANTUN_ENCAP_UDP) &&
		       !nla_put_u16(msg, PANTUN_PATH_A_LOCAL_PORT, local->port) &&
		       !nla_put_u16(msg, PANTUN_PATH_A_REMOTE_PORT, remote->port) &&
		       (!csum || !nla_put_flag(msg, PANTUN_PATH_A_UDP_CSUM));
	if (good)
		nla_nest_end(msg, nest);
	return good;
}

static bool put_keys(struct nl_msg *msg, const struct ike_sa_spec *sa)
{
	struct nlattr *nest = nla_nest_start(msg, PANTUN_SA_A_KEY);
	bool good;

	good = nest &&
	       (!sa->encr_key_n ||
		!nla_put(msg, PANTUN_KEY_A_ENC, sa->encr_key_n, sa->encr_key)) &&
	       (!sa->integ_key_n ||
		!nla_put(msg, PANTUN_KEY_A_AUTH, sa->integ_key_n, sa->integ_key)) &&
	       (!sa->salt_n || !nla_put(msg, PANTUN_KEY_A_SALT, sa->salt_n, sa->salt));
	if (good)
		nla_nest_end(msg, nest);
	return good;
}

static bool put_limit(struct nl_msg *msg, int type, uint64_t value)
{
	return !value || !nla_put_u64(msg, type, value);
}

static bool put_limits(struct nl_msg *msg, const struct ike_sa_spec *sa)
{
	struct nlattr *nest = nla_nest_start(msg, PANTUN_SA_A_LIMITS);
	bool good;

	good = nest && put_limit(msg, PANTUN_LIMITS_A_SOFT_BYTES, sa->soft_bytes) &&
	       put_limit(msg, PANTUN_LIMITS_A_HARD_BYTES, sa->hard_bytes) &&
	       put_limit(msg, PANTUN_LIMITS_A_SOFT_SECONDS, sa->soft_seconds) &&
	       put_limit(msg, PANTUN_LIMITS_A_HARD_SECONDS, sa->hard_seconds);
	if (good)
		nla_nest_end(msg, nest);
	return good;
}

/* What names an SA. */
static bool put_name(struct nl_msg *msg, const struct ike_sa_spec *sa)
{
	return !nla_put_u32(msg, PANTUN_SA_A_DIR, sa->inbound ? PANTUN_DIR_IN : PANTUN_DIR_OUT) &&
	       !nla_put_u8(msg, PANTUN_SA_A_PROTO, sa->ah ? IPPROTO_AH : IPPROTO_ESP) &&
	       !nla_put_u32(msg, PANTUN_SA_A_SPI, sa->spi);
}

static bool put_sa(struct nl_msg *msg, const struct ike_sa_spec *sa,
		   const struct genl_selector *selector)
{
	return put_name(msg, sa) &&
	       put_path(msg, PANTUN_SA_A_PATH, &sa->local, &sa->remote, sa->udp_encap,
			sa->udp_csum) &&
	       !nla_put_string(msg, PANTUN_SA_A_PROXY, sa->proxy) &&
	       (!sa->transport ||
		!nla_put_u32(msg, PANTUN_SA_A_MODE, PANTUN_MODE_TRANSPORT)) &&
	       (!sa->esn || !nla_put_flag(msg, PANTUN_SA_A_ESN)) &&
	       (!sa->encr || !nla_put_u32(msg, PANTUN_SA_A_ENC, sa->encr->kernel)) &&
	       (!sa->integ || !nla_put_u32(msg, PANTUN_SA_A_AUTH, sa->integ->kernel)) &&
	       put_keys(msg, sa) && put_limits(msg, sa) &&
	       !genl_selector_put(msg, PANTUN_SA_A_SELECTOR, selector) &&
	       (!sa->inbound ||
		!nla_put_u32(msg, PANTUN_SA_A_REPLAY_WINDOW, sa->replay_window)) &&
	       (!sa->standby || !nla_put_flag(msg, PANTUN_SA_A_STANDBY)) &&
	       !nla_put_u64(msg, PANTUN_SA_A_COOKIE, sa->token);
}

static int sa_add(struct kern *k, const struct ike_sa_spec *sa)
{
	struct kern_genl *g = genl_of(k);
	struct genl_selector selector;
	struct nlattr *nest;
	struct nl_msg *msg;

	if (!genl_selector_of(&sa->ts, &selector)) {
		snprintf(k->error, sizeof(k->error), "traffic selectors have no family in common");
		return -EINVAL;
	}
	msg = begin(g, PANTUN_CMD_SA_NEW, NLM_F_REQUEST | NLM_F_ACK, sa->ifname);
	nest = msg ? nla_nest_start(msg, PANTUN_A_SA) : NULL;
	if (msg)
		msg = complete(msg, nest && put_sa(msg, sa, &selector));
	if (msg)
		nla_nest_end(msg, nest);
	return transact(g, g->genl, msg, NULL, NULL);
}

/* The answer goes to @answer; NULL: there is none but yes or no. */
static int sa_ask(struct kern *k, uint8_t cmd, const struct ike_sa_spec *sa, genl_answer *answer,
		  void *ctx)
{
	struct kern_genl *g = genl_of(k);
	struct nl_msg *msg = begin(g, cmd, NLM_F_REQUEST | NLM_F_ACK, sa->ifname);
	struct nlattr *nest = msg ? nla_nest_start(msg, PANTUN_A_SA) : NULL;
	bool good;

	if (msg) {
		good = nest && put_name(msg, sa) &&
		       put_path(msg, PANTUN_SA_A_PATH, &sa->local, &sa->remote, false, false);
		if (good && cmd == PANTUN_CMD_SA_SET)
			good = put_path(msg, PANTUN_SA_A_NEW_PATH, &sa->new_local,
					&sa->new_remote, sa->udp_encap, sa->udp_csum);
		msg = complete(msg, good);
	}
	if (msg)
		nla_nest_end(msg, nest);
	return transact(g, g->genl, msg, answer, ctx);
}

static int sa_command(struct kern *k, uint8_t cmd, const struct ike_sa_spec *sa)
{
	return sa_ask(k, cmd, sa, NULL, NULL);
}

static void on_idle(void *ctx, struct nlmsghdr *header)
{
	struct nlattr *attrs[PANTUN_A_MAX + 1], *sa[PANTUN_SA_A_MAX + 1];

	if (!genlmsg_parse(header, 0, attrs, PANTUN_A_MAX, NULL) && attrs[PANTUN_A_SA] &&
	    !nla_parse_nested(sa, PANTUN_SA_A_MAX, attrs[PANTUN_A_SA], NULL) &&
	    sa[PANTUN_SA_A_IDLE] && nla_len(sa[PANTUN_SA_A_IDLE]) >= (int)sizeof(uint64_t))
		*(uint64_t *)ctx = nla_get_u64(sa[PANTUN_SA_A_IDLE]);
}

static int sa_idle(struct kern *k, const struct ike_sa_spec *sa, uint64_t *idle)
{
	*idle = UINT64_MAX;
	return sa_ask(k, PANTUN_CMD_SA_GET, sa, on_idle, idle);
}

static int sa_activate(struct kern *k, const struct ike_sa_spec *sa)
{
	return sa_command(k, PANTUN_CMD_SA_ACTIVATE, sa);
}

static int sa_move(struct kern *k, const struct ike_sa_spec *sa)
{
	return sa_command(k, PANTUN_CMD_SA_SET, sa);
}

static int sa_del(struct kern *k, const struct ike_sa_spec *sa)
{
	int error = sa_command(k, PANTUN_CMD_SA_DEL, sa);

	/* Its tunnel is gone, and it went with that. */
	return error == -ENODEV || error == -ENOENT ? 0 : error;
}

struct sa_list {
	struct kern_sa *sas;
	size_t n, room;
	bool short_of_memory;
};

static void restart_sas(void *ctx)
{
	struct sa_list *list = ctx;

	list->n = 0;
}

/* False for a reserved SPI, which is no SA yet, and for what cannot be read. */
static bool parse_sa(struct nlmsghdr *header, struct kern_sa *out)
{
	struct nlattr *attrs[PANTUN_A_MAX + 1], *sa[PANTUN_SA_A_MAX + 1];
	struct nlattr *path[PANTUN_PATH_A_MAX + 1];

	memset(out, 0, sizeof(*out));
	if (genlmsg_parse(header, 0, attrs, PANTUN_A_MAX, NULL) || !attrs[PANTUN_A_SA] ||
	    nla_parse_nested(sa, PANTUN_SA_A_MAX, attrs[PANTUN_A_SA], NULL) ||
	    sa[PANTUN_SA_A_LARVAL] || !sa[PANTUN_SA_A_DIR] || !sa[PANTUN_SA_A_SPI])
		return false;
	genl_attr_text(attrs[PANTUN_A_IFNAME], out->ifname, sizeof(out->ifname));
	genl_attr_text(sa[PANTUN_SA_A_PROXY], out->proxy, sizeof(out->proxy));
	out->inbound = nla_get_u32(sa[PANTUN_SA_A_DIR]) == PANTUN_DIR_IN;
	out->spi = nla_get_u32(sa[PANTUN_SA_A_SPI]);
	out->ah = sa[PANTUN_SA_A_PROTO] && nla_get_u8(sa[PANTUN_SA_A_PROTO]) == IPPROTO_AH;
	if (sa[PANTUN_SA_A_COOKIE])
		out->cookie = nla_get_u64(sa[PANTUN_SA_A_COOKIE]);
	if (sa[PANTUN_SA_A_SEQ])
		out->seq = nla_get_u64(sa[PANTUN_SA_A_SEQ]);
	if (sa[PANTUN_SA_A_PATH] &&
	    !nla_parse_nested(path, PANTUN_PATH_A_MAX, sa[PANTUN_SA_A_PATH], NULL)) {
		genl_attr_either(path[PANTUN_PATH_A_LOCAL4], path[PANTUN_PATH_A_LOCAL6],
				 &out->local);
		genl_attr_either(path[PANTUN_PATH_A_REMOTE4], path[PANTUN_PATH_A_REMOTE6],
				 &out->remote);
		out->udp = genl_attr_u32(path[PANTUN_PATH_A_ENCAP]) == PANTUN_ENCAP_UDP;
	}
	return true;
}

static void on_sa(void *ctx, struct nlmsghdr *header)
{
	struct sa_list *list = ctx;
	struct kern_sa sa;

	if (!parse_sa(header, &sa))
		return;
	if (list->n == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		struct kern_sa *more = reallocarray(list->sas, room, sizeof(*more));

		if (!more) {
			list->short_of_memory = true;
			return;
		}
		list->sas = more;
		list->room = room;
	}
	list->sas[list->n++] = sa;
}

static int sa_each(struct kern *k, void (*each)(void *ctx, const struct kern_sa *), void *ctx)
{
	struct kern_genl *g = genl_of(k);
	struct sa_list list = { 0 };
	size_t i;
	int error;

	error = dump(g, PANTUN_CMD_SA_GET, NULL, on_sa, restart_sas, &list);
	if (!error && list.short_of_memory)
		error = -ENOMEM;
	/* Called after the dump, so that @each may send requests itself. */
	for (i = 0; !error && i < list.n; i++)
		each(ctx, &list.sas[i]);
	free(list.sas);
	return error;
}

/* --- the whole --- */

static int read_open(struct kern *k, const char *what)
{
	struct kern_genl *g = genl_of(k);

	return genl_read_open(g->genl, genl_events_family(g->events), what);
}

static int genl_fd(const struct kern *k)
{
	return genl_events_fd(((const struct kern_genl *)k)->events);
}

static void genl_dispatch(struct kern *k)
{
	genl_events_read(genl_of(k)->events);
}

static void genl_close(struct kern *k)
{
	struct kern_genl *g = genl_of(k);

	genl_events_close(g->events);
	genl_sock_close(g->rtnl);
	genl_sock_close(g->genl);
	free(g);
}

static const struct kern_ops genl_ops = {
	.tunnel_ensure = tunnel_ensure,
	.proxy_sync = proxy_sync,
	.monitor_sync = monitor_sync,
	.monitor_each = monitor_each,
	.proxy_fail = proxy_fail,
	.sa_add = sa_add,
	.sa_activate = sa_activate,
	.sa_move = sa_move,
	.sa_idle = sa_idle,
	.sa_del = sa_del,
	.sa_each = sa_each,
	.read_open = read_open,
	.fd = genl_fd,
	.dispatch = genl_dispatch,
	.close = genl_close,
};

/* @ctx: VERSION_TEXT octets. */
static void on_module(void *ctx, struct nlmsghdr *header)
{
	struct nlattr *attrs[PANTUN_A_MAX + 1];

	if (!genlmsg_parse(header, 0, attrs, PANTUN_A_MAX, NULL))
		genl_attr_text(attrs[PANTUN_A_MODULE_VERSION], ctx, VERSION_TEXT);
}

/* Whether the module is one to work with; complains in the log where it is another version. */
static bool check_version(struct kern_genl *g)
{
	struct nl_msg *msg = begin(g, PANTUN_CMD_MODULE_GET, NLM_F_REQUEST | NLM_F_ACK, NULL);
	char version[VERSION_TEXT] = "", text[320];
	enum version_match match;
	int error;

	error = transact(g, g->genl, msg, on_module, version);
	/* A module that does not know the command does not tell its version. */
	if (error && error != -EOPNOTSUPP) {
		log_error(NULL, "cannot ask for the module's version: %s", g->kern.error);
		return false;
	}
	match = version_of_module("pantund", version, text, sizeof(text));
	if (match == VERSION_FOREIGN)
		log_error(NULL, "%s", text);
	else if (match == VERSION_DIFFERS)
		log_warning(NULL, "%s", text);
	return match != VERSION_FOREIGN;
}

/* Opens the sockets and finds the family; complains in the log. */
static bool connect_kernel(struct kern_genl *g)
{
	int family, group;

	g->genl = genl_sock_open(NETLINK_GENERIC);
	g->rtnl = genl_sock_open(NETLINK_ROUTE);
	if (!g->genl || !g->rtnl) {
		log_error(NULL, "netlink: %s", strerror(errno));
		return false;
	}
	family = genl_ctrl_resolve(g->genl, PANTUN_GENL_NAME);
	if (family < 0) {
		log_error(NULL,
			  "the module is not loaded: modprobe pantun, or insmod kmod/pantun.ko");
		return false;
	}
	group = genl_ctrl_resolve_grp(g->genl, PANTUN_GENL_NAME, PANTUN_MCGRP_EVENTS);
	g->events = genl_events_open(&g->kern.events, family, group);
	if (g->events)
		return check_version(g);
	if (errno == EPERM)
		log_error(NULL, "the kernel refuses events: run as root or with CAP_NET_ADMIN");
	else
		log_error(NULL, "kernel events: %s", strerror(errno));
	return false;
}

struct kern *kern_genl_open(const struct kern_events *events)
{
	struct kern_genl *g = calloc(1, sizeof(*g));

	if (!g) {
		log_error(NULL, "out of memory");
		return NULL;
	}
	g->kern.ops = &genl_ops;
	g->kern.events = *events;
	if (connect_kernel(g))
		return &g->kern;
	genl_close(&g->kern);
	return NULL;
}
