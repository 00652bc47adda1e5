// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers of pre-shared keys: equal for equal keys, and who makes AUTH has what it needs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/keyring.h"

#define MOST	8

/* Who makes AUTH: what it was told. */
static struct {
	const char *had[MOST];		/* by number */
	unsigned int sets, forgets;
	bool full;
} user;

static const char *const octets[] = { "one", "two", "three", "on", "onf" };

static int set(void *ctx, uint64_t number, struct bytes key)
{
	(void)ctx;
	if (user.full)
		return -1;
	assert_in_range(number, 1, MOST - 1);
	assert_null(user.had[number]);
	for (size_t i = 0; i < sizeof(octets) / sizeof(octets[0]); i++)
		if (bytes_equal(key, bytes_of(octets[i], strlen(octets[i]))))
			user.had[number] = octets[i];
	assert_non_null(user.had[number]);
	user.sets++;
	return 0;
}

static void forget(void *ctx, uint64_t number)
{
	(void)ctx;
	assert_in_range(number, 1, MOST - 1);
	assert_non_null(user.had[number]);
	user.had[number] = NULL;
	user.forgets++;
}

static struct keyring *new_ring(void)
{
	const struct keyring_user who = { .set = set, .forget = forget };
	struct keyring *ring = keyring_new(&who);

	memset(&user, 0, sizeof(user));
	assert_non_null(ring);
	return ring;
}

/* One gateway a key; "": one without. */
static struct policy *policy_of(const char *const *keys, unsigned int n)
{
	struct policy *policy = calloc(1, sizeof(*policy));
	struct policy_gateway *gateways = calloc(n, sizeof(*gateways));

	if (!policy || !gateways)
		abort();
	policy->n_gateways = n;
	policy->gateways = gateways;
	for (unsigned int i = 0; i < n; i++) {
		if (keys[i][0])
			gateways[i].psk = secret_new(bytes_of((const uint8_t *)keys[i],
							      strlen(keys[i])));
	}
	return policy;
}

/* The user keeps the keys of @policy alone. */
static void settle(struct keyring *ring, const struct policy *policy)
{
	keyring_keep(ring, policy);
	keyring_settle(ring);
}

#define POLICY(...)	policy_of((const char *const[]){ __VA_ARGS__ }, \
		sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

/* Each gateway has the number of its key, by which the user knows that. */
static void check_has(const struct policy *policy)
{
	for (unsigned int i = 0; i < policy->n_gateways; i++) {
		const struct policy_gateway *gateway = &policy->gateways[i];

		if (!gateway->psk) {
			assert_int_equal(gateway->key, 0);
			continue;
		}
		assert_in_range(gateway->key, 1, MOST - 1);
		assert_int_equal(strlen(user.had[gateway->key]), gateway->psk->n);
		assert_memory_equal(user.had[gateway->key], gateway->psk->b, gateway->psk->n);
	}
}

static void test_equal(void **state)
{
	static const char *const keys[] = { "one", "two", "one", "", "on", "onf" };
	struct keyring *ring = new_ring();
	struct policy *policy = policy_of(keys, 6);
	const struct policy_gateway *gateways = policy->gateways;

	(void)state;
	assert_int_equal(keyring_add(ring, policy), 0);
	settle(ring, policy);
	check_has(policy);
	assert_int_equal(gateways[0].key, gateways[2].key);
	assert_int_equal(user.sets, 4);
	assert_int_equal(user.forgets, 0);
	keyring_free(ring);
	policy_free(policy);
}

/* Keys that were gone for a while have their numbers again. */
static void test_reload(void **state)
{
	struct keyring *ring = new_ring();
	struct policy *first = POLICY("one", "two"), *other = POLICY("three", "one"),
		      *again = POLICY("two", "one");

	(void)state;
	assert_int_equal(keyring_add(ring, first), 0);
	settle(ring, first);
	assert_int_equal(keyring_add(ring, other), 0);
	/* The core still asks by the configuration before. */
	assert_string_equal(user.had[first->gateways[1].key], "two");
	settle(ring, other);
	assert_null(user.had[first->gateways[1].key]);
	assert_int_equal(user.forgets, 1);
	assert_int_equal(other->gateways[1].key, first->gateways[0].key);
	assert_int_equal(user.sets, 3);
	assert_int_equal(keyring_add(ring, again), 0);
	settle(ring, again);
	assert_int_equal(again->gateways[0].key, first->gateways[1].key);
	assert_int_equal(again->gateways[1].key, first->gateways[0].key);
	check_has(again);
	assert_int_equal(user.forgets, 2);
	keyring_free(ring);
	policy_free(first);
	policy_free(other);
	policy_free(again);
}

/* A configuration that cannot be taken leaves all as it was. */
static void test_failure(void **state)
{
	struct keyring *ring = new_ring();
	struct policy *first = POLICY("one"), *other = POLICY("two", "three");

	(void)state;
	assert_int_equal(keyring_add(ring, first), 0);
	settle(ring, first);
	user.full = true;
	assert_int_equal(keyring_add(ring, other), -1);
	settle(ring, first);
	check_has(first);
	user.full = false;
	assert_int_equal(keyring_add(ring, other), 0);
	settle(ring, first);
	check_has(first);
	assert_int_equal(user.forgets, 2);
	assert_int_equal(keyring_add(ring, other), 0);
	settle(ring, other);
	check_has(other);
	/* No configuration is in force any more. */
	settle(ring, NULL);
	assert_int_equal(user.sets, user.forgets);
	keyring_free(ring);
	policy_free(first);
	policy_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_failure),
	};

	return cmocka_run_group_tests_name("keyring", tests, NULL, NULL);
}
