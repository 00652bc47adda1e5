// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * AUTH is made and checked elsewhere, four times in a handshake: the initiator makes its own, the
 * responder checks that and makes its own, the initiator checks it.  Whatever happens meanwhile,
 * nobody is let in without the key that is configured, and in the end both talk.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "msg/auth_msg.h"
#include "tests/peers.h"

#define NEW_KEY		"changed-since-9876543210"
#define TOO_BUSY	"AUTH has not been computed within 20 s"
#define KEYS_DIFFER	"pre-shared keys differ"
#define NO_ANSWER	"the key could not be used here"

/* The four, as the side's first and second job about AUTH. */
static const struct stage {
	int side;
	unsigned int job;
} stages[] = { { A, 1 }, { B, 1 }, { B, 2 }, { A, 2 } };

#define STAGES	(sizeof(stages) / sizeof(stages[0]))

static const struct stage *awaited;

static bool reached(struct peers *net)
{
	return net->peer[awaited->side].jobs.auth == awaited->job;
}

/* AUTH of the stage is under way, for a second. */
static struct peers *at_stage(const struct stage *stage, uint64_t seed)
{
	struct peers *net = peers_new(seed);

	net->peer[stage->side].jobs.auth_ms = 1000;
	peers_configure_both(net);
	awaited = stage;
	assert_true(peers_until(net, reached, 5000));
	assert_int_equal(net->peer[stage->side].jobs.n, 1);
	net->peer[stage->side].jobs.auth_ms = 0;
	return net;
}

static void configure(struct peers *net, int side, const char *key)
{
	struct site site = peers_site(side);

	site.psk = key;
	peers_configure(net, side, &site);
}

/* --- answers that do not come, or too late --- */

static void test_lost(void **state)
{
	(void)state;
	for (size_t i = 0; i < STAGES; i++) {
		struct peers *net = peers_new(i + 1);

		net->peer[stages[i].side].jobs.auth_lost = stages[i].job;
		peers_configure_both(net);
		peers_run(net, 60000);
		/* A hears of its own; a repetition of A's request does for B. */
		assert_int_equal(peers_logged(net, TOO_BUSY), stages[i].side == A);
		assert_int_equal(peers_told(net, A, NO_ANSWER), stages[i].side == A);
		assert_int_equal(peers_logged(net, KEYS_DIFFER), 0);
		peers_must_be_quiet(net, 60000);
		peers_free(net);
	}
}

/* The side gives up the SA that it is about to make, or all of its memory. */
static void test_deleted(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * STAGES; i++) {
		const struct stage *stage = &stages[i / 2];
		struct peers *net = at_stage(stage, i + 1);
		struct site site = peers_site(stage->side);

		if (i % 2) {
			peers_restart(net, stage->side, &site);
		} else {
			ike_core_clear_ike(net->peer[stage->side].core, net->now, NULL);
			peers_settle(net, stage->side);
		}
		assert_int_equal(peers_ikes(net, stage->side), 0);
		peers_must_be_quiet(net, 120000);
		peers_free(net);
	}
}

/* --- configuration --- */

/* The key is another by the time the answer by the former one is there. */
static void test_key_changed(void **state)
{
	(void)state;
	for (size_t i = 0; i < STAGES; i++) {
		int side = stages[i].side;
		struct peers *net = at_stage(&stages[i], i + 1);

		configure(net, side, NEW_KEY);
		assert_int_equal(auth_keys_count(net->peer[side].jobs.keys), 1);
		peers_run(net, 5000);
		assert_true(peers_logged(net, KEYS_DIFFER) > 0);
		assert_int_equal(peers_told(net, side, "ike-up"), 0);
		assert_int_equal(peers_ikes(net, side), 0);
		configure(net, !side, NEW_KEY);
		peers_must_be_quiet(net, 120000);
		peers_free(net);
	}
}

/* It is the same, and what was asked need not be asked again. */
static void test_key_stays(void **state)
{
	(void)state;
	for (size_t i = 0; i < STAGES; i++) {
		struct peers *net = at_stage(&stages[i], i + 1);
		struct site site = peers_site(stages[i].side);

		site.liveness = 17;
		site.ike_life = 14400;
		peers_configure(net, stages[i].side, &site);
		peers_must_be_quiet(net, 2500);
		assert_int_equal(net->peer[A].jobs.auth, 2);
		assert_int_equal(net->peer[B].jobs.auth, 2);
		peers_free(net);
	}
}

/* Who makes AUTH lacks a key that the core has a number of. */
static void test_key_missing(void **state)
{
	(void)state;
	for (size_t i = 0; i < STAGES; i++) {
		int side = stages[i].side;
		struct peers *net = peers_new(i + 1);

		peers_configure_both(net);
		awaited = &stages[i];
		/* The answer to the job before is there by the time of the next. */
		if (stages[i].job == 2) {
			static const struct stage first[] = { { A, 1 }, { B, 1 } };

			awaited = &first[side];
			assert_true(peers_until(net, reached, 5000));
		}
		for (uint64_t number = 1; number < 5; number++)
			auth_keys_forget(net->peer[side].jobs.keys, number);
		peers_run(net, 1000);
		assert_int_equal(peers_ikes(net, side), 0);
		assert_int_equal(peers_logged(net, KEYS_DIFFER), 0);
		assert_true(peers_logged(net, NO_ANSWER) > 0);
		/* As the line advises. */
		configure(net, side, NEW_KEY);
		configure(net, !side, NEW_KEY);
		peers_must_be_quiet(net, 120000);
		peers_free(net);
	}
}

/* --- what a peer can cost --- */

/* However often it repeats itself: a key exchange and a check an IKE SA. */
static void test_wrong_key(void **state)
{
	struct peers *net = peers_new(1);
	const struct peers_jobs *ours = &net->peer[B].jobs, *theirs = &net->peer[A].jobs;

	(void)state;
	net->twice = 100;
	peers_configure_both(net);
	configure(net, A, NEW_KEY);
	peers_run(net, 60000);
	assert_true(theirs->auth > 3);
	assert_int_equal(ours->auth, theirs->auth);
	/* The key pair, and the secret. */
	assert_int_equal(ours->put - ours->auth, 2 * ours->auth);
	peers_free(net);
}

static bool keys_differ(struct peers *net)
{
	return peers_logged(net, KEYS_DIFFER);
}

/* A key that A does not have. */
static struct secret *other_key(unsigned int i)
{
	struct secret *secret;
	char key[32];

	snprintf(key, sizeof(key), "key-number-%u", i);
	secret = secret_new(bytes_of((const uint8_t *)key, strlen(key)));
	assert_non_null(secret);
	return secret;
}

/* B has @n gateways for A's identity, with different keys; the last is hq. */
static void configure_namesakes(struct peers *net, unsigned int n)
{
	struct site site = peers_site(B);
	struct policy *policy;
	struct policy_gateway *gateways;

	site.peer = NULL;
	policy = peers_policy(&site);
	gateways = reallocarray(policy->gateways, n, sizeof(*gateways));
	assert_non_null(gateways);
	gateways[n - 1] = gateways[0];
	for (unsigned int i = 0; i < n - 1; i++) {
		gateways[i] = gateways[n - 1];
		snprintf(gateways[i].name, sizeof(gateways[i].name), "other-%u", i);
		gateways[i].n_tunnels = 0;
		gateways[i].tunnels = NULL;
		gateways[i].psk = other_key(i);
		/* It shares nothing with the last. */
		gateways[i].local_id = (struct ike_id){ .type = 0 };
		gateways[i].peer_id = (struct ike_id){ .type = 0 };
		site_id(&gateways[i].local_id, &gateways[n - 1].local_id, NULL);
		site_id(&gateways[i].peer_id, &gateways[n - 1].peer_id, NULL);
	}
	policy->gateways = gateways;
	policy->n_gateways = n;
	peers_configure_policy(net, B, policy);
}

/* All keys are tried, in the end, as many at a time as one asks for. */
static void test_many_keys(void **state)
{
	static const struct {
		unsigned int n, checks;
	} rows[] = {
		{ AUTH_KEYS_MOST, 1 }, { AUTH_KEYS_MOST + 1, 2 }, { 2 * AUTH_KEYS_MOST + 2, 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct peers *net = peers_new(i + 1);
		struct site a = peers_site(A);

		configure_namesakes(net, rows[i].n);
		peers_configure(net, A, &a);
		peers_must_be_quiet(net, 3000);
		assert_string_equal(peers_ike(net, B)->gateway, "hq");
		assert_int_equal(net->peer[B].jobs.auth, rows[i].checks + 1);
		peers_free(net);

		net = peers_new(i + 1);
		configure_namesakes(net, rows[i].n);
		a.psk = NEW_KEY;
		peers_configure(net, A, &a);
		assert_true(peers_until(net, keys_differ, 3000));
		assert_int_equal(net->peer[B].jobs.auth, rows[i].checks);
		peers_free(net);
	}
}

/* --- what comes right behind --- */

static bool a_checks(struct peers *net)
{
	return net->peer[A].jobs.auth == 2;
}

/*
 * B asks for something as soon as it is up, and A has yet to check B's AUTH: B need not repeat
 * it, which it does after a second.
 */
static void test_request_behind(void **state)
{
	struct peers *net = peers_new(1);

	(void)state;
	net->peer[A].jobs.auth_ms = 300;
	peers_configure_both(net);
	assert_true(peers_until(net, a_checks, 5000));
	ike_core_clear_ike(net->peer[B].core, net->now, NULL);
	peers_settle(net, B);
	peers_run(net, 450);
	assert_int_equal(peers_told(net, A, "ike-up"), 1);
	assert_int_equal(peers_logged(net, "peer deleted the IKE SA as we asked"), 1);
	net->peer[A].jobs.auth_ms = 0;
	peers_must_be_quiet(net, 60000);
	peers_free(net);
}

/* What comes there before the check need not be from B: it is not heeded any more than after. */
static void test_forged_behind(void **state)
{
	const struct endpoint local = { .addr = site_address(peers_site(A).local),
					.port = IKE_PORT };
	const struct endpoint remote = { .addr = site_address(peers_site(B).local),
					 .port = IKE_PORT };
	struct peers *net = at_stage(&stages[3], 1);
	const struct ike_sa_info *b = peers_ike(net, B);
	uint8_t forged[80] = { [16] = 46, [17] = 0x20, [18] = 37, [27] = 80, [31] = 52 };

	(void)state;
	assert_non_null(b);
	memcpy(forged, b->spi_i, 8);
	memcpy(forged + 8, b->spi_r, 8);
	ike_core_datagram(net->peer[A].core, net->now, &local, &remote,
			  bytes_of(forged, sizeof(forged)));
	peers_settle(net, A);
	peers_must_be_quiet(net, 1500);
	peers_run(net, 1);
	assert_int_equal(peers_logged(net, "message dropped: it is not authentic"), 1);
	peers_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_deleted),
		cmocka_unit_test(test_key_changed),
		cmocka_unit_test(test_key_stays),
		cmocka_unit_test(test_key_missing),
		cmocka_unit_test(test_wrong_key),
		cmocka_unit_test(test_many_keys),
		cmocka_unit_test(test_request_behind),
		cmocka_unit_test(test_forged_behind),
	};

	return cmocka_run_group_tests_name("two peers, auth", tests, NULL, NULL);
}
