// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/timer.h"

#include <event2/event.h>

#include "loop/daemon_priv.h"
#include "loop/live.h"
#include "loop/manual.h"
#include "loop/module.h"
#include "loop/sas.h"

void timer_settle(struct daemon *d)
{
	ike_time at = live_tick(d->live, d->kern, clock_ms());
	struct timeval wait;

	if (d->module.due < at)
		at = d->module.due;
	if (!d->module.unloaded && manual_due(d->manual) < at)
		at = manual_due(d->manual);
	wait = clock_wait(at);
	event_add(d->timer, &wait);
}

void timer_tick(struct daemon *d)
{
	module_tick(d);
	if (manual_due(d->manual) <= clock_ms())
		sas_sync_manual(d);
	timer_settle(d);
}
