// SPDX-License-Identifier: GPL-2.0-or-later
/* A walk over a policy meets every tunnel once; comparisons see what differs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "policy/fields.h"
#include "policy/policy.h"

static struct policy_tunnel of_first[] = { { .ifname = "a" }, { .ifname = "b" } };
static struct policy_tunnel of_third[] = { { .ifname = "c" } };
static struct policy_gateway gateways[] = {
	{ .name = "first", .tunnels = of_first, .n_tunnels = 2 },
	{ .name = "idle" },
	{ .name = "third", .tunnels = of_third, .n_tunnels = 1 },
	{ .name = "idle too" },
};
static struct policy_manual manual[] = {
	{ .tunnel = { .ifname = "d" } }, { .tunnel = { .ifname = "e" } },
};

static void assert_met(struct policy_walk *walk, const struct policy *policy, const char *ifname,
		       const struct policy_gateway *gateway, const struct policy_manual *with_keys)
{
	assert_true(policy_next(walk, policy));
	assert_string_equal(walk->tunnel->ifname, ifname);
	assert_ptr_equal(walk->gateway, gateway);
	assert_ptr_equal(walk->manual, with_keys);
}

static void test_all(void **state)
{
	const struct policy policy = {
		.gateways = gateways, .n_gateways = 4, .manual = manual, .n_manual = 2,
	};
	struct policy_walk walk = { 0 };

	(void)state;
	assert_met(&walk, &policy, "a", &gateways[0], NULL);
	assert_met(&walk, &policy, "b", &gateways[0], NULL);
	assert_met(&walk, &policy, "c", &gateways[2], NULL);
	assert_met(&walk, &policy, "d", NULL, &manual[0]);
	assert_met(&walk, &policy, "e", NULL, &manual[1]);
	assert_false(policy_next(&walk, &policy));
	assert_false(policy_next(&walk, &policy));
}

static void test_one_kind(void **state)
{
	const struct policy negotiated = { .gateways = gateways, .n_gateways = 2 };
	const struct policy keyed = { .manual = manual, .n_manual = 1 };
	struct policy_walk walk = { 0 };

	(void)state;
	assert_met(&walk, &negotiated, "a", &gateways[0], NULL);
	assert_met(&walk, &negotiated, "b", &gateways[0], NULL);
	assert_false(policy_next(&walk, &negotiated));
	walk = (struct policy_walk){ 0 };
	assert_met(&walk, &keyed, "d", NULL, &manual[0]);
	assert_false(policy_next(&walk, &keyed));
}

static void test_none(void **state)
{
	const struct policy empty = { 0 };
	const struct policy idle = { .gateways = &gateways[1], .n_gateways = 1 };

	(void)state;
	assert_false(policy_next(&(struct policy_walk){ 0 }, NULL));
	assert_false(policy_next(&(struct policy_walk){ 0 }, &empty));
	assert_false(policy_next(&(struct policy_walk){ 0 }, &idle));
}

/* By interface, with its gateway or without one. */
static void test_on(void **state)
{
	const struct policy policy = {
		.gateways = gateways, .n_gateways = 4, .manual = manual, .n_manual = 2,
	};
	const struct policy_gateway *gateway = &gateways[1];

	(void)state;
	assert_ptr_equal(policy_tunnel_on(&policy, "c", &gateway), &of_third[0]);
	assert_ptr_equal(gateway, &gateways[2]);
	assert_ptr_equal(policy_tunnel_on(&policy, "e", &gateway), &manual[1].tunnel);
	assert_null(gateway);
	assert_ptr_equal(policy_tunnel_on(&policy, "b", NULL), &of_first[1]);
	gateway = &gateways[0];
	assert_null(policy_tunnel_on(&policy, "f", &gateway));
	assert_null(gateway);
	assert_null(policy_tunnel_on(NULL, "a", NULL));
}

/* With an index the same is found. */
static void test_index(void **state)
{
	struct policy policy = {
		.gateways = gateways, .n_gateways = 4, .manual = manual, .n_manual = 2,
	};
	const char *const names[] = { "a", "b", "c", "d", "e", "f", "" };
	struct policy empty = { 0 };
	const struct policy plain = policy;

	(void)state;
	assert_int_equal(policy_index(&policy), 0);
	assert_int_equal(policy.n_places, 5);
	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct policy_gateway *one = gateways, *other = gateways;

		assert_ptr_equal(policy_tunnel_on(&policy, names[i], &one),
				 policy_tunnel_on(&plain, names[i], &other));
		assert_ptr_equal(one, other);
	}
	free(policy.places);
	assert_int_equal(policy_index(&empty), 0);
	assert_null(policy_tunnel_on(&empty, "a", NULL));
}

/* A copy with another value in that field is one that it takes @change to come to. */
static void assert_change(bool kin, bool equal, bool same, enum policy_change change)
{
	assert_int_equal(kin, change > POLICY_ANEW);
	assert_int_equal(equal, change > POLICY_REKEY);
	assert_false(same);
}

#define ALTER(field, change, how) \
	{ \
		b = a; \
		*(uint8_t *)&b.field ^= 1; \
		assert_change(policy_gateway_kin(&a, &b), change > POLICY_REKEY, \
			      policy_gateway_equal(&a, &b), change); \
	}
#define ALTER_TUNNEL(field, change, how) \
	{ \
		b = a; \
		*(uint8_t *)&b.field ^= 1; \
		assert_change(policy_tunnel_kin(&a, &b), policy_tunnel_equal(&a, &b), \
			      policy_tunnel_same(&a, &b), change); \
	}
/* Fields of outer follow on their own. */
#define ALTER_MEMBER(field, change, how)	ALTER_##how(field, change, how)
#define ALTER_VALUE(field, change, how)	ALTER_TUNNEL(field, change, how)
#define ALTER_TEXT(field, change, how)	ALTER_TUNNEL(field, change, how)
#define ALTER_MONITOR(field, change, how)	ALTER_TUNNEL(field, change, how)
#define ALTER_PROPOSALS(field, change, how)	ALTER_TUNNEL(field, change, how)
#define ALTER_OUTER(field, change, how)
#define ALTER_OF_OUTER(field, change, how)	ALTER_TUNNEL(outer.field, change, how)
#define ALTER_OF_MONITOR(field, change, how)	ALTER_TUNNEL(monitor.field, change, how)
#define ALTER_PROBE(field, change, how)	ALTER_TUNNEL(monitor.probes[1].field, change, how)
#define APART(field)

static void test_gateway(void **state)
{
	const struct policy_gateway a = { .n_tunnels = 0 };
	struct policy_gateway b = a;

	(void)state;
	assert_true(policy_gateway_equal(&a, &b));
	POLICY_GATEWAY_FIELDS(ALTER, APART)
	b = a;
	b.n_tunnels = 1;
	assert_true(policy_gateway_equal(&a, &b));
}

static void test_tunnel(void **state)
{
	struct policy_proxy proxies[] = { { .name = "a" }, { .name = "b" }, { .name = "b" } };
	const struct policy_tunnel a = {
		.monitor = { .n = 2 }, .n_proxies = 1, .proxies = proxies,
	};
	struct policy_tunnel b = a;

	(void)state;
	assert_true(policy_tunnel_same(&a, &b));
	POLICY_TUNNEL_FIELDS(ALTER_MEMBER, APART)
	POLICY_OUTER_FIELDS(ALTER_OF_OUTER)
	POLICY_MONITOR_FIELDS(ALTER_OF_MONITOR, APART)
	POLICY_PROBE_FIELDS(ALTER_PROBE)
	b = a;
	b.n_proxies = 2;
	assert_change(policy_tunnel_kin(&a, &b), policy_tunnel_equal(&a, &b),
		      policy_tunnel_same(&a, &b), POLICY_LIVE);
	b = a;
	b.proxies = proxies + 1;
	assert_change(policy_tunnel_kin(&a, &b), policy_tunnel_equal(&a, &b),
		      policy_tunnel_same(&a, &b), POLICY_LIVE);
	b.proxies = proxies + 2;
	proxies[2].ts.remote.n = 1;
	assert_false(policy_proxy_equal(&proxies[1], &proxies[2]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_one_kind),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_on),
		cmocka_unit_test(test_index),
		cmocka_unit_test(test_gateway),
		cmocka_unit_test(test_tunnel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
