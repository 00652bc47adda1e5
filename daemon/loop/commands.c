// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/commands.h"

#include <string.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "loop/answer.h"
#include "loop/config.h"
#include "loop/daemon_priv.h"
#include "loop/timer.h"

static uint64_t ctl_now(void *ctx)
{
	(void)ctx;
	return clock_ms();
}

/* Whose question the rows are for. */
struct asker {
	struct ctl *ctl;
	uint64_t ticket;
};

static void on_ike(void *ctx, const struct ike_sa_info *sa)
{
	const struct asker *asker = ctx;

	ctl_show_ike(asker->ctl, asker->ticket, sa);
}

static void on_child(void *ctx, const struct ike_child_info *child)
{
	const struct asker *asker = ctx;

	ctl_show_child(asker->ctl, asker->ticket, child);
}

static void on_gateway(void *ctx, const struct ike_gateway_info *gateway)
{
	const struct asker *asker = ctx;

	ctl_show_gateway(asker->ctl, asker->ticket, gateway);
}

static bool ctl_ask(void *ctx, uint64_t ticket, const struct ctl_question *question)
{
	struct daemon *d = ctx;
	struct asker asker = { d->ctl, ticket };
	const struct answer_rows rows = { &asker, on_ike, on_child, on_gateway };
	struct ctl_reply reply = answer_question(d->core, clock_ms(), question, &rows);

	if (question->kind != CTL_SHOW)
		timer_settle(d);
	ctl_answered(d->ctl, ticket, &reply);
	return true;
}

static bool ctl_manual(void *ctx, const char *tunnel)
{
	const struct policy *policy = ((struct daemon *)ctx)->policy;

	for (unsigned int i = 0; policy && i < policy->n_manual; i++) {
		const struct policy_tunnel *manual = &policy->manual[i].tunnel;

		if (!strcmp(manual->name, tunnel) || !strcmp(manual->ifname, tunnel))
			return true;
	}
	return false;
}

static int ctl_reload(void *ctx, struct ctl_reloaded *said)
{
	return config_reload(ctx, said);
}

static void ctl_processes(void *ctx, void (*each)(void *to, const struct ctl_process *process),
			  void *to)
{
	const struct daemon *d = ctx;
	const struct ctl_process all = {
		.name = "pantund (all in one)", .pid = getpid(),
		.seconds = (clock_ms() - d->started) / 1000, .starts = 1,
		.may = "configuration, keys, IKE, and the kernel's tunnels and SAs",
	};

	each(to, &all);
}

static int ctl_kernel(void *ctx, const char *what)
{
	struct daemon *d = ctx;

	return d->kern->ops->read_open(d->kern, what);
}

bool commands_open(struct daemon *d)
{
	const struct ctl_ops ops = {
		.ctx = d, .now = ctl_now, .config = d->options->config,
		.started = d->started, .patience_ms = CTL_PATIENCE_MS, .ask = ctl_ask,
		.manual = ctl_manual, .reload = ctl_reload, .processes = ctl_processes,
		.kernel = ctl_kernel,
	};

	d->ctl = ctl_open(d->base, d->options->ctl, d->group, &ops);
	return d->ctl;
}
