// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/gateway.h"

#include "ike/agenda.h"
#include "ike/child_sa.h"
#include "ike/place.h"

#define BACKOFF_FIRST	SECONDS(2)
#define BACKOFF_MOST	SECONDS(60)
#define AGAIN		SECONDS(5)
#define GIVE_WAY	SECONDS(1)
#define CALM		SECONDS(120)

/* --- what is wanted --- */

/* What carries its packets needs a successor, since it can not be rekeyed. */
static bool outdated(const struct slot *slot)
{
	if (slot->adopted)
		return true;
	for (const struct child_sa *child = slot->children; child; child = child->slot_next) {
		if (child->state == CHILD_ORPHANED)
			return true;
	}
	return false;
}

/* What carries its packets goes with an IKE SA that has lost to another, or is outdated. */
static bool bereft(const struct slot *slot)
{
	return slot->current && slot->current->ike && slot->current->ike->condemned;
}

bool slot_wanted(const struct slot *slot)
{
	enum policy_start start = slot->tunnel->start;

	if (slot->gone || slot->away || slot->gw->gone || slot->gw->conf->passive)
		return false;
	return slot->asked || start == POLICY_START_ALWAYS || bereft(slot) ||
	       (start == POLICY_START_ON_DEMAND && outdated(slot));
}

bool slot_busy(const struct slot *slot)
{
	if (slot->queued)
		return true;
	for (const struct child_sa *child = slot->children; child; child = child->slot_next) {
		if (child->state <= CHILD_REKEYING)
			return true;
	}
	return false;
}

/* A success does not end a row of failures, only calm does: it may not last. */
static void backoff(struct ike_core *core, unsigned int *failures, struct timer *retry)
{
	ike_time wait = BACKOFF_FIRST;

	if (core->now > retry->at + CALM)
		*failures = 0;
	for (unsigned int i = 0; i < *failures && wait < BACKOFF_MOST; i++)
		wait *= 2;
	++*failures;
	if (wait > BACKOFF_MOST)
		wait = BACKOFF_MOST;
	timer_set(&core->timers, retry, core->now + core_jitter(core, wait, 75));
}

/* Packets that wait for an SA are given up. */
static void give_up(struct slot *slot)
{
	if (slot->held && !slot->current && !slot->gone)
		action_fail(&slot->gw->core->actions, slot->tunnel->ifname, slot->proxy->name);
	slot->held = false;
}

/* What was asked for is not, after a failure, unless it is asked for again. */
static void forget_asked(struct gateway *gw)
{
	if (gw->ike)
		return;
	for (struct slot *slot = gw->slots; slot; slot = slot->next) {
		slot->asked = false;
		give_up(slot);
	}
}

void gateway_backoff(struct gateway *gw)
{
	backoff(gw->core, &gw->failures, &gw->retry);
	forget_asked(gw);
}

void gateway_again(struct gateway *gw)
{
	struct ike_core *core = gw->core;

	timer_set(&core->timers, &gw->retry, core->now + core_jitter(core, AGAIN, 75));
	place_missed(gw);
	forget_asked(gw);
}

void gateway_give_way(struct gateway *gw)
{
	struct ike_core *core = gw->core;

	if (!gw->retry.armed)
		timer_set(&core->timers, &gw->retry, core->now + core_jitter(core, GIVE_WAY, 75));
}

void slot_backoff(struct slot *slot)
{
	slot->asked = false;
	give_up(slot);
	backoff(slot->gw->core, &slot->failures, &slot->retry);
}

bool slot_left_to_peer(const struct slot *slot)
{
	return slot->gw->conf->passive || slot->tunnel->start == POLICY_START_PASSIVE;
}

void slot_acquire(struct slot *slot, const struct ts_flow *flow)
{
	if (flow && ts_flow_within(flow, &slot->proxy->ts))
		slot->flow = *flow;
	slot->held = true;
	slot->asked |= !slot_left_to_peer(slot);
	slot_poke(slot);
}

/*
 * Where the last attempt failed and the next one is some time ahead, or is the peer's,
 * senders are not kept waiting.
 */
void slot_answer(struct slot *slot, const struct ts_flow *flow)
{
	(void)flow;
	if (slot->held && !slot_busy(slot) && !slot->gw->starting &&
	    (slot_left_to_peer(slot) || slot->last_error[0]))
		give_up(slot);
}

void gateway_retry(struct ike_core *core, struct timer *timer)
{
	(void)core;
	gateway_poke(container_of(timer, struct gateway, retry));
}

void slot_retry(struct ike_core *core, struct timer *timer)
{
	(void)core;
	slot_poke(container_of(timer, struct slot, retry));
}
