// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/turn.h"

#include "base/alarm.h"
#include "engine/departure.h"
#include "engine/engine_priv.h"
#include "engine/strangers.h"
#include "engine/to_parent.h"

/*
 * Events that are taken to happen at one time.  On a slow machine more of them could take so long
 * that the core thinks it was kept from running.
 */
#define SAME_TIME	16

ike_time turn_now(struct engine *e)
{
	if (!e->same_time) {
		e->now = clock_ms();
		e->same_time = SAME_TIME;
	}
	e->same_time--;
	event_active(e->rest, 0, 0);
	return e->now;
}

/*
 * An alarm that would ring too early is left as it is: it is set to the right time when it rings.
 * While the core waits for a peer, its deadline moves with each event.
 */
static void arm(struct engine *e)
{
	ike_time at = ike_core_deadline(e->core);

	if (e->armed && e->armed <= at)
		return;
	e->armed = at;
	alarm_set(e->alarm, at);
}

/* Ends the process, if told to, once all messages to peers and the parent are out. */
static void end_when_done(struct engine *e)
{
	if (!e->ending || e->departures.n || !e->ended)
		return;
	chan_flush(e->parent);
	if (!chan_pending(e->parent))
		e->ended(e->ctx);
}

/* The round is over: the next one is at another time. */
static void on_rest(evutil_socket_t fd, short what, void *ctx)
{
	struct engine *e = ctx;

	(void)fd;
	(void)what;
	arm(e);
	e->same_time = 0;
}

bool turn_init(struct engine *e)
{
	e->rest = event_new(e->base, -1, 0, on_rest, e);
	return e->rest;
}

void turn_free(struct engine *e)
{
	if (e->rest)
		event_free(e->rest);
}

void turn_end(struct engine *e)
{
	to_parent_all(e);
	strangers_settle(e);
	departures_go(e);
	end_when_done(e);
}

void turn_tick(struct engine *e)
{
	/* To read the sockets may have taken a while. */
	e->same_time = 0;
	e->armed = 0;
	ike_core_tick(e->core, turn_now(e));
	turn_end(e);
}
