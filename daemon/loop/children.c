// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/children.h"

#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "auth/process.h"
#include "base/log.h"
#include "ctl/ctl.h"
#include "engine/engine.h"
#include "loop/config.h"
#include "loop/daemon_priv.h"
#include "loop/from_fetch.h"
#include "loop/keys.h"
#include "loop/link.h"
#include "loop/lists.h"
#include "loop/live.h"
#include "loop/names.h"
#include "msg/basic.h"
#include "proc/proc.h"
#include "proc/spawn.h"

#define AS_ROOM		32	/* "UID:GID" */
#define ARGUMENTS	8	/* for each process */
#define FETCH_NAME	"/pantund-fetch"

struct children {
	struct proc_owner ike_owner, auth_owner, fetch_owner;
	struct proc *ike, *auth, *fetch;	/* fetch: NULL until it is needed */
	/* --single */
	struct engine *engine;
	struct auth_process *keeper;
	chan_handler *const *wishes;	/* handlers of messages from `ike`, */
	chan_handler *const *from_auth;	/* and from `auth` */
	char as[AS_ROOM];
	const char *arguments[ARGUMENTS + 1];
	char fetch_path[PATH_MAX];	/* its program; "": not known */
};

/* --- they begin and end --- */

/* Gives `ike` and `auth` a channel to each other once both run. */
static void introduce(struct daemon *d)
{
	struct msg_peer auth = { .role = MSG_AUTH }, ike = { .role = MSG_IKE };
	int ends[2];

	if (!d->ike || !d->auth)
		return;
	if (chan_pair(ends)) {
		log_error(NULL, "ike and auth cannot be connected: %s", strerror(errno));
		return;
	}
	chan_send_fd(d->auth, MSG_PEER, &ike, sizeof(ike), ends[1]);
	chan_send_fd(d->ike, MSG_PEER, &auth, sizeof(auth), ends[0]);
	close(ends[0]);
	close(ends[1]);
}

static void on_ike_started(void *ctx, enum msg_role role, struct chan *chan)
{
	struct daemon *d = ctx;

	(void)role;
	d->ike = chan;
	d->carried = 0;
	memset(&d->strangers, 0, sizeof(d->strangers));
	link_sockets(d);
	link_token_key(d);
	introduce(d);
	config_send_all(d);
}

static void on_auth_started(void *ctx, enum msg_role role, struct chan *chan)
{
	struct daemon *d = ctx;

	(void)role;
	d->auth = chan;
	keys_send_all(d);
	introduce(d);
}

static void on_ike_ended(void *ctx, enum msg_role role)
{
	struct daemon *d = ctx;

	(void)role;
	d->ike = NULL;
	names_forget(d);
	if (d->ending)
		return;
	ctl_unanswered(d->ctl, CTL_RESTARTED);
	if (!d->module.unloaded && live_orphan(d->live, d->kern))
		log_error(NULL, "SAs cannot be read: %s", d->kern->error);
}

static void on_auth_ended(void *ctx, enum msg_role role)
{
	struct daemon *d = ctx;

	(void)role;
	d->auth = NULL;
	lists_forget(d);
	if (!d->ending)
		config_keyed_all(d);
}

static void leave(struct daemon *d)
{
	event_base_loopbreak(d->base);
}

static void on_fetch_started(void *ctx, enum msg_role role, struct chan *chan)
{
	struct daemon *d = ctx;

	(void)role;
	d->fetch = chan;
	names_send_all(d);
	lists_send_all(d);
}

static void on_fetch_ended(void *ctx, enum msg_role role)
{
	(void)role;
	((struct daemon *)ctx)->fetch = NULL;
}

static void on_fetch_stopped(void *ctx, enum msg_role role)
{
	(void)role;
	leave(ctx);
}

static void on_auth_stopped(void *ctx, enum msg_role role)
{
	struct daemon *d = ctx;

	(void)role;
	if (d->children->fetch)
		proc_stop(d->children->fetch);
	else
		leave(d);
}

/* Stop `auth` after `ike`, whose last messages may need keys. */
static void on_ike_stopped(void *ctx, enum msg_role role)
{
	struct daemon *d = ctx;

	(void)role;
	proc_stop(d->children->auth);
}

/* --- in one process --- */

static void on_engine_gone(void *ctx, const char *reason)
{
	struct daemon *d = ctx;

	log_error(NULL, "ike: %s", reason);
	leave(d);
}

static void on_engine_ended(void *ctx)
{
	leave(ctx);
}

static bool open_single(struct daemon *d)
{
	struct children *c = d->children;
	int ike[2], auth[2];

	if (chan_pair(auth) || chan_pair(ike)) {
		log_error(NULL, "no channel: %s", strerror(errno));
		return false;
	}
	d->auth = chan_new(d->base, auth[0], MSG_PARENT, MSG_AUTH, c->from_auth, d,
			   on_engine_gone);
	c->keeper = auth_process_new(d->base, auth[1]);
	d->ike = chan_new(d->base, ike[0], MSG_PARENT, MSG_IKE, c->wishes, d,
			  on_engine_gone);
	c->engine = engine_new(d->base, ike[1], on_engine_ended, d);
	if (!d->auth || !c->keeper || !d->ike || !c->engine)
		return false;
	on_auth_started(d, MSG_AUTH, d->auth);
	on_ike_started(d, MSG_IKE, d->ike);
	return true;
}

/* --- all --- */

/*
 * Builds the arguments: the user to become, and the options passed down from our own command line.
 */
static struct spawn spawn_of(struct daemon *d)
{
	const char *const *more = d->options->role_options;
	struct children *c = d->children;
	size_t n = 0;

	snprintf(c->as, sizeof(c->as), "%u:%u", d->user.uid, d->user.gid);
	c->arguments[n++] = "--as";
	c->arguments[n++] = c->as;
	while (more && *more && n < ARGUMENTS)
		c->arguments[n++] = *more++;
	return (struct spawn){ .arguments = c->arguments, .root = d->root };
}

static bool open_processes(struct daemon *d)
{
	const struct spawn how = spawn_of(d);
	struct children *c = d->children;

	c->auth_owner = (struct proc_owner){
		.handlers = c->from_auth, .ctx = d, .started = on_auth_started,
		.ended = on_auth_ended, .stopped = on_auth_stopped,
	};
	c->ike_owner = (struct proc_owner){
		.handlers = c->wishes, .ctx = d, .started = on_ike_started,
		.ended = on_ike_ended, .stopped = on_ike_stopped,
	};
	c->auth = proc_new(d->base, MSG_AUTH, &how, &c->auth_owner);
	c->ike = proc_new(d->base, MSG_IKE, &how, &c->ike_owner);
	if (!c->auth || !c->ike)
		return false;
	proc_start(c->auth);
	proc_start(c->ike);
	return true;
}

/* Its program stands beside ours, as we were started: ours may be another tomorrow. */
static void find_fetch(struct children *c)
{
	ssize_t n = readlink("/proc/self/exe", c->fetch_path, sizeof(c->fetch_path) - 1);
	char *end;

	if (n < 0)
		n = 0;
	c->fetch_path[n] = '\0';
	end = strrchr(c->fetch_path, '/');
	if (end && (size_t)(end - c->fetch_path) + sizeof(FETCH_NAME) < sizeof(c->fetch_path))
		memcpy(end, FETCH_NAME, sizeof(FETCH_NAME));
	else
		c->fetch_path[0] = '\0';
}

void children_need_fetch(struct daemon *d)
{
	struct children *c = d->children;
	struct spawn how;

	if (!c || c->fetch || d->ending)
		return;
	how = spawn_of(d);
	how.program = c->fetch_path;
	c->fetch_owner = (struct proc_owner){
		.handlers = from_fetch_handlers, .ctx = d, .started = on_fetch_started,
		.ended = on_fetch_ended, .stopped = on_fetch_stopped,
	};
	c->fetch = proc_new(d->base, MSG_FETCH, &how, &c->fetch_owner);
	if (c->fetch)
		proc_start(c->fetch);
	else
		log_error(NULL, "out of memory: neither names nor lists are looked up");
}

bool children_open(struct daemon *d, chan_handler *const *wishes,
		   chan_handler *const *from_auth)
{
	d->children = calloc(1, sizeof(*d->children));
	if (!d->children)
		return false;
	d->children->wishes = wishes;
	d->children->from_auth = from_auth;
	find_fetch(d->children);
	return d->options->single ? open_single(d) : open_processes(d);
}

void children_stop(struct daemon *d)
{
	d->ending = true;
	link_end(d, d->options->delete_on_exit);
	if (!d->options->single)
		proc_stop(d->children->ike);
}

void children_close(struct daemon *d)
{
	struct children *c = d->children;

	if (!c)
		return;
	proc_free(c->ike);
	proc_free(c->auth);
	proc_free(c->fetch);
	engine_free(c->engine);
	auth_process_free(c->keeper);
	if (d->options->single) {
		chan_free(d->ike);
		chan_free(d->auth);
	}
	d->ike = NULL;
	d->auth = NULL;
	d->fetch = NULL;
	free(c);
	d->children = NULL;
}

/* --- who runs --- */

static struct ctl_process process_of(const char *name, struct proc *proc, const char *may)
{
	struct proc_facts facts = proc_facts(proc);

	return (struct ctl_process){
		.name = name, .pid = facts.pid, .starts = facts.times, .may = may,
		.status = proc_status(proc),
		.seconds = (clock_ms() - facts.since) / 1000,
	};
}

void children_each(const struct daemon *d,
		   void (*each)(void *to, const struct ctl_process *process), void *to)
{
	const struct children *c = d->children;
	struct ctl_process process = {
		.name = "pantund (all in one)", .pid = getpid(), .status = -1, .starts = 1,
		.seconds = (clock_ms() - d->started) / 1000,
		.may = "configuration, keys, IKE, and the kernel's tunnels and SAs",
	};

	if (!d->options->single) {
		process.name = "parent";
		process.may = "configuration, control socket, the kernel's tunnels and SAs";
	}
	each(to, &process);
	if (c->fetch) {
		process = process_of("fetch", c->fetch, "DNS and HTTP; no file, no key");
		each(to, &process);
	}
	if (d->options->single)
		return;
	process = process_of("ike", c->ike, "packets of IKE; no file, no key that peers share");
	each(to, &process);
	process = process_of("auth", c->auth, "keys: makes and checks AUTH; no network, no file");
	each(to, &process);
}
