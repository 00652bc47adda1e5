// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/place.h"

#include <stdlib.h>
#include <string.h>

#include "ike/match.h"
#include "msg/fetch_msg.h"

bool place_differs(const struct policy_gateway *a, const struct policy_gateway *b)
{
	if (!addr_equal(&a->peer, &b->peer) || strcmp(a->fqdn, b->fqdn) != 0)
		return true;
	return b->fqdn[0] && (a->family != b->family || a->local.family != b->local.family);
}

void place_configure(struct gateway *gw)
{
	place_forget(gw);
	if (gw->conf->fqdn[0] && gw->places == &gw->only) {
		struct place *places = calloc(NAME_ADDRS, sizeof(*places));

		gateway_set_places(gw, NULL, 0);
		/* Without memory it has room for one. */
		if (places)
			gw->places = places;
	}
	gateway_set_places(gw, &gw->conf->peer, gw->conf->peer.family ? 1 : 0);
	place_ask(gw);
}

void place_forget_question(struct gateway *gw)
{
	if (gw->name.ticket)
		table_remove(&gw->core->by_ticket, &gw->name.node);
	gw->name.ticket = 0;
}

void place_forget(struct gateway *gw)
{
	place_forget_question(gw);
	timer_stop(&gw->core->timers, &gw->name.timer);
	gw->name.failures = 0;
}

void place_ask(struct gateway *gw)
{
	struct ike_core *core = gw->core;
	struct peer_name *name = &gw->name;

	if (!gw->conf->fqdn[0] || name->ticket)
		return;
	name->ticket = ++core->name_count;
	name->asked = core->now;
	table_add(&core->by_ticket, &name->node, name->ticket);
	timer_set(&core->timers, &name->timer, core->now + NAME_LOST);
	action_name(&core->actions, name->ticket, gw->conf->fqdn);
}

void place_ask_soon(struct gateway *gw)
{
	struct peer_name *name = &gw->name;
	ike_time at = name->asked + NAME_LEAST;

	if (gw->gone || !gw->conf->fqdn[0] || name->ticket)
		return;
	if (at <= gw->core->now)
		place_ask(gw);
	else if (!name->timer.armed || name->timer.at > at)
		timer_set(&gw->core->timers, &name->timer, at);
}

void place_next(struct gateway *gw)
{
	unsigned int i = 0;

	if (gw->n_places < 2)
		return;
	while (i < gw->n_places && !addr_equal(&gw->places[i].addr, &gw->peer))
		i++;
	gateway_aim(gw, (i + 1) % gw->n_places);
}

void place_missed(struct gateway *gw)
{
	place_next(gw);
	place_ask_soon(gw);
}
