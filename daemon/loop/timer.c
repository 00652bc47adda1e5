// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/timer.h"

#include <event2/event.h>

#include "loop/daemon_priv.h"
#include "loop/live.h"
#include "loop/manual.h"
#include "loop/module.h"
#include "loop/sas.h"

#define WAIT_MAX	60000	/* ms; the loop's clock stops while the host is suspended */

void timer_settle(struct daemon *d)
{
	ike_time now = clock_ms(), at = live_tick(d->live, d->kern, now);
	ike_time wait = WAIT_MAX;
	struct timeval tv;

	if (d->module.due < at)
		at = d->module.due;
	if (!d->module.unloaded && manual_due(d->manual) < at)
		at = manual_due(d->manual);
	if (at <= now)
		wait = 0;
	else if (at - now < wait)
		wait = at - now;
	tv.tv_sec = (time_t)(wait / 1000);
	tv.tv_usec = (suseconds_t)(wait % 1000 * 1000);
	event_add(d->timer, &tv);
}

void timer_tick(struct daemon *d)
{
	module_tick(d);
	if (manual_due(d->manual) <= clock_ms())
		sas_sync_manual(d);
	timer_settle(d);
}
