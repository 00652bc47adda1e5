// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/commands.h"

#include <string.h>
#include <time.h>

#include "ctl/ctl.h"
#include "loop/certificates.h"
#include "loop/children.h"
#include "loop/config.h"
#include "loop/daemon_priv.h"
#include "loop/link.h"

static uint64_t ctl_now(void *ctx)
{
	(void)ctx;
	return clock_ms();
}

static bool ctl_ask(void *ctx, uint64_t ticket, const struct ctl_question *question)
{
	return link_ask(ctx, ticket, question);
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

static void ctl_reload(void *ctx, uint64_t ticket)
{
	config_reload(ctx, ticket);
}

static void ctl_processes(void *ctx, void (*each)(void *to, const struct ctl_process *process),
			  void *to)
{
	children_each(ctx, each, to);
}

static const struct ike_strangers *ctl_strangers(void *ctx)
{
	const struct daemon *d = ctx;

	return d->strangers.free_most ? &d->strangers : NULL;
}

static void ctl_certificates(void *ctx,
			     void (*each)(void *to, const struct ctl_certificate *certificate),
			     void *to)
{
	const struct daemon *d = ctx;

	certificates_each(d->policy, time(NULL), each, to);
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
		.strangers = ctl_strangers, .certificates = ctl_certificates, .kernel = ctl_kernel,
	};

	d->ctl = ctl_open(d->base, d->options->ctl, d->group, &ops);
	return d->ctl;
}
