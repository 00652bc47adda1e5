// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "kern/kern_fake_priv.h"

void fake_fault(struct fake *f, const char *format, ...)
{
	va_list args;

	if (f->fault[0])
		return;
	va_start(args, format);
	vsnprintf(f->fault, sizeof(f->fault), format, args);
	va_end(args);
}

int fake_refuse(struct fake *f, int error, const char *text)
{
	snprintf(f->kern.error, sizeof(f->kern.error), "%s", text);
	return error;
}

static int fake_fd(const struct kern *k)
{
	(void)k;
	return -1;
}

static void fake_dispatch(struct kern *k)
{
	(void)k;
}

static void fake_close(struct kern *k)
{
	struct fake *f = fake_of(k);

	fake_sas_free(f);
	fake_tunnels_free(f);
	table_free(&f->by_ifname);
	table_free(&f->by_names);
	table_free(&f->by_token);
	table_free(&f->by_spi);
	free(f);
}

static const struct kern_ops fake_ops = {
	.tunnel_ensure = fake_tunnel_ensure,
	.proxy_sync = fake_proxy_sync,
	.monitor_sync = fake_monitor_sync,
	.monitor_each = fake_monitor_each,
	.proxy_fail = fake_proxy_fail,
	.sa_add = fake_sa_add,
	.sa_activate = fake_sa_activate,
	.sa_move = fake_sa_move,
	.sa_idle = fake_sa_idle,
	.sa_del = fake_sa_del,
	.sa_each = fake_sa_each,
	.fd = fake_fd,
	.dispatch = fake_dispatch,
	.close = fake_close,
};

struct kern *kern_fake_open(const struct kern_events *events)
{
	struct fake *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	LIST_INIT(&f->tunnels);
	SLIST_INIT(&f->all);
	LIST_INIT(&f->live);
	f->idle = UINT64_MAX;
	f->kern.ops = &fake_ops;
	f->kern.events = *events;
	if (!table_init(&f->by_ifname) && !table_init(&f->by_names) && !table_init(&f->by_token) &&
	    !table_init(&f->by_spi))
		return &f->kern;
	fake_close(&f->kern);
	return NULL;
}

const char *kern_fake_fault(const struct kern *k)
{
	const struct fake *f = fake_of(k);

	return f->fault[0] ? f->fault : NULL;
}
