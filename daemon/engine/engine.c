// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/engine.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alarm.h"
#include "base/log.h"
#include "base/secret.h"
#include "engine/datagrams.h"
#include "engine/departure.h"
#include "engine/engine_priv.h"
#include "engine/from_parent.h"
#include "engine/jobs.h"
#include "engine/pool.h"
#include "engine/strangers.h"
#include "engine/turn.h"
#include "versions/versions.h"
#include "msg/log_relay.h"
#include "msg/rounds.h"
#include "proc/confine.h"

static int hook_random(void *ctx, void *out, size_t n)
{
	struct engine *e = ctx;

	return rand_store_take(&e->random, out, n);
}

static int hook_source(void *ctx, const struct addr *peer, struct addr *local)
{
	const struct engine *e = ctx;

	return e->udp ? udp_source(e->udp, peer, local) : -1;
}

static bool hook_busy(void *ctx)
{
	const struct engine *e = ctx;

	return pool_full(e->pool);
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	datagrams_catch_up(ctx);
	turn_tick(ctx);
}

static void on_results(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	jobs_take(ctx);
}

static void on_parent_gone(void *ctx, const char *reason)
{
	struct engine *e = ctx;

	log_debug(NULL, "the parent: %s", reason);
	if (e->ended)
		e->ended(e->ctx);
}

static bool open_core(struct engine *e)
{
	const struct ike_hooks hooks = {
		.ctx = e, .random = hook_random, .source = hook_source,
		.busy = hook_busy,
	};

	e->core = ike_core_new(&hooks, ike_versions);
	if (!e->core)
		log_error(NULL, "out of memory");
	return e->core;
}

static bool watch_all(struct engine *e)
{
	e->alarm = alarm_open();
	if (e->alarm < 0) {
		log_error(NULL, "timerfd: %s", strerror(errno));
		return false;
	}
	e->timer = event_new(e->base, e->alarm, EV_READ | EV_PERSIST, on_timer, e);
	e->results = event_new(e->base, pool_fd(e->pool), EV_READ | EV_PERSIST, on_results, e);
	if (e->timer && e->results && !event_add(e->timer, NULL) && !event_add(e->results, NULL))
		return true;
	log_error(NULL, "out of memory");
	return false;
}

struct engine *engine_new(struct event_base *base, int parent, void (*ended)(void *ctx),
			  void *ctx)
{
	struct engine *e = calloc(1, sizeof(*e));

	if (!e) {
		log_error(NULL, "out of memory");
		return NULL;
	}
	e->base = base;
	e->ended = ended;
	e->ctx = ctx;
	e->alarm = -1;
	departures_init(&e->departures);
	LIST_INIT(&e->asked);
	inbox_init(&e->inbox);
	for (unsigned int i = 0; i < PORTS; i++)
		e->fds[i] = -1;
	e->parent = chan_new(base, parent, MSG_IKE, MSG_PARENT, from_parent_handlers, e,
			     on_parent_gone);
	e->pool = e->parent ? pool_new() : NULL;
	if (e->pool && open_core(e) && turn_init(e) && strangers_init(e) &&
	    datagrams_init(e) && watch_all(e)) {
		chan_send(e->parent, MSG_READY, NULL, 0);
		return e;
	}
	engine_free(e);
	return NULL;
}

static void free_event(struct event *event)
{
	if (event)
		event_free(event);
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	turn_free(e);
	strangers_free(e);
	free_event(e->timer);
	if (e->alarm >= 0)
		close(e->alarm);
	free_event(e->results);
	datagrams_end(e);
	jobs_drop(e);
	departures_drop(&e->departures);
	pool_free(e->pool);
	if (e->core)
		ike_core_free(e->core);
	policy_msg_drop(&e->policy);
	chan_free(e->parent);
	if (e->udp)
		udp_free(e->udp);
	else
		ports_close(e->fds);
	secret_wipe(&e->random, sizeof(e->random));
	free(e);
}

static void on_ended(void *ctx)
{
	event_base_loopbreak(ctx);
}

int engine_run(int parent)
{
	struct event_base *base = rounds_new();
	struct engine *e;
	bool good;

	signal(SIGPIPE, SIG_IGN);
	if (!base)
		return 1;
	e = engine_new(base, parent, on_ended, base);
	if (!e)
		return 1;
	log_set_sink(log_relay_send, e->parent);
	good = confine_calls(MSG_IKE);
	if (good)
		event_base_dispatch(base);
	log_set_sink(NULL, NULL);
	engine_free(e);
	event_base_free(base);
	return good ? 0 : 1;
}
