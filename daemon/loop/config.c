// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "conf/conf.h"
#include "ctl/ctl.h"
#include "loop/changes.h"
#include "loop/daemon_priv.h"
#include "loop/keys.h"
#include "loop/link.h"
#include "loop/live.h"
#include "loop/manual.h"
#include "loop/module.h"
#include "loop/monitors.h"
#include "loop/names.h"
#include "loop/notify.h"
#include "loop/routes.h"
#include "loop/sas.h"
#include "loop/timer.h"
#include "loop/tunnels.h"

/* If memory runs out, the line is missing here but is still in the log. */
static void add_line(char **text, const char *line)
{
	size_t n = *text ? strlen(*text) : 0;
	char *more = realloc(*text, n + strlen(line) + 2);

	if (!more)
		return;
	snprintf(more + n, strlen(line) + 2, "%s%s", n ? "\n" : "", line);
	*text = more;
}

/* Sends complaints about the file to the log and to whoever asked for the reload. */
static void on_complaint(void *ctx, enum conf_severity severity, const char *line)
{
	struct ctl_reloaded *said = ctx;

	if (severity == CONF_WARNING) {
		log_warning(NULL, "%s", line);
		add_line(&said->warnings, line);
		return;
	}
	log_error(NULL, "%s", line);
	add_line(&said->errors, line);
}

static void on_first(void *ctx, const char *line)
{
	struct ctl_reloaded *said = ctx;

	add_line(&said->changes, line);
}

static void on_change(void *ctx, const char *line)
{
	log_info(NULL, "%s", line);
	on_first(ctx, line);
}

static void on_conflict(void *ctx, const char *line)
{
	on_complaint(ctx, CONF_WARNING, line);
}

static void on_former(void *ctx, const char *ifname, const char *proxy)
{
	struct daemon *d = ctx;

	link_adopt(d, ifname, proxy, false);
}

/* Has `auth` forget keys that only superseded or failed configurations used. */
static void settle_keys(struct daemon *d)
{
	const struct pending *pending;

	keyring_keep(d->keyring, d->policy);
	for (pending = TAILQ_FIRST(&d->pending); pending; pending = TAILQ_NEXT(pending, list))
		keyring_keep(d->keyring, pending->policy);
	keyring_settle(d->keyring);
}

static void out_of_memory(struct ctl_reloaded *said)
{
	said->failed = true;
	on_complaint(said, CONF_ERROR, "out of memory: the configuration is not applied");
}

/* Returns the configuration read last, in force or not. */
static const struct policy *last_policy(const struct daemon *d)
{
	const struct pending *last = TAILQ_LAST(&d->pending, pendings);

	return last ? last->policy : d->policy;
}

static void pending_free(struct pending *pending)
{
	policy_free(pending->policy);
	ctl_reloaded_free(&pending->said);
	free(pending);
}

static void tell_ike(struct daemon *d, struct pending *pending)
{
	pending->keyed = true;
	link_policy(d, pending->policy, pending->number);
}

/* Starts to put @pending->policy into force. */
static void begin_to_apply(struct daemon *d, struct pending *pending)
{
	const struct policy *before = last_policy(d), *policy = pending->policy;
	struct ctl_reloaded *said = &pending->said;

	changes_each(before, policy, before ? on_change : on_first, said);
	manual_conflicts(before, policy, on_conflict, said);
	monitors_retire(d->kern, before, policy);
	tunnels_prepare_all(d, policy);
	pending->number = ++d->policies;
	TAILQ_INSERT_TAIL(&d->pending, pending, list);
	if (!keys_mark(d, pending->number))
		tell_ike(d, pending);
}

/* False: the configuration is rejected for the errors in @pending->said. */
static bool load(struct daemon *d, struct pending *pending)
{
	struct conf_report report = {
		.line = on_complaint, .ctx = &pending->said, .unmarked = true,
	};

	pending->policy = conf_load(d->options->config, &report);
	if (!pending->policy) {
		pending->said.failed = true;
		return false;
	}
	if (keyring_add(d->keyring, pending->policy)) {
		settle_keys(d);
		out_of_memory(&pending->said);
		return false;
	}
	begin_to_apply(d, pending);
	return true;
}

static unsigned int count_proxies(const struct policy *policy)
{
	struct policy_walk walk = { 0 };
	unsigned int n = 0;

	while (policy_next(&walk, policy))
		n += walk.tunnel->n_proxies;
	return n;
}

/* Puts @policy into force in the parent, now that `ike` has it. */
static void apply(struct daemon *d, struct policy *policy)
{
	policy_free(d->policy);
	d->policy = policy;
	d->proxies = count_proxies(policy);
	settle_keys(d);
	names_settle(d);
	routes_settle(d);
	module_check(d);
	live_without(d->live, d->kern, d->policy);
	live_each_former(d->live, on_former, d);
	/* By now the negotiated SAs of tunnels that have switched to manual keys are gone. */
	sas_sync_manual(d);
	monitors_read(d->monitors, d->kern, d->policy);
	d->look = clock_ms();
	timer_settle(d);
}

bool config_keyed(struct daemon *d, uint64_t number)
{
	struct pending *pending = TAILQ_FIRST(&d->pending);

	while (pending && pending->keyed)
		pending = TAILQ_NEXT(pending, list);
	if (!pending || pending->number != number)
		return false;
	tell_ike(d, pending);
	return true;
}

void config_keyed_all(struct daemon *d)
{
	struct pending *pending;

	for (pending = TAILQ_FIRST(&d->pending); pending; pending = TAILQ_NEXT(pending, list))
		if (!pending->keyed)
			tell_ike(d, pending);
}

/* Reports the outcome to whoever waits for it. */
static void tell_end(struct daemon *d, const struct pending *pending)
{
	ctl_reload_done(d->ctl, pending->ticket, &pending->said);
	/* Before the control socket is open, nobody can wait and we are not ready. */
	if (d->ctl && TAILQ_EMPTY(&d->pending))
		notify("READY=1");
}

bool config_is_set(struct daemon *d, uint64_t number, bool failed)
{
	struct pending *pending = TAILQ_FIRST(&d->pending);

	/* A policy already in force that was sent again to a restarted `ike`. */
	if (!number && d->policy)
		return true;
	if (!pending || !pending->keyed || pending->number != number)
		return false;
	TAILQ_REMOVE(&d->pending, pending, list);
	if (!failed) {
		apply(d, pending->policy);
		pending->policy = NULL;
	} else {
		out_of_memory(&pending->said);
	}
	tell_end(d, pending);
	pending_free(pending);
	return true;
}

void config_send_all(struct daemon *d)
{
	const struct pending *pending;

	if (d->policy)
		link_policy(d, d->policy, 0);
	for (pending = TAILQ_FIRST(&d->pending); pending; pending = TAILQ_NEXT(pending, list))
		if (pending->keyed)
			link_policy(d, pending->policy, pending->number);
	module_check(d);
	live_each_former(d->live, on_former, d);
	monitors_tell_ike(d->monitors);
}

void config_drop(struct daemon *d)
{
	struct pending *pending;

	while ((pending = TAILQ_FIRST(&d->pending))) {
		TAILQ_REMOVE(&d->pending, pending, list);
		pending_free(pending);
	}
	policy_free(d->policy);
	d->policy = NULL;
}

bool config_load(struct daemon *d)
{
	struct pending *pending = calloc(1, sizeof(*pending));

	if (pending && load(d, pending))
		return true;
	if (!pending)
		log_error(NULL, "out of memory");
	else
		pending_free(pending);
	return false;
}

void config_reload(struct daemon *d, uint64_t ticket)
{
	struct pending *pending = calloc(1, sizeof(*pending)), none = { .ticket = ticket };

	notify_reloading();
	log_info(NULL, "reading %s", d->options->config);
	if (pending) {
		pending->ticket = ticket;
		if (load(d, pending))
			return;
	} else {
		out_of_memory(&none.said);
	}
	log_error(NULL, "the configuration that was read before stays in force");
	tell_end(d, pending ? pending : &none);
	if (pending)
		pending_free(pending);
	ctl_reloaded_free(&none.said);
}
