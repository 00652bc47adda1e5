// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/timer.h"

#include <event2/event.h>

#include "loop/daemon_priv.h"
#include "loop/live.h"
#include "loop/manual.h"
#include "loop/module.h"
#include "loop/sas.h"

static ike_time first_due(const struct daemon *d)
{
	ike_time at = live_due(d->live);

	if (d->module.due < at)
		at = d->module.due;
	if (!d->module.unloaded && manual_due(d->manual) < at)
		at = manual_due(d->manual);
	return at;
}

/* Most events of the kernel and of `ike` change nothing here, so the clock is not asked. */
void timer_settle(struct daemon *d)
{
	ike_time at = first_due(d);
	struct timeval wait;

	if (at == d->armed && event_pending(d->timer, EV_TIMEOUT, NULL))
		return;
	d->armed = at;
	wait = clock_wait(at);
	event_add(d->timer, &wait);
}

void timer_tick(struct daemon *d)
{
	live_tick(d->live, d->kern, clock_ms());
	module_tick(d);
	if (manual_due(d->manual) <= clock_ms())
		sas_sync_manual(d);
	timer_settle(d);
}
