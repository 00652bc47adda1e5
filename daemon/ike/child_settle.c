// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/child_settle.h"

#include <string.h>

#include "ike/agenda.h"
#include "ike/child_end.h"
#include "ike/child_use.h"

#define UNDECIDED_MS	SECONDS(2)	/* between looks at which of two rekeys stays */

static void supersede(struct child_sa *loser, bool tie)
{
	struct ike_core *core = loser->core;

	if (loser->state <= CHILD_REKEYING)
		loser->state = CHILD_REPLACED;
	if (loser->ike->condemned)
		return;
	if (!tie)
		timer_set(&core->timers, &loser->turn, core->now + CHILD_SPARE_MS);
	else if (loser->initiator)
		child_delete(loser);
	else
		timer_set(&core->timers, &loser->turn, core->now + CHILD_TIE_MS);
}

/* What the peer asked for before @child it may never have got: its turn does not come any more. */
static void pass_over(const struct child_sa *child)
{
	for (struct child_sa *other = child->slot->children; other; other = other->slot_next)
		if (child_unproven(other) && other->up_at <= child->up_at)
			supersede(other, false);
}

/* @child carries the packets from now on. */
static void take_over(struct child_sa *child)
{
	struct child_sa *old = child->slot->current;

	child_activate(child);
	pass_over(child);
	if (old && old != child && old->ike && !child_replaced(child))
		supersede(old, child->tie);
	child_orphans_close(child->slot);
}

/* The peer asked for it.  Until it has it, which it is asked, what there is goes on. */
static void await_peer(struct child_sa *child)
{
	struct ike_core *core = child->core;
	struct task *task = task_new(TASK_LIVENESS);

	timer_set(&core->timers, &child->turn, core->now + CHILD_ADOPT_MS);
	if (!task)
		return;
	task->fresh = child->token;
	exchange_queue(child->ike, task);
}

static bool in_use(const struct child_sa *child)
{
	return child->state == CHILD_UP || child->state == CHILD_REKEYING;
}

/* Made by both ends at the same time. */
static bool children_tied(const struct child_sa *child, const struct child_sa *old)
{
	return !old->ike->condemned && child->begun <= old->up_at;
}

/*
 * Two pairs for one proxy-ID, neither a rekey of the other.  Made at the same time
 * by both ends, the one with the least of the four nonces goes, deleted by the end
 * that asked for it (as RFC 7296 section 2.8.1 has it for rekeying).  Otherwise the
 * later one serves; the peer knows what it wanted it for.  false: @child goes.
 */
static bool survives_ties(struct child_sa *child)
{
	struct child_sa *next;

	for (struct child_sa *other = child->slot->children; other; other = next) {
		next = other->slot_next;
		if (other == child || !in_use(other) || !children_tied(child, other))
			continue;
		if (memcmp(child->nonce_min, other->nonce_min, NONCE_N) < 0) {
			supersede(child, true);
			return false;
		}
		if (other == child->slot->current)
			child->tie = true;
		else
			supersede(other, true);
	}
	return true;
}

void child_settle(struct child_sa *child)
{
	struct slot *slot = child->slot;

	if (slot->current == child || (!slot->current && !slot->adopted))
		child_activate(child);
	if (child->ike->condemned) {
		/* It serves until there is one on the IKE SA that stays. */
		supersede(child, false);
		slot_poke(child->slot);
		return;
	}
	if (!survives_ties(child) || !child->standby)
		return;
	/* The end that asked knows that both have it. */
	if (child->initiator)
		take_over(child);
	else
		await_peer(child);
}

/* The peer asked for another since, which it is likelier to have. */
static bool overtaken(const struct child_sa *child)
{
	for (struct child_sa *other = child->slot->children; other; other = other->slot_next)
		if (child_unproven(other) && other->up_at > child->up_at)
			return true;
	return false;
}

void child_turn(struct ike_core *core, struct timer *timer)
{
	struct child_sa *child = container_of(timer, struct child_sa, turn);

	if (child->state == CHILD_REPLACED)
		child_delete(child);
	else if (child->state > CHILD_REKEYING || !child->standby)
		return;
	else if (child_undecided(child))
		timer_set(&core->timers, &child->turn, core->now + UNDECIDED_MS);
	else if (overtaken(child))
		supersede(child, false);
	else
		take_over(child);
}
