// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/strangers.h"

#include <string.h>

#include "base/clock.h"
#include "engine/engine_priv.h"
#include "talk/ike_msg.h"

/* While there are some, the next look comes by itself: their time may end without an event. */
static void look(struct engine *e)
{
	static const struct timeval second = { .tv_sec = 1 };
	struct ike_strangers now = ike_core_strangers(e->core, clock_ms());
	bool changed = memcmp(&now, &e->strangers, sizeof(now));

	if (changed)
		chan_send(e->parent, MSG_STRANGERS, &now, sizeof(now));
	e->strangers = now;
	if (changed || now.half_open || now.missed || now.cookies)
		event_add(e->strangers_rest, &second);
}

static void on_strangers_rested(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	look(ctx);
}

bool strangers_init(struct engine *e)
{
	e->strangers_rest = event_new(e->base, -1, 0, on_strangers_rested, e);
	return e->strangers_rest;
}

void strangers_settle(struct engine *e)
{
	if (!event_pending(e->strangers_rest, EV_TIMEOUT, NULL))
		look(e);
}

void strangers_free(struct engine *e)
{
	if (e->strangers_rest)
		event_free(e->strangers_rest);
}
