// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/child_use.h"

#include "ike/child_kernel.h"

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

void child_resume(struct child_sa *child, ike_time wait)
{
	struct ike_core *core = child->core;

	if (child->state != CHILD_REKEYING && child->state != CHILD_REPLACED)
		return;
	child->state = CHILD_UP;
	if (!child->renew_at)
		timer_set(&core->timers, &child->life, core_retry(core, wait, child->ends));
	else if (child->renew_at == IKE_NEVER)
		timer_stop(&core->timers, &child->life);
	else
		timer_set(&core->timers, &child->life, child->renew_at);
	child->renew_at = 0;
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
		child_resume(heir, CHILD_RETRY_MS);
	}
}

void child_proven(struct child_sa *child)
{
	/* The peer's answer may have overtaken ours, and the peer has to derive keys, too. */
	if (child_unproven(child))
		timer_set(&child->core->timers, &child->turn, child->core->now + CHILD_LATE_MS);
}
