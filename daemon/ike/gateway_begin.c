// SPDX-License-Identifier: GPL-2.0-or-later
/* What is begun at the end of an event, for gateways and proxy-IDs that were poked (agenda.h). */
#include "ike/gateway.h"

#include "ike/agenda.h"
#include "ike/ike_sa.h"
#include "ike/line.h"

#define RESPONDER_GRACE	SECONDS(3)	/* the initiator of an IKE SA makes the children */

static void begin_child(struct ike_sa *ike, struct slot *slot)
{
	struct ike_core *core = ike->core;
	struct task *task;

	if (!ike->initiator && !slot->asked && core->now < ike->up_at + RESPONDER_GRACE) {
		timer_set(&core->timers, &slot->retry, ike->up_at + RESPONDER_GRACE);
		return;
	}
	task = task_new(TASK_CHILD_NEW);
	if (!task)
		return;
	task->slot = slot;
	slot->queued = true;
	slot->counts.attempts++;
	exchange_queue(ike, task);
}

static void begin_ike(struct gateway *gw, struct slot *slot)
{
	if (gw->gone || gw->conf->passive || gw->retry.armed || gw->starting || gw->slow ||
	    !gw->peer.family)
		return;
	if (line_full(gw->core, slot->asked)) {
		line_join(gw, slot->asked);
		return;
	}
	gw->counts.attempts++;
	slot->counts.attempts++;
	if (!ike_initiate(gw, slot))
		gateway_again(gw);
}

static void begin_slot(struct gateway *gw, struct slot *slot)
{
	if (!slot_wanted(slot) || slot_busy(slot) || slot->retry.armed)
		return;
	if (gw->ike)
		begin_child(gw->ike, slot);
	else
		begin_ike(gw, slot);
}

/*
 * What there is was made by another configuration: its successor is begun beside it, and it
 * carries packets until then.
 */
static void renew_ike(struct gateway *gw)
{
	struct slot *slot = gw->slots;

	if (!ike_outdated(gw->ike))
		return;
	while (slot && (slot->gone || !slot->current))
		slot = slot->next;
	if (!slot) {
		ike_delete(gw->ike);
		return;
	}
	if (gw->conf->passive || !gw->peer.family || gw->retry.armed || gw->starting ||
	    gw->slow)
		return;
	if (line_full(gw->core, false)) {
		line_join(gw, false);
		return;
	}
	gw->counts.attempts++;
	if (!ike_initiate(gw, slot))
		gateway_again(gw);
}

bool gateways_poked(struct ike_core *core)
{
	struct gateway *gw = core->poked;
	struct slot *slot;

	if (!gw)
		return false;
	core->poked = gw->poke_next;
	gw->poked = false;
	gateway_ended(gw);
	if (gw->ike)
		renew_ike(gw);
	for (slot = gw->poked_all ? gw->slots : NULL; slot; slot = slot->next)
		begin_slot(gw, slot);
	gw->poked_all = false;
	while ((slot = gw->poked_slots)) {
		gw->poked_slots = slot->poke_next;
		slot->poked = false;
		begin_slot(gw, slot);
	}
	return true;
}
