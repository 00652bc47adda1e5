// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/daemon.h"

#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "base/version.h"
#include "crypto/rand.h"
#include "ike/versions/versions.h"
#include "ctl/ctl.h"
#include "loop/commands.h"
#include "loop/config.h"
#include "loop/daemon_priv.h"
#include "loop/kernel.h"
#include "loop/keys.h"
#include "loop/live.h"
#include "loop/manual.h"
#include "loop/monitors.h"
#include "loop/notify.h"
#include "engine/pool.h"
#include "loop/run_dir.h"
#include "loop/sas.h"
#include "loop/timer.h"
#include "priv/drop.h"
#include "priv/group.h"

static int hook_source(void *ctx, const struct addr *peer, struct addr *local)
{
	return udp_source(((struct daemon *)ctx)->udp, peer, local);
}

/* --- what comes in --- */

static void on_datagram(void *ctx, const struct endpoint *local, const struct endpoint *remote,
			struct bytes data)
{
	struct daemon *d = ctx;

	ike_core_datagram(d->core, clock_ms(), local, remote, data);
	timer_settle(d);
}

static void on_socket(evutil_socket_t fd, short what, void *ctx)
{
	struct daemon *d = ctx;

	(void)what;
	for (unsigned int i = 0; i < PORT_SOCKETS; i++)
		if (udp_fd(d->udp, i) == fd)
			udp_read(d->udp, i, on_datagram, d);
}

static void on_kernel(evutil_socket_t fd, short what, void *ctx)
{
	struct daemon *d = ctx;

	(void)fd;
	(void)what;
	d->kern->ops->dispatch(d->kern);
}

static void on_results(evutil_socket_t fd, short what, void *ctx)
{
	struct daemon *d = ctx;
	struct ike_job *job;

	(void)fd;
	(void)what;
	while ((job = pool_take(d->pool))) {
		ike_core_job_done(d->core, clock_ms(), job);
		timer_settle(d);
	}
}

static void on_event(void *ctx, const struct ike_event *event)
{
	ctl_event(((struct daemon *)ctx)->ctl, event);
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	timer_tick(ctx);
}

/* --- signals --- */

static void on_hangup(evutil_socket_t fd, short what, void *ctx)
{
	struct ctl_reloaded said = { 0 };

	(void)fd;
	(void)what;
	config_reload(ctx, &said);
	ctl_reloaded_free(&said);
}

static void on_terminate(evutil_socket_t signal, short what, void *ctx)
{
	struct daemon *d = ctx;

	(void)what;
	notify("STOPPING=1");
	log_info(NULL, "ending on signal %d; the SAs in the kernel %s", (int)signal,
		 d->options->delete_on_exit ? "go" : "stay");
	ike_core_shutdown(d->core, clock_ms(), d->options->delete_on_exit);
	timer_settle(d);
	if (d->options->delete_on_exit)
		sas_flush(d);
	event_base_loopbreak(d->base);
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
	return d->run_dir >= 0;
}

static void on_lost(void *ctx, const char *ifname)
{
	struct daemon *d = ctx;

	monitors_renewed(d->monitors, d->kern, d->policy, ifname,
			 ike_core_path_lost(d->core, clock_ms(), ifname));
}

static void on_back(void *ctx, const char *ifname)
{
	struct daemon *d = ctx;

	ike_core_path_back(d->core, clock_ms(), ifname);
}

static bool open_core(struct daemon *d)
{
	const struct monitors_ops ops = {
		.ctx = d, .tell = on_event, .lost = on_lost, .back = on_back,
	};
	const struct ike_hooks hooks = {
		.ctx = d, .random = crypto_random_os, .source = hook_source,
	};

	d->core = ike_core_new(&hooks, ike_versions);
	d->live = live_new();
	d->manual = manual_new();
	d->monitors = monitors_new(&ops);
	d->base = event_base_new();
	if (d->core && keys_open(d) && d->live && d->manual && d->monitors && d->base)
		return true;
	log_error(NULL, "out of memory");
	return false;
}

/* After priv_drop(): each thread has capabilities of its own. */
static bool open_pool(struct daemon *d)
{
	d->pool = pool_new();
	return d->pool;
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
	const struct timeval at_once = { 0 };

	d->timer = watch(d, -1, 0, on_timer, &at_once);
	d->kernel = watch(d, d->kern->ops->fd(d->kern), EV_READ | EV_PERSIST, on_kernel, NULL);
	d->results = watch(d, pool_fd(d->pool), EV_READ | EV_PERSIST, on_results, NULL);
	d->signals[0] = watch(d, SIGTERM, EV_SIGNAL | EV_PERSIST, on_terminate, NULL);
	d->signals[1] = watch(d, SIGINT, EV_SIGNAL | EV_PERSIST, on_terminate, NULL);
	d->signals[2] = watch(d, SIGHUP, EV_SIGNAL | EV_PERSIST, on_hangup, NULL);
	for (unsigned int i = 0; i < PORT_SOCKETS; i++) {
		if (udp_fd(d->udp, i) < 0)
			continue;
		d->sockets[i] = watch(d, udp_fd(d->udp, i), EV_READ | EV_PERSIST, on_socket, NULL);
		if (!d->sockets[i])
			return false;
	}
	return d->timer && d->kernel && d->results && d->signals[0] && d->signals[1] &&
	       d->signals[2] && watch_watchdog(d);
}

static bool open_udp(struct daemon *d)
{
	int fds[PORTS];

	if (!ports_open(fds))
		return false;
	d->udp = udp_new(fds);
	if (!d->udp)
		ports_close(fds);
	return d->udp;
}

static bool begin(struct daemon *d)
{
	struct ctl_reloaded said = { 0 };
	bool good;

	good = open_udp(d) && kernel_open(d) && priv_join_group(d->options->group, &d->group) &&
	       priv_drop() && open_pool(d) && open_core(d) && watch_all(d) && !sas_compare(d) &&
	       !config_load(d, &said) && commands_open(d);
	ctl_reloaded_free(&said);
	return good;
}

static void free_event(struct event *event)
{
	if (event)
		event_free(event);
}

static void end(struct daemon *d)
{
	ctl_close(d->ctl);
	free_event(d->timer);
	free_event(d->watchdog);
	free_event(d->kernel);
	free_event(d->results);
	for (unsigned int i = 0; i < SIGNALS; i++)
		free_event(d->signals[i]);
	for (unsigned int i = 0; i < PORT_SOCKETS; i++)
		free_event(d->sockets[i]);
	pool_free(d->pool);
	if (d->core)
		ike_core_free(d->core);
	keys_close(d);
	live_free(d->live);
	manual_free(d->manual);
	monitors_free(d->monitors);
	if (d->kern)
		d->kern->ops->close(d->kern);
	udp_free(d->udp);
	if (d->base)
		event_base_free(d->base);
	libevent_global_shutdown();
	if (d->run_dir >= 0)
		close(d->run_dir);
}

int daemon_run(const struct daemon_options *options)
{
	struct daemon d = { .options = options, .started = clock_ms(), .module.due = IKE_NEVER,
			    .run_dir = -1 };
	bool good;

	signal(SIGPIPE, SIG_IGN);
	good = priv_harden() && lock_run_dir(&d) && begin(&d);
	if (good) {
		log_info(NULL, "pantund " PANTUN_VERSION " with %s, %u gateway%s, %u tunnel%s with "
			 "manual keys", options->config, d.policy->n_gateways,
			 text_plural(d.policy->n_gateways), d.policy->n_manual,
			 text_plural(d.policy->n_manual));
		notify("READY=1");
		event_base_dispatch(d.base);
	}
	end(&d);
	return good ? 0 : 1;
}
