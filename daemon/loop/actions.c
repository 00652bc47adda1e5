// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/actions.h"

#include "base/log.h"
#include "ctl/ctl.h"
#include "loop/daemon_priv.h"
#include "loop/keys.h"
#include "loop/live.h"
#include "engine/pool.h"
#include "loop/tunnels.h"

static void in_use(struct daemon *d, const struct ike_sa_spec *sa)
{
	live_succeeded(d->live, d->kern, clock_ms(), sa->ifname, sa->proxy);
}

/* The peer of a new child may take padding that the one before refused, or the reverse. */
static void heed_tfc(struct daemon *d, const struct ike_sa_spec *sa)
{
	const struct policy_tunnel *tunnel = policy_tunnel_on(d->policy, sa->ifname, NULL);

	if (tunnel && tunnel->outer.tfc && tunnels_set(d, tunnel))
		log_warning(NULL, "%s: tfc-padding cannot be set: %s", sa->ifname,
			    d->kern->error);
}

static void do_sa_add(struct daemon *d, const struct ike_sa_spec *sa)
{
	int error;

	if (!sa->inbound)
		heed_tfc(d, sa);
	error = d->kern->ops->sa_add(d->kern, sa);
	if (!error) {
		live_add(d->live, sa);
		if (!sa->inbound && !sa->standby)
			in_use(d, sa);
	}
	ike_core_sa_result(d->core, clock_ms(), sa->token, sa->inbound, error,
			   error ? d->kern->error : NULL);
}

static void do_sa_activate(struct daemon *d, const struct ike_sa_spec *sa)
{
	if (d->kern->ops->sa_activate(d->kern, sa))
		log_warning(NULL, "%s: SA %08x cannot be switched to: %s", sa->ifname, sa->spi,
			    d->kern->error);
	else
		in_use(d, sa);
}

static void do_sa_move(struct daemon *d, const struct ike_sa_spec *sa)
{
	if (d->kern->ops->sa_move(d->kern, sa))
		log_warning(NULL, "%s: SA %08x cannot be moved: %s", sa->ifname, sa->spi,
			    d->kern->error);
}

static void do_sa_ask(struct daemon *d, const struct ike_sa_spec *sa)
{
	uint64_t idle;

	if (!d->kern->ops->sa_idle(d->kern, sa, &idle))
		ike_core_sa_heard(d->core, clock_ms(), sa->token, idle);
}

static void do_sa_del(struct daemon *d, const struct ike_sa_spec *sa)
{
	if (d->kern->ops->sa_del(d->kern, sa))
		log_warning(NULL, "%s: SA %08x cannot be deleted: %s", sa->ifname, sa->spi,
			    d->kern->error);
	live_remove(d->live, sa);
}

static void do_proxy_fail(struct daemon *d, const char *ifname, const char *proxy)
{
	if (d->kern->ops->proxy_fail(d->kern, ifname, proxy))
		log_warning(NULL, "%s: packets that wait at proxy-ID %s cannot be given up: %s",
			    ifname, proxy, d->kern->error);
}

static void do_job(struct daemon *d)
{
	struct ike_job *job = ike_core_take_job(d->core);

	if (ike_job_kind(job) == IKE_JOB_AUTH)
		keys_answer(d, job);
	else if (pool_put(d->pool, job))
		return;
	else
		ike_job_run(job);
	ike_core_job_done(d->core, clock_ms(), job);
}

static void carry_out(struct daemon *d, const struct ike_action *action)
{
	switch (action->type) {
	case IKE_ACTION_SEND:
		udp_send(d->udp, &action->send.local, &action->send.remote, action->send.data);
		break;
	case IKE_ACTION_SA_ADD:
		do_sa_add(d, &action->sa);
		break;
	case IKE_ACTION_SA_ACTIVATE:
		do_sa_activate(d, &action->sa);
		break;
	case IKE_ACTION_SA_MOVE:
		do_sa_move(d, &action->sa);
		break;
	case IKE_ACTION_PROXY_FAIL:
		do_proxy_fail(d, action->fail.ifname, action->fail.proxy);
		break;
	case IKE_ACTION_SA_DEL:
		do_sa_del(d, &action->sa);
		break;
	case IKE_ACTION_SA_ASK:
		do_sa_ask(d, &action->sa);
		break;
	case IKE_ACTION_JOB:
		do_job(d);
		break;
	case IKE_ACTION_EVENT:
		ctl_event(d->ctl, &action->event);
		break;
	}
}

void actions_carry_out(struct daemon *d)
{
	const struct ike_action *action;

	while ((action = ike_core_action(d->core)))
		carry_out(d, action);
}
