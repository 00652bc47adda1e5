// SPDX-License-Identifier: GPL-2.0-or-later
#include "nl_parse.h"
#include <netlink/msg.h>
#include <string.h>
#include <sys/socket.h>
#include "genl/attr.h"

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
	genl_selector_get(a[PANTUN_PROXY_A_SELECTOR], &p->selector);
	p->out_spi = genl_attr_u32(a[PANTUN_PROXY_A_OUT_SPI]);
	p->in_sas = genl_attr_u32(a[PANTUN_PROXY_A_IN_SAS]);
	p->acquires = genl_attr_u64(a[PANTUN_PROXY_A_ACQUIRES]);
	p->held = genl_attr_u32(a[PANTUN_PROXY_A_HELD]);
	parse_traffic(a[PANTUN_PROXY_A_STATS], &p->traffic);
	p->whole = a[PANTUN_PROXY_A_STATS];
	return true;
}

static void parse_limits(struct nlattr *nest, struct genl_limits *limits)
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

/* None: everything. */
static void parse_selectors(struct nlattr *nest, struct sa *sa)
{
	struct nlattr *attr;
	int rem;

	nla_for_each_nested(attr, nest, rem)
		if (nla_type(attr) == PANTUN_SA_A_SELECTOR &&
		    sa->n_selectors < PANTUN_SELECTORS_MAX)
			genl_selector_get(attr, model_add(sa->selectors, sa->n_selectors));
	if (!sa->n_selectors)
		genl_selector_get(NULL, model_add(sa->selectors, sa->n_selectors));
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
	genl_path_get(a[PANTUN_SA_A_PATH], &sa->path);
	genl_path_get(a[PANTUN_SA_A_NEW_PATH], &sa->new_path);
	parse_selectors(nest, sa);
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
	genl_selector_get(a[PANTUN_EVENT_A_FLOW], &event->flow);
}

const char *nl_parse_ifname(struct nlattr **attrs)
{
	const char *ifname = genl_attr_string(attrs[PANTUN_A_IFNAME]);

	return ifname ? ifname : "";
}
