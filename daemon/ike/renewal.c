// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/renewal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ike/child_life.h"
#include "ike/child_sa.h"

#define SPREAD		SECONDS(1)	/* many tunnels lose their path at once */
#define WAIT_FIRST	SECONDS(30)	/* between negotiations, then twice as long each time */
#define WAIT_MOST	SECONDS(600)
#define CALM		SECONDS(1200)	/* without one: the next is a first again */

struct renewal {
	struct renewal *next;	/* in gw->renewals */
	struct table_node node;	/* in core->by_renewal, by interface */
	struct gateway *gw;
	char ifname[16];
	bool lost;
	ike_time since;		/* when it was lost, or new keys were asked for since then */
	ike_time not_before;	/* for the next negotiation */
	ike_time wait;		/* behind it; 0: none yet */
	struct timer timer;
};

/*
 * Has an SA pair that is to be replaced: not one that was made since, by the peer's
 * monitor for one, whose end of the tunnel saw the same.
 */
static bool stale(const struct slot *slot, const struct renewal *renewal)
{
	const struct child_sa *child = slot->current;

	return child && child->ike && child->ike->state == IKE_UP && child->state == CHILD_UP &&
	       child->up_at < renewal->since;
}

/*
 * Where the peer is gone the question whether it lives tells sooner than a rekeying
 * would, which is repeated for longer.
 */
static void probe(struct ike_sa *ike)
{
	if (!ike->ex.current && !exchange_has(ike, TASK_LIVENESS))
		exchange_queue_first(ike, task_new(TASK_LIVENESS));
}

static unsigned int renew_children(struct renewal *renewal)
{
	struct slot *slot = slot_first_on(renewal->gw->core, renewal->ifname);
	unsigned int n = 0;

	for (; slot; slot = slot_next_on(slot)) {
		if (!stale(slot, renewal))
			continue;
		probe(slot->current->ike);
		child_soft_expired(slot->current);
		n++;
	}
	return n;
}

/* The tunnel on its interface is still the gateway's. */
static bool serves(const struct renewal *renewal)
{
	const struct slot *slot = slot_first_on(renewal->gw->core, renewal->ifname);

	return slot && slot->gw == renewal->gw;
}

void renewal_due(struct ike_core *core, struct timer *timer)
{
	struct renewal *renewal = container_of(timer, struct renewal, timer);
	unsigned int n;

	renewal->lost &= serves(renewal);
	if (!renewal->lost)
		return;
	n = renew_children(renewal);
	renewal->wait = renewal->wait ? renewal->wait * 2 : WAIT_FIRST;
	if (renewal->wait > WAIT_MOST)
		renewal->wait = WAIT_MOST;
	/* What was made within the second half of the pause is left alone. */
	renewal->since = core->now + renewal->wait / 2;
	renewal->not_before = core->now + renewal->wait;
	timer_set(&core->timers, &renewal->timer,
		  renewal->not_before + core_jitter(core, SPREAD, 0));
	if (n)
		log_info(renewal->gw->subject,
			 "path of %s is lost: new keys for %u of its proxy-IDs; again in %u s "
			 "unless it is back",
			 renewal->ifname, n, (unsigned int)(renewal->wait / 1000));
}

static struct renewal *find(const struct gateway *gw, const char *ifname)
{
	struct table_node *node = table_find(&gw->core->by_renewal, table_text(0, ifname));

	for (; node; node = table_next(node)) {
		struct renewal *renewal = container_of(node, struct renewal, node);

		if (renewal->gw == gw && !strcmp(renewal->ifname, ifname))
			return renewal;
	}
	return NULL;
}

static struct renewal *make(struct gateway *gw, const char *ifname)
{
	struct renewal *renewal = calloc(1, sizeof(*renewal));

	if (!renewal) {
		log_error(gw->subject, "out of memory: no new keys for %s", ifname);
		return NULL;
	}
	snprintf(renewal->ifname, sizeof(renewal->ifname), "%s", ifname);
	renewal->gw = gw;
	renewal->timer.kind = TIMER_RENEWAL;
	renewal->next = gw->renewals;
	gw->renewals = renewal;
	table_add(&gw->core->by_renewal, &renewal->node, table_text(0, ifname));
	return renewal;
}

static unsigned int count_stale(const struct renewal *renewal)
{
	unsigned int n = 0;

	const struct slot *slot = slot_first_on(renewal->gw->core, renewal->ifname);

	for (; slot; slot = slot_next_on(slot))
		n += stale(slot, renewal);
	return n;
}

unsigned int renewal_begin(struct gateway *gw, const char *ifname)
{
	struct renewal *renewal = find(gw, ifname);
	struct ike_core *core = gw->core;
	ike_time at = core->now;

	if (!renewal)
		renewal = make(gw, ifname);
	if (!renewal)
		return 0;
	if (renewal->lost)
		return count_stale(renewal);
	renewal->lost = true;
	renewal->since = core->now;
	if (at > renewal->not_before + CALM)
		renewal->wait = 0;
	if (at < renewal->not_before)
		at = renewal->not_before;
	timer_set(&core->timers, &renewal->timer, at + core_jitter(core, SPREAD, 0));
	return count_stale(renewal);
}

void renewal_end(struct gateway *gw, const char *ifname)
{
	struct renewal *renewal = find(gw, ifname);

	if (!renewal)
		return;
	renewal->lost = false;
	timer_stop(&gw->core->timers, &renewal->timer);
}

void renewals_free(struct gateway *gw)
{
	while (gw->renewals) {
		struct renewal *renewal = gw->renewals;

		gw->renewals = renewal->next;
		table_remove(&gw->core->by_renewal, &renewal->node);
		timer_stop(&gw->core->timers, &renewal->timer);
		free(renewal);
	}
}
