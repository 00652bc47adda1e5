// SPDX-License-Identifier: GPL-2.0-or-later
/* Monitored destinations of the fake. */
#include <errno.h>
#include <string.h>

#include <linux/pantun.h>

#include "kern/kern_fake_priv.h"

static void check_monitor(struct fake *f, const struct fake_tunnel *t,
			  const struct policy_monitor *monitor)
{
	if (monitor->action < POLICY_WAIT_RECOVER || monitor->action > POLICY_FAIL_OVER)
		fake_fault(f, "monitor of %s: no such action as %d", t->ifname, monitor->action);
	if (monitor->interval_ms < PANTUN_MONITOR_INTERVAL_MIN ||
	    monitor->interval_ms > PANTUN_MONITOR_INTERVAL_MAX ||
	    monitor->threshold < PANTUN_MONITOR_THRESHOLD_MIN ||
	    monitor->threshold > PANTUN_MONITOR_THRESHOLD_MAX || !monitor->recovery ||
	    monitor->recovery > PANTUN_MONITOR_RECOVERY_MAX)
		fake_fault(f, "monitor of %s: %u lost or %u answered of one in %u ms", t->ifname,
			   monitor->threshold, monitor->recovery, monitor->interval_ms);
	if (monitor->proxy[0] && !fake_proxy_find(f, t->ifname, monitor->proxy))
		fake_fault(f, "monitor of %s: there is no proxy-ID %s", t->ifname, monitor->proxy);
	for (unsigned int i = 0; i < monitor->n; i++) {
		const struct policy_probe *probe = &monitor->probes[i];

		if (!probe->destination.family ||
		    (probe->source.family && probe->source.family != probe->destination.family))
			fake_fault(f, "monitor of %s: addresses of different families, or none",
				   t->ifname);
		if (policy_probe_find(monitor, &probe->destination) != (int)i)
			fake_fault(f, "monitor of %s: a destination twice", t->ifname);
	}
}

static bool same_probes(const struct policy_monitor *a, unsigned int i,
			const struct policy_monitor *b, unsigned int j)
{
	return addr_equal(&a->probes[i].source, &b->probes[j].source) &&
	       !strcmp(a->proxy, b->proxy);
}

static bool same_terms(const struct policy_monitor *a, const struct policy_monitor *b)
{
	return a->action == b->action && a->interval_ms == b->interval_ms &&
	       a->threshold == b->threshold && a->recovery == b->recovery;
}

int fake_monitor_sync(struct kern *k, const struct policy_tunnel *tunnel)
{
	const struct policy_monitor *monitor = &tunnel->monitor;
	struct fake *f = fake_of(k);
	struct fake_tunnel *t = fake_tunnel_find(f, tunnel->ifname);
	enum kern_path probed[POLICY_PROBES_MAX] = { 0 };

	if (!t)
		return fake_refuse(f, -ENODEV, "no such tunnel");
	if (monitor->n)
		check_monitor(f, t, monitor);
	for (unsigned int i = 0; i < t->monitor.n; i++)
		f->monitor_dels +=
			policy_probe_find(monitor, &t->monitor.probes[i].destination) < 0;
	for (unsigned int i = 0; i < monitor->n; i++) {
		int was = policy_probe_find(&t->monitor, &monitor->probes[i].destination);

		/* As in the module, state goes on unless it is of other packets. */
		if (was >= 0 && same_probes(monitor, i, &t->monitor, (unsigned int)was)) {
			probed[i] = t->probed[was];
			f->monitor_sets += !same_terms(monitor, &t->monitor);
		} else {
			f->monitor_sets++;
		}
	}
	t->monitor = *monitor;
	memcpy(t->probed, probed, sizeof(t->probed));
	return 0;
}

int fake_monitor_each(struct kern *k, void (*each)(void *ctx, const struct kern_monitor *),
		      void *ctx)
{
	const struct fake_tunnel *t;

	for (t = LIST_FIRST(&fake_of(k)->tunnels); t; t = LIST_NEXT(t, next)) {
		for (unsigned int i = 0; i < t->monitor.n; i++) {
			struct kern_monitor one = {
				.probe = t->monitor.probes[i],
				.action = t->monitor.action,
				.interval_ms = t->monitor.interval_ms,
				.threshold = t->monitor.threshold,
				.recovery = t->monitor.recovery,
				.state = t->probed[i],
				.unsent = "",
			};

			memcpy(one.ifname, t->ifname, sizeof(one.ifname));
			memcpy(one.proxy, t->monitor.proxy, sizeof(one.proxy));
			each(ctx, &one);
		}
	}
	return 0;
}

/* --- for tests --- */

const struct policy_monitor *kern_fake_monitor(const struct kern *k, const char *ifname)
{
	const struct fake_tunnel *t = fake_tunnel_find(fake_of(k), ifname);

	return t ? &t->monitor : NULL;
}

unsigned int kern_fake_monitor_sets(const struct kern *k)
{
	return fake_of(k)->monitor_sets;
}

unsigned int kern_fake_monitor_dels(const struct kern *k)
{
	return fake_of(k)->monitor_dels;
}

/* As the module has it: up by one destination, down by all. */
static enum kern_path path_of(const struct fake_tunnel *t)
{
	enum kern_path path = t->monitor.n ? KERN_PATH_DOWN : KERN_PATH_UNKNOWN;

	for (unsigned int i = 0; i < t->monitor.n; i++) {
		if (t->probed[i] == KERN_PATH_UP)
			return KERN_PATH_UP;
		if (t->probed[i] == KERN_PATH_UNKNOWN)
			path = KERN_PATH_UNKNOWN;
	}
	return path;
}

int kern_fake_path(struct kern *k, const char *ifname, bool answer, bool silent)
{
	struct fake_tunnel *t = fake_tunnel_find(fake_of(k), ifname);

	if (!t)
		return -1;
	for (unsigned int i = 0; i < t->monitor.n; i++) {
		t->probed[i] = answer ? KERN_PATH_UP : KERN_PATH_DOWN;
		if (!silent && k->events.path)
			k->events.path(k->events.ctx, ifname, path_of(t), "");
	}
	return 0;
}
