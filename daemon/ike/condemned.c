// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/condemned.h"

#include "ike/child_life.h"
#include "ike/child_sa.h"
#include "ike/ike_life.h"

#define CONDEMNED_MS	SECONDS(1)	/* between looks at a tie's loser */
#define PARDON_MS	SECONDS(10)	/* until a tie's loser that is needed is rekeyed */
/* Without another successor for that long it goes, */
#define CONDEMNED_MOST	SECONDS(20)
/* or for that long if one is being made: a request is repeated for about a minute. */
#define EXCHANGE_MOST	SECONDS(75)

static bool needed(const struct child_sa *child)
{
	return child->slot->current == child && !child->slot->gone;
}

/* How long @child, which is needed, may hold up the deletion of its IKE SA. */
static ike_time patience(const struct child_sa *child)
{
	const struct slot *slot = child->slot;

	return slot_busy(slot) || slot_left_to_peer(slot) ? EXCHANGE_MOST : CONDEMNED_MOST;
}

void ike_condemned_look(struct ike_sa *ike)
{
	struct ike_core *core = ike->core;
	ike_time most = 0;
	unsigned int n = 0;

	for (struct child_sa *child = ike->children; child; child = child->ike_next) {
		if (!needed(child))
			continue;
		n++;
		if (patience(child) > most)
			most = patience(child);
	}
	if (n < ike->condemned_needed)
		ike->condemned_at = core->now;
	ike->condemned_needed = n;
	if (core->now < ike->condemned_at + most)
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
