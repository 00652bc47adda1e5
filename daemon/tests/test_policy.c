// SPDX-License-Identifier: GPL-2.0-or-later
/* A walk over a policy meets every tunnel once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_one_kind),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_on),
		cmocka_unit_test(test_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
