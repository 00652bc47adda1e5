// SPDX-License-Identifier: GPL-2.0-or-later
#include "kern/kern_fake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fake {
	struct kern kern;
	struct fake_sa *sas;
	char problem[256];
	int fail[2];		/* errno of the next sa_add, outbound and inbound */
};

static struct fake *fake_of(const struct kern *k)
{
	return (struct fake *)(void *)k;
}

static void fault(struct fake *f, const char *what, const struct ike_sa_spec *spec)
{
	if (!f->problem[0])
		snprintf(f->problem, sizeof(f->problem), "%s: %s spi %08x", what,
			 spec->inbound ? "in" : "out", spec->spi);
}

static struct fake_sa **find(struct fake *f, const struct ike_sa_spec *spec)
{
	struct fake_sa **at = &f->sas;

	for (; *at; at = &(*at)->next) {
		const struct ike_sa_spec *have = &(*at)->spec;

		if (have->inbound == spec->inbound && have->spi == spec->spi &&
		    (spec->inbound || addr_equal(&have->remote.addr, &spec->remote.addr)))
			break;
	}
	return at;
}

static void make_current(struct fake *f, struct fake_sa *sa)
{
	for (struct fake_sa *other = f->sas; other; other = other->next) {
		if (!strcmp(other->ifname, sa->ifname) && !strcmp(other->proxy, sa->proxy))
			other->current = false;
	}
	sa->current = true;
}

static bool has_in(const struct fake *f, uint64_t token)
{
	for (const struct fake_sa *sa = f->sas; sa; sa = sa->next) {
		if (sa->spec.inbound && sa->spec.token == token)
			return true;
	}
	return false;
}

static void check_new(struct fake *f, const struct ike_sa_spec *spec)
{
	if (*find(f, spec))
		fault(f, "SPI is there already", spec);
	if (spec->spi < 256)
		fault(f, "reserved SPI", spec);
	if (!spec->inbound && !has_in(f, spec->token))
		fault(f, "outbound before inbound", spec);
	if (!spec->encr || spec->encr_key_n != spec->encr->key_n ||
	    spec->salt_n != spec->encr->salt_n ||
	    spec->integ_key_n != (spec->integ ? spec->integ->key_n : 0) ||
	    !spec->encr->aead != !!spec->integ)
		fault(f, "keys do not fit the algorithm", spec);
	if (!spec->ts.local.n || !spec->ts.remote.n)
		fault(f, "no selectors", spec);
}

static int fake_add(struct kern *k, const struct ike_sa_spec *spec)
{
	struct fake *f = fake_of(k);
	int error = f->fail[spec->inbound];
	struct fake_sa *sa;

	f->fail[spec->inbound] = 0;
	if (error) {
		snprintf(k->error, sizeof(k->error), "no room in the fake");
		return -error;
	}
	check_new(f, spec);
	sa = calloc(1, sizeof(*sa));
	if (!sa)
		return -ENOMEM;
	sa->spec = *spec;
	snprintf(sa->ifname, sizeof(sa->ifname), "%s", spec->ifname);
	snprintf(sa->proxy, sizeof(sa->proxy), "%s", spec->proxy);
	sa->next = f->sas;
	f->sas = sa;
	if (!spec->inbound && !spec->standby)
		make_current(f, sa);
	return 0;
}

static int fake_activate(struct kern *k, const struct ike_sa_spec *spec)
{
	struct fake *f = fake_of(k);
	struct fake_sa *sa = *find(f, spec);

	if (!sa || spec->inbound) {
		fault(f, "activates what is not there", spec);
		return -ENOENT;
	}
	make_current(f, sa);
	return 0;
}

static int fake_del(struct kern *k, const struct ike_sa_spec *spec)
{
	struct fake *f = fake_of(k);
	struct fake_sa **at = find(f, spec), *sa = *at;

	if (!sa)
		return 0;
	*at = sa->next;
	free(sa);
	return 0;
}

static int fake_tunnel_ensure(struct kern *k, const char *ifname, enum policy_start start)
{
	(void)k;
	(void)ifname;
	(void)start;
	return 0;
}

static int fake_proxy_sync(struct kern *k, const struct policy_tunnel *tunnel)
{
	(void)k;
	(void)tunnel;
	return 0;
}

static int fake_each(struct kern *k, void (*each)(void *ctx, const struct kern_sa *), void *ctx)
{
	for (const struct fake_sa *sa = fake_of(k)->sas; sa; sa = sa->next) {
		struct kern_sa out = {
			.inbound = sa->spec.inbound,
			.spi = sa->spec.spi,
			.local = sa->spec.local.addr,
			.remote = sa->spec.remote.addr,
			.cookie = sa->spec.token,
		};

		memcpy(out.ifname, sa->ifname, sizeof(out.ifname));
		memcpy(out.proxy, sa->proxy, sizeof(out.proxy));
		each(ctx, &out);
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

	while (f->sas) {
		struct fake_sa *sa = f->sas;

		f->sas = sa->next;
		free(sa);
	}
	free(f);
}

static const struct kern_ops fake_ops = {
	.tunnel_ensure = fake_tunnel_ensure,
	.proxy_sync = fake_proxy_sync,
	.sa_add = fake_add,
	.sa_activate = fake_activate,
	.sa_del = fake_del,
	.sa_each = fake_each,
	.fd = fake_fd,
	.dispatch = fake_dispatch,
	.close = fake_close,
};

struct kern *kern_fake_open(const struct kern_events *events)
{
	struct fake *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->kern.ops = &fake_ops;
	if (events)
		f->kern.events = *events;
	return &f->kern;
}

const struct fake_sa *kern_fake_sas(const struct kern *k)
{
	return fake_of(k)->sas;
}

const struct fake_sa *kern_fake_current(const struct kern *k, const char *ifname,
					const char *proxy)
{
	const struct fake_sa *sa = fake_of(k)->sas;

	for (; sa; sa = sa->next) {
		if (sa->current && !strcmp(sa->ifname, ifname) && !strcmp(sa->proxy, proxy))
			break;
	}
	return sa;
}

const struct fake_sa *kern_fake_in(const struct kern *k, uint32_t spi)
{
	const struct fake_sa *sa = fake_of(k)->sas;

	while (sa && (!sa->spec.inbound || sa->spec.spi != spi))
		sa = sa->next;
	return sa;
}

const char *kern_fake_problem(const struct kern *k)
{
	return fake_of(k)->problem;
}

void kern_fake_fail_next(struct kern *k, bool inbound, int error)
{
	fake_of(k)->fail[inbound] = error;
}
