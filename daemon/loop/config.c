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
#include "loop/link.h"
#include "loop/live.h"
#include "loop/manual.h"
#include "loop/module.h"
#include "loop/monitors.h"
#include "loop/notify.h"
#include "loop/sas.h"
#include "loop/timer.h"
#include "loop/tunnels.h"

/* Without memory the line is missing here; the log has it. */
static void add_line(char **text, const char *line)
{
	size_t n = *text ? strlen(*text) : 0;
	char *more = realloc(*text, n + strlen(line) + 2);

	if (!more)
		return;
	snprintf(more + n, strlen(line) + 2, "%s%s", n ? "\n" : "", line);
	*text = more;
}

/* Complaints about the file go to the log and to whoever asked. */
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

static int out_of_memory(struct daemon *d, struct ctl_reloaded *said)
{
	keyring_settle(d->keyring, d->policy);
	on_complaint(said, CONF_ERROR, "out of memory: the configuration is not applied");
	return -1;
}

/* The last that was read, in force or not. */
static const struct policy *last_policy(const struct daemon *d)
{
	const struct pending *last = TAILQ_LAST(&d->pending, pendings);

	return last ? last->policy : d->policy;
}

int config_load(struct daemon *d, struct ctl_reloaded *said)
{
	struct conf_report report = { .line = on_complaint, .ctx = said, .unmarked = true };
	struct policy *policy = conf_load(d->options->config, &report);
	const struct policy *before = last_policy(d);
	struct pending *pending;

	if (!policy)
		return -1;
	pending = calloc(1, sizeof(*pending));
	if (!pending || keyring_add(d->keyring, policy)) {
		free(pending);
		policy_free(policy);
		return out_of_memory(d, said);
	}
	changes_each(before, policy, before ? on_change : on_first, said);
	manual_conflicts(before, policy, on_conflict, said);
	monitors_retire(d->kern, before, policy);
	tunnels_prepare_all(d, policy);
	pending->policy = policy;
	pending->number = ++d->policies;
	TAILQ_INSERT_TAIL(&d->pending, pending, list);
	link_policy(d, policy, pending->number);
	return 0;
}

/* `ike` has it now: so has the rest. */
static void apply(struct daemon *d, struct policy *policy)
{
	policy_free(d->policy);
	d->policy = policy;
	keyring_settle(d->keyring, d->policy);
	module_check(d);
	live_without(d->live, d->kern, d->policy);
	live_each_former(d->live, on_former, d);
	/* Negotiated SAs of tunnels that have manual keys now are gone by then. */
	sas_sync_manual(d);
	monitors_read(d->monitors, d->kern, d->policy);
	timer_settle(d);
}

bool config_is_set(struct daemon *d, uint64_t number, bool failed)
{
	struct pending *pending = TAILQ_FIRST(&d->pending);

	/* One that was in force, sent again to an `ike` that was started anew. */
	if (!number && d->policy)
		return true;
	if (!pending || pending->number != number)
		return false;
	TAILQ_REMOVE(&d->pending, pending, list);
	if (!failed) {
		apply(d, pending->policy);
	} else {
		log_error(NULL, "out of memory: the configuration is not applied");
		policy_free(pending->policy);
	}
	free(pending);
	return true;
}

void config_send_all(struct daemon *d)
{
	const struct pending *pending;

	if (d->policy)
		link_policy(d, d->policy, 0);
	for (pending = TAILQ_FIRST(&d->pending); pending; pending = TAILQ_NEXT(pending, list))
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
		policy_free(pending->policy);
		free(pending);
	}
	policy_free(d->policy);
	d->policy = NULL;
}

int config_reload(struct daemon *d, struct ctl_reloaded *said)
{
	int status;

	notify_reloading();
	log_info(NULL, "reading %s", d->options->config);
	status = config_load(d, said);
	if (status)
		log_error(NULL, "the configuration that was read before stays in force");
	notify("READY=1");
	return status;
}
