// SPDX-License-Identifier: GPL-2.0-or-later
/* Tunnels and proxy-IDs of the fake. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/pantun.h>

#include "kern/kern_fake_priv.h"

static uint64_t proxy_key(const char *ifname, const char *proxy)
{
	return table_text(table_text(0, ifname), proxy);
}

struct fake_tunnel *fake_tunnel_find(const struct fake *f, const char *ifname)
{
	struct table_node *node = table_find(&f->by_ifname, table_text(0, ifname));

	for (; node; node = table_next(node)) {
		struct fake_tunnel *t = container_of(node, struct fake_tunnel, node);

		if (!strcmp(t->ifname, ifname))
			return t;
	}
	return NULL;
}

struct fake_proxy *fake_proxy_find(const struct fake *f, const char *ifname, const char *proxy)
{
	struct table_node *node = table_find(&f->by_names, proxy_key(ifname, proxy));

	for (; node; node = table_next(node)) {
		struct fake_proxy *p = container_of(node, struct fake_proxy, node);

		if (!strcmp(p->tunnel->ifname, ifname) && !strcmp(p->name, proxy))
			return p;
	}
	return NULL;
}

static void check_options(struct fake *f, const struct policy_tunnel *tunnel)
{
	const struct policy_outer *outer = &tunnel->outer;

	if (tunnel->start < POLICY_START_ALWAYS || tunnel->start > POLICY_START_PASSIVE)
		fake_fault(f, "tunnel %s: no such start mode as %d", tunnel->ifname,
			   tunnel->start);
	if (outer->df > POLICY_DF_SET)
		fake_fault(f, "tunnel %s: no such DF mode as %d", tunnel->ifname, outer->df);
	if (outer->dscp > PANTUN_DSCP_MAX || outer->tfc > PANTUN_TFC_MAX)
		fake_fault(f, "tunnel %s: DSCP %u, padding to %u", tunnel->ifname, outer->dscp,
			   outer->tfc);
	if (tunnel->carrier > POLICY_CARRIER_ALL)
		fake_fault(f, "tunnel %s: no such carrier rule as %d", tunnel->ifname,
			   tunnel->carrier);
	if (outer->gre && tunnel->n_proxies > 1)
		fake_fault(f, "tunnel %s: GRE with %u proxy-IDs", tunnel->ifname,
			   tunnel->n_proxies);
}

int fake_tunnel_ensure(struct kern *k, const struct policy_tunnel *tunnel)
{
	struct fake *f = fake_of(k);
	struct fake_tunnel *t = fake_tunnel_find(f, tunnel->ifname);

	check_options(f, tunnel);
	if (!t) {
		t = calloc(1, sizeof(*t));
		if (!t)
			return fake_refuse(f, -ENOMEM, "out of memory");
		memcpy(t->ifname, tunnel->ifname, sizeof(t->ifname));
		LIST_INIT(&t->proxies);
		LIST_INSERT_HEAD(&f->tunnels, t, next);
		table_add(&f->by_ifname, &t->node, table_text(0, t->ifname));
	}
	t->outer = tunnel->outer;
	return 0;
}

/* NULL on lack of memory. */
static struct fake_proxy *proxy_new(struct fake *f, struct fake_tunnel *t, const char *name)
{
	struct fake_proxy *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	memcpy(p->name, name, sizeof(p->name));
	p->tunnel = t;
	LIST_INIT(&p->sas);
	LIST_INSERT_HEAD(&t->proxies, p, next);
	table_add(&f->by_names, &p->node, proxy_key(t->ifname, p->name));
	return p;
}

/* As in the module, a proxy-ID takes its SAs along. */
static void end_sas(struct fake *f, struct fake_proxy *p)
{
	while (!LIST_EMPTY(&p->sas))
		fake_sa_end(f, LIST_FIRST(&p->sas), FAKE_EXPIRED);
}

int fake_proxy_sync(struct kern *k, const struct policy_tunnel *tunnel)
{
	struct fake *f = fake_of(k);
	struct fake_tunnel *t = fake_tunnel_find(f, tunnel->ifname);
	struct fake_proxy *p;

	if (!t)
		return fake_refuse(f, -ENODEV, "no such tunnel");
	if (tunnel->n_proxies > PANTUN_PROXIES_MAX)
		return fake_refuse(f, -ENOSPC, "too many proxy-IDs");
	for (p = LIST_FIRST(&t->proxies); p; p = LIST_NEXT(p, next))
		p->configured = false;
	for (unsigned int i = 0; i < tunnel->n_proxies; i++) {
		const char *name = tunnel->proxies[i].name;

		p = fake_proxy_find(f, t->ifname, name);
		if (!p)
			p = proxy_new(f, t, name);
		if (!p)
			return fake_refuse(f, -ENOMEM, "out of memory");
		p->configured = true;
	}
	for (p = LIST_FIRST(&t->proxies); p; p = LIST_NEXT(p, next))
		if (!p->configured)
			end_sas(f, p);
	return 0;
}

int fake_proxy_fail(struct kern *k, const char *ifname, const char *proxy)
{
	struct fake *f = fake_of(k);
	const struct fake_proxy *p = fake_proxy_find(f, ifname, proxy);

	if (!p || !p->configured)
		fake_fault(f, "there is no proxy-ID %s of %s to fail", proxy, ifname);
	/* One that a reload has replaced may still have its SA here: nothing waits then. */
	if (!p || !p->out)
		f->failed++;
	return 0;
}

void fake_tunnels_free(struct fake *f)
{
	while (!LIST_EMPTY(&f->tunnels)) {
		struct fake_tunnel *t = LIST_FIRST(&f->tunnels);

		while (!LIST_EMPTY(&t->proxies)) {
			struct fake_proxy *p = LIST_FIRST(&t->proxies);

			LIST_REMOVE(p, next);
			free(p);
		}
		LIST_REMOVE(t, next);
		free(t);
	}
}

/* --- for tests --- */

const struct policy_outer *kern_fake_outer(const struct kern *k, const char *ifname)
{
	const struct fake_tunnel *t = fake_tunnel_find(fake_of(k), ifname);

	return t ? &t->outer : NULL;
}

unsigned int kern_fake_failed(const struct kern *k)
{
	return fake_of(k)->failed;
}
