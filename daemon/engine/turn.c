// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/turn.h"

#include "engine/departure.h"
#include "engine/engine_priv.h"
#include "engine/to_parent.h"

static void arm(struct engine *e)
{
	ike_time at = ike_core_deadline(e->core);
	struct timeval wait;

	if (at == e->armed && event_pending(e->timer, EV_TIMEOUT, NULL))
		return;
	e->armed = at;
	wait = clock_wait(at);
	event_add(e->timer, &wait);
}

/* Ends the process, if told to, once all messages to peers and the parent are out. */
static void end_when_done(struct engine *e)
{
	if (!e->ending || !TAILQ_EMPTY(&e->departures) || !e->ended)
		return;
	chan_flush(e->parent);
	if (!chan_pending(e->parent))
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
