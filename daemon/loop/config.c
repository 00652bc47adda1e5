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

	ike_core_adopt(d->core, clock_ms(), ifname, proxy, false);
}

static int out_of_memory(struct daemon *d, struct ctl_reloaded *said)
{
	keyring_settle(d->keyring, d->policy);
	on_complaint(said, CONF_ERROR, "out of memory: the configuration is not applied");
	return -1;
}

int config_load(struct daemon *d, struct ctl_reloaded *said)
{
	struct conf_report report = { .line = on_complaint, .ctx = said, .unmarked = true };
	struct policy *policy = conf_load(d->options->config, &report);

	if (!policy)
		return -1;
	if (keyring_add(d->keyring, policy)) {
		policy_free(policy);
		return out_of_memory(d, said);
	}
	changes_each(d->policy, policy, d->policy ? on_change : on_first, said);
	manual_conflicts(d->policy, policy, on_conflict, said);
	monitors_retire(d->kern, d->policy, policy);
	tunnels_prepare_all(d, policy);
	if (ike_core_set_policy(d->core, clock_ms(), policy))
		return out_of_memory(d, said);
	d->policy = ike_core_policy(d->core);
	keyring_settle(d->keyring, d->policy);
	module_check(d);
	live_without(d->live, d->kern, d->policy);
	live_each_former(d->live, on_former, d);
	timer_settle(d);
	/* Negotiated SAs of tunnels that have manual keys now are gone by then. */
	sas_sync_manual(d);
	monitors_read(d->monitors, d->kern, d->policy);
	timer_settle(d);
	return 0;
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
