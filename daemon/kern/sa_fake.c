// SPDX-License-Identifier: GPL-2.0-or-later
/* SAs of the fake. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "kern/kern_fake_priv.h"

static struct fake_sa *of_token(struct table_node *node)
{
	return container_of(node, struct fake_sa, token_node);
}

static struct fake_sa *of_spi(struct table_node *node)
{
	return container_of(node, struct fake_sa, spi_node);
}

struct fake_sa *fake_sa_find(const struct fake *f, uint64_t token, bool inbound)
{
	struct table_node *node = table_find(&f->by_token, token);

	/* The other of the two that may be there is the other direction's. */
	while (node && of_token(node)->sa.inbound != inbound)
		node = table_next(node);
	return node ? of_token(node) : NULL;
}

struct fake_sa *fake_sa_live(const struct fake *f, uint64_t token, bool inbound)
{
	struct fake_sa *e = fake_sa_find(f, token, inbound);

	return e && e->fate == FAKE_LIVE ? e : NULL;
}

static const struct addr *destination(const struct ike_sa_spec *sa)
{
	return sa->inbound ? &sa->local.addr : &sa->remote.addr;
}

bool fake_sa_taken(const struct fake *f, const struct ike_sa_spec *sa)
{
	struct table_node *node = table_find(&f->by_spi, sa->spi);

	for (; node; node = table_next(node)) {
		const struct ike_sa_spec *other = &of_spi(node)->sa;

		if (other->inbound == sa->inbound && other->ah == sa->ah &&
		    addr_equal(destination(other), destination(sa)))
			return true;
	}
	return false;
}

static void make_current(struct fake_sa *entry)
{
	entry->sa.standby = false;
	entry->proxy->out = entry;
}

static struct fake_sa *new_entry(struct fake *f, const struct ike_sa_spec *sa)
{
	struct fake_proxy *p = fake_proxy_find(f, sa->ifname, sa->proxy);
	struct fake_sa *e, *before = fake_sa_find(f, sa->token, sa->inbound);

	if (!p || !p->configured) {
		fake_fault(f, "SA %08x: there is no proxy-ID %s of %s", sa->spi, sa->proxy,
			   sa->ifname);
		return NULL;
	}
	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	e->sa = *sa;
	e->sa.ifname = p->tunnel->ifname;
	e->sa.proxy = p->name;
	e->proxy = p;
	SLIST_INSERT_HEAD(&f->all, e, all);
	if (before)
		table_remove(&f->by_token, &before->token_node);
	table_add(&f->by_token, &e->token_node, sa->token);
	return e;
}

static void begin(struct fake *f, struct fake_sa *entry)
{
	bool inbound = entry->sa.inbound;

	entry->fate = FAKE_LIVE;
	table_add(&f->by_spi, &entry->spi_node, entry->sa.spi);
	LIST_INSERT_HEAD(&f->live, entry, live);
	LIST_INSERT_HEAD(&entry->proxy->sas, entry, of_proxy);
	f->n[inbound]++;
	entry->proxy->n[inbound]++;
	f->added++;
	if (!inbound && !entry->sa.standby)
		make_current(entry);
}

void fake_sa_end(struct fake *f, struct fake_sa *entry, enum fake_fate fate)
{
	struct fake_proxy *p = entry->proxy;

	entry->fate = fate;
	table_remove(&f->by_spi, &entry->spi_node);
	LIST_REMOVE(entry, live);
	LIST_REMOVE(entry, of_proxy);
	f->n[entry->sa.inbound]--;
	p->n[entry->sa.inbound]--;
	if (p->out == entry)
		p->out = NULL;
}

int fake_sa_add(struct kern *k, const struct ike_sa_spec *sa)
{
	struct fake *f = fake_of(k);
	bool exists = fake_sa_taken(f, sa);
	struct fake_sa *e;

	fake_sa_check(f, sa);
	e = new_entry(f, sa);
	if (!e)
		return fake_refuse(f, -ENOENT, "no such proxy-ID");
	e->fate = FAKE_REFUSED;
	if (f->refusals[sa->inbound]) {
		f->refusals[sa->inbound]--;
		return fake_refuse(f, f->refusal, "refused by the test");
	}
	if (exists)
		return fake_refuse(f, -EEXIST, "direction, address and SPI are taken");
	begin(f, e);
	return 0;
}

int fake_sa_activate(struct kern *k, const struct ike_sa_spec *sa)
{
	struct fake *f = fake_of(k);
	struct fake_sa *e = fake_sa_find(f, sa->token, sa->inbound);

	if (sa->inbound)
		fake_fault(f, "SA %08x: activation of an in-SA", sa->spi);
	if (!e || e->fate == FAKE_DELETED || e->fate == FAKE_REFUSED || e->sa.spi != sa->spi)
		fake_fault(f, "SA %08x: activation of an SA that does not stand", sa->spi);
	if (!e || e->fate != FAKE_LIVE)
		return fake_refuse(f, -ENOENT, "no such SA");
	make_current(e);
	return 0;
}

int fake_sa_move(struct kern *k, const struct ike_sa_spec *sa)
{
	struct fake *f = fake_of(k);
	struct fake_sa *e = fake_sa_find(f, sa->token, sa->inbound);

	if (!e || e->fate == FAKE_DELETED || e->fate == FAKE_REFUSED || e->sa.spi != sa->spi)
		fake_fault(f, "SA %08x: a new path for an SA that does not stand", sa->spi);
	if (!e || e->fate != FAKE_LIVE)
		return fake_refuse(f, -ENOENT, "no such SA");
	if (!addr_equal(&e->sa.local.addr, &sa->local.addr) ||
	    !addr_equal(&e->sa.remote.addr, &sa->remote.addr))
		fake_fault(f, "SA %08x: a new path, but the old one is another", sa->spi);
	if (sa->new_local.addr.family != e->sa.local.addr.family ||
	    sa->new_remote.addr.family != e->sa.local.addr.family)
		fake_fault(f, "SA %08x: a new path of another family", sa->spi);
	e->sa.udp_encap = sa->udp_encap;
	e->sa.local = sa->new_local;
	e->sa.remote = sa->new_remote;
	return 0;
}

int fake_sa_idle(struct kern *k, const struct ike_sa_spec *sa, uint64_t *idle)
{
	struct fake *f = fake_of(k);
	struct fake_sa *e = fake_sa_find(f, sa->token, sa->inbound);

	if (!sa->inbound || !e || e->fate != FAKE_LIVE || e->sa.spi != sa->spi)
		fake_fault(f, "SA %08x: asked when it received, and does not stand", sa->spi);
	*idle = f->idle;
	return 0;
}

static void wipe(struct fake_sa *e)
{
	secret_wipe(e->sa.encr_key, sizeof(e->sa.encr_key));
	secret_wipe(e->sa.integ_key, sizeof(e->sa.integ_key));
	secret_wipe(e->sa.salt, sizeof(e->sa.salt));
}

int fake_sa_del(struct kern *k, const struct ike_sa_spec *sa)
{
	struct fake *f = fake_of(k);
	struct fake_sa *e = fake_sa_find(f, sa->token, sa->inbound);

	if (e && e->sa.spi != sa->spi)
		fake_fault(f, "SA %08x: deletion under the token of %08x", sa->spi, e->sa.spi);
	if (!e || e->fate == FAKE_REFUSED)
		fake_fault(f, "SA %08x: deletion of one that was never added", sa->spi);
	else if (e->fate == FAKE_EXPIRED && fake_sa_taken(f, sa))
		fake_fault(f, "SA %08x: deletion of another with that SPI", sa->spi);
	else if (e->fate == FAKE_DELETED)
		fake_fault(f, "SA %08x: deletion for the second time", sa->spi);
	else if (!addr_equal(destination(&e->sa), destination(sa)))
		fake_fault(f, "SA %08x: deletion, but its address is another", sa->spi);
	if (!e)
		return 0;
	if (e->fate == FAKE_LIVE)
		fake_sa_end(f, e, FAKE_DELETED);
	e->fate = FAKE_DELETED;
	wipe(e);
	return 0;
}

static struct kern_sa describe(const struct fake_sa *e)
{
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

	memcpy(sa.ifname, e->proxy->tunnel->ifname, sizeof(sa.ifname));
	memcpy(sa.proxy, e->proxy->name, sizeof(sa.proxy));
	return sa;
}

/* As from the module, @each gets those that were there at first, and may add and delete. */
int fake_sa_each(struct kern *k, void (*each)(void *ctx, const struct kern_sa *), void *ctx)
{
	struct fake *f = fake_of(k);
	struct kern_sa *sas = calloc(f->n[false] + f->n[true] + 1, sizeof(*sas));
	const struct fake_sa *e;
	size_t n = 0;

	if (!sas)
		return fake_refuse(f, -ENOMEM, "out of memory");
	for (e = LIST_FIRST(&f->live); e; e = LIST_NEXT(e, live))
		sas[n++] = describe(e);
	for (size_t i = 0; i < n; i++)
		each(ctx, &sas[i]);
	free(sas);
	return 0;
}

void fake_sas_free(struct fake *f)
{
	while (!SLIST_EMPTY(&f->all)) {
		struct fake_sa *e = SLIST_FIRST(&f->all);

		SLIST_REMOVE_HEAD(&f->all, all);
		wipe(e);
		free(e);
	}
}

/* --- for tests --- */

const struct ike_sa_spec *kern_fake_out(const struct kern *k, const char *ifname,
					const char *proxy)
{
	const struct fake_proxy *p = fake_proxy_find(fake_of(k), ifname, proxy);

	return p && p->out ? &p->out->sa : NULL;
}

const struct ike_sa_spec *kern_fake_in(const struct kern *k, uint32_t spi)
{
	struct table_node *node = table_find(&fake_of(k)->by_spi, spi);

	while (node && !of_spi(node)->sa.inbound)
		node = table_next(node);
	return node ? &of_spi(node)->sa : NULL;
}

unsigned int kern_fake_count(const struct kern *k, bool inbound, const char *proxy)
{
	const struct fake *f = fake_of(k);
	const struct fake_tunnel *t;
	unsigned int n = 0;

	if (!proxy)
		return f->n[inbound];
	for (t = LIST_FIRST(&f->tunnels); t; t = LIST_NEXT(t, next)) {
		const struct fake_proxy *p = fake_proxy_find(f, t->ifname, proxy);

		n += p ? p->n[inbound] : 0;
	}
	return n;
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
	struct fake_sa *e = fake_sa_live(fake_of(k), token, inbound);

	if (!e)
		return -1;
	if (hard)
		fake_sa_end(fake_of(k), e, FAKE_EXPIRED);
	if (k->events.expire)
		k->events.expire(k->events.ctx, token, inbound, hard);
	return 0;
}

void kern_fake_carried(struct kern *k, bool inbound, uint64_t seq)
{
	struct fake_sa *e;

	for (e = LIST_FIRST(&fake_of(k)->live); e; e = LIST_NEXT(e, live))
		if (e->sa.inbound == inbound)
			e->seq = seq;
}

void kern_fake_idle(struct kern *k, uint64_t ms)
{
	fake_of(k)->idle = ms;
}
