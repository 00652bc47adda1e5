// SPDX-License-Identifier: GPL-2.0-or-later
#include "kern/kern_fake.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/pantun.h>

#include "base/secret.h"

#define PROXIES_MAX	(2 * PANTUN_PROXIES_MAX)	/* of a tunnel, with those that are gone */

enum fate { LIVE, REFUSED, EXPIRED, DELETED };

struct entry {
	struct entry *next;
	struct ike_sa_spec sa;	/* its names point to those of @tunnel */
	enum fate fate;
	bool current;		/* out-SA that packets take */
	uint64_t seq;		/* as in kern_sa */
	struct tunnel *tunnel;
	unsigned int proxy;	/* number in @tunnel */
};

struct tunnel {
	struct tunnel *next;
	char ifname[16];
	struct policy_outer outer;
	struct policy_monitor monitor;
	enum kern_path probed[POLICY_PROBES_MAX];	/* of the monitor's destinations */
	unsigned int n;
	char names[PROXIES_MAX][POLICY_NAME];	/* once there, a name keeps its place */
	bool configured[PROXIES_MAX];
};

struct fake {
	struct kern kern;
	struct tunnel *tunnels;
	struct entry *entries;		/* newest first; the dead stay, for what comes later */
	unsigned int added;
	uint64_t idle;			/* of all in-SAs */
	unsigned int monitor_sets, monitor_dels;
	unsigned int failed;		/* calls of proxy_fail */
	unsigned int refusals[2];	/* by inbound */
	int refusal;
	char fault[KERN_FAKE_FAULT];
};

static struct fake *fake_of(const struct kern *k)
{
	/* kern is the first member, and the fake was never constant. */
	return (struct fake *)(uintptr_t)k;
}

__attribute__((format(printf, 2, 3)))
static void fault(struct fake *f, const char *format, ...)
{
	va_list args;

	if (f->fault[0])
		return;
	va_start(args, format);
	vsnprintf(f->fault, sizeof(f->fault), format, args);
	va_end(args);
}

static int refuse(struct fake *f, int error, const char *text)
{
	snprintf(f->kern.error, sizeof(f->kern.error), "%s", text);
	return error;
}

/* --- tunnels --- */

static struct tunnel *find_tunnel(const struct fake *f, const char *ifname)
{
	struct tunnel *t = f->tunnels;

	while (t && strcmp(t->ifname, ifname) != 0)
		t = t->next;
	return t;
}

/* Its number, or -1. */
static int find_proxy(const struct tunnel *t, const char *name)
{
	for (unsigned int i = 0; i < t->n; i++) {
		if (!strcmp(t->names[i], name))
			return (int)i;
	}
	return -1;
}

static void check_options(struct fake *f, const struct policy_tunnel *tunnel)
{
	const struct policy_outer *outer = &tunnel->outer;

	if (tunnel->start < POLICY_START_ALWAYS || tunnel->start > POLICY_START_PASSIVE)
		fault(f, "tunnel %s: no such start mode as %d", tunnel->ifname, tunnel->start);
	if (outer->df > POLICY_DF_SET)
		fault(f, "tunnel %s: no such DF mode as %d", tunnel->ifname, outer->df);
	if (outer->dscp > PANTUN_DSCP_MAX || outer->tfc > PANTUN_TFC_MAX)
		fault(f, "tunnel %s: DSCP %u, padding to %u", tunnel->ifname, outer->dscp,
		      outer->tfc);
	if (tunnel->carrier > POLICY_CARRIER_ALL)
		fault(f, "tunnel %s: no such carrier rule as %d", tunnel->ifname, tunnel->carrier);
	if (outer->gre && tunnel->n_proxies > 1)
		fault(f, "tunnel %s: GRE with %u proxy-IDs", tunnel->ifname, tunnel->n_proxies);
}

static int fake_tunnel_ensure(struct kern *k, const struct policy_tunnel *tunnel)
{
	struct fake *f = fake_of(k);
	struct tunnel *t = find_tunnel(f, tunnel->ifname);

	check_options(f, tunnel);
	if (!t) {
		t = calloc(1, sizeof(*t));
		if (!t)
			return refuse(f, -ENOMEM, "out of memory");
		memcpy(t->ifname, tunnel->ifname, sizeof(t->ifname));
		t->next = f->tunnels;
		f->tunnels = t;
	}
	t->outer = tunnel->outer;
	return 0;
}

static int fake_proxy_sync(struct kern *k, const struct policy_tunnel *tunnel)
{
	struct fake *f = fake_of(k);
	struct tunnel *t = find_tunnel(f, tunnel->ifname);

	if (!t)
		return refuse(f, -ENODEV, "no such tunnel");
	memset(t->configured, 0, sizeof(t->configured));
	for (unsigned int p = 0; p < tunnel->n_proxies; p++) {
		int i = find_proxy(t, tunnel->proxies[p].name);

		if (i < 0 && t->n == PROXIES_MAX)
			return refuse(f, -ENOSPC, "too many proxy-IDs");
		if (i < 0) {
			i = (int)t->n++;
			memcpy(t->names[i], tunnel->proxies[p].name, POLICY_NAME);
		}
		t->configured[i] = true;
	}
	/* As in the module, a proxy-ID takes its SAs along. */
	for (struct entry *e = f->entries; e; e = e->next) {
		if (e->tunnel == t && e->fate == LIVE && !t->configured[e->proxy])
			e->fate = EXPIRED;
	}
	return 0;
}

/* --- monitors --- */

static void check_monitor(struct fake *f, const struct tunnel *t,
			  const struct policy_monitor *monitor)
{
	if (monitor->action < POLICY_WAIT_RECOVER || monitor->action > POLICY_FAIL_OVER)
		fault(f, "monitor of %s: no such action as %d", t->ifname, monitor->action);
	if (monitor->interval_ms < PANTUN_MONITOR_INTERVAL_MIN ||
	    monitor->interval_ms > PANTUN_MONITOR_INTERVAL_MAX ||
	    monitor->threshold < PANTUN_MONITOR_THRESHOLD_MIN ||
	    monitor->threshold > PANTUN_MONITOR_THRESHOLD_MAX || !monitor->recovery ||
	    monitor->recovery > PANTUN_MONITOR_RECOVERY_MAX)
		fault(f, "monitor of %s: %u lost or %u answered of one in %u ms", t->ifname,
		      monitor->threshold, monitor->recovery, monitor->interval_ms);
	if (monitor->proxy[0] && find_proxy(t, monitor->proxy) < 0)
		fault(f, "monitor of %s: there is no proxy-ID %s", t->ifname, monitor->proxy);
	for (unsigned int i = 0; i < monitor->n; i++) {
		const struct policy_probe *probe = &monitor->probes[i];

		if (!probe->destination.family ||
		    (probe->source.family && probe->source.family != probe->destination.family))
			fault(f, "monitor of %s: addresses of different families, or none",
			      t->ifname);
		if (policy_probe_find(monitor, &probe->destination) != (int)i)
			fault(f, "monitor of %s: a destination twice", t->ifname);
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

static int fake_monitor_sync(struct kern *k, const struct policy_tunnel *tunnel)
{
	const struct policy_monitor *monitor = &tunnel->monitor;
	struct fake *f = fake_of(k);
	struct tunnel *t = find_tunnel(f, tunnel->ifname);
	enum kern_path probed[POLICY_PROBES_MAX] = { 0 };

	if (!t)
		return refuse(f, -ENODEV, "no such tunnel");
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

static int fake_monitor_each(struct kern *k, void (*each)(void *ctx, const struct kern_monitor *),
			     void *ctx)
{
	for (const struct tunnel *t = fake_of(k)->tunnels; t; t = t->next) {
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

static int fake_proxy_fail(struct kern *k, const char *ifname, const char *proxy)
{
	struct fake *f = fake_of(k);
	const struct tunnel *t = find_tunnel(f, ifname);
	int i = t ? find_proxy(t, proxy) : -1;

	if (i < 0 || !t->configured[i])
		fault(f, "there is no proxy-ID %s of %s to fail", proxy, ifname);
	/* One that a reload has replaced may still have its SA here: nothing waits then. */
	if (!kern_fake_out(k, ifname, proxy))
		f->failed++;
	return 0;
}

/* --- SAs --- */

static struct entry *find(const struct fake *f, uint64_t token, bool inbound)
{
	struct entry *e = f->entries;

	while (e && (e->sa.token != token || e->sa.inbound != inbound))
		e = e->next;
	return e;
}

static struct entry *find_live(const struct fake *f, uint64_t token, bool inbound)
{
	struct entry *e = find(f, token, inbound);

	return e && e->fate == LIVE ? e : NULL;
}

static const struct addr *destination(const struct ike_sa_spec *sa)
{
	return sa->inbound ? &sa->local.addr : &sa->remote.addr;
}

static bool taken(const struct fake *f, const struct ike_sa_spec *sa)
{
	for (const struct entry *e = f->entries; e; e = e->next) {
		if (e->fate == LIVE && e->sa.inbound == sa->inbound && e->sa.spi == sa->spi &&
		    e->sa.ah == sa->ah && addr_equal(destination(&e->sa), destination(sa)))
			return true;
	}
	return false;
}

static void check_ah(struct fake *f, const struct ike_sa_spec *sa)
{
	if (sa->encr || sa->encr_key_n || !sa->integ)
		fault(f, "SA %08x: AH with a cipher, or without integrity", sa->spi);
	else if (sa->integ_key_n != sa->integ->key_n)
		fault(f, "SA %08x: integrity key of %u octets", sa->spi, sa->integ_key_n);
	if (sa->udp_encap)
		fault(f, "SA %08x: AH in UDP", sa->spi);
}

static void check_algorithms(struct fake *f, const struct ike_sa_spec *sa)
{
	if (sa->ah) {
		check_ah(f, sa);
		return;
	}
	if (!sa->encr || !sa->encr->kernel || (sa->integ && !sa->integ->kernel)) {
		fault(f, "SA %08x: no algorithm that the module has", sa->spi);
		return;
	}
	if (sa->encr->aead != !sa->integ)
		fault(f, "SA %08x: integrity algorithm beside a combined mode, or none", sa->spi);
	if (sa->key_bits != sa->encr->key_bits || sa->encr_key_n != sa->encr->key_n ||
	    sa->salt_n != sa->encr->salt_n)
		fault(f, "SA %08x: cipher key of %u octets, salt of %u", sa->spi,
		      sa->encr_key_n, sa->salt_n);
	if (sa->integ_key_n != (sa->integ ? sa->integ->key_n : 0))
		fault(f, "SA %08x: integrity key of %u octets", sa->spi, sa->integ_key_n);
}

static bool all_zero(const uint8_t *p, size_t n)
{
	while (n && !*p) {
		p++;
		n--;
	}
	return !n;
}

static void check_add(struct fake *f, const struct ike_sa_spec *sa)
{
	const struct entry *in = find_live(f, sa->token, true);

	check_algorithms(f, sa);
	/* Keys given by hand make the same SA again. */
	if (sa->token >> 63 ? !!find_live(f, sa->token, sa->inbound) :
	    !!find(f, sa->token, sa->inbound))
		fault(f, "SA %08x: its token was used before", sa->spi);
	/* The peer's choice of SPIs is not ours. */
	if (sa->inbound && taken(f, sa))
		fault(f, "SA %08x: the SPI is in use already", sa->spi);
	if (sa->spi < ESP_SPI_MIN)
		fault(f, "SA %08x: the SPI is reserved", sa->spi);
	if (!sa->inbound && !in)
		fault(f, "SA %08x: out-SA without its in-SA", sa->spi);
	if (!sa->inbound && in && (!ts_list_equal(&in->sa.ts.local, &sa->ts.local) ||
				   !ts_list_equal(&in->sa.ts.remote, &sa->ts.remote)))
		fault(f, "SA %08x: in-SA and out-SA differ in their selectors", sa->spi);
	if (!sa->inbound && in &&
	    (in->sa.udp_encap != sa->udp_encap || in->sa.udp_csum != sa->udp_csum))
		fault(f, "SA %08x: in-SA and out-SA differ in their encapsulation", sa->spi);
	if (!sa->inbound && in &&
	    (in->sa.ah != sa->ah || in->sa.esn != sa->esn || in->sa.transport != sa->transport))
		fault(f, "SA %08x: in-SA and out-SA differ in what they are", sa->spi);
	if (sa->inbound && sa->standby)
		fault(f, "SA %08x: an in-SA on standby", sa->spi);
	if (all_zero(sa->encr_key, sa->encr_key_n) && all_zero(sa->integ_key, sa->integ_key_n))
		fault(f, "SA %08x: the key was wiped before", sa->spi);
	if (!sa->ts.local.n || !sa->ts.remote.n)
		fault(f, "SA %08x: no selectors", sa->spi);
	if (!sa->local.addr.family || sa->local.addr.family != sa->remote.addr.family)
		fault(f, "SA %08x: addresses of different families, or none", sa->spi);
	/* The other way round, IKE at that port without encapsulation, a peer may want. */
	if (sa->udp_encap && sa->local.port != IKE_NATT_PORT)
		fault(f, "SA %08x: encapsulation at port %u", sa->spi, sa->local.port);
}

static void make_current(struct fake *f, struct entry *entry)
{
	for (struct entry *e = f->entries; e; e = e->next) {
		if (e->tunnel == entry->tunnel && e->proxy == entry->proxy)
			e->current = false;
	}
	entry->sa.standby = false;
	entry->current = true;
}

static struct entry *new_entry(struct fake *f, const struct ike_sa_spec *sa)
{
	struct tunnel *t = find_tunnel(f, sa->ifname);
	int proxy = t ? find_proxy(t, sa->proxy) : -1;
	struct entry *e;

	if (proxy < 0 || !t->configured[proxy]) {
		fault(f, "SA %08x: there is no proxy-ID %s of %s", sa->spi, sa->proxy,
		      sa->ifname);
		return NULL;
	}
	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	e->sa = *sa;
	e->sa.ifname = t->ifname;
	e->sa.proxy = t->names[proxy];
	e->tunnel = t;
	e->proxy = (unsigned int)proxy;
	e->next = f->entries;
	f->entries = e;
	return e;
}

static int fake_sa_add(struct kern *k, const struct ike_sa_spec *sa)
{
	struct fake *f = fake_of(k);
	bool exists = taken(f, sa);
	struct entry *e;

	check_add(f, sa);
	e = new_entry(f, sa);
	if (!e)
		return refuse(f, -ENOENT, "no such proxy-ID");
	if (f->refusals[sa->inbound]) {
		f->refusals[sa->inbound]--;
		e->fate = REFUSED;
		return refuse(f, f->refusal, "refused by the test");
	}
	if (exists) {
		e->fate = REFUSED;
		return refuse(f, -EEXIST, "direction, address and SPI are taken");
	}
	f->added++;
	if (!sa->inbound && !sa->standby)
		make_current(f, e);
	return 0;
}

static int fake_sa_activate(struct kern *k, const struct ike_sa_spec *sa)
{
	struct fake *f = fake_of(k);
	struct entry *e = find(f, sa->token, sa->inbound);

	if (sa->inbound)
		fault(f, "SA %08x: activation of an in-SA", sa->spi);
	if (!e || e->fate == DELETED || e->fate == REFUSED || e->sa.spi != sa->spi)
		fault(f, "SA %08x: activation of an SA that does not stand", sa->spi);
	if (!e || e->fate != LIVE)
		return refuse(f, -ENOENT, "no such SA");
	make_current(f, e);
	return 0;
}

static int fake_sa_move(struct kern *k, const struct ike_sa_spec *sa)
{
	struct fake *f = fake_of(k);
	struct entry *e = find(f, sa->token, sa->inbound);

	if (!e || e->fate == DELETED || e->fate == REFUSED || e->sa.spi != sa->spi)
		fault(f, "SA %08x: a new path for an SA that does not stand", sa->spi);
	if (!e || e->fate != LIVE)
		return refuse(f, -ENOENT, "no such SA");
	if (!addr_equal(&e->sa.local.addr, &sa->local.addr) ||
	    !addr_equal(&e->sa.remote.addr, &sa->remote.addr))
		fault(f, "SA %08x: a new path, but the old one is another", sa->spi);
	if (sa->new_local.addr.family != e->sa.local.addr.family ||
	    sa->new_remote.addr.family != e->sa.local.addr.family)
		fault(f, "SA %08x: a new path of another family", sa->spi);
	if (sa->udp_encap != e->sa.udp_encap)
		fault(f, "SA %08x: a new path with another encapsulation", sa->spi);
	e->sa.local = sa->new_local;
	e->sa.remote = sa->new_remote;
	return 0;
}

static int fake_sa_idle(struct kern *k, const struct ike_sa_spec *sa, uint64_t *idle)
{
	struct fake *f = fake_of(k);
	struct entry *e = find(f, sa->token, sa->inbound);

	if (!sa->inbound || !e || e->fate != LIVE || e->sa.spi != sa->spi)
		fault(f, "SA %08x: asked when it received, and does not stand", sa->spi);
	*idle = f->idle;
	return 0;
}

static void wipe(struct entry *e)
{
	secret_wipe(e->sa.encr_key, sizeof(e->sa.encr_key));
	secret_wipe(e->sa.integ_key, sizeof(e->sa.integ_key));
	secret_wipe(e->sa.salt, sizeof(e->sa.salt));
}

static int fake_sa_del(struct kern *k, const struct ike_sa_spec *sa)
{
	struct fake *f = fake_of(k);
	struct entry *e = find(f, sa->token, sa->inbound);

	if (e && e->sa.spi != sa->spi)
		fault(f, "SA %08x: deletion under the token of %08x", sa->spi, e->sa.spi);
	if (!e || e->fate == REFUSED)
		fault(f, "SA %08x: deletion of one that was never added", sa->spi);
	else if (e->fate == EXPIRED && taken(f, sa))
		fault(f, "SA %08x: deletion of another with that SPI", sa->spi);
	else if (e->fate == DELETED)
		fault(f, "SA %08x: deletion for the second time", sa->spi);
	else if (!addr_equal(destination(&e->sa), destination(sa)))
		fault(f, "SA %08x: deletion, but its address is another", sa->spi);
	if (!e)
		return 0;
	e->fate = DELETED;
	e->current = false;
	wipe(e);
	return 0;
}

static int fake_sa_each(struct kern *k, void (*each)(void *ctx, const struct kern_sa *), void *ctx)
{
	for (const struct entry *e = fake_of(k)->entries; e; e = e->next) {
		struct kern_sa sa = {
			.inbound = e->sa.inbound,
			.ah = e->sa.ah,
			.spi = e->sa.spi,
			.local = e->sa.local.addr,
			.remote = e->sa.remote.addr,
			.cookie = e->sa.token,
			.udp = e->sa.udp_encap,
			.seq = e->seq,
		};

		if (e->fate != LIVE)
			continue;
		memcpy(sa.ifname, e->tunnel->ifname, sizeof(sa.ifname));
		memcpy(sa.proxy, e->tunnel->names[e->proxy], sizeof(sa.proxy));
		each(ctx, &sa);
	}
	return 0;
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

	while (f->entries) {
		struct entry *e = f->entries;

		f->entries = e->next;
		wipe(e);
		free(e);
	}
	while (f->tunnels) {
		struct tunnel *t = f->tunnels;

		f->tunnels = t->next;
		free(t);
	}
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
	f->idle = UINT64_MAX;
	f->kern.ops = &fake_ops;
	f->kern.events = *events;
	return &f->kern;
}

/* --- for tests --- */

const char *kern_fake_fault(const struct kern *k)
{
	const struct fake *f = fake_of(k);

	return f->fault[0] ? f->fault : NULL;
}

const struct ike_sa_spec *kern_fake_out(const struct kern *k, const char *ifname,
					const char *proxy)
{
	for (const struct entry *e = fake_of(k)->entries; e; e = e->next) {
		if (e->fate == LIVE && e->current && !strcmp(e->sa.ifname, ifname) &&
		    !strcmp(e->sa.proxy, proxy))
			return &e->sa;
	}
	return NULL;
}

const struct ike_sa_spec *kern_fake_in(const struct kern *k, uint32_t spi)
{
	for (const struct entry *e = fake_of(k)->entries; e; e = e->next) {
		if (e->fate == LIVE && e->sa.inbound && e->sa.spi == spi)
			return &e->sa;
	}
	return NULL;
}

const struct policy_outer *kern_fake_outer(const struct kern *k, const char *ifname)
{
	const struct tunnel *t = find_tunnel(fake_of(k), ifname);

	return t ? &t->outer : NULL;
}

const struct policy_monitor *kern_fake_monitor(const struct kern *k, const char *ifname)
{
	const struct tunnel *t = find_tunnel(fake_of(k), ifname);

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
static enum kern_path path_of(const struct tunnel *t)
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
	struct tunnel *t = find_tunnel(fake_of(k), ifname);

	if (!t)
		return -1;
	for (unsigned int i = 0; i < t->monitor.n; i++) {
		t->probed[i] = answer ? KERN_PATH_UP : KERN_PATH_DOWN;
		if (!silent && k->events.path)
			k->events.path(k->events.ctx, ifname, path_of(t), "");
	}
	return 0;
}

unsigned int kern_fake_count(const struct kern *k, bool inbound, const char *proxy)
{
	unsigned int n = 0;

	for (const struct entry *e = fake_of(k)->entries; e; e = e->next)
		n += e->fate == LIVE && e->sa.inbound == inbound &&
		     (!proxy || !strcmp(e->sa.proxy, proxy));
	return n;
}

unsigned int kern_fake_failed(const struct kern *k)
{
	return fake_of(k)->failed;
}

unsigned int kern_fake_added(const struct kern *k)
{
	return fake_of(k)->added;
}

void kern_fake_refuse(struct kern *k, bool inbound, unsigned int n, int error)
{
	struct fake *f = fake_of(k);

	f->refusals[inbound] = n;
	f->refusal = error;
}

int kern_fake_expire(struct kern *k, uint64_t token, bool inbound, bool hard)
{
	struct entry *e = find_live(fake_of(k), token, inbound);

	if (!e)
		return -1;
	if (hard) {
		e->fate = EXPIRED;
		e->current = false;
	}
	if (k->events.expire)
		k->events.expire(k->events.ctx, token, inbound, hard);
	return 0;
}

void kern_fake_carried(struct kern *k, bool inbound, uint64_t seq)
{
	for (struct entry *e = fake_of(k)->entries; e; e = e->next)
		if (e->fate == LIVE && e->sa.inbound == inbound)
			e->seq = seq;
}

void kern_fake_idle(struct kern *k, uint64_t ms)
{
	fake_of(k)->idle = ms;
}
