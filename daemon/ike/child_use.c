// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/child_use.h"

#include <string.h>

#include "ike/child_kernel.h"
#include "ike/child_life.h"

bool child_undecided(const struct child_sa *child)
{
	const struct task *task = child->ike->ex.current;

	return task && task->rival == child->token;
}

void child_activate(struct child_sa *child)
{
	struct slot *slot = child->slot;

	/* The proxy-ID of a slot that is gone may be another slot's by now. */
	if (child->standby && !slot->gone)
		child_switch(child);
	/* Of a slot's out-SAs all but the current one are on standby. */
	if (slot->current)
		slot->current->standby = true;
	child->standby = false;
	slot->current = child;
	slot->adopted = false;
}

bool child_unproven(const struct child_sa *child)
{
	return child->state == CHILD_UP && child->standby && child->turn.armed;
}

/* Whether @a is to carry the packets of @child, which ends, rather than @b. */
static bool better_heir(const struct child_sa *child, const struct child_sa *a,
			const struct child_sa *b)
{
	bool successor = a->replaces == child->token;

	/* Who deletes what it has rekeyed has the successor. */
	if (successor != (b->replaces == child->token))
		return successor;
	if (child_unproven(a) != child_unproven(b))
		return child_unproven(b);
	return a->state < b->state;
}

void child_hand_over(struct child_sa *child)
{
	struct slot *slot = child->slot;
	struct child_sa *heir = NULL;

	if (slot->current != child)
		return;
	for (struct child_sa *other = slot->children; other; other = other->slot_next) {
		if (other == child || !other->in_added || !other->out_added ||
		    other->state > CHILD_REPLACED)
			continue;
		if (!heir || better_heir(child, other, heir))
			heir = other;
	}
	slot->current = NULL;
	if (!heir)
		return;
	child_activate(heir);
	if (!heir->ike->condemned) {
		timer_stop(&heir->core->timers, &heir->turn);
		child_keep(heir, CHILD_RETRY_MS);
	}
}

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

void child_proven(struct child_sa *child)
{
	/* The peer's answer may have overtaken ours, and the peer has to derive keys, too. */
	if (child_unproven(child))
		timer_set(&child->core->timers, &child->turn, child->core->now + CHILD_LATE_MS);
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
		timer_set(&core->timers, &child->turn, core->now + CHILD_ADOPT_MS);
	else if (overtaken(child))
		supersede(child, false);
	else
		take_over(child);
}
