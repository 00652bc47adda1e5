// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/agenda.h"

#include "ike/ike_sa.h"

static void poke(struct gateway *gw)
{
	if (gw->poked)
		return;
	gw->poked = true;
	gw->poke_next = gw->core->poked;
	gw->core->poked = gw;
}

void gateway_poke(struct gateway *gw)
{
	gw->poked_all = true;
	poke(gw);
}

void slot_poke(struct slot *slot)
{
	poke(slot->gw);
	if (slot->poked)
		return;
	slot->poked = true;
	slot->poke_next = slot->gw->poked_slots;
	slot->gw->poked_slots = slot;
}

void exchange_wake(struct ike_sa *ike)
{
	if (ike->woken)
		return;
	ike->woken = true;
	ike->woken_next = ike->core->woken;
	ike->core->woken = ike;
}

void slot_ended(struct slot *slot)
{
	struct ike_core *core = slot->gw->core;

	if (!slot->gone || slot->ended)
		return;
	slot->ended = true;
	slot->ended_next = core->ended_slots;
	core->ended_slots = slot;
}

void gateway_ended(struct gateway *gw)
{
	if (!gw->gone || gw->ended)
		return;
	gw->ended = true;
	gw->ended_next = gw->core->ended;
	gw->core->ended = gw;
}

void ike_die(struct ike_sa *ike)
{
	ike->state = IKE_DEAD;
	ike->dead_next = ike->core->dead;
	ike->core->dead = ike;
}
