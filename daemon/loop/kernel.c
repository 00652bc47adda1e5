// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/kernel.h"

#include <stdio.h>

#include "base/log.h"
#include "loop/daemon_priv.h"
#include "loop/link.h"
#include "loop/live.h"
#include "loop/manual.h"
#include "loop/manual_wear.h"
#include "loop/module.h"
#include "loop/monitors.h"
#include "loop/sas.h"
#include "loop/timer.h"
#include "loop/tunnels.h"

static void on_acquire(void *ctx, const char *ifname, const char *proxy,
		       const struct ts_flow *flow)
{
	struct daemon *d = ctx;

	link_acquire(d, ifname, proxy, flow);
	timer_settle(d);
}

static void on_former_end(void *ctx, const char *ifname, const char *proxy)
{
	struct daemon *d = ctx;

	link_adopt(d, ifname, proxy, true);
}

static void on_expire(void *ctx, uint64_t cookie, bool inbound, bool hard)
{
	struct daemon *d = ctx;

	if (cookie & MANUAL_COOKIE) {
		manual_worn(d->kern, d->policy, cookie, inbound, hard);
		sas_sync_manual(d);
	} else {
		link_expire(d, cookie, inbound, hard);
	}
	if (hard)
		live_expired(d->live, cookie, inbound, on_former_end, d);
	timer_settle(d);
}

static void on_moved(void *ctx, uint64_t cookie, const struct endpoint *local,
		     const struct endpoint *remote)
{
	struct daemon *d = ctx;

	if (cookie & MANUAL_COOKIE)
		return;
	link_moved(d, cookie, local, remote);
	timer_settle(d);
}

static void on_path(void *ctx, const char *ifname, enum kern_path path, const char *unsent)
{
	struct daemon *d = ctx;

	monitors_path(d->monitors, d->policy, ifname, path, unsent);
	timer_settle(d);
}

static void on_resync(void *ctx)
{
	struct daemon *d = ctx;

	log_info(NULL, "kernel events were lost: comparing SAs");
	sas_compare(d);
	sas_sync_manual(d);
	monitors_read(d->monitors, d->kern, d->policy);
	timer_settle(d);
}

static void tunnel_back(struct daemon *d, const struct policy_tunnel *tunnel, bool manual)
{
	tunnels_prepare(d, tunnel);
	/* The SAs went away with the former interface. */
	if (manual)
		sas_sync_manual(d);
	link_away(d, tunnel->ifname, NULL);
}

static void tunnel_gone(struct daemon *d, const char *ifname)
{
	char why[160];

	snprintf(why, sizeof(why), "interface %s was deleted; \"ip link add %s type pantun\" or a "
		 "reload brings it back", ifname, ifname);
	log_warning(NULL, "%s", why);
	link_away(d, ifname, why);
	monitors_path(d->monitors, d->policy, ifname, KERN_PATH_UNKNOWN, "");
}

static void on_tunnel(void *ctx, const char *ifname, bool deleted)
{
	struct daemon *d = ctx;
	const struct policy_gateway *gateway;
	const struct policy_tunnel *tunnel = policy_tunnel_on(d->policy, ifname, &gateway);

	if (!tunnel)
		return;
	if (deleted)
		tunnel_gone(d, ifname);
	else
		tunnel_back(d, tunnel, !gateway);
	timer_settle(d);
}

static void on_module(void *ctx, bool loaded)
{
	struct daemon *d = ctx;

	module_changed(d, loaded);
	timer_settle(d);
}

struct kern_events kernel_events(struct daemon *d)
{
	return (struct kern_events){
		.ctx = d, .acquire = on_acquire, .expire = on_expire, .moved = on_moved,
		.tunnel = on_tunnel, .path = on_path, .module = on_module, .resync = on_resync,
	};
}

bool kernel_open(struct daemon *d)
{
	const struct kern_events events = kernel_events(d);

	d->kern = kern_genl_open(&events);
	return d->kern;
}
