// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/path.h"

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

struct path {
	struct path *next;	/* in gw->paths */
	struct table_node node;	/* in core->by_path, by interface */
	struct gateway *gw;
	char ifname[16];
	bool lost;
	ike_time since;		/* when it was lost, or new keys were asked for since then */
	ike_time not_before;	/* for the next negotiation */
	ike_time wait;		/* behind it; 0: none yet */
	struct timer renew;
};

/*
 * Has an SA pair that is to be replaced: not one that was made since, by the peer's
 * monitor for one, whose end of the tunnel saw the same.
 */
static bool stale(const struct slot *slot, const struct path *path)
{
	const struct child_sa *child = slot->current;

	return child && child->ike && child->ike->state == IKE_UP && child->state == CHILD_UP &&
	       child->up_at < path->since;
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

static unsigned int renew(struct path *path)
{
	unsigned int n = 0;

	struct slot *slot = slot_first_on(path->gw->core, path->ifname);

	for (; slot; slot = slot_next_on(slot)) {
		if (!stale(slot, path))
			continue;
		probe(slot->current->ike);
		child_soft_expired(slot->current);
		n++;
	}
	return n;
}

/* The tunnel on its interface is still the gateway's. */
static bool serves(const struct path *path)
{
	const struct slot *slot = slot_first_on(path->gw->core, path->ifname);

	return slot && slot->gw == path->gw;
}

static void path_renew(struct ike_core *core, struct timer *timer)
{
	struct path *path = container_of(timer, struct path, renew);
	unsigned int n;

	path->lost &= serves(path);
	if (!path->lost)
		return;
	n = renew(path);
	path->wait = path->wait ? path->wait * 2 : WAIT_FIRST;
	if (path->wait > WAIT_MOST)
		path->wait = WAIT_MOST;
	/* What was made within the second half of the pause is left alone. */
	path->since = core->now + path->wait / 2;
	path->not_before = core->now + path->wait;
	timer_set(&core->timers, &path->renew, path->not_before + core_jitter(core, SPREAD, 0));
	if (n)
		log_info(path->gw->subject,
			 "path of %s is lost: new keys for %u of its proxy-IDs; again in %u s "
			 "unless it is back",
			 path->ifname, n, (unsigned int)(path->wait / 1000));
}

static struct path *find(const struct gateway *gw, const char *ifname)
{
	struct table_node *node = table_find(&gw->core->by_path, table_text(0, ifname));

	for (; node; node = table_next(node)) {
		struct path *path = container_of(node, struct path, node);

		if (path->gw == gw && !strcmp(path->ifname, ifname))
			return path;
	}
	return NULL;
}

static struct path *make(struct gateway *gw, const char *ifname)
{
	struct path *path = calloc(1, sizeof(*path));

	if (!path) {
		log_error(gw->subject, "out of memory: no new keys for %s", ifname);
		return NULL;
	}
	snprintf(path->ifname, sizeof(path->ifname), "%s", ifname);
	path->gw = gw;
	path->renew.fire = path_renew;
	path->next = gw->paths;
	gw->paths = path;
	table_add(&gw->core->by_path, &path->node, table_text(0, ifname));
	return path;
}

static unsigned int count_stale(const struct path *path)
{
	unsigned int n = 0;

	const struct slot *slot = slot_first_on(path->gw->core, path->ifname);

	for (; slot; slot = slot_next_on(slot))
		n += stale(slot, path);
	return n;
}

unsigned int path_lost(struct gateway *gw, const char *ifname)
{
	struct path *path = find(gw, ifname);
	struct ike_core *core = gw->core;
	ike_time at = core->now;

	if (!path)
		path = make(gw, ifname);
	if (!path)
		return 0;
	if (path->lost)
		return count_stale(path);
	path->lost = true;
	path->since = core->now;
	if (at > path->not_before + CALM)
		path->wait = 0;
	if (at < path->not_before)
		at = path->not_before;
	timer_set(&core->timers, &path->renew, at + core_jitter(core, SPREAD, 0));
	return count_stale(path);
}

void path_back(struct gateway *gw, const char *ifname)
{
	struct path *path = find(gw, ifname);

	if (!path)
		return;
	path->lost = false;
	timer_stop(&gw->core->timers, &path->renew);
}

void paths_free(struct gateway *gw)
{
	while (gw->paths) {
		struct path *path = gw->paths;

		gw->paths = path->next;
		table_remove(&gw->core->by_path, &path->node);
		timer_stop(&gw->core->timers, &path->renew);
		free(path);
	}
}
