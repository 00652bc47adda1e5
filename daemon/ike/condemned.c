// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/condemned.h"

#include "ike/child_life.h"
#include "ike/child_sa.h"
#include "ike/ike_life.h"

#define CONDEMNED_MS	SECONDS(1)	/* between looks at a tie's loser */
#define PARDON_MS	SECONDS(10)	/* until a tie's loser that is needed is rekeyed */
#define CONDEMNED_MOST	SECONDS(20)	/* then it goes, successors or not */

void ike_condemned_look(struct ike_sa *ike)
{
	struct ike_core *core = ike->core;
	bool needed = false;

	for (struct child_sa *child = ike->children; child; child = child->ike_next)
		needed |= child->slot->current == child && !child->slot->gone;
	if (needed && core->now < ike->condemned_at + CONDEMNED_MOST)
		timer_set(&core->timers, &ike->life, core->now + CONDEMNED_MS);
	else if (ike->doubted)
		ike_forgotten(ike);
	else
		ike_delete(ike);
}

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

void ike_pardon(struct ike_sa *ike)
{
	struct ike_core *core = ike->core;

	if (!ike->condemned)
		return;
	ike->condemned = false;
	timer_stop(&core->timers, &ike->life);
	ike_keep(ike, PARDON_MS);
	for (struct child_sa *child = ike->children; child; child = child->ike_next) {
		if (child->state != CHILD_REPLACED)
			continue;
		if (child->slot->current == child)
			child_keep(child, PARDON_MS);
		else if (!child->turn.armed)
			timer_set(&core->timers, &child->turn, core->now + CHILD_SPARE_MS);
	}
}
