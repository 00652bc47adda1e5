// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/daemon.h"

#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/secret.h"
#include "ctl/ctl.h"
#include "loop/children.h"
#include "loop/config.h"
#include "loop/daemon_priv.h"
#include "loop/from_auth.h"
#include "loop/kernel.h"
#include "loop/notify.h"
#include "loop/parts.h"
#include "loop/run_dir.h"
#include "loop/sas.h"
#include "loop/timer.h"
#include "loop/token_key.h"
#include "loop/tunnels.h"
#include "loop/wishes.h"
#include "msg/rounds.h"
#include "priv/drop.h"
#include "priv/group.h"
#include "proc/confine.h"

/* --- what comes in --- */

static void on_kernel(evutil_socket_t fd, short what, void *ctx)
{
	struct daemon *d = ctx;

	(void)fd;
	(void)what;
	d->kern->ops->dispatch(d->kern);
}

/* --- the log --- */

static void on_line_kept(void *ctx)
{
	struct daemon *d = ctx;

	event_active(d->lines, 0, 0);
}

static void on_lines(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	(void)ctx;
	log_flush();
}

/* --- signals --- */

static void on_hangup(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	config_reload(ctx, 0);
}

static void on_terminate(evutil_socket_t signal, short what, void *ctx)
{
	struct daemon *d = ctx;

	(void)what;
	notify("STOPPING=1");
	log_info(NULL, "ending on signal %d; the SAs in the kernel %s", (int)signal,
		 d->options->delete_on_exit ? "go" : "stay");
	children_stop(d);
}

static void on_watchdog(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	(void)ctx;
	notify("WATCHDOG=1");
}

/* --- begin and end --- */

static bool lock_run_dir(struct daemon *d)
{
	d->run_dir = run_dir_lock(d->options->ctl);
	d->root = d->run_dir < 0 ? -1 : run_dir_empty(d->run_dir);
	return d->root >= 0;
}

static bool open_parts(struct daemon *d)
{
	d->base = rounds_new();
	if (d->base && parts_open(d))
		return true;
	log_error(NULL, "out of memory");
	return false;
}

static struct event *watch(struct daemon *d, evutil_socket_t fd, short what,
			   event_callback_fn callback, const struct timeval *every)
{
	struct event *event = event_new(d->base, fd, what, callback, d);

	if (event && !event_add(event, every))
		return event;
	log_error(NULL, "out of memory");
	if (event)
		event_free(event);
	return NULL;
}

static bool watch_watchdog(struct daemon *d)
{
	uint64_t usec = notify_watchdog() / 2;
	const struct timeval every = {
		.tv_sec = (time_t)(usec / 1000000), .tv_usec = (suseconds_t)(usec % 1000000),
	};

	if (!usec)
		return true;
	d->watchdog = watch(d, -1, EV_PERSIST, on_watchdog, &every);
	return d->watchdog;
}

static bool watch_all(struct daemon *d)
{
	d->lines = event_new(d->base, -1, 0, on_lines, d);
	d->kernel = watch(d, d->kern->ops->fd(d->kern), EV_READ | EV_PERSIST, on_kernel, NULL);
	d->signals[0] = watch(d, SIGTERM, EV_SIGNAL | EV_PERSIST, on_terminate, NULL);
	d->signals[1] = watch(d, SIGINT, EV_SIGNAL | EV_PERSIST, on_terminate, NULL);
	d->signals[2] = watch(d, SIGHUP, EV_SIGNAL | EV_PERSIST, on_hangup, NULL);
	return d->lines && timer_open(d) && d->kernel && d->signals[0] && d->signals[1] &&
	       d->signals[2] && watch_watchdog(d);
}

static bool drop(struct daemon *d)
{
	d->user = priv_user();
	return priv_join_group(d->options->group, &d->group) &&
	       (d->options->single || confine_possible()) && priv_drop();
}

/* While we may still write where only root or the daemon's user may. */
static bool keep_token_key(struct daemon *d)
{
	return token_key_load(d->options->state, d->token_key.octets);
}

static bool begin(struct daemon *d)
{
	return ports_open(d->ports) && kernel_open(d) && keep_token_key(d) && drop(d) &&
	       open_parts(d) && watch_all(d) && !sas_compare(d) && config_load(d) &&
	       children_open(d, wishes_handlers, from_auth_handlers);
}

static void free_event(struct event *event)
{
	if (event)
		event_free(event);
}

static void end(struct daemon *d)
{
	ctl_close(d->ctl);
	free_event(d->lines);
	timer_close(d);
	free_event(d->watchdog);
	free_event(d->kernel);
	for (unsigned int i = 0; i < SIGNALS; i++)
		free_event(d->signals[i]);
	children_close(d);
	parts_close(d);
	if (d->kern)
		d->kern->ops->close(d->kern);
	ports_close(d->ports);
	tunnels_close(d);
	config_drop(d);
	if (d->base)
		event_base_free(d->base);
	libevent_global_shutdown();
	if (d->root >= 0)
		close(d->root);
	if (d->run_dir >= 0)
		close(d->run_dir);
	secret_wipe(&d->token_key, sizeof(d->token_key));
}

int daemon_run(const struct daemon_options *options)
{
	struct daemon d;
	bool good;

	parts_begin(&d, options);
	signal(SIGPIPE, SIG_IGN);
	good = priv_harden() && lock_run_dir(&d) && begin(&d);
	if (good) {
		log_hold(on_line_kept, &d);
		event_base_dispatch(d.base);
		log_hold(NULL, NULL);
	}
	if (good && options->delete_on_exit)
		sas_flush(&d);
	end(&d);
	return good && !d.failed ? 0 : 1;
}
