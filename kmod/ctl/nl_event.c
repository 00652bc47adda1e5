// SPDX-License-Identifier: GPL-2.0
/* Events as notifications: built, numbered and sent to the underlay's namespace. */
#include <linux/pantun.h>
#include "compat.h"
#include "core/events.h"
#include "core/proxy.h"
#include "core/sa.h"
#include "core/tunnel.h"
#include "ctl/nl_priv.h"
#include "monitor/monitor.h"

/* One message under construction. */
struct event {
	struct sk_buff *skb;
	void *header;
	struct nlattr *seq;		/* filled in when it is sent */
};

static bool event_begin(struct event *event, u8 cmd, const struct pantun_tunnel *tunnel, gfp_t gfp)
{
	event->seq = NULL;
	event->skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, gfp);
	if (!event->skb)
		return false;
	event->header = genlmsg_put(event->skb, 0, 0, &pantun_nl_family, 0, cmd);
	return event->header && !pantun_nl_fill_names(event->skb, tunnel);
}

/* The nest that every notification ends with. */
static bool event_end(struct event *event, enum pantun_event kind, const struct pantun_flow *flow)
{
	struct sk_buff *skb = event->skb;
	struct nlattr *nest = nla_nest_start(skb, PANTUN_A_EVENT);

	if (!nest)
		return false;
	event->seq = nla_reserve_64bit(skb, PANTUN_EVENT_A_SEQ, sizeof(u64), PANTUN_EVENT_A_PAD);
	if (!event->seq || (kind && nla_put_u32(skb, PANTUN_EVENT_A_KIND, kind)))
		return false;
	if (flow && pantun_nl_fill_flow(skb, PANTUN_EVENT_A_FLOW, flow))
		return false;
	nla_nest_end(skb, nest);
	genlmsg_end(skb, event->header);
	return true;
}

/*
 * Numbers the message and sends it; in one step, so that listeners get numbers in
 * order.  One that could not be built leaves a gap: listeners know that they missed
 * something.
 */
static void event_send(struct event *event, struct pantun_net *pn, enum pantun_nl_group group,
		       bool complete)
{
	u64 seq;

	spin_lock_bh(&pn->event_lock);
	seq = ++pn->event_seq[group];
	if (complete) {
		memcpy(nla_data(event->seq), &seq, sizeof(seq));
		genlmsg_multicast_netns(&pantun_nl_family, pn->net, event->skb, 0, group,
					GFP_ATOMIC);
	}
	spin_unlock_bh(&pn->event_lock);
	if (!complete)
		nlmsg_free(event->skb);
}

static void tell_acquire(struct pantun_tunnel *tunnel, struct pantun_proxy *proxy,
			 const struct pantun_flow *flow)
{
	struct event event;
	bool complete;

	complete = event_begin(&event, PANTUN_CMD_ACQUIRE_NTF, tunnel, GFP_ATOMIC) &&
		   !pantun_nl_fill_proxy(event.skb, proxy, false) &&
		   event_end(&event, PANTUN_EVENT_UNSPEC, flow);
	event_send(&event, tunnel->pn, PANTUN_NL_EVENTS, complete);
}

static void send_sa(struct pantun_sa *sa, u8 cmd, enum pantun_event kind,
		    enum pantun_nl_group group)
{
	struct event event;
	bool complete;

	complete = event_begin(&event, cmd, sa->tunnel, GFP_ATOMIC) &&
		   !pantun_nl_fill_sa(event.skb, sa, false) &&
		   event_end(&event, kind, NULL);
	event_send(&event, sa->tunnel->pn, group, complete);
}

static void tell_expire(struct pantun_sa *sa, enum pantun_event kind)
{
	send_sa(sa, PANTUN_CMD_SA_EXPIRE_NTF, kind, PANTUN_NL_EVENTS);
}

static void tell_moved(struct pantun_sa *sa, const struct pantun_path *path)
{
	struct event event;
	bool complete;

	complete = event_begin(&event, PANTUN_CMD_SA_MOVE_NTF, sa->tunnel, GFP_ATOMIC) &&
		   !pantun_nl_fill_moved(event.skb, sa, path) &&
		   event_end(&event, PANTUN_EVENT_MOVED, NULL);
	event_send(&event, sa->tunnel->pn, PANTUN_NL_EVENTS, complete);
}

static void tell_sa(struct pantun_sa *sa, enum pantun_event kind)
{
	send_sa(sa, PANTUN_CMD_SA_NTF, kind, PANTUN_NL_CONFIG);
}

static void tell_tunnel(struct pantun_tunnel *tunnel, enum pantun_event kind)
{
	struct event event;
	bool complete;

	complete = event_begin(&event, PANTUN_CMD_TUNNEL_NTF, tunnel, GFP_KERNEL) &&
		   !pantun_nl_fill_tunnel(event.skb, tunnel, false) &&
		   event_end(&event, kind, NULL);
	event_send(&event, tunnel->pn, PANTUN_NL_EVENTS, complete);
}

static void tell_proxy(struct pantun_proxy *proxy, enum pantun_event kind)
{
	struct event event;
	bool complete;

	complete = event_begin(&event, PANTUN_CMD_PROXY_NTF, proxy->tunnel, GFP_KERNEL) &&
		   !pantun_nl_fill_proxy(event.skb, proxy, false) &&
		   event_end(&event, kind, NULL);
	event_send(&event, proxy->tunnel->pn, PANTUN_NL_CONFIG, complete);
}

static void tell_monitor(struct pantun_monitor *monitor, enum pantun_event kind)
{
	struct pantun_tunnel *tunnel = monitor->tunnel;
	struct event event;
	bool complete;

	complete = event_begin(&event, PANTUN_CMD_MONITOR_NTF, tunnel, GFP_ATOMIC) &&
		   !pantun_nl_fill_tunnel(event.skb, tunnel, false) &&
		   !pantun_nl_fill_monitor(event.skb, monitor) &&
		   event_end(&event, kind, NULL);
	event_send(&event, tunnel->pn, PANTUN_NL_EVENTS, complete);
}

const struct pantun_events pantun_nl_events = {
	.acquire = tell_acquire,
	.expire = tell_expire,
	.moved = tell_moved,
	.monitor = tell_monitor,
	.tunnel = tell_tunnel,
	.proxy = tell_proxy,
	.sa = tell_sa,
};
