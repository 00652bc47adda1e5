// SPDX-License-Identifier: GPL-2.0-or-later
/* What the administrator asks for: show, test and clear of pantunctl. */
#include "ike/core.h"

#include <string.h>

#include "ike/agenda.h"
#include "ike/child_end.h"
#include "ike/ike_sa.h"
#include "ike/match.h"

static bool named(const char *wanted, const char *name)
{
	return !wanted || !strcmp(wanted, name);
}

/*
 * The tunnel's own name where @wanted is that of its interface, as people know both; a
 * tunnel of the name @wanted goes before.
 */
static const char *tunnel_name(const struct ike_core *core, const char *wanted)
{
	const char *name = wanted;

	for (const struct gateway *gw = core->gateways; wanted && gw; gw = gw->next) {
		for (const struct slot *slot = gw->slots; slot; slot = slot->next) {
			if (slot->gone)
				continue;
			if (!strcmp(slot->tunnel->name, wanted))
				return wanted;
			if (!strcmp(slot->tunnel->ifname, wanted))
				name = slot->tunnel->name;
		}
	}
	return name;
}

struct ike_standing ike_core_standing(const struct ike_core *core, const char *tunnel)
{
	struct ike_standing standing = { 0 };

	tunnel = tunnel_name(core, tunnel);
	for (const struct gateway *gw = core->gateways; gw; gw = gw->next) {
		for (const struct slot *slot = gw->slots; slot; slot = slot->next) {
			if (slot->gone || !named(tunnel, slot->tunnel->name))
				continue;
			if (slot->current)
				standing.up++;
			else if (gw->conf->passive)
				standing.passive++;
		}
	}
	return standing;
}

/* Does it to all slots of the tunnel, and adds up what was done; -1: there is no such tunnel. */
static int each_slot(struct ike_core *core, const char *tunnel, int (*act)(struct slot *slot))
{
	int n = tunnel ? -1 : 0;

	tunnel = tunnel_name(core, tunnel);
	for (struct gateway *gw = core->gateways; gw; gw = gw->next) {
		for (struct slot *slot = gw->slots; slot; slot = slot->next) {
			if (slot->gone || !named(tunnel, slot->tunnel->name))
				continue;
			n = (n < 0 ? 0 : n) + act(slot);
		}
	}
	return n;
}

/* The administrator does not wait for the next attempt. */
static int ask(struct slot *slot)
{
	struct timer_heap *timers = &slot->gw->core->timers;

	if (slot->gw->conf->passive || slot->current)
		return 0;
	slot->asked = true;
	timer_stop(timers, &slot->retry);
	timer_stop(timers, &slot->gw->retry);
	slot_poke(slot);
	return 1;
}

int ike_core_initiate(struct ike_core *core, ike_time now, const char *tunnel)
{
	int n;

	core_begin(core, now);
	n = each_slot(core, tunnel, ask);
	core_end(core);
	return n;
}

int ike_core_clear_ike(struct ike_core *core, ike_time now, const char *gateway)
{
	int n = gateway && !gateway_find(core, gateway) ? -1 : 0;
	struct ike_sa *next;

	core_begin(core, now);
	for (struct ike_sa *ike = core->ikes; ike; ike = next) {
		next = ike->next;
		if (ike->gw->gone || !named(gateway, ike->gw->conf->name) ||
		    ike->state == IKE_MAKING || ike->state >= IKE_REKEYED)
			continue;
		gateway_tell(ike->gw, "ike-down", "IKE SA is deleted on command");
		ike_delete(ike);
		n++;
	}
	core_end(core);
	return n;
}

int ike_core_clear_ipsec(struct ike_core *core, ike_time now, const char *tunnel)
{
	int n;

	core_begin(core, now);
	n = each_slot(core, tunnel, slot_clear);
	core_end(core);
	return n;
}
