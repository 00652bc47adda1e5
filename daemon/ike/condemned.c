// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/condemned.h"

#include "ike/agenda.h"
#include "ike/child_end.h"
#include "ike/child_sa.h"
#include "ike/ike_life.h"

#define PARDON_MS	SECONDS(10)	/* until a tie's loser that is needed is rekeyed */

void ike_condemn(struct ike_sa *ike)
{
	struct ike_core *core = ike->core;

	ike->condemned = true;
	ike->condemned_at = core->now;
	exchange_drop(ike, TASK_CHILD_NEW);
	for (struct child_sa *child = ike->children; child; child = child->ike_next) {
		if (child->state == CHILD_UP || child->state == CHILD_REKEYING)
			child->state = CHILD_REPLACED;
	}
	timer_set(&core->timers, &ike->life,
		  core->now + (ike->initiator ? CONDEMNED_MS : CHILD_TIE_MS));
	gateway_poke(ike->gw);
}

/* What it lost against is gone: it is one to use again, and so are its children. */
static void pardon(struct ike_sa *ike)
{
	struct ike_core *core = ike->core;
	struct child_sa *next;

	if (!ike->condemned)
		return;
	ike->condemned = false;
	timer_stop(&core->timers, &ike->life);
	ike_keep(ike, PARDON_MS);
	for (struct child_sa *child = ike->children; child; child = next) {
		next = child->ike_next;
		if (child->state != CHILD_REPLACED)
			continue;
		if (child->slot->current == child)
			child_keep(child, PARDON_MS);
		else if (!child->turn.armed)
			timer_set(&core->timers, &child->turn, core->now + CHILD_SPARE_MS);
	}
}

void gateway_ike_down(struct gateway *gw, struct ike_sa *ike)
{
	struct ike_sa *heir = NULL;

	if (gw->starting == ike)
		gw->starting = NULL;
	if (gw->ike != ike)
		return;
	for (struct ike_sa *other = gw->ikes; other; other = other->gw_next) {
		if (other == ike || other->state != IKE_UP)
			continue;
		if (!heir || (ike_outdated(heir) && !ike_outdated(other)))
			heir = other;
	}
	gw->ike = heir;
	if (heir)
		pardon(heir);
	gateway_poke(gw);
}
