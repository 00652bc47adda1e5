// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/turn.h"

#include "engine/departure.h"
#include "engine/engine_priv.h"
#include "engine/to_parent.h"

#define WAIT_MAX	60000	/* ms; the loop's clock stops while the host is suspended */

static void arm(struct engine *e)
{
	ike_time now = clock_ms(), at = ike_core_deadline(e->core), wait = WAIT_MAX;
	struct timeval tv;

	if (at <= now)
		wait = 0;
	else if (at - now < wait)
		wait = at - now;
	tv.tv_sec = (time_t)(wait / 1000);
	tv.tv_usec = (suseconds_t)(wait % 1000 * 1000);
	event_add(e->timer, &tv);
}

/* All has been told to peers and to the parent. */
static void end_when_done(struct engine *e)
{
	if (e->ending && TAILQ_EMPTY(&e->departures) && !chan_pending(e->parent) && e->ended)
		e->ended(e->ctx);
}

void turn_end(struct engine *e)
{
	to_parent_all(e);
	departures_go(e);
	arm(e);
	end_when_done(e);
}

void turn_tick(struct engine *e)
{
	ike_core_tick(e->core, clock_ms());
	turn_end(e);
}
