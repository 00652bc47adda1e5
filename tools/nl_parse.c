// SPDX-License-Identifier: GPL-2.0-or-later
#include "nl_parse.h"
#include <netlink/msg.h>
#include <string.h>
#include <sys/socket.h>
#include "genl/attr.h"

static void ports_of(struct nlattr *first, struct nlattr *last, struct port_range *out)
{
	out->given = first || last;
	out->first = genl_attr_u16(first);
	out->last = last ? genl_attr_u16(last) : out->first;
}

static void parse_selector(struct nlattr *nest, struct selector *s)
{
	struct nlattr *a[PANTUN_SELECTOR_A_MAX + 1];

	memset(s, 0, sizeof(*s));
	if (!genl_attr_nest(nest, a, PANTUN_SELECTOR_A_MAX))
		return;
	genl_attr_addr(a[PANTUN_SELECTOR_A_LOCAL4_FIRST], AF_INET, &s->local4.first);
	genl_attr_addr(a[PANTUN_SELECTOR_A_LOCAL4_LAST], AF_INET, &s->local4.last);
	genl_attr_addr(a[PANTUN_SELECTOR_A_REMOTE4_FIRST], AF_INET, &s->remote4.first);
	genl_attr_addr(a[PANTUN_SELECTOR_A_REMOTE4_LAST], AF_INET, &s->remote4.last);
	genl_attr_addr(a[PANTUN_SELECTOR_A_LOCAL6_FIRST], AF_INET6, &s->local6.first);
	genl_attr_addr(a[PANTUN_SELECTOR_A_LOCAL6_LAST], AF_INET6, &s->local6.last);
	genl_attr_addr(a[PANTUN_SELECTOR_A_REMOTE6_FIRST], AF_INET6, &s->remote6.first);
	genl_attr_addr(a[PANTUN_SELECTOR_A_REMOTE6_LAST], AF_INET6, &s->remote6.last);
	s->proto = genl_attr_u8(a[PANTUN_SELECTOR_A_PROTO]);
	ports_of(a[PANTUN_SELECTOR_A_LOCAL_PORT_FIRST], a[PANTUN_SELECTOR_A_LOCAL_PORT_LAST],
		 &s->local_port);
	ports_of(a[PANTUN_SELECTOR_A_REMOTE_PORT_FIRST],
		 a[PANTUN_SELECTOR_A_REMOTE_PORT_LAST], &s->remote_port);
}

static void parse_traffic(struct nlattr *nest, struct traffic *t)
{
	struct nlattr *a[PANTUN_STATS_A_MAX + 1];

	memset(t, 0, sizeof(*t));
	if (!genl_attr_nest(nest, a, PANTUN_STATS_A_MAX))
		return;
	t->rx_packets = genl_attr_u64(a[PANTUN_STATS_A_RX_PACKETS]);
	t->rx_bytes = genl_attr_u64(a[PANTUN_STATS_A_RX_BYTES]);
	t->tx_packets = genl_attr_u64(a[PANTUN_STATS_A_TX_PACKETS]);
	t->tx_bytes = genl_attr_u64(a[PANTUN_STATS_A_TX_BYTES]);
}

/* Every attribute of @type in @nest, an array of several. */
static void parse_drops(struct nlattr *nest, int type, struct drop_list *drops)
{
	struct nlattr *a[PANTUN_DROP_A_MAX + 1], *one;
	struct drop *drop;
	int rest;

	nla_for_each_nested(one, nest, rest) {
		if (nla_type(one) != type || !genl_attr_nest(one, a, PANTUN_DROP_A_MAX))
			continue;
		drop = model_add(drops->drop, drops->n);
		genl_attr_text(a[PANTUN_DROP_A_REASON], drop->reason, sizeof(drop->reason));
		drop->count = genl_attr_u64(a[PANTUN_DROP_A_COUNT]);
	}
}

static void parse_options(struct nlattr **a, struct tunnel_options *options)
{
	options->carrier = genl_attr_u32(a[PANTUN_TUNNEL_A_CARRIER]);
	options->df = genl_attr_u32(a[PANTUN_TUNNEL_A_DF]);
	options->tos = genl_attr_u32(a[PANTUN_TUNNEL_A_TOS]);
	options->dscp = genl_attr_u8(a[PANTUN_TUNNEL_A_DSCP]);
	options->ttl = genl_attr_u8(a[PANTUN_TUNNEL_A_TTL]);
	options->flow_label = genl_attr_u8(a[PANTUN_TUNNEL_A_FLOW_LABEL]);
	options->gre = genl_attr_u8(a[PANTUN_TUNNEL_A_GRE]);
	options->tfc = genl_attr_u32(a[PANTUN_TUNNEL_A_TFC]);
	options->dummy = genl_attr_u32(a[PANTUN_TUNNEL_A_DUMMY]);
	options->mark = genl_attr_u32(a[PANTUN_TUNNEL_A_MARK]);
	options->underlay = genl_attr_u32(a[PANTUN_TUNNEL_A_UNDERLAY]);
}

bool nl_parse_tunnel(struct nlattr **attrs, struct tunnel *t)
{
	struct nlattr *a[PANTUN_TUNNEL_A_MAX + 1], *nest = attrs[PANTUN_A_TUNNEL];

	if (!genl_attr_nest(nest, a, PANTUN_TUNNEL_A_MAX))
		return false;
	t->id = genl_attr_u32(attrs[PANTUN_A_TUNNEL_ID]);
	t->ifindex = genl_attr_u32(attrs[PANTUN_A_IFINDEX]);
	genl_attr_text(attrs[PANTUN_A_IFNAME], t->ifname, sizeof(t->ifname));
	t->start = genl_attr_u32(a[PANTUN_TUNNEL_A_START]);
	t->state = genl_attr_u32(a[PANTUN_TUNNEL_A_STATE]);
	t->mtu = genl_attr_u32(a[PANTUN_TUNNEL_A_MTU]);
	t->path = genl_attr_u32(a[PANTUN_TUNNEL_A_PATH]);
	t->moved = a[PANTUN_TUNNEL_A_NETNS_MOVED];
	parse_options(a, &t->options);
	parse_traffic(a[PANTUN_TUNNEL_A_STATS], &t->traffic);
	parse_drops(nest, PANTUN_TUNNEL_A_DROP, &t->drops);
	t->whole = a[PANTUN_TUNNEL_A_STATS];
	return true;
}

bool nl_parse_proxy(struct nlattr **attrs, struct proxy *p)
{
	struct nlattr *a[PANTUN_PROXY_A_MAX + 1], *nest = attrs[PANTUN_A_PROXY];

	if (!genl_attr_nest(nest, a, PANTUN_PROXY_A_MAX))
		return false;
	p->tunnel_id = genl_attr_u32(attrs[PANTUN_A_TUNNEL_ID]);
	genl_attr_text(attrs[PANTUN_A_IFNAME], p->ifname, sizeof(p->ifname));
	genl_attr_text(a[PANTUN_PROXY_A_NAME], p->name, sizeof(p->name));
	parse_selector(a[PANTUN_PROXY_A_SELECTOR], &p->selector);
	p->out_spi = genl_attr_u32(a[PANTUN_PROXY_A_OUT_SPI]);
	p->in_sas = genl_attr_u32(a[PANTUN_PROXY_A_IN_SAS]);
	p->acquires = genl_attr_u64(a[PANTUN_PROXY_A_ACQUIRES]);
	p->held = genl_attr_u32(a[PANTUN_PROXY_A_HELD]);
	parse_traffic(a[PANTUN_PROXY_A_STATS], &p->traffic);
	p->whole = a[PANTUN_PROXY_A_STATS];
	return true;
}

static void parse_path(struct nlattr *nest, struct path *path)
{
	struct nlattr *a[PANTUN_PATH_A_MAX + 1];

	memset(path, 0, sizeof(*path));
	if (!genl_attr_nest(nest, a, PANTUN_PATH_A_MAX))
		return;
	genl_attr_either(a[PANTUN_PATH_A_LOCAL4], a[PANTUN_PATH_A_LOCAL6], &path->local);
	genl_attr_either(a[PANTUN_PATH_A_REMOTE4], a[PANTUN_PATH_A_REMOTE6], &path->remote);
	path->encap = genl_attr_u32(a[PANTUN_PATH_A_ENCAP]);
	path->local_port = genl_attr_u16(a[PANTUN_PATH_A_LOCAL_PORT]);
	path->remote_port = genl_attr_u16(a[PANTUN_PATH_A_REMOTE_PORT]);
	path->udp_csum = a[PANTUN_PATH_A_UDP_CSUM];
}

static void parse_limits(struct nlattr *nest, struct limits *limits)
{
	struct nlattr *a[PANTUN_LIMITS_A_MAX + 1];

	memset(limits, 0, sizeof(*limits));
	if (!genl_attr_nest(nest, a, PANTUN_LIMITS_A_MAX))
		return;
	limits->soft_bytes = genl_attr_u64(a[PANTUN_LIMITS_A_SOFT_BYTES]);
	limits->hard_bytes = genl_attr_u64(a[PANTUN_LIMITS_A_HARD_BYTES]);
	limits->soft_packets = genl_attr_u64(a[PANTUN_LIMITS_A_SOFT_PACKETS]);
	limits->hard_packets = genl_attr_u64(a[PANTUN_LIMITS_A_HARD_PACKETS]);
	limits->soft_seconds = genl_attr_u64(a[PANTUN_LIMITS_A_SOFT_SECONDS]);
	limits->hard_seconds = genl_attr_u64(a[PANTUN_LIMITS_A_HARD_SECONDS]);
}

bool nl_parse_sa(struct nlattr **attrs, struct sa *sa)
{
	struct nlattr *a[PANTUN_SA_A_MAX + 1], *nest = attrs[PANTUN_A_SA];

	if (!genl_attr_nest(nest, a, PANTUN_SA_A_MAX))
		return false;
	sa->tunnel_id = genl_attr_u32(attrs[PANTUN_A_TUNNEL_ID]);
	genl_attr_text(attrs[PANTUN_A_IFNAME], sa->ifname, sizeof(sa->ifname));
	genl_attr_text(a[PANTUN_SA_A_PROXY], sa->proxy, sizeof(sa->proxy));
	sa->dir = genl_attr_u32(a[PANTUN_SA_A_DIR]);
	sa->proto = genl_attr_u8(a[PANTUN_SA_A_PROTO]);
	sa->spi = genl_attr_u32(a[PANTUN_SA_A_SPI]);
	sa->mode = genl_attr_u32(a[PANTUN_SA_A_MODE]);
	sa->enc = genl_attr_u32(a[PANTUN_SA_A_ENC]);
	sa->auth = genl_attr_u32(a[PANTUN_SA_A_AUTH]);
	sa->key_bits = genl_attr_u32(a[PANTUN_SA_A_KEY_BITS]);
	sa->replay_window = genl_attr_u32(a[PANTUN_SA_A_REPLAY_WINDOW]);
	parse_path(a[PANTUN_SA_A_PATH], &sa->path);
	parse_path(a[PANTUN_SA_A_NEW_PATH], &sa->new_path);
	parse_selector(a[PANTUN_SA_A_SELECTOR], &sa->selector);
	parse_limits(a[PANTUN_SA_A_LIMITS], &sa->limits);
	sa->cookie = genl_attr_u64(a[PANTUN_SA_A_COOKIE]);
	sa->standby = a[PANTUN_SA_A_STANDBY];
	sa->active = a[PANTUN_SA_A_ACTIVE];
	sa->larval = a[PANTUN_SA_A_LARVAL];
	sa->expired = a[PANTUN_SA_A_EXPIRED];
	sa->esn = a[PANTUN_SA_A_ESN];
	sa->weak = a[PANTUN_SA_A_WEAK];
	sa->seq = genl_attr_u64(a[PANTUN_SA_A_SEQ]);
	sa->age = genl_attr_u64(a[PANTUN_SA_A_AGE]);
	sa->heard = a[PANTUN_SA_A_IDLE];
	sa->idle = genl_attr_u64(a[PANTUN_SA_A_IDLE]);
	parse_traffic(a[PANTUN_SA_A_STATS], &sa->traffic);
	parse_drops(nest, PANTUN_SA_A_DROP, &sa->drops);
	sa->whole = a[PANTUN_SA_A_STATS];
	return true;
}

static void parse_probes(struct nlattr **a, struct tunnel_monitor *m)
{
	m->state = genl_attr_u32(a[PANTUN_MONITOR_A_STATE]);
	m->since = genl_attr_u64(a[PANTUN_MONITOR_A_SINCE]);
	m->sent = genl_attr_u64(a[PANTUN_MONITOR_A_SENT]);
	m->unsent = genl_attr_u64(a[PANTUN_MONITOR_A_UNSENT]);
	m->received = genl_attr_u64(a[PANTUN_MONITOR_A_RECEIVED]);
	m->lost = genl_attr_u64(a[PANTUN_MONITOR_A_LOST]);
	m->rtt_last = genl_attr_u32(a[PANTUN_MONITOR_A_RTT_LAST]);
	m->rtt_min = genl_attr_u32(a[PANTUN_MONITOR_A_RTT_MIN]);
	m->rtt_avg = genl_attr_u32(a[PANTUN_MONITOR_A_RTT_AVG]);
	m->rtt_max = genl_attr_u32(a[PANTUN_MONITOR_A_RTT_MAX]);
	m->history = genl_attr_u64(a[PANTUN_MONITOR_A_HISTORY]);
	m->error = genl_attr_u32(a[PANTUN_MONITOR_A_ERROR]);
	genl_attr_either(a[PANTUN_MONITOR_A_FROM4], a[PANTUN_MONITOR_A_FROM6], &m->from);
}

bool nl_parse_monitor(struct nlattr **attrs, struct tunnel_monitor *m)
{
	struct nlattr *a[PANTUN_MONITOR_A_MAX + 1], *nest = attrs[PANTUN_A_MONITOR];

	if (!genl_attr_nest(nest, a, PANTUN_MONITOR_A_MAX))
		return false;
	m->tunnel_id = genl_attr_u32(attrs[PANTUN_A_TUNNEL_ID]);
	genl_attr_text(attrs[PANTUN_A_IFNAME], m->ifname, sizeof(m->ifname));
	genl_attr_either(a[PANTUN_MONITOR_A_DST4], a[PANTUN_MONITOR_A_DST6], &m->destination);
	genl_attr_either(a[PANTUN_MONITOR_A_SRC4], a[PANTUN_MONITOR_A_SRC6], &m->source);
	genl_attr_text(a[PANTUN_MONITOR_A_PROXY], m->proxy, sizeof(m->proxy));
	m->action = genl_attr_u32(a[PANTUN_MONITOR_A_ACTION]);
	m->interval = genl_attr_u32(a[PANTUN_MONITOR_A_INTERVAL]);
	m->threshold = genl_attr_u32(a[PANTUN_MONITOR_A_THRESHOLD]);
	m->recovery = genl_attr_u32(a[PANTUN_MONITOR_A_RECOVERY]);
	parse_probes(a, m);
	return true;
}

void nl_parse_event(struct nlattr **attrs, struct event *event)
{
	struct nlattr *a[PANTUN_EVENT_A_MAX + 1], *nest = attrs[PANTUN_A_EVENT];

	memset(event, 0, sizeof(*event));
	if (!genl_attr_nest(nest, a, PANTUN_EVENT_A_MAX))
		return;
	event->seq = genl_attr_u64(a[PANTUN_EVENT_A_SEQ]);
	event->kind = genl_attr_u32(a[PANTUN_EVENT_A_KIND]);
	event->has_flow = a[PANTUN_EVENT_A_FLOW];
	parse_selector(a[PANTUN_EVENT_A_FLOW], &event->flow);
}

const char *nl_parse_ifname(struct nlattr **attrs)
{
	const char *ifname = genl_attr_string(attrs[PANTUN_A_IFNAME]);

	return ifname ? ifname : "";
}

static int put_range(struct nl_msg *msg, int first, int last, const struct addr_range *range)
{
	int length = range->first.family == AF_INET ? 4 : 16;
	int status;

	if (!range->first.family)
		return 0;
	status = nla_put(msg, first, length, range->first.b);
	return status ? status : nla_put(msg, last, length, range->last.b);
}

static int put_ports(struct nl_msg *msg, int first, int last, const struct port_range *range)
{
	int status;

	if (!range->given)
		return 0;
	status = nla_put_u16(msg, first, range->first);
	return status ? status : nla_put_u16(msg, last, range->last);
}

int nl_put_selector(struct nl_msg *msg, int type, const struct selector *s)
{
	struct nlattr *nest = nla_nest_start(msg, type | NLA_F_NESTED);
	int status = nest ? 0 : -1;

	status |= put_range(msg, PANTUN_SELECTOR_A_LOCAL4_FIRST, PANTUN_SELECTOR_A_LOCAL4_LAST,
			    &s->local4);
	status |= put_range(msg, PANTUN_SELECTOR_A_REMOTE4_FIRST,
			    PANTUN_SELECTOR_A_REMOTE4_LAST, &s->remote4);
	status |= put_range(msg, PANTUN_SELECTOR_A_LOCAL6_FIRST, PANTUN_SELECTOR_A_LOCAL6_LAST,
			    &s->local6);
	status |= put_range(msg, PANTUN_SELECTOR_A_REMOTE6_FIRST,
			    PANTUN_SELECTOR_A_REMOTE6_LAST, &s->remote6);
	if (s->proto)
		status |= nla_put_u8(msg, PANTUN_SELECTOR_A_PROTO, s->proto);
	status |= put_ports(msg, PANTUN_SELECTOR_A_LOCAL_PORT_FIRST,
			    PANTUN_SELECTOR_A_LOCAL_PORT_LAST, &s->local_port);
	status |= put_ports(msg, PANTUN_SELECTOR_A_REMOTE_PORT_FIRST,
			    PANTUN_SELECTOR_A_REMOTE_PORT_LAST, &s->remote_port);
	return status ? status : nla_nest_end(msg, nest);
}

int nl_put_path(struct nl_msg *msg, int type, const struct path *path)
{
	struct nlattr *nest = nla_nest_start(msg, type | NLA_F_NESTED);
	int status = nest ? 0 : -1;

	if (!genl_attr_put_either(msg, PANTUN_PATH_A_LOCAL4, PANTUN_PATH_A_LOCAL6, &path->local) ||
	    !genl_attr_put_either(msg, PANTUN_PATH_A_REMOTE4, PANTUN_PATH_A_REMOTE6,
				  &path->remote))
		return -1;
	if (path->encap == PANTUN_ENCAP_UDP) {
		status |= nla_put_u32(msg, PANTUN_PATH_A_ENCAP, path->encap);
		status |= nla_put_u16(msg, PANTUN_PATH_A_LOCAL_PORT, path->local_port);
		status |= nla_put_u16(msg, PANTUN_PATH_A_REMOTE_PORT, path->remote_port);
		if (path->udp_csum)
			status |= nla_put_flag(msg, PANTUN_PATH_A_UDP_CSUM);
	}
	return status ? status : nla_nest_end(msg, nest);
}

int nl_put_limits(struct nl_msg *msg, int type, const struct limits *l)
{
	struct nlattr *nest = nla_nest_start(msg, type | NLA_F_NESTED);
	int status = nest ? 0 : -1;

	if (l->soft_bytes)
		status |= nla_put_u64(msg, PANTUN_LIMITS_A_SOFT_BYTES, l->soft_bytes);
	if (l->hard_bytes)
		status |= nla_put_u64(msg, PANTUN_LIMITS_A_HARD_BYTES, l->hard_bytes);
	if (l->soft_packets)
		status |= nla_put_u64(msg, PANTUN_LIMITS_A_SOFT_PACKETS, l->soft_packets);
	if (l->hard_packets)
		status |= nla_put_u64(msg, PANTUN_LIMITS_A_HARD_PACKETS, l->hard_packets);
	if (l->soft_seconds)
		status |= nla_put_u64(msg, PANTUN_LIMITS_A_SOFT_SECONDS, l->soft_seconds);
	if (l->hard_seconds)
		status |= nla_put_u64(msg, PANTUN_LIMITS_A_HARD_SECONDS, l->hard_seconds);
	return status ? status : nla_nest_end(msg, nest);
}

int nl_put_keys(struct nl_msg *msg, int type, const struct keys *keys)
{
	struct nlattr *nest = nla_nest_start(msg, type | NLA_F_NESTED);
	int status = nest ? 0 : -1;

	if (keys->enc.n)
		status |= nla_put(msg, PANTUN_KEY_A_ENC, (int)keys->enc.n, keys->enc.b);
	if (keys->auth.n)
		status |= nla_put(msg, PANTUN_KEY_A_AUTH, (int)keys->auth.n, keys->auth.b);
	if (keys->salt.n)
		status |= nla_put(msg, PANTUN_KEY_A_SALT, (int)keys->salt.n, keys->salt.b);
	return status ? status : nla_nest_end(msg, nest);
}
