// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/peer_name.h"

#include <stdio.h>

#include "base/log.h"
#include "base/text.h"
#include "ike/agenda.h"
#include "ike/ike_sa.h"
#include "ike/match.h"
#include "ike/place.h"
#include "msg/fetch_msg.h"

#define NAMED_TEXT	(NAME_ADDRS * (ADDR_TEXT + 2))

/* Longer and longer pauses, as a name that is wrong stays so. */
static void again_later(struct gateway *gw)
{
	struct ike_core *core = gw->core;
	ike_time wait = NAME_LEAST;

	for (unsigned int i = 0; i < gw->name.failures && wait < NAME_RETRY_MOST; i++)
		wait *= 2;
	gw->name.failures++;
	if (wait > NAME_RETRY_MOST)
		wait = NAME_RETRY_MOST;
	timer_set(&core->timers, &gw->name.timer, core->now + core_jitter(core, wait, 75));
}

static void not_found(struct gateway *gw, const char *why)
{
	again_later(gw);
	if (!gw->n_places)
		gateway_fail(gw, "peer-address fqdn %s: %s", gw->conf->fqdn, why);
	else if (gw->name.failures == 1)
		gateway_warn(gw, "peer-address fqdn %s: %s: the addresses that it had are used on",
			     gw->conf->fqdn, why);
}

void peer_name_due(struct ike_core *core, struct timer *timer)
{
	struct gateway *gw = container_of(timer, struct gateway, name.timer);

	(void)core;
	if (!gw->name.ticket) {
		place_ask(gw);
		return;
	}
	place_forget_question(gw);
	not_found(gw, "nobody has looked it up: see the log for process fetch");
}

/* Those of the answer that the peer can have, to @addrs; how many.  None: @why. */
static unsigned int usable(const struct gateway *gw, const struct name_answer *answer,
			   struct addr *addrs, char *why, size_t room)
{
	const struct policy_gateway *conf = gw->conf;
	uint8_t family = conf->local.family ? conf->local.family : conf->family;
	unsigned int n = 0, most = gw->places == &gw->only ? 1 : NAME_ADDRS;
	char text[ADDR_TEXT];

	for (unsigned int i = 0; i < answer->n && n < most; i++) {
		const struct addr *addr = &answer->addrs[i];
		const char *wrong = addr_unusable(addr);
		unsigned int same = 0;

		while (same < n && !addr_equal(&addrs[same], addr))
			same++;
		if (same < n)
			continue;
		if (!wrong && addr_is_link_local(addr))
			wrong = "link-local";
		if (!wrong && family && addr->family != family)
			wrong = "not of the family of the gateway";
		if (!wrong)
			addrs[n++] = *addr;
		else
			snprintf(why, room, "its address %s is %s", addr_text(addr, text), wrong);
	}
	return n;
}

static bool same_places(const struct gateway *gw, const struct addr *addrs, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (!gateway_is_at(gw, &addrs[i]))
			return false;
	return n == gw->n_places;
}

static void say_places(const struct gateway *gw)
{
	char room[NAMED_TEXT], addr[ADDR_TEXT];
	struct text list;

	text_init(&list, room, sizeof(room));
	for (unsigned int i = 0; i < gw->n_places; i++)
		text_add(&list, "%s%s", i ? ", " : "", addr_text(&gw->places[i].addr, addr));
	log_info(gw->subject, "%s is at %s", gw->conf->fqdn, room);
}

/* An attempt that has not been answered, to where the peer is no longer, is given up. */
static void leave_former(struct gateway *gw)
{
	const struct ike_sa *ike = gw->starting;

	if (ike && !gateway_is_at(gw, &ike->path->remote.addr))
		gateway_stop_starting(gw);
}

static void move_to(struct gateway *gw, const struct addr *addrs, unsigned int n)
{
	struct addr before = gw->peer;
	unsigned int i = 0;

	gateway_set_places(gw, addrs, n);
	while (i < n && !addr_equal(&addrs[i], &before))
		i++;
	say_places(gw);
	if (i < n) {
		gateway_aim(gw, i);
		return;
	}
	leave_former(gw);
	timer_stop(&gw->core->timers, &gw->retry);
	gateway_poke(gw);
}

static void found(struct gateway *gw, const struct name_answer *answer)
{
	ike_time wait = SECONDS(answer->ttl);
	char why[IKE_ERROR_TEXT] = "it has no address";
	struct addr addrs[NAME_ADDRS];
	unsigned int n = usable(gw, answer, addrs, why, sizeof(why));

	if (!n) {
		not_found(gw, why);
		return;
	}
	gw->name.failures = 0;
	if (wait < NAME_LEAST)
		wait = NAME_LEAST;
	if (wait > NAME_MOST)
		wait = NAME_MOST;
	timer_set(&gw->core->timers, &gw->name.timer, gw->core->now + wait);
	if (!same_places(gw, addrs, n))
		move_to(gw, addrs, n);
}

void peer_name_answered(struct ike_core *core, const struct name_answer *answer)
{
	struct table_node *node = table_find(&core->by_ticket, answer->ticket);
	struct gateway *gw = node ? container_of(node, struct gateway, name.node) : NULL;

	/* Of a gateway that is no longer configured so, or too late. */
	if (!gw)
		return;
	place_forget_question(gw);
	timer_stop(&core->timers, &gw->name.timer);
	if (answer->failure)
		not_found(gw, name_failure_text(answer->failure));
	else
		found(gw, answer);
}
