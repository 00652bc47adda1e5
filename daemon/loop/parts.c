// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/parts.h"

#include <string.h>

#include "ctl/ctl.h"
#include "loop/daemon_priv.h"
#include "loop/keys.h"
#include "loop/link.h"
#include "loop/lists.h"
#include "loop/live.h"
#include "loop/manual.h"
#include "loop/monitors.h"
#include "loop/names.h"
#include "loop/routes.h"

static void tell_event(void *ctx, const struct ike_event *event)
{
	ctl_event(((struct daemon *)ctx)->ctl, event);
}

static void tell_lost(void *ctx, const char *ifname)
{
	link_path_lost(ctx, ifname);
}

static void tell_back(void *ctx, const char *ifname)
{
	link_path_back(ctx, ifname);
}

void parts_begin(struct daemon *d, const struct daemon_options *options)
{
	memset(d, 0, sizeof(*d));
	d->options = options;
	d->started = clock_ms();
	d->module.due = IKE_NEVER;
	d->look = IKE_NEVER;
	d->alarm = -1;
	d->run_dir = -1;
	d->root = -1;
	d->group = (gid_t)-1;
	LIST_INIT(&d->unpadded);
	TAILQ_INIT(&d->pending);
	for (unsigned int i = 0; i < PORTS; i++)
		d->ports[i] = -1;
}

bool parts_open(struct daemon *d)
{
	const struct monitors_ops ops = {
		.ctx = d, .tell = tell_event, .lost = tell_lost, .back = tell_back,
	};

	d->live = live_new();
	d->manual = manual_new();
	d->monitors = monitors_new(&ops);
	d->names = names_new();
	d->lists = lists_new();
	return keys_open(d) && d->live && d->manual && d->monitors &&
	       d->names && d->lists;
}

void parts_close(struct daemon *d)
{
	keys_close(d);
	routes_close(d);
	live_free(d->live);
	manual_free(d->manual);
	monitors_free(d->monitors);
	names_free(d->names);
	lists_free(d->lists);
}
