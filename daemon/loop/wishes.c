// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/wishes.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "base/version.h"
#include "ctl/ctl.h"
#include "loop/children.h"
#include "loop/commands.h"
#include "loop/config.h"
#include "loop/daemon_priv.h"
#include "loop/guard.h"
#include "loop/live.h"
#include "loop/monitors.h"
#include "loop/names.h"
#include "loop/notify.h"
#include "loop/timer.h"
#include "loop/tunnels.h"
#include "msg/fetch_msg.h"
#include "talk/sa_msg.h"

/*
 * Limit of SAs for each proxy-ID, including those being replaced, and how many more there may be
 * during a reload.
 */
#define SAS_PROXY	16
#define SAS_MOST	256

static void in_use(struct daemon *d, const struct ike_sa_spec *sa)
{
	/* Mostly there are none, and nobody has to know the time. */
	if (live_has_former(d->live))
		live_succeeded(d->live, d->kern, clock_ms(), sa->ifname, sa->proxy);
}

/* The peer may accept padding for a new child that it refused before, or the reverse. */
static void heed_tfc(struct daemon *d, const struct ike_sa_spec *sa, bool refused)
{
	const struct policy_tunnel *tunnel = policy_tunnel_on(d->policy, sa->ifname, NULL);

	tunnels_tfc(d, sa->ifname, refused);
	if (tunnel && tunnel->outer.tfc && tunnels_set(d, tunnel))
		log_warning(NULL, "%s: tfc-padding cannot be set: %s", sa->ifname,
			    d->kern->error);
}

static void tell_result(struct daemon *d, const struct ike_sa_spec *sa, int error,
			const char *text)
{
	struct msg_sa_result body;

	memset(&body, 0, sizeof(body));
	body.token = sa->token;
	body.inbound = sa->inbound;
	body.error = error;
	text_copy(body.text, sizeof(body.text), error ? text : "");
	chan_send(d->ike, MSG_SA_RESULT, &body, sizeof(body));
}

typedef const char *guard(const struct policy *policy, const struct names *names,
			  const struct ike_sa_spec *sa);

/* Returns why neither the policy in force nor a pending one allows it, or NULL if one does. */
static const char *by_all(const struct daemon *d, guard *refuses, const struct ike_sa_spec *sa)
{
	const char *why = refuses(d->policy, d->names, sa);
	const struct pending *pending;

	for (pending = TAILQ_FIRST(&d->pending); pending && why;
	     pending = TAILQ_NEXT(pending, list))
		why = refuses(pending->policy, d->names, sa);
	return why;
}

static const char *refused(const struct daemon *d, const struct ike_sa_spec *sa)
{
	if (live_has(d->live, sa))
		return "there is such an SA";
	if (live_count(d->live) >= SAS_MOST + SAS_PROXY * d->proxies)
		return "there are more SAs than its proxy-IDs can need";
	return by_all(d, guard_refuses, sa);
}

/* Rate-limited: a captured `ike` may ask very often. */
static void say_refused(struct daemon *d, const struct ike_sa_spec *sa, const char *what,
			const char *why)
{
	char text[160], left_out[REPEAT_TEXT];
	unsigned int held;

	snprintf(text, sizeof(text), "IKE may not %s the SA %08x: %s", what, sa->spi, why);
	if (repeat_due(&d->refused, clock_ms(), "refused", text, &held))
		log_error(NULL, "%.15s: %s%s", sa->ifname, text, repeat_text(held, left_out));
}

static void install(struct daemon *d, const struct ike_sa_spec *sa, bool tfc_refused)
{
	const char *why = refused(d, sa);
	int error;

	if (why) {
		say_refused(d, sa, "have", why);
		tell_result(d, sa, -EACCES, why);
		return;
	}
	if (!sa->inbound)
		heed_tfc(d, sa, tfc_refused);
	error = d->kern->ops->sa_add(d->kern, sa);
	if (!error) {
		live_add(d->live, sa);
		if (!sa->inbound && !sa->standby)
			in_use(d, sa);
	}
	tell_result(d, sa, error, d->kern->error);
}

static void activate(struct daemon *d, const struct ike_sa_spec *sa)
{
	if (d->kern->ops->sa_activate(d->kern, sa))
		log_warning(NULL, "%s: SA %08x cannot be switched to: %s", sa->ifname, sa->spi,
			    d->kern->error);
	else
		in_use(d, sa);
}

static void move(struct daemon *d, const struct ike_sa_spec *sa)
{
	const char *why;

	why = by_all(d, guard_refuses_path, sa);
	if (!why && sa->udp_encap != live_in_udp(d->live, sa))
		why = by_all(d, guard_refuses_encap, sa);
	if (why)
		say_refused(d, sa, "move", why);
	else if (d->kern->ops->sa_move(d->kern, sa))
		log_warning(NULL, "%s: SA %08x cannot be moved: %s", sa->ifname, sa->spi,
			    d->kern->error);
	else
		live_move(d->live, sa);
}

/* Always answers, because `ike` waits for it. */
static void ask_idle(struct daemon *d, const struct ike_sa_spec *sa)
{
	struct msg_heard body = { .token = sa->token };

	if (!live_has(d->live, sa) || d->kern->ops->sa_idle(d->kern, sa, &body.idle))
		body.idle = UINT64_MAX;
	chan_send(d->ike, MSG_HEARD, &body, sizeof(body));
}

static void delete(struct daemon *d, const struct ike_sa_spec *sa)
{
	if (d->kern->ops->sa_del(d->kern, sa))
		log_warning(NULL, "%s: SA %08x cannot be deleted: %s", sa->ifname, sa->spi,
			    d->kern->error);
	live_remove(d->live, sa);
}

/* Handles a wish about an existing SA; it must be one that `ike` made. */
static void do_wish(struct daemon *d, enum msg_wish wish, const struct ike_sa_spec *sa)
{
	if (wish == MSG_SA_ASK)
		ask_idle(d, sa);
	else if (!live_has(d->live, sa))
		return;
	else if (wish == MSG_SA_ACTIVATE)
		activate(d, sa);
	else if (wish == MSG_SA_MOVE)
		move(d, sa);
	else if (wish == MSG_SA_DEL)
		delete(d, sa);
}

static void on_wish(void *ctx, struct bytes body, int fd)
{
	const struct msg_sa *msg = (const void *)body.p;
	struct daemon *d = ctx;
	struct msg_carried done = { .count = ++d->carried };
	struct ike_sa_spec sa;
	const char *wrong = sa_msg_unpack(msg, &sa);

	(void)fd;
	if (wrong || msg->wish < MSG_SA_ADD || msg->wish > MSG_SA_ASK) {
		chan_refuse(d->ike, MSG_SA, "%s", wrong ? wrong : "no such wish");
	} else {
		if (msg->wish == MSG_SA_ADD)
			install(d, &sa, msg->tfc_refused);
		else
			do_wish(d, msg->wish, &sa);
		chan_send(d->ike, MSG_CARRIED, &done, sizeof(done));
		timer_settle(d);
	}
	secret_wipe(&sa, sizeof(sa));
}

static void on_proxy_fail(void *ctx, struct bytes body, int fd)
{
	const struct msg_place *msg = (const void *)body.p;
	struct daemon *d = ctx;

	(void)fd;
	if (!msg_text_ok(msg->ifname, sizeof(msg->ifname)) ||
	    !msg_text_ok(msg->proxy, sizeof(msg->proxy))) {
		chan_refuse(d->ike, MSG_PROXY_FAIL, "a name without an end");
		return;
	}
	if (!guard_has_proxy(d->policy, msg->ifname, msg->proxy))
		return;
	if (d->kern->ops->proxy_fail(d->kern, msg->ifname, msg->proxy))
		log_warning(NULL, "%s: packets that wait at proxy-ID %s cannot be given up: %s",
			    msg->ifname, msg->proxy, d->kern->error);
}

/* Also comes for tunnels with manual keys, with a count of 0. */
static void on_renewed(void *ctx, struct bytes body, int fd)
{
	const struct msg_renewed *msg = (const void *)body.p;
	struct daemon *d = ctx;

	(void)fd;
	if (!msg_text_ok(msg->ifname, sizeof(msg->ifname)))
		chan_refuse(d->ike, MSG_RENEWED, "a name without an end");
	else if (policy_tunnel_on(d->policy, msg->ifname, NULL))
		monitors_renewed(d->monitors, d->kern, d->policy, msg->ifname, msg->count);
}

/* By the time the control socket exists, or READY=1 is sent, everything configured is in place. */
static void begin_to_serve(struct daemon *d)
{
	const struct policy *policy = d->policy;

	if (!commands_open(d)) {
		d->failed = true;
		event_base_loopbreak(d->base);
		return;
	}
	log_info(NULL, "pantund " PANTUN_VERSION " with %s, %u gateway%s, %u tunnel%s with manual "
		 "keys", d->options->config, policy->n_gateways, text_plural(policy->n_gateways),
		 policy->n_manual, text_plural(policy->n_manual));
	notify("READY=1");
}

static void on_policy_set(void *ctx, struct bytes body, int fd)
{
	const struct msg_policy_set *msg = (const void *)body.p;
	struct daemon *d = ctx;

	(void)fd;
	if (!config_is_set(d, msg->number, msg->failed))
		chan_refuse(d->ike, MSG_POLICY_SET, "not the one that was sent");
	else if (d->policy && !d->ctl)
		begin_to_serve(d);
}

static void on_ike_event(void *ctx, struct bytes body, int fd)
{
	const struct ike_event *event = (const void *)body.p;
	struct daemon *d = ctx;

	(void)fd;
	if (msg_text_ok(event->kind, sizeof(event->kind)) &&
	    msg_text_ok(event->gateway, sizeof(event->gateway)) &&
	    msg_text_ok(event->tunnel, sizeof(event->tunnel)) &&
	    msg_text_ok(event->proxy, sizeof(event->proxy)) &&
	    msg_text_ok(event->text, sizeof(event->text)))
		ctl_event(d->ctl, event);
	else
		chan_refuse(d->ike, MSG_EVENT, "a text without an end");
}

/* --- answers --- */

static bool bool_ok(const bool *value)
{
	uint8_t octet;

	memcpy(&octet, value, sizeof(octet));
	return octet <= 1;
}

static void on_show_ike(void *ctx, struct bytes body, int fd)
{
	const struct msg_show_ike *row = (const void *)body.p;
	const struct ike_sa_info *info = &row->info;
	struct daemon *d = ctx;

	(void)fd;
	if (msg_text_ok(info->gateway, sizeof(info->gateway)) &&
	    msg_text_ok(info->state, sizeof(info->state)) &&
	    msg_text_ok(info->local_id, sizeof(info->local_id)) &&
	    msg_text_ok(info->remote_id, sizeof(info->remote_id)) &&
	    msg_text_ok(info->proposal, sizeof(info->proposal)) &&
	    msg_text_ok(info->ppk, sizeof(info->ppk)) &&
	    bool_ok(&info->initiator) && bool_ok(&info->nat_local) && bool_ok(&info->nat_remote))
		ctl_show_ike(d->ctl, row->ticket, info);
	else
		chan_refuse(d->ike, MSG_SHOW_IKE, "not a row");
}

static void on_show_child(void *ctx, struct bytes body, int fd)
{
	const struct msg_show_child *row = (const void *)body.p;
	const struct ike_child_info *info = &row->info;
	struct daemon *d = ctx;

	(void)fd;
	if (msg_text_ok(info->gateway, sizeof(info->gateway)) &&
	    msg_text_ok(info->tunnel, sizeof(info->tunnel)) &&
	    msg_text_ok(info->ifname, sizeof(info->ifname)) &&
	    msg_text_ok(info->proxy, sizeof(info->proxy)) &&
	    msg_text_ok(info->state, sizeof(info->state)) &&
	    msg_text_ok(info->proposal, sizeof(info->proposal)) &&
	    msg_text_ok(info->ts_local, sizeof(info->ts_local)) &&
	    msg_text_ok(info->ts_remote, sizeof(info->ts_remote)) &&
	    msg_text_ok(info->last_error, sizeof(info->last_error)))
		ctl_show_child(d->ctl, row->ticket, info);
	else
		chan_refuse(d->ike, MSG_SHOW_CHILD, "not a row");
}

static void on_show_gateway(void *ctx, struct bytes body, int fd)
{
	const struct msg_show_gateway *row = (const void *)body.p;
	const struct ike_gateway_info *info = &row->info;
	struct daemon *d = ctx;

	(void)fd;
	if (msg_text_ok(info->gateway, sizeof(info->gateway)) &&
	    msg_text_ok(info->state, sizeof(info->state)) &&
	    msg_text_ok(info->fqdn, sizeof(info->fqdn)) &&
	    msg_text_ok(info->last_error, sizeof(info->last_error)))
		ctl_show_gateway(d->ctl, row->ticket, info);
	else
		chan_refuse(d->ike, MSG_SHOW_GATEWAY, "not a row");
}

static void on_reply(void *ctx, struct bytes body, int fd)
{
	const struct msg_reply *msg = (const void *)body.p;
	struct daemon *d = ctx;

	(void)fd;
	ctl_answered(d->ctl, msg->ticket, &msg->reply);
}

static void on_strangers(void *ctx, struct bytes body, int fd)
{
	const struct ike_strangers *strangers = (const void *)body.p;
	struct daemon *d = ctx;

	(void)fd;
	if (strangers->cookies > 1)
		chan_refuse(d->ike, MSG_STRANGERS, "neither yes nor no");
	else
		d->strangers = *strangers;
}

/* Whoever has taken `ike` over could tell the world by what it asks DNS for. */
static void on_name(void *ctx, struct bytes body, int fd)
{
	const struct name_question *question = (const void *)body.p;
	struct daemon *d = ctx;

	(void)fd;
	if (!question->ticket || !msg_text_ok(question->name, sizeof(question->name)))
		chan_refuse(d->ike, MSG_NAME, "not a question");
	else if (!names_configured(d, question->name))
		chan_refuse(d->ike, MSG_NAME, "no gateway has that name");
	else if (!names_ask(d, question))
		chan_refuse(d->ike, MSG_NAME, "too many questions at a time");
	else
		children_need_fetch(d);
}

static void on_log_line(void *ctx, struct bytes body, int fd)
{
	struct daemon *d = ctx;

	(void)fd;
	log_relay_take(&d->ike_log, d->ike, body);
}

static void on_ready(void *ctx, struct bytes body, int fd)
{
	(void)ctx;
	(void)body;
	(void)fd;
}

chan_handler *const wishes_handlers[MSG_TYPES] = {
	[MSG_READY] = on_ready,
	[MSG_LOG] = on_log_line,
	[MSG_SA] = on_wish,
	[MSG_PROXY_FAIL] = on_proxy_fail,
	[MSG_RENEWED] = on_renewed,
	[MSG_POLICY_SET] = on_policy_set,
	[MSG_EVENT] = on_ike_event,
	[MSG_SHOW_IKE] = on_show_ike,
	[MSG_SHOW_CHILD] = on_show_child,
	[MSG_SHOW_GATEWAY] = on_show_gateway,
	[MSG_REPLY] = on_reply,
	[MSG_STRANGERS] = on_strangers,
	[MSG_NAME] = on_name,
};
