// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/ike_life.h"

#include "base/log.h"
#include "ike/agenda.h"
#include "ike/certified.h"
#include "ike/child_sa.h"
#include "ike/condemned.h"
#include "ike/line.h"
#include "ike/stranger.h"
#include "ike/version.h"

#define REKEYED_MS	SECONDS(30)	/* for the peer to delete what it replaced */
#define RENEW_MS	SECONDS(60)	/* for a rekey, where a shorter life is over already */
#define RENEW_SPREAD	SECONDS(10)
#define PROVE_LEAST	SECONDS(10)	/* before both authenticate anew, whatever the peer says, */
#define PROVE_AGAIN	SECONDS(60)	/* and between attempts at that */
/* Without another successor for that long it goes, */
#define CONDEMNED_MOST	SECONDS(20)
/* or for that long if one is being made: a request is repeated for about a minute. */
#define EXCHANGE_MOST	SECONDS(75)

/* --- one that is condemned --- */

static bool needed(const struct child_sa *child)
{
	return child->slot->current == child && !child->slot->gone;
}

/* How long @child, which is needed, may hold up the deletion of its IKE SA. */
static ike_time patience_with(const struct child_sa *child)
{
	const struct slot *slot = child->slot;

	return slot_busy(slot) || slot_left_to_peer(slot) ? EXCHANGE_MOST : CONDEMNED_MOST;
}

static void condemned_look(struct ike_sa *ike)
{
	struct ike_core *core = ike->core;
	ike_time most = 0;
	unsigned int n = 0;

	for (struct child_sa *child = ike->children; child; child = child->ike_next) {
		if (!needed(child))
			continue;
		n++;
		if (patience_with(child) > most)
			most = patience_with(child);
	}
	if (n < ike->condemned_needed)
		ike->condemned_at = core->now;
	ike->condemned_needed = n;
	if (core->now < ike->condemned_at + most)
		timer_set(&core->timers, &ike->life, core->now + CONDEMNED_MS);
	/* Also one that is doubted: a peer that is only slow is to know of the end. */
	else
		ike_delete(ike);
}

/* --- timers --- */

static void up_timer(struct ike_sa *ike)
{
	struct ike_core *core = ike->core;

	if (ike->condemned) {
		condemned_look(ike);
		return;
	}
	timer_set(&core->timers, &ike->life, ike->ends);
	if (core->now < ike->ends) {
		if (!ike_outdated(ike) && !exchange_has(ike, TASK_IKE_REKEY) &&
		    !exchange_has(ike, TASK_IKE_FOLLOWUP))
			exchange_queue(ike, task_new(TASK_IKE_REKEY));
		return;
	}
	/* The peer may be using the heir already; the exchange ends one way or other. */
	if (ike->ex.current && ike->version->rule(ike->ex.current->kind)->rekeys) {
		timer_set(&core->timers, &ike->life, core->now + LINGER_MS);
		return;
	}
	gateway_tell(ike->gw, "ike-down", "lifetime of the IKE SA has expired");
	ike_delete(ike);
}

void ike_half_open_due(struct ike_core *core, struct timer *timer)
{
	struct ike_sa *ike = container_of(timer, struct ike_sa, half_open);
	char peer[ADDR_TEXT];

	(void)core;
	log_debug(NULL, "%s began an IKE SA and never authenticated",
		  endpoint_text(&ike->path->remote, peer));
	ike_close(ike, false);
}

void ike_life(struct ike_core *core, struct timer *timer)
{
	struct ike_sa *ike = container_of(timer, struct ike_sa, life);

	(void)core;
	switch (ike->state) {
	case IKE_UP:
		up_timer(ike);
		break;
	case IKE_REKEYED:
		ike_delete(ike);
		break;
	case IKE_CLOSED:
		ike_die(ike);
		break;
	default:
		break;
	}
}

/* RFC 3948 section 4. */
static ike_time next_keepalive(const struct ike_sa *ike)
{
	return ike->core->now + SECONDS(ike->gw->conf->keepalive_seconds);
}

/* Seconds without a word from the peer; 0: it is not checked. */
static uint32_t ike_liveness(const struct ike_sa *ike)
{
	return policy_gateway_liveness(ike->gw->conf, ike->version->major);
}

static void idle_arm(struct ike_sa *ike)
{
	uint32_t liveness = ike_liveness(ike);
	ike_time at = IKE_NEVER;

	if (liveness)
		at = ike->heard + SECONDS(liveness);
	if (ike->path->nat_local && ike->keepalive_at < at)
		at = ike->keepalive_at;
	if (at <= ike->core->now)
		at = ike->core->now + SECONDS(1);
	if (at != IKE_NEVER)
		timer_set(&ike->core->timers, &ike->idle, at);
}

/* Armed lazily: what was heard since only moves the next look. */
void ike_idle(struct ike_core *core, struct timer *timer)
{
	struct ike_sa *ike = container_of(timer, struct ike_sa, idle);
	uint32_t liveness = ike_liveness(ike);
	static const uint8_t keepalive = 0xff;

	if (ike->state != IKE_UP)
		return;
	if (ike->path->nat_local && core->now >= ike->keepalive_at) {
		action_send(&ike->core->actions, &ike->path->local, &ike->path->remote,
			    bytes_of(&keepalive, 1), ike->gw->conf->dscp, ike->path->wished);
		ike->keepalive_at = next_keepalive(ike);
	}
	if (liveness && core->now >= ike->heard + SECONDS(liveness) && !ike->ex.current)
		exchange_queue(ike, task_new(TASK_LIVENESS));
	idle_arm(ike);
}

void ike_path_changed(struct ike_sa *ike)
{
	ike->keepalive_at = next_keepalive(ike);
	idle_arm(ike);
}

void ike_heard(struct ike_sa *ike)
{
	ike->heard = ike->core->now;
	if (!ike->doubted)
		return;
	ike->doubted = false;
	gateway_doubt_wrong(ike->gw);
	if (!ike_outdated(ike))
		gateway_stop_starting(ike->gw);
}

/* --- up, and on --- */

static void arm_end(struct ike_sa *ike)
{
	struct ike_core *core = ike->core;
	ike_time span = SECONDS(policy_gateway_life(ike->gw->conf, ike->version->major));

	timer_stop(&core->timers, &ike->life);
	ike->ends = span ? ike->up_at + span : 0;
	if (!span)
		return;
	/* From 80 to 95 percent, so that the ends rarely do it at once. */
	timer_set(&core->timers, &ike->life,
		  ike->up_at + core_jitter(core, span * 95 / 100, 84));
}

/* Another life than before may be over already: there is time for a rekey all the same. */
static void rearm_end(struct ike_sa *ike)
{
	struct ike_core *core = ike->core;

	arm_end(ike);
	if (!ike->ends)
		return;
	if (ike->ends < core->now + RENEW_MS)
		ike->ends = core->now + RENEW_MS;
	if (ike->life.at <= core->now)
		timer_set(&core->timers, &ike->life,
			  core->now + core_jitter(core, RENEW_SPREAD, 0));
}

/*
 * Who authenticated first begins before its time is over, from 80 to 95 percent of it, as with
 * rekeying; the other if that has not come by then.
 */
static void arm_reauth(struct ike_sa *ike)
{
	ike_time span = SECONDS(ike->gw->conf->reauth_seconds), at = IKE_NEVER;
	struct ike_core *core = ike->core;

	timer_stop(&core->timers, &ike->reauth);
	if (span)
		at = ike->proved_at +
		     (ike->proved_first ? core_jitter(core, span * 95 / 100, 84) : span);
	if (ike->proof_ends) {
		span = (ike->proof_ends - ike->proved_at) * 95 / 100;
		span = core_jitter(core, span, 84);
		if (ike->proved_at + span < at)
			at = ike->proved_at + span;
	}
	if (at == IKE_NEVER)
		return;
	if (at < core->now + PROVE_LEAST)
		at = core->now + PROVE_LEAST;
	timer_set(&core->timers, &ike->reauth, at);
}

void ike_reauth(struct ike_core *core, struct timer *timer)
{
	struct ike_sa *ike = container_of(timer, struct ike_sa, reauth);

	if (ike->state != IKE_UP)
		return;
	timer_set(&core->timers, &ike->reauth, core->now + core_jitter(core, PROVE_AGAIN, 50));
	if (!ike->condemned)
		gateway_reauth(ike->gw, ike);
}

void ike_proof_ends(struct ike_sa *ike, uint32_t seconds)
{
	if (ike->state != IKE_UP || !ike->proved_first)
		return;
	ike->proof_ends = ike->core->now + SECONDS(seconds);
	arm_reauth(ike);
}

static void arm_timers(struct ike_sa *ike)
{
	struct ike_core *core = ike->core;

	ike->up_at = core->now;
	ike->heard = core->now;
	ike->keepalive_at = next_keepalive(ike);
	arm_end(ike);
	idle_arm(ike);
}

void ike_reconfigure(struct ike_sa *ike)
{
	bool kin = policy_gateway_kin(ike->conf, ike->gw->conf);
	uint8_t major = ike->version->major;
	bool aged = policy_gateway_life(ike->conf, major) !=
		    policy_gateway_life(ike->gw->conf, major);
	bool reproved = ike->conf->reauth_seconds != ike->gw->conf->reauth_seconds;

	/* Whom a half-open one is for turns out in IKE_AUTH. */
	if (kin || ike->state == IKE_HALF_OPEN)
		ike_set_conf(ike);
	if (ike->state == IKE_INIT_SENT || ike->state == IKE_AUTH_SENT) {
		if (!kin)
			ike_delete(ike);
	} else if (ike->state == IKE_UP && !ike->condemned) {
		if (!kin)
			exchange_drop(ike, TASK_IKE_REKEY);
		else if (aged)
			rearm_end(ike);
		if (reproved)
			arm_reauth(ike);
		if (ike->keepalive_at > next_keepalive(ike))
			ike->keepalive_at = next_keepalive(ike);
		idle_arm(ike);
	}
	certified_look(ike);
}

void ike_established(struct ike_sa *ike)
{
	char text[PROP_TEXT], local[ADDR_TEXT], remote[ADDR_TEXT];

	stranger_leave(ike);
	line_exit(ike);
	timer_stop(&ike->core->waits, &ike->half_open);
	ike->state = IKE_UP;
	arm_timers(ike);
	ike->proved_at = ike->core->now;
	ike->proved_first = ike->initiator;
	arm_reauth(ike);
	ike_handshake_free(ike);
	gateway_tell(ike->gw, "ike-up", "IKE SA with %s up from %s, %s%s",
		     endpoint_text(&ike->path->remote, remote),
		     endpoint_text(&ike->path->local, local),
		     prop_text(&ike->prop, text, sizeof(text)),
		     ike->path->nat_local ? ", we are behind a NAT" :
		     ike->path->nat_remote ? ", peer is behind a NAT" : "");
	gateway_ike_up(ike->gw, ike);
}

void ike_wait(struct ike_sa *ike)
{
	ike->state = IKE_REKEYED;
	timer_stop(&ike->core->timers, &ike->idle);
	timer_set(&ike->core->timers, &ike->life, ike->core->now + REKEYED_MS);
}

/* It was rekeyed, by the peer most likely, which does not make its life longer. */
static void keep_end(struct ike_sa *heir, const struct ike_sa *old)
{
	heir->ends = old->ends;
	timer_stop(&heir->core->timers, &heir->life);
	if (heir->ends)
		timer_set(&heir->core->timers, &heir->life, heir->ends);
}

void ike_inherit(struct ike_sa *heir, struct ike_sa *old)
{
	struct gateway *gw = old->gw;

	heir->state = IKE_UP;
	arm_timers(heir);
	if (ike_outdated(heir))
		keep_end(heir, old);
	heir->proved_at = old->proved_at;
	heir->proved_first = old->proved_first;
	heir->proof_ends = old->proof_ends;
	certified_inherit(heir, old);
	if (old->reauth.armed)
		timer_set(&heir->core->timers, &heir->reauth, old->reauth.at);
	timer_stop(&heir->core->timers, &old->reauth);
	while (old->children)
		child_bequeath(old->children, heir);
	ike_wait(old);
	exchange_move(old, heir);
	if (gw->ike == old)
		gw->ike = heir;
	gateway_tell(gw, "ike-up", "IKE SA is rekeyed");
	gateway_poke(gw);
	/* The peer rekeyed it, or answered our rekeying, after we had made up our mind. */
	if (old->condemned)
		ike_condemn(heir);
}
