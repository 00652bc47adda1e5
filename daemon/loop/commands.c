// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/commands.h"

#include "ctl/ctl.h"
#include "loop/config.h"
#include "loop/daemon_priv.h"
#include "loop/timer.h"

static const struct ike_core *ctl_core(void *ctx)
{
	return ((struct daemon *)ctx)->core;
}

static uint64_t ctl_now(void *ctx)
{
	(void)ctx;
	return clock_ms();
}

static int ctl_initiate(void *ctx, const char *tunnel)
{
	struct daemon *d = ctx;
	int count = ike_core_initiate(d->core, clock_ms(), tunnel);

	timer_settle(d);
	return count;
}

static int ctl_clear_ike(void *ctx, const char *gateway)
{
	struct daemon *d = ctx;
	int count = ike_core_clear_ike(d->core, clock_ms(), gateway);

	timer_settle(d);
	return count;
}

static int ctl_clear_ipsec(void *ctx, const char *tunnel)
{
	struct daemon *d = ctx;
	int count = ike_core_clear_ipsec(d->core, clock_ms(), tunnel);

	timer_settle(d);
	return count;
}

static int ctl_reload(void *ctx, struct ctl_reloaded *said)
{
	return config_reload(ctx, said);
}

static int ctl_kernel(void *ctx, const char *what)
{
	struct daemon *d = ctx;

	return d->kern->ops->read_open(d->kern, what);
}

bool commands_open(struct daemon *d)
{
	const struct ctl_ops ops = {
		.ctx = d, .core = ctl_core, .now = ctl_now, .config = d->options->config,
		.started = d->started, .initiate = ctl_initiate, .clear_ike = ctl_clear_ike,
		.clear_ipsec = ctl_clear_ipsec, .reload = ctl_reload, .kernel = ctl_kernel,
	};

	d->ctl = ctl_open(d->base, d->options->ctl, d->group, &ops);
	return d->ctl;
}
