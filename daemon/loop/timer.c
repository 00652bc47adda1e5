// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/timer.h"

#include <errno.h>
#include <event2/event.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alarm.h"
#include "base/log.h"
#include "ctl/ctl.h"
#include "loop/certificates.h"
#include "loop/daemon_priv.h"
#include "loop/live.h"
#include "loop/manual.h"
#include "loop/module.h"
#include "loop/sas.h"

#define LOOK_MS	(24 * 3600 * 1000)	/* between looks at certificates */

static ike_time first_due(const struct daemon *d)
{
	ike_time at = live_due(d->live);

	if (d->module.due < at)
		at = d->module.due;
	if (d->look < at)
		at = d->look;
	if (!d->module.unloaded && manual_due(d->manual) < at)
		at = manual_due(d->manual);
	return at;
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	timer_tick(ctx);
}

bool timer_open(struct daemon *d)
{
	d->alarm = alarm_open();
	if (d->alarm < 0) {
		log_error(NULL, "timerfd: %s", strerror(errno));
		return false;
	}
	alarm_set(d->alarm, 0);
	d->timer = event_new(d->base, d->alarm, EV_READ | EV_PERSIST, on_timer, d);
	if (d->timer && !event_add(d->timer, NULL))
		return true;
	log_error(NULL, "out of memory");
	return false;
}

void timer_close(struct daemon *d)
{
	if (d->timer)
		event_free(d->timer);
	if (d->alarm >= 0)
		close(d->alarm);
}

/* Most events of the kernel and of `ike` change nothing here. */
void timer_settle(struct daemon *d)
{
	ike_time at = first_due(d);

	if (at == d->armed && at)
		return;
	d->armed = at;
	alarm_set(d->alarm, at);
}

static void tell_certificate(void *ctx, const struct ike_event *event)
{
	const struct daemon *d = ctx;

	ctl_event(d->ctl, event);
}

/* Certificates end while nobody reads the configuration. */
static void look_at_certificates(struct daemon *d)
{
	if (d->look > clock_ms())
		return;
	d->look = clock_ms() + LOOK_MS;
	certificates_warn(d->policy, time(NULL), tell_certificate, d);
}

void timer_tick(struct daemon *d)
{
	d->armed = 0;
	live_tick(d->live, d->kern, clock_ms());
	module_tick(d);
	look_at_certificates(d);
	if (manual_due(d->manual) <= clock_ms())
		sas_sync_manual(d);
	timer_settle(d);
}
