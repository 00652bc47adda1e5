// SPDX-License-Identifier: GPL-2.0
/* The tunnel monitor's probes: when they leave, what they look like, which answers count. */
#include <linux/inetdevice.h>
#include <linux/pantun.h>
#include <linux/random.h>
#include <net/addrconf.h>
#include <net/ipv6.h>
#include "compat.h"
#include "core/events.h"
#include "core/proxy.h"
#include "core/sa.h"
#include "core/tunnel.h"
#include "core/work.h"
#include "data/tx.h"
#include "monitor/echo.h"
#include "monitor/monitor.h"

#define EARLY_WITHIN	(HZ / 4)	/* probes out of turn leave within this time */
#define LONG_WAIT	(2 * HZ)
#define PROBE_LEN	(sizeof(struct pantun_echo_header) + sizeof(__be64))
#define ANSWER_MAX	(IPV6_MIN_MTU - sizeof(struct ipv6hdr))	/* fits everywhere */

static bool same_addr(const union pantun_addr *a, const union pantun_addr *b)
{
	return ipv6_addr_equal(&a->v6, &b->v6);
}

/* --- when --- */

static u32 random_below(unsigned long limit)
{
	return limit > 1 ? get_random_u32_below(limit) : 0;
}

/*
 * Jiffies to wait for a moment.  A timer may be late by an eighth of its length, which
 * is much of a long one: those come early, and wait again for what is left.
 */
static unsigned long jiffies_until(unsigned long moment)
{
	long left = moment - jiffies;

	if (left <= 0)
		return 0;
	return left > LONG_WAIT ? left - left / 8 : left;
}

/* To the next thing to do.  monitors.lock; a monitor that is listed. */
static void arm_work(struct pantun_monitor *monitor)
{
	unsigned long moment = monitor->next;

	lockdep_assert_held(&monitor->tunnel->monitors.lock);
	if (monitor->waiting && time_before(monitor->expires, moment))
		moment = monitor->expires;
	if (monitor->early && time_before(monitor->early_at, moment))
		moment = monitor->early_at;
	mod_delayed_work(pantun_wq, &monitor->work, jiffies_until(moment));
}

/* Begins a rhythm of its own. */
static void begin_rhythm(struct pantun_monitor *monitor)
{
	monitor->next = jiffies + random_below(msecs_to_jiffies(monitor->config.interval));
	monitor->early = false;
	arm_work(monitor);
}

/* --- what becomes of a probe --- */

static void take_census(struct pantun_monitors *monitors)
{
	struct pantun_monitor_census census = {};
	const struct pantun_monitor *monitor;

	lockdep_assert_held(&monitors->lock);
	list_for_each_entry(monitor, &monitors->list, list) {
		census.total++;
		census.up += monitor->fsm.state == PANTUN_PATH_UP;
		census.down += monitor->fsm.state == PANTUN_PATH_DOWN;
		census.impossible += pantun_monitor_fsm_is_mute(&monitor->fsm);
		census.fail_over += monitor->config.action == PANTUN_MONITOR_FAIL_OVER;
	}
	WRITE_ONCE(monitors->count, census.total);
	WRITE_ONCE(monitors->path, pantun_monitor_path(&census));
	WRITE_ONCE(monitors->failed, pantun_monitor_path_failed(&census));
}

static enum pantun_event event_of(u32 state)
{
	switch (state) {
	case PANTUN_PATH_UP:
		return PANTUN_EVENT_PATH_UP;
	case PANTUN_PATH_DOWN:
		return PANTUN_EVENT_PATH_DOWN;
	default:
		return PANTUN_EVENT_CHANGE;
	}
}

/* A monitor has another state: tells it, and has the link follow.  monitors.lock. */
static void state_changed(struct pantun_monitor *monitor)
{
	struct pantun_tunnel *tunnel = monitor->tunnel;

	monitor->since = ktime_get_boottime_seconds();
	take_census(&tunnel->monitors);
	pantun_event_monitor(monitor, event_of(monitor->fsm.state));
	pantun_tunnel_poke(tunnel);
}

static void probe_lost(struct pantun_monitor *monitor)
{
	monitor->waiting = false;
	if (pantun_monitor_fsm_lost(&monitor->fsm))
		state_changed(monitor);
}

static void probe_answered(struct pantun_monitor *monitor)
{
	s64 rtt = ktime_us_delta(ktime_get(), monitor->sent);

	monitor->waiting = false;
	if (pantun_monitor_fsm_answered(&monitor->fsm, clamp_t(s64, rtt, 0, U32_MAX)))
		state_changed(monitor);
}

static void probe_unsent(struct pantun_monitor *monitor, u32 error)
{
	bool news;

	monitor->waiting = false;
	monitor->error = error;
	/* without an SA nothing can pass; all else is amiss here, whatever the path is like */
	if (error == PANTUN_MONITOR_ERROR_NO_SA)
		news = pantun_monitor_fsm_unsent(&monitor->fsm);
	else
		news = pantun_monitor_fsm_impossible(&monitor->fsm);
	if (news)
		state_changed(monitor);
}

/* --- a probe on its way out --- */

/* What a probe is made from, copied so that no lock is held while it is sent. */
struct request {
	struct pantun_monitor_config config;
	struct pantun_monitor_probe probe;
	bool acquire;			/* asks for an SA if there is none */
};

/* The device's own address, that of the destination's subnet before others. */
static bool own_v4(const struct net_device *dev, __be32 dst, union pantun_addr *from)
{
	const struct in_device *in_dev = __in_dev_get_rcu(dev);
	const struct in_ifaddr *ifa;

	from->v4 = 0;
	if (!in_dev)
		return false;
	in_dev_for_each_ifa_rcu(ifa, in_dev) {
		if (inet_ifa_match(dst, ifa)) {
			from->v4 = ifa->ifa_local;
			break;
		}
		if (!from->v4)
			from->v4 = ifa->ifa_local;
	}
	return from->v4;
}

/* As for any packet there (RFC 6724), but of this device alone. */
static bool own_v6(const struct net_device *dev, const struct in6_addr *dst,
		   union pantun_addr *from)
{
	struct net *net = dev_net(dev);

	return !ipv6_dev_get_saddr(net, dev, dst, 0, &from->v6) &&
	       ipv6_chk_addr(net, &from->v6, dev, 1);
}

/* Where a probe comes from; false: there is no address for it. */
static bool probe_source(const struct pantun_tunnel *tunnel,
			 const struct pantun_monitor_config *config, union pantun_addr *from)
{
	memset(from, 0, sizeof(*from));
	if (pantun_addr_given(&config->src)) {
		*from = config->src;
		return true;
	}
	return config->family == AF_INET ? own_v4(tunnel->dev, config->dst.v4, from) :
					   own_v6(tunnel->dev, &config->dst.v6, from);
}

/* What a probe says; it is as long as all of them. */
static void echo_of(const struct request *request, struct pantun_echo *echo)
{
	*echo = (struct pantun_echo){
		.family = request->config.family,
		.from = request->probe.from,
		.to = request->config.dst,
		.len = PROBE_LEN,
	};
}

static void write_probe(struct sk_buff *skb, const struct pantun_monitor_probe *probe)
{
	struct pantun_echo_header *header = (struct pantun_echo_header *)skb->data;

	header->id = probe->id;
	header->sequence = probe->sequence;
	memcpy(header + 1, &probe->cookie, sizeof(probe->cookie));
}

/* Sends one; 0, or why not.  BH disabled, RCU. */
static u32 send_echo(struct pantun_tunnel *tunnel, const struct request *request)
{
	const char *proxy = request->config.proxy;
	struct pantun_echo echo;
	struct pantun_flow flow;
	struct pantun_sa *sa;
	struct sk_buff *skb;
	u32 error;

	echo_of(request, &echo);
	pantun_echo_flow(&echo, &flow);
	error = pantun_tx_choose(tunnel, *proxy ? proxy : NULL, &flow, request->acquire, &sa);
	if (error)
		return error;
	skb = pantun_echo_alloc(tunnel->dev, &echo);
	if (!skb)
		return PANTUN_MONITOR_ERROR_NO_MEMORY;
	write_probe(skb, &request->probe);
	pantun_echo_finish(skb, &echo);
	pantun_tx_own(skb, sa);
	return PANTUN_MONITOR_ERROR_UNSPEC;
}

/*
 * What a monitor's turn, or an answer that is not coming, asks for; whether that is to
 * send a probe.  monitors.lock.
 */
static bool take_turn(struct pantun_monitor *monitor, struct request *request, bool *early)
{
	unsigned long interval = msecs_to_jiffies(monitor->config.interval);
	const struct pantun_tunnel *tunnel = monitor->tunnel;
	unsigned long now = jiffies;
	bool turn = time_after_eq(now, monitor->next);

	if (monitor->waiting && (turn || time_after_eq(now, monitor->expires)))
		probe_lost(monitor);
	*early = !turn && monitor->early && time_after_eq(now, monitor->early_at);
	if (*early || turn)
		monitor->early = false;
	if (turn) {
		monitor->next += interval;
		/* not two at once when one is long overdue */
		if (time_before_eq(monitor->next, now))
			monitor->next = now + interval;
	}
	if (!(*early || turn) || monitor->waiting || !(READ_ONCE(tunnel->dev->flags) & IFF_UP))
		return false;
	request->config = monitor->config;
	request->acquire = READ_ONCE(tunnel->start) == PANTUN_START_ON_DEMAND;
	return true;
}

/* Has an answer count from now on.  monitors.lock. */
static void await_answer(struct pantun_monitor *monitor, const struct request *request, bool early)
{
	unsigned long interval = msecs_to_jiffies(monitor->config.interval);

	if (early)
		monitor->next = jiffies + interval;
	monitor->probe = request->probe;
	monitor->waiting = true;
	monitor->expires = monitor->next;
	if (pantun_monitor_fsm_critical(&monitor->fsm) && interval > PANTUN_MONITOR_LAST_CALL)
		monitor->expires = jiffies + PANTUN_MONITOR_LAST_CALL;
	monitor->sent = ktime_get();
}

/* Sends a probe, which then is the one that is waited for, or notes why it can't be sent. */
static void send_probe(struct pantun_monitor *monitor, struct request *request, bool early)
{
	struct pantun_monitors *monitors = &monitor->tunnel->monitors;
	u32 error = PANTUN_MONITOR_ERROR_NO_SOURCE;

	get_random_bytes(&request->probe, sizeof(request->probe));
	if (probe_source(monitor->tunnel, &request->config, &request->probe.from)) {
		spin_lock(&monitors->lock);
		await_answer(monitor, request, early);
		spin_unlock(&monitors->lock);
		error = send_echo(monitor->tunnel, request);
	}
	spin_lock(&monitors->lock);
	if (!error) {
		monitor->error = error;
		pantun_monitor_fsm_sent(&monitor->fsm);
	} else if (early) {
		monitor->waiting = false;
	} else {
		probe_unsent(monitor, error);
	}
	spin_unlock(&monitors->lock);
}

static void monitor_work(struct work_struct *work)
{
	struct pantun_monitor *monitor = container_of(to_delayed_work(work), struct pantun_monitor,
						      work);
	struct pantun_monitors *monitors = &monitor->tunnel->monitors;
	struct request request;
	bool ready, early;

	local_bh_disable();
	rcu_read_lock();
	spin_lock(&monitors->lock);
	ready = take_turn(monitor, &request, &early);
	spin_unlock(&monitors->lock);
	if (ready)
		send_probe(monitor, &request, early);
	spin_lock(&monitors->lock);
	arm_work(monitor);
	spin_unlock(&monitors->lock);
	rcu_read_unlock();
	local_bh_enable();
}

/**
 * pantun_monitor_nudge - SAs have come
 * @tunnel: their tunnel
 *
 * What could not be sent for want of an SA is tried soon, and failing again does not count.
 *
 * Context: process.
 */
void pantun_monitor_nudge(struct pantun_tunnel *tunnel)
{
	struct pantun_monitors *monitors = &tunnel->monitors;
	struct pantun_monitor *monitor;

	spin_lock_bh(&monitors->lock);
	list_for_each_entry(monitor, &monitors->list, list) {
		if (monitor->error != PANTUN_MONITOR_ERROR_NO_SA || monitor->early)
			continue;
		monitor->early = true;
		monitor->early_at = jiffies + random_below(EARLY_WITHIN);
		arm_work(monitor);
	}
	spin_unlock_bh(&monitors->lock);
}

/* --- on the way in --- */

static bool is_answer(const struct pantun_monitor *monitor, const struct pantun_echo *echo,
		      __be64 cookie)
{
	const struct pantun_monitor_probe *probe = &monitor->probe;

	return monitor->waiting && monitor->config.family == echo->family &&
	       same_addr(&monitor->config.dst, &echo->from) && same_addr(&probe->from, &echo->to) &&
	       echo->header.id == probe->id && echo->header.sequence == probe->sequence &&
	       cookie == probe->cookie;
}

/* A reply: whether it is an answer that counts. */
static bool take_answer(const struct sk_buff *skb, struct pantun_monitors *monitors,
			const struct pantun_echo *echo)
{
	struct pantun_monitor *monitor;
	bool found = false;
	__be64 cookie;

	if (echo->len != PROBE_LEN ||
	    skb_copy_bits(skb, echo->offset + sizeof(echo->header), &cookie, sizeof(cookie)))
		return false;
	spin_lock(&monitors->lock);
	list_for_each_entry(monitor, &monitors->list, list) {
		found = is_answer(monitor, echo, cookie);
		if (found) {
			probe_answered(monitor);
			break;
		}
	}
	spin_unlock(&monitors->lock);
	return found;
}

/* A request: whether we answer it, by the proxy-ID that it came by. */
static bool give_answer(const struct sk_buff *skb, const struct pantun_sa *sa,
			const struct pantun_echo *echo)
{
	struct pantun_tunnel *tunnel = sa->tunnel;
	struct pantun_echo reply = *echo;
	struct pantun_flow flow;
	struct pantun_sa *out;
	struct sk_buff *answer;

	if (echo->len > ANSWER_MAX || !pantun_echo_is_local(tunnel->dev, echo))
		return false;
	reply.reply = true;
	reply.from = echo->to;
	reply.to = echo->from;
	pantun_echo_flow(&reply, &flow);
	if (pantun_tx_choose(tunnel, sa->proxy->name, &flow, false, &out))
		return false;
	answer = pantun_echo_alloc(tunnel->dev, &reply);
	if (!answer)
		return false;
	if (skb_copy_bits(skb, echo->offset, answer->data, echo->len)) {
		kfree_skb(answer);
		return false;
	}
	pantun_echo_finish(answer, &reply);
	pantun_tx_own(answer, out);
	atomic64_inc(&tunnel->monitors.answers);
	return true;
}

/* monitors.receive: takes what answers a probe, or what a peer probes with. */
static bool receive_echo(const struct sk_buff *skb, const struct pantun_sa *sa)
{
	struct pantun_monitors *monitors = &sa->tunnel->monitors;
	struct pantun_echo echo;

	if (!pantun_echo_parse(skb, &echo))
		return false;
	if (echo.reply)
		return take_answer(skb, monitors, &echo);
	return READ_ONCE(monitors->failed) && give_answer(skb, sa, &echo);
}

/* --- configuration --- */

/**
 * pantun_monitor_setup - a new tunnel, without monitors
 * @tunnel: the tunnel
 *
 * Context: any.
 */
void pantun_monitor_setup(struct pantun_tunnel *tunnel)
{
	spin_lock_init(&tunnel->monitors.lock);
	INIT_LIST_HEAD(&tunnel->monitors.list);
	tunnel->monitors.path = PANTUN_PATH_UNKNOWN;
	tunnel->monitors.receive = receive_echo;
}

/**
 * pantun_monitor_find - the monitor of a destination
 * @tunnel: its tunnel
 * @family: of the destination
 * @dst: the destination
 *
 * Return: the monitor, or NULL.
 * Context: cfg_lock.
 */
struct pantun_monitor *pantun_monitor_find(struct pantun_tunnel *tunnel, u8 family,
					   const union pantun_addr *dst)
{
	struct pantun_monitor *monitor;

	lockdep_assert_held(&tunnel->pn->cfg_lock);
	list_for_each_entry(monitor, &tunnel->monitors.list, list)
		if (monitor->config.family == family && same_addr(&monitor->config.dst, dst))
			return monitor;
	return NULL;
}

/*
 * Whether the SAs that are there now are all of transport mode to somebody else: then
 * no probe can reach the destination.
 */
static bool beyond_transport(const struct pantun_tunnel *tunnel,
			     const struct pantun_monitor_config *config)
{
	const struct pantun_proxy_table *table = pantun_proxy_table(tunnel);
	bool beyond = false;
	u32 i;

	for (i = 0; i < table->count && !pantun_tunnel_opts(tunnel)->gre; i++) {
		const struct pantun_proxy *proxy = table->entry[i];
		const struct pantun_path *path;
		const struct pantun_sa *sa;

		sa = rcu_dereference_protected(proxy->out_sa,
					       lockdep_is_held(&tunnel->pn->cfg_lock));
		if (!sa || (*config->proxy && strcmp(config->proxy, proxy->name)))
			continue;
		path = rcu_dereference_protected(sa->path,
						 lockdep_is_held(&tunnel->pn->cfg_lock));
		if (sa->mode != PANTUN_MODE_TRANSPORT ||
		    (path->family == config->family && same_addr(&path->remote, &config->dst)))
			return false;
		beyond = true;
	}
	return beyond;
}

static int check_config(const struct pantun_tunnel *tunnel,
			const struct pantun_monitor_config *config, struct netlink_ext_ack *extack)
{
	if (*config->proxy && !pantun_proxy_find(tunnel, config->proxy)) {
		NL_SET_ERR_MSG(extack,
			       "no proxy-ID of this name (MONITOR_A_PROXY): add it or name none");
		return -ENOENT;
	}
	if (beyond_transport(tunnel, config)) {
		NL_SET_ERR_MSG(extack,
			       "transport mode: only the peer's own address can be monitored");
		return -EINVAL;
	}
	return 0;
}

static int add_monitor(struct pantun_tunnel *tunnel, const struct pantun_monitor_config *config,
		       struct netlink_ext_ack *extack)
{
	struct pantun_monitors *monitors = &tunnel->monitors;
	struct pantun_monitor *monitor;

	if (monitors->count >= PANTUN_MONITORS_MAX) {
		NL_SET_ERR_MSG(extack,
			       "a tunnel has 16 monitored destinations at most: delete one");
		return -ENOSPC;
	}
	monitor = kzalloc(sizeof(*monitor), GFP_KERNEL_ACCOUNT);
	if (!monitor)
		return -ENOMEM;
	monitor->tunnel = tunnel;
	monitor->config = *config;
	monitor->since = ktime_get_boottime_seconds();
	INIT_DELAYED_WORK(&monitor->work, monitor_work);
	pantun_monitor_fsm_init(&monitor->fsm, config->threshold, config->recovery);
	spin_lock_bh(&monitors->lock);
	list_add_tail(&monitor->list, &monitors->list);
	take_census(monitors);
	begin_rhythm(monitor);
	pantun_event_monitor(monitor, PANTUN_EVENT_NEW);
	spin_unlock_bh(&monitors->lock);
	tunnel->pn->generation++;
	pantun_tunnel_poke(tunnel);
	return 0;
}

/* What it knows is about another way from now on. */
static void forget_history(struct pantun_monitor *monitor)
{
	monitor->waiting = false;
	monitor->error = PANTUN_MONITOR_ERROR_UNSPEC;
	monitor->since = ktime_get_boottime_seconds();
	memset(&monitor->probe, 0, sizeof(monitor->probe));
	pantun_monitor_fsm_init(&monitor->fsm, monitor->config.threshold,
				monitor->config.recovery);
}

static void change_monitor(struct pantun_monitor *monitor,
			   const struct pantun_monitor_config *config)
{
	const struct pantun_monitor_config old = monitor->config;
	struct pantun_monitors *monitors = &monitor->tunnel->monitors;

	if (!memcmp(&old, config, sizeof(old)))
		return;
	spin_lock_bh(&monitors->lock);
	monitor->config = *config;
	pantun_monitor_fsm_limits(&monitor->fsm, config->threshold, config->recovery);
	if (!same_addr(&old.src, &config->src) || strcmp(old.proxy, config->proxy))
		forget_history(monitor);
	if (old.interval != config->interval)
		begin_rhythm(monitor);
	take_census(monitors);
	pantun_event_monitor(monitor, PANTUN_EVENT_CHANGE);
	spin_unlock_bh(&monitors->lock);
	pantun_tunnel_poke(monitor->tunnel);
}

/**
 * pantun_monitor_set - monitors a destination, or changes how
 * @tunnel: the tunnel
 * @config: all about it, every octet that means nothing 0
 * @extack: says why not
 *
 * What is known of the path stays, unless source or proxy-ID become others.
 *
 * Return: 0; -ENOENT without the proxy-ID; -EINVAL for what transport mode does not
 * reach; -ENOSPC at PANTUN_MONITORS_MAX; -ENOMEM.
 * Context: process, cfg_lock.
 */
int pantun_monitor_set(struct pantun_tunnel *tunnel, const struct pantun_monitor_config *config,
		       struct netlink_ext_ack *extack)
{
	struct pantun_monitor *monitor;
	int err;

	err = check_config(tunnel, config, extack);
	if (err)
		return err;
	monitor = pantun_monitor_find(tunnel, config->family, &config->dst);
	if (!monitor)
		return add_monitor(tunnel, config, extack);
	change_monitor(monitor, config);
	return 0;
}

/**
 * pantun_monitor_delete - ends the probes of a destination
 * @monitor: its monitor, freed
 *
 * Context: process, cfg_lock; waits for a probe that is being sent.
 */
void pantun_monitor_delete(struct pantun_monitor *monitor)
{
	struct pantun_tunnel *tunnel = monitor->tunnel;
	struct pantun_monitors *monitors = &tunnel->monitors;

	lockdep_assert_held(&tunnel->pn->cfg_lock);
	spin_lock_bh(&monitors->lock);
	list_del(&monitor->list);
	take_census(monitors);
	pantun_event_monitor(monitor, PANTUN_EVENT_DEL);
	spin_unlock_bh(&monitors->lock);
	cancel_delayed_work_sync(&monitor->work);
	kfree(monitor);
	tunnel->pn->generation++;
	pantun_tunnel_poke(tunnel);
}

/**
 * pantun_monitor_teardown - ends all probes of a tunnel
 * @tunnel: a tunnel that is going away
 *
 * Context: process, cfg_lock; waits for probes that are being sent.
 */
void pantun_monitor_teardown(struct pantun_tunnel *tunnel)
{
	struct pantun_monitor *monitor, *next;

	list_for_each_entry_safe(monitor, next, &tunnel->monitors.list, list)
		pantun_monitor_delete(monitor);
}
