// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/child_end.h"

#include "ike/agenda.h"
#include "ike/child_kernel.h"
#include "ike/child_use.h"

void child_delete(struct child_sa *child)
{
	if (child->state == CHILD_NEGOTIATING || child->state >= CHILD_DELETING)
		return;
	child->state = CHILD_DELETING;
	child_bequeath(child, child->ike);
	timer_stop(&child->core->timers, &child->life);
	timer_stop(&child->core->timers, &child->turn);
	child_hand_over(child);
	if (child->ike->state != IKE_UP)
		return;
	exchange_queue_once(child->ike, TASK_CHILD_DELETE);
	slot_poke(child->slot);
}

void child_keep(struct child_sa *child, ike_time wait)
{
	if (child->state != CHILD_REKEYING && child->state != CHILD_REPLACED)
		return;
	child_resume(child, wait);
	/* The half that a hard limit left is of use only until its successor comes. */
	if (!child->in_added || !child->out_added)
		child_delete(child);
}

/* Nothing comes of a successor: its predecessor is no longer replaced. */
static void restore_replaced(struct child_sa *child)
{
	struct child_sa *old = child_replaced(child);

	if (!old || old->state != CHILD_REPLACED)
		return;
	for (struct child_sa *other = child->slot->children; other; other = other->slot_next) {
		if (other != child && other->replaces == old->token)
			return;
	}
	child_keep(old, CHILD_RETRY_MS);
}

void child_close(struct child_sa *child)
{
	struct ike_core *core = child->core;
	struct slot *slot = child->slot;
	/* A peer that has lost the IKE SA sends by the child until it has another. */
	bool told = child->ike && !child->ike->doubted;
	bool was_up = slot->current == child;

	child_disown(child);
	restore_replaced(child);
	child_hand_over(child);
	if (was_up && !slot->current && !slot->gone)
		slot_tell(slot, "child-down", "no SA is left");
	child_del(child, false);
	slot_poke(slot);
	if (child->in_added && slot->current && child->state != CHILD_LINGERING) {
		child->state = CHILD_LINGERING;
		timer_stop(&core->timers, &child->turn);
		timer_set(&core->timers, &child->life,
			  core->now + (told ? CHILD_LINGER_MS : CHILD_UNTOLD_MS));
		return;
	}
	child_del(child, true);
	child_free(child);
}

int child_orphans_close(struct slot *slot)
{
	struct child_sa *next;
	int n = 0;

	for (struct child_sa *child = slot->children; child; child = next) {
		next = child->slot_next;
		if (child->state != CHILD_ORPHANED)
			continue;
		child_close(child);
		n++;
	}
	return n;
}

int slot_clear(struct slot *slot)
{
	int n = child_orphans_close(slot);
	struct child_sa *next;

	for (struct child_sa *child = slot->children; child; child = next) {
		next = child->slot_next;
		if (child->state < CHILD_INSTALLING || child->state >= CHILD_DELETING)
			continue;
		child_delete(child);
		n++;
	}
	return n;
}
