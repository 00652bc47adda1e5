// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/child_life.h"

#include <string.h>

#include "ike/child_end.h"
#include "ike/child_kernel.h"
#include "ike/child_settle.h"
#include "ike/child_use.h"
#include "ike/version.h"

#define BOTH_MS	SECONDS(2)	/* between the ends of a pair's two SAs by time */

/* --- its start --- */

static void install_out(struct child_sa *child)
{
	struct slot *slot = child->slot;

	/* Those of a former daemon serve until the peer has this pair, too. */
	child->standby = slot->current || (slot->adopted && !child->initiator);
	child_add(child, false);
	child->out_added = true;
	child_forget_keys(child);
	if (!child->standby) {
		slot->current = child;
		slot->adopted = false;
	}
}

static void tell_up(struct child_sa *child)
{
	const struct ts_pair ts = ts_kept_pair(child->ts);
	char prop[PROP_TEXT], local[TS_TEXT], remote[TS_TEXT];

	slot_tell(child->slot, "child-up", "%s: spi in %08x, out %08x, %s, %s === %s",
		  child->replaces ? "rekeyed" : "up", child->spi_in, child->spi_out,
		  prop_text(&child->prop, prop, sizeof(prop)),
		  ts_list_text(&ts.local, local, sizeof(local)),
		  ts_list_text(&ts.remote, remote, sizeof(remote)));
}

static void arm_life(struct child_sa *child)
{
	ike_time span = SECONDS(child->slot->tunnel->life_seconds);
	struct ike_core *core = child->core;

	child->up_at = core->now;
	if (!span)
		return;
	child->ends = core->now + span;
	timer_set(&core->timers, &child->life, core->now + core_jitter(core, span * 95 / 100, 84));
}

/* Until the initiator of a rekey has to be done with @old, which ends some time. */
static ike_time until_switch(const struct child_sa *old)
{
	ike_time now = old->core->now;

	if (!old->ends || old->ends > now + 2 * CHILD_SWITCH_MS)
		return CHILD_SWITCH_MS;
	return old->ends > now ? (old->ends - now) / 2 : 0;
}

static void begin_use(struct child_sa *child)
{
	struct slot *slot = child->slot;
	struct child_sa *old = child_replaced(child);

	child->state = CHILD_UP;
	arm_life(child);
	slot->asked = false;
	slot->held = false;
	slot->last_error[0] = '\0';
	slot->said = (struct repeat){ 0 };
	if (old)
		slot->counts.rekeys++;
	else
		slot->counts.successes++;
	timer_stop(&child->core->timers, &slot->retry);
	tell_up(child);
	if (slot->gone) {
		child_delete(child);
		return;
	}
	if (!old) {
		child_settle(child);
		return;
	}
	if (old->state <= CHILD_REKEYING && !child_undecided(child))
		old->state = CHILD_REPLACED;
	if (child->initiator) {
		child_activate(child);
		child_delete(old);
	} else if (child->standby) {
		timer_set(&child->core->timers, &child->turn, child->core->now + until_switch(old));
	}
}

bool child_outdated(const struct child_sa *child)
{
	const struct slot *slot = child->slot;

	return !policy_tunnel_equal(child->tunnel, slot->tunnel) ||
	       child->udp_csum != slot->gw->conf->udp_csum;
}

static void child_established(struct child_sa *child)
{
	bool outdated = child_outdated(child);

	begin_use(child);
	/* It has been agreed to by a policy that is no more. */
	if (outdated)
		child_soft_expired(child);
	else if (child->ike->version->child_up)
		child->ike->version->child_up(child);
}

static void install_failed(struct child_sa *child, bool inbound, int error, const char *text)
{
	struct child_sa *old = child_replaced(child);

	slot_fail(child->slot, "kernel refused the %s SA %08x: "
			       "%s", inbound ? "inbound" : "outbound",
		  inbound ? child->spi_in : child->spi_out,
		  text && *text ? text : strerror(-error));
	slot_backoff(child->slot);
	/* There may be another with that SPI, and that must not be deleted. */
	*(inbound ? &child->in_added : &child->out_added) = false;
	child_hand_over(child);
	child_del(child, false);
	child_del(child, true);
	if (old)
		child_keep(old, CHILD_RETRY_MS);
	child->replaces = 0;
	child_delete(child);
}

void child_added(struct child_sa *child, bool inbound, int error, const char *text)
{
	if (child->state != CHILD_INSTALLING)
		return;
	if (error) {
		install_failed(child, inbound, error, text);
		return;
	}
	if (!inbound)
		child_established(child);
	else if (child->unconfirmed)
		child->in_there = true;
	else
		install_out(child);
}

void child_confirmed(struct child_sa *child)
{
	child->unconfirmed = false;
	if (child->state == CHILD_INSTALLING && child->in_there)
		install_out(child);
}

/* --- rekeying and the end of its life --- */

static void rekey(struct child_sa *child)
{
	struct task *task;

	if (child->state != CHILD_UP)
		return;
	if (child->ends)
		timer_set(&child->core->timers, &child->life, child->ends);
	/* Without its outbound SA it is not the current one, and needs a successor all the same. */
	if (child->slot->current && child->slot->current != child && !child->standby) {
		child_delete(child);
		return;
	}
	child->state = CHILD_REKEYING;
	task = task_new(TASK_CHILD_REKEY);
	if (!task) {
		child_keep(child, CHILD_RETRY_MS);
		return;
	}
	task->old = child->token;
	exchange_queue(child->ike, task);
}

void child_soft_expired(struct child_sa *child)
{
	/* An early rekey that is under way no longer is one, and one to come is of no use. */
	child->renew_at = 0;
	timer_stop(&child->core->timers, &child->early);
	rekey(child);
}

void child_rekey_early(struct child_sa *child)
{
	child->renew_at = child->life.armed ? child->life.at : IKE_NEVER;
	rekey(child);
}

/* Both directions are over, and the pair with them. */
static void expire(struct child_sa *child)
{
	child_del(child, false);
	child_del(child, true);
	if (!child->ike) {
		child_close(child);
		return;
	}
	if (child->slot->current == child)
		slot_tell(child->slot, "child-down", "the lifetime of the SA has expired");
	child_delete(child);
}

void child_hard_expired(struct child_sa *child, bool inbound)
{
	struct slot *slot = child->slot;
	bool current = slot->current == child;

	child_del(child, inbound);
	if (child->state <= CHILD_INSTALLING || (!child->in_added && !child->out_added) ||
	    (child->ends && child->core->now + BOTH_MS >= child->ends)) {
		expire(child);
		return;
	}
	if (!inbound)
		child_hand_over(child);
	if (current && (inbound || !slot->current))
		slot_tell(slot, "child-down",
			  "the lifetime of the %s SA %08x has expired; the %s one is used until "
			  "there is a successor for both",
			  inbound ? "inbound" : "outbound",
			  inbound ? child->spi_in : child->spi_out,
			  inbound ? "outbound" : "inbound");
	child_soft_expired(child);
}

void child_life(struct ike_core *core, struct timer *timer)
{
	struct child_sa *child = container_of(timer, struct child_sa, life);

	if (child->state >= CHILD_ORPHANED)
		child_close(child);
	else if (child->state == CHILD_NEGOTIATING)
		ike_drop_chain(child->ike);
	else if (child->ends && core->now >= child->ends)
		expire(child);
	else
		child_soft_expired(child);
}

void child_early(struct ike_core *core, struct timer *timer)
{
	struct child_sa *child = container_of(timer, struct child_sa, early);

	(void)core;
	if (child->ike)
		child->ike->version->child_early(child);
}
