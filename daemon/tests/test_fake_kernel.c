// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests with ten thousand SAs are about the work of the daemon, so its fake kernel must not add to
 * it: an operation on an SA takes as many steps (steps.h) among many others, live or dead, as
 * among few.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <linux/pantun.h>

#include "kern/kern_fake.h"
#include "prop/alg_registry.h"
#include "tests/steps.h"

#define FEW	50		/* pairs of SAs */
#define MANY	5000
#define OLDEST	1		/* token of the pair that came first */
#define BY_HAND	(1ULL << 63)	/* in tokens: may come again */

/* Where pair number i is: in the proxy-ID i % @per_tunnel of the tunnel i / @per_tunnel. */
struct layout {
	unsigned int per_tunnel;
	bool dead;		/* all are in the first proxy-ID, where one followed the other */
};

static struct policy_tunnel *tunnel_new(unsigned int number, unsigned int n_proxies)
{
	struct policy_tunnel *tunnel = calloc(1, sizeof(*tunnel));

	assert_non_null(tunnel);
	tunnel->proxies = calloc(n_proxies, sizeof(*tunnel->proxies));
	assert_non_null(tunnel->proxies);
	snprintf(tunnel->ifname, sizeof(tunnel->ifname), "tunnel%u", number);
	tunnel->start = POLICY_START_PASSIVE;
	tunnel->n_proxies = n_proxies;
	for (unsigned int i = 0; i < n_proxies; i++)
		snprintf(tunnel->proxies[i].name, sizeof(tunnel->proxies[i].name), "net%u", i);
	return tunnel;
}

static void tunnel_free(struct policy_tunnel *tunnel)
{
	free(tunnel->proxies);
	free(tunnel);
}

static void make_tunnel(struct kern *k, unsigned int number, unsigned int n_proxies)
{
	struct policy_tunnel *tunnel = tunnel_new(number, n_proxies);

	assert_int_equal(k->ops->tunnel_ensure(k, tunnel), 0);
	assert_int_equal(k->ops->proxy_sync(k, tunnel), 0);
	tunnel_free(tunnel);
}

static struct endpoint end(const char *text)
{
	struct endpoint end = { 0 };

	assert_int_equal(addr_parse(text, &end.addr), 0);
	return end;
}

/* The strings stay the caller's. */
static struct ike_sa_spec sa_of(uint64_t token, bool inbound, const char *ifname,
				const char *proxy)
{
	const struct alg_encr *encr = alg_encr_by_conf("aes-256-gcm");
	struct ike_sa_spec sa = {
		.token = token, .inbound = inbound,
		.spi = (inbound ? 0x1000U : 0x80000000U) + (uint32_t)token,
		.ifname = ifname, .proxy = proxy,
		.local = end("192.0.2.1"), .remote = end("203.0.113.1"), .encr = encr,
	};

	assert_non_null(encr);
	sa.key_bits = encr->key_bits;
	sa.encr_key_n = encr->key_n;
	sa.salt_n = encr->salt_n;
	sa.encr_key[0] = 1;
	ts_pair_any(&sa.ts);
	return sa;
}

static void add_pair(struct kern *k, unsigned int number, const struct layout *layout)
{
	unsigned int place = layout->dead ? 0 : number;
	struct ike_sa_spec in, out;
	char ifname[16], proxy[16];

	snprintf(ifname, sizeof(ifname), "tunnel%u", place / layout->per_tunnel);
	snprintf(proxy, sizeof(proxy), "net%u", place % layout->per_tunnel);
	in = sa_of(OLDEST + number, true, ifname, proxy);
	out = sa_of(OLDEST + number, false, ifname, proxy);
	assert_int_equal(k->ops->sa_add(k, &in), 0);
	assert_int_equal(k->ops->sa_add(k, &out), 0);
	if (!layout->dead)
		return;
	assert_int_equal(k->ops->sa_del(k, &in), 0);
	assert_int_equal(k->ops->sa_del(k, &out), 0);
}

static struct kern *kern_with(unsigned int pairs, const struct layout *layout)
{
	unsigned int tunnels = layout->dead ? 1 : (pairs - 1) / layout->per_tunnel + 1;
	struct kern *k = kern_fake_open(&(struct kern_events){ 0 });

	assert_non_null(k);
	for (unsigned int i = 0; i < tunnels; i++)
		make_tunnel(k, i, layout->per_tunnel);
	for (unsigned int i = 0; i < pairs; i++)
		add_pair(k, i, layout);
	assert_int_equal(kern_fake_count(k, true, NULL), layout->dead ? 0 : pairs);
	return k;
}

static void close_kern(struct kern *k)
{
	if (kern_fake_fault(k))
		fail_msg("%s", kern_fake_fault(k));
	k->ops->close(k);
}

/* --- the life of a pair, an operation at a time --- */

struct life {
	struct kern *kern;
	struct ike_sa_spec in, out;
	struct policy_tunnel *tunnel;
};

static void add_in(struct life *l)
{
	assert_int_equal(l->kern->ops->sa_add(l->kern, &l->in), 0);
}

static void add_out(struct life *l)
{
	assert_int_equal(l->kern->ops->sa_add(l->kern, &l->out), 0);
}

static void activate(struct life *l)
{
	assert_int_equal(l->kern->ops->sa_activate(l->kern, &l->out), 0);
}

static void find_out(struct life *l)
{
	const struct ike_sa_spec *sa = kern_fake_out(l->kern, l->out.ifname, l->out.proxy);

	assert_non_null(sa);
	assert_int_equal(sa->spi, l->out.spi);
}

static void find_in(struct life *l)
{
	const struct ike_sa_spec *sa = kern_fake_in(l->kern, l->in.spi);

	assert_non_null(sa);
	assert_int_equal(sa->token, l->in.token);
}

static void move(struct life *l)
{
	assert_int_equal(l->kern->ops->sa_move(l->kern, &l->out), 0);
	l->out.remote = l->out.new_remote;
}

static void ask(struct life *l)
{
	uint64_t idle;

	assert_int_equal(l->kern->ops->sa_idle(l->kern, &l->in, &idle), 0);
}

static void sync_proxies(struct life *l)
{
	assert_int_equal(l->kern->ops->proxy_sync(l->kern, l->tunnel), 0);
}

static void fail_proxy(struct life *l)
{
	assert_int_equal(l->kern->ops->proxy_fail(l->kern, l->out.ifname, l->out.proxy), 0);
}

static void expire_out(struct life *l)
{
	assert_int_equal(kern_fake_expire(l->kern, l->out.token, false, true), 0);
}

/* Alive, or long dead. */
static void expire_oldest(struct life *l)
{
	kern_fake_expire(l->kern, OLDEST, true, false);
}

static void del_out(struct life *l)
{
	assert_int_equal(l->kern->ops->sa_del(l->kern, &l->out), 0);
}

static void del_in(struct life *l)
{
	assert_int_equal(l->kern->ops->sa_del(l->kern, &l->in), 0);
}

static const struct {
	const char *name;
	void (*run)(struct life *l);
} operations[] = {
	{ "addition of an in-SA", add_in },
	{ "addition of an out-SA", add_out },
	{ "activation", activate },
	{ "look for an out-SA", find_out },
	{ "look for an in-SA", find_in },
	{ "move", move },
	{ "question when it received", ask },
	{ "proxy-IDs of a tunnel", sync_proxies },
	{ "failure of a proxy-ID", fail_proxy },
	{ "expiry", expire_out },
	{ "expiry of the oldest SA", expire_oldest },
	{ "deletion of an expired SA", del_out },
	{ "deletion", del_in },
};

#define OPERATIONS	(sizeof(operations) / sizeof(operations[0]))

/* What each operation took, with another pair in the first proxy-ID. */
static void steps_among(unsigned int pairs, const struct layout *layout, uint64_t *taken)
{
	struct life life = {
		.kern = kern_with(pairs, layout),
		.in = sa_of(OLDEST + pairs, true, "tunnel0", "net0"),
		.out = sa_of(OLDEST + pairs, false, "tunnel0", "net0"),
		.tunnel = tunnel_new(0, layout->per_tunnel),
	};

	life.out.standby = true;
	life.out.new_local = life.out.local;
	life.out.new_remote = end("203.0.113.2");
	for (size_t i = 0; i < OPERATIONS; i++) {
		uint64_t before = steps();

		operations[i].run(&life);
		taken[i] = steps() - before;
	}
	tunnel_free(life.tunnel);
	close_kern(life.kern);
}

static void compare(const struct layout *layout)
{
	uint64_t few[OPERATIONS], many[OPERATIONS];

	steps_among(FEW, layout, few);
	steps_among(MANY, layout, many);
	for (size_t i = 0; i < OPERATIONS; i++)
		print_message("# %s: %llu steps among %u pairs, %llu among %u\n",
			      operations[i].name, (unsigned long long)few[i], FEW,
			      (unsigned long long)many[i], MANY);
	for (size_t i = 0; i < OPERATIONS; i++) {
		assert_in_range(few[i], 1, UINT64_MAX);
		/* A bucket may hold one or two more. */
		assert_in_range(many[i], 1, 2 * few[i] + 20);
	}
}

static void test_tunnels(void **state)
{
	(void)state;
	compare(&(struct layout){ .per_tunnel = 1 });
}

static void test_proxies(void **state)
{
	(void)state;
	compare(&(struct layout){ .per_tunnel = PANTUN_PROXIES_MAX });
}

static void test_dead(void **state)
{
	(void)state;
	compare(&(struct layout){ .per_tunnel = 1, .dead = true });
}

/* --- which SA is meant --- */

/* Keys given by hand make the same SA again: the newest counts. */
static void test_again(void **state)
{
	const struct layout dead = { .per_tunnel = 1, .dead = true };
	struct kern *k = kern_with(1, &dead);
	struct ike_sa_spec in = sa_of(BY_HAND | MANY, true, "tunnel0", "net0");

	(void)state;
	assert_int_equal(k->ops->sa_add(k, &in), 0);
	assert_int_equal(k->ops->sa_del(k, &in), 0);
	assert_null(kern_fake_in(k, in.spi));
	assert_int_equal(k->ops->sa_add(k, &in), 0);
	assert_int_equal(kern_fake_count(k, true, "net0"), 1);
	/* Enough for the table to grow. */
	for (unsigned int i = 1; i < 40; i++)
		add_pair(k, i, &dead);
	assert_int_equal(kern_fake_expire(k, in.token, true, true), 0);
	assert_int_equal(kern_fake_count(k, true, NULL), 0);
	assert_int_equal(k->ops->sa_del(k, &in), 0);
	assert_null(kern_fake_fault(k));
	assert_int_equal(k->ops->sa_del(k, &in), 0);
	assert_non_null(strstr(kern_fake_fault(k), "for the second time"));
	k->ops->close(k);
}

/* The steps of a look for its out-SA, which is none, after an in-SA came @times. */
static uint64_t steps_after(unsigned int times)
{
	struct kern *k = kern_with(1, &(struct layout){ .per_tunnel = 1 });
	struct ike_sa_spec in = sa_of(BY_HAND | MANY, true, "tunnel0", "net0");
	uint64_t before;

	for (unsigned int i = 0; i < times; i++) {
		assert_int_equal(k->ops->sa_add(k, &in), 0);
		assert_int_equal(k->ops->sa_del(k, &in), 0);
	}
	before = steps();
	assert_int_equal(kern_fake_expire(k, in.token, false, true), -1);
	before = steps() - before;
	close_kern(k);
	return before;
}

static void test_again_and_again(void **state)
{
	(void)state;
	assert_in_range(steps_after(MANY), 1, 2 * steps_after(1));
}

/* A proxy-ID takes its SAs along; those of others stay, also under the same name elsewhere. */
static void test_proxy_goes(void **state)
{
	const struct layout layout = { .per_tunnel = 2 };
	struct kern *k = kern_with(4, &layout);

	(void)state;
	assert_int_equal(kern_fake_count(k, false, "net1"), 2);
	make_tunnel(k, 0, 1);
	assert_int_equal(kern_fake_count(k, false, "net1"), 1);
	assert_int_equal(kern_fake_count(k, true, NULL), 3);
	assert_null(kern_fake_out(k, "tunnel0", "net1"));
	assert_non_null(kern_fake_out(k, "tunnel0", "net0"));
	assert_non_null(kern_fake_out(k, "tunnel1", "net1"));
	close_kern(k);
}

#define TOLD	20		/* pairs */

struct seen {
	struct kern *kern;
	unsigned int n;
};

static void see_and_delete(void *ctx, const struct kern_sa *sa)
{
	struct seen *seen = ctx;

	assert_int_equal(sa->ifname[0], 't');
	if (seen->n++)
		return;
	for (uint64_t token = OLDEST; token < OLDEST + TOLD; token++) {
		struct ike_sa_spec in = sa_of(token, true, "", "");
		struct ike_sa_spec out = sa_of(token, false, "", "");

		assert_int_equal(seen->kern->ops->sa_del(seen->kern, &in), 0);
		assert_int_equal(seen->kern->ops->sa_del(seen->kern, &out), 0);
	}
}

/* Who is told of all SAs hears of all that were there, even of those that it deletes meanwhile. */
static void test_each(void **state)
{
	struct kern *k = kern_with(TOLD, &(struct layout){ .per_tunnel = 3 });
	struct seen seen = { .kern = k };

	(void)state;
	assert_int_equal(k->ops->sa_each(k, see_and_delete, &seen), 0);
	assert_int_equal(seen.n, 2 * TOLD);
	assert_int_equal(kern_fake_count(k, true, NULL), 0);
	assert_int_equal(kern_fake_count(k, false, NULL), 0);
	assert_int_equal(k->ops->sa_each(k, see_and_delete, &seen), 0);
	assert_int_equal(seen.n, 2 * TOLD);
	close_kern(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tunnels),
		cmocka_unit_test(test_proxies),
		cmocka_unit_test(test_dead),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_again_and_again),
		cmocka_unit_test(test_proxy_goes),
		cmocka_unit_test(test_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
