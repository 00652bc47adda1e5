// SPDX-License-Identifier: GPL-2.0-or-later

/* The end of an IKE SA, and what becomes of its children. */
#include "ike/ike_sa.h"

#include "base/log.h"
#include "ike/agenda.h"
#include "ike/child_end.h"
#include "ike/child_use.h"
#include "ike/condemned.h"
#include "ike/line.h"

void ike_drop_chain(struct ike_sa *ike)
{
	struct chain *chain = ike->chain;
	struct child_sa *child;
	struct ike_sa *heir;

	if (!chain)
		return;
	ike->chain = NULL;
	heir = ike_by_key(ike->core, chain->heir);
	if (heir && heir->state == IKE_MAKING)
		ike_close(heir, false);
	child = child_held(ike->core, chain->child);
	if (child && child->state == CHILD_NEGOTIATING)
		child_close(child);
	chain_free(chain);
}

/* Those that close at about the same time end together, so that they cost one turn. */
static ike_time linger_end(ike_time now)
{
	ike_time end = now + LINGER_MS + LINGER_STEP_MS - 1;

	return end - end % LINGER_STEP_MS;
}

void ike_close(struct ike_sa *ike, bool linger)
{
	struct ike_core *core = ike->core;
	struct ike_sa *heir;

	if (ike->state >= IKE_CLOSED)
		return;
	heir = ike->ex.current ? ike_by_key(core, ike->ex.current->heir) : NULL;
	if (heir)
		ike_close(heir, false);
	ike_drop_chain(ike);
	exchange_clear(ike);
	line_exit(ike);
	ike_handshake_free(ike);
	timer_stop(&core->timers, &ike->idle);
	timer_stop(&core->timers, &ike->reauth);
	timer_stop(&core->waits, &ike->half_open);
	timer_stop(&core->timers, &ike->life);
	if (ike->state == IKE_UP)
		gateway_ike_down(ike->gw, ike);
	ike->state = IKE_CLOSED;
	if (linger)
		timer_set(&core->timers, &ike->life, linger_end(core->now));
	else
		ike_die(ike);
	if (ike->gw->starting == ike)
		ike->gw->starting = NULL;
	if (ike->gw->slow == ike)
		ike->gw->slow = NULL;
	while (ike->children)
		child_close(ike->children);
	/* Strangers come and go, and the gateway has nothing to do with it. */
	if (!ike->stranger)
		gateway_poke(ike->gw);
}

void ike_orphan_children(struct ike_sa *ike)
{
	struct child_sa *next;

	for (struct child_sa *child = ike->children; child; child = next) {
		next = child->ike_next;
		/* The peer may send by one already that we have not turned to yet. */
		if ((child->slot->current == child || child_unproven(child)) &&
		    !child->slot->gone && child->state >= CHILD_UP &&
		    child->state <= CHILD_REPLACED)
			child_orphan(child);
	}
}

void ike_forgotten(struct ike_sa *ike)
{
	log_info(ike->gw->subject, "peer has lost its earlier IKE SA");
	ike_orphan_children(ike);
	ike_close(ike, false);
}

/* Its children serve until they go with it, or have successors, which they do not delay. */
static void release_children(struct ike_sa *ike)
{
	struct child_sa *next;

	for (struct child_sa *child = ike->children; child; child = next) {
		next = child->ike_next;
		if (child->state <= CHILD_INSTALLING)
			child_close(child);
		else if (child->state <= CHILD_REKEYING)
			child->state = CHILD_REPLACED;
	}
}

void ike_delete(struct ike_sa *ike)
{
	struct task *task;

	switch (ike->state) {
	case IKE_INIT_SENT:
	case IKE_HALF_OPEN:
		ike_close(ike, false);
		break;
	case IKE_AUTH_SENT:
	case IKE_UP:
	case IKE_REKEYED:
		if (ike->state == IKE_UP)
			gateway_ike_down(ike->gw, ike);
		if (ike->gw->starting == ike)
			ike->gw->starting = NULL;
		if (ike->gw->slow == ike)
			ike->gw->slow = NULL;
		task = task_new(TASK_IKE_DELETE);
		if (!task) {
			ike_close(ike, false);
			break;
		}
		ike->state = IKE_DELETING;
		timer_stop(&ike->core->timers, &ike->life);
		timer_stop(&ike->core->timers, &ike->idle);
		exchange_end(ike, task);
		release_children(ike);
		gateway_poke(ike->gw);
		break;
	default:
		break;
	}
}

void ikes_free(struct ike_core *core)
{
	struct ike_sa *next;

	for (struct ike_sa *ike = core->ikes; ike; ike = next) {
		next = ike->next;
		while (ike->children)
			child_free(ike->children);
		ike_free(ike);
	}
}
