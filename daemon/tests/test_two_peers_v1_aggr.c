// SPDX-License-Identifier: GPL-2.0-or-later
/* Two cores speak IKEv1, and begin by aggressive mode. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ike/core_priv.h"
#include "tests/peers.h"
#include "wire/v1_const.h"

#define MESSAGES	6	/* of aggressive and quick mode */
#define FREE_MOST	500	/* as ike/stranger.c has it */
#define SOURCE_MOST	64

static struct site aggr_site(int side)
{
	struct site site = peers_site(side);

	site.version = POLICY_IKEV1;
	site.exchange = POLICY_EXCHANGE_AGGRESSIVE;
	site.ike = peers_props(PROP_IKE, "aes-256-cbc,aes-128-cbc", "sha256", "group19,group14");
	site.esp = peers_props(PROP_ESP, "aes-256-gcm", NULL, "group19");
	return site;
}

/* Its peer may be anywhere. */
static struct site hub_site(void)
{
	struct site site = aggr_site(B);

	site.exchange = POLICY_EXCHANGE_AUTO;
	site.peer = NULL;
	return site;
}

static struct endpoint at(const char *address)
{
	return (struct endpoint){ .addr = site_address(address), .port = IKE_PORT };
}

/* --- what came by --- */

struct seen {
	unsigned int n;
	unsigned int flip, lose;	/* of which message, from 1; 0: none */
	size_t octet;			/* to be altered, from the end, round and round */
	struct {
		int from;
		size_t n;
		uint8_t data[2048];
	} list[MESSAGES];
};

static bool tap(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct seen *seen = net->tap_ctx;

	if (seen->n < MESSAGES && n <= sizeof(seen->list[0].data)) {
		seen->list[seen->n].from = from;
		seen->list[seen->n].n = n;
		memcpy(seen->list[seen->n].data, data, n);
	}
	if (++seen->n == seen->flip)
		data[n - 1 - seen->octet % n] ^= 0x41;
	return seen->n != seen->lose;
}

static struct peers *begin(uint64_t seed, struct seen *seen)
{
	struct site a = aggr_site(A), b = hub_site();
	struct peers *net = peers_new(seed);

	net->tap = tap;
	net->tap_ctx = seen;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	return net;
}

/* ------------------------------------------------------------- bringing up */

static void test_aggressive(void **state)
{
	struct site a = aggr_site(A), b[2] = { aggr_site(B), hub_site() };

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct peers *net = peers_up(1 + i, &a, &b[i]);

		assert_int_equal(net->peer[A].sent, 4);
		assert_int_equal(net->peer[B].sent, 2);
		/* Of the first group alone, as the first message has its public value. */
		assert_string_equal(peers_ike(net, A)->proposal,
				    "AES_CBC-256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/ECP_256");
		assert_string_equal(peers_ike(net, A)->remote_id, "b.example");
		assert_string_equal(peers_ike(net, B)->remote_id, "a.example");
		assert_int_equal(peers_logged(net, " error "), 0);
		peers_run(net, 600000);
		assert_int_equal(net->peer[A].sent, 4);
		assert_int_equal(net->peer[B].sent, 2);
		peers_free(net);
	}
}

static void test_nat(void **state)
{
	struct site a = aggr_site(A), b = hub_site();
	struct peers *net = peers_new(10);

	(void)state;
	net->nat = (struct nat){ .on = true, .outside = "203.0.113.7", .shift = 1000 };
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	assert_true(peers_until(net, peers_quiet, 5000));
	assert_true(peers_ike(net, A)->nat_local);
	assert_true(peers_ike(net, B)->nat_remote);
	assert_false(peers_ike(net, B)->nat_local);
	assert_int_equal(kern_fake_out(net->peer[B].kern, PEERS_IFNAME, "net")->remote.port,
			 IKE_NATT_PORT + 1000);
	peers_free(net);
}

static void test_lost(void **state)
{
	(void)state;
	for (unsigned int message = 1; message <= MESSAGES; message++) {
		struct seen seen = { .lose = message };
		struct peers *net = begin(20 + message, &seen);

		peers_must_be_quiet(net, 20000);
		assert_int_equal(peers_logged(net, " error "), 0);
		peers_free(net);
	}
}

static void test_storm(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 12; i++) {
		struct site a = aggr_site(A), b = i % 2 ? aggr_site(B) : hub_site();
		struct peers *net = peers_new(30 + i);

		peers_storm(net);
		peers_configure(net, B, &b);
		peers_configure(net, A, &a);
		peers_must_be_quiet(net, 300000);
		peers_free(net);
	}
}

/* One of the two goes. */
static void test_both_begin(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 8; i++) {
		struct site a = aggr_site(A), b = aggr_site(B);
		struct peers *net = peers_new(50 + i);

		b.start = POLICY_START_ALWAYS;
		b.passive = false;
		net->reorder = i % 2 ? 50 : 0;
		peers_configure(net, B, &b);
		peers_run(net, i);
		peers_configure(net, A, &a);
		peers_must_be_quiet(net, 120000);
		peers_free(net);
	}
}

static void test_life(void **state)
{
	struct site a = aggr_site(A), b = aggr_site(B);
	struct peers *net;

	(void)state;
	a.ike_life = 600;
	b.ike_life = 605;
	net = peers_up(60, &a, &b);
	net->watch = true;
	peers_run(net, 3600000);
	assert_int_equal(peers_told(net, A, "ike-down"), 0);
	assert_int_equal(peers_logged(net, " error "), 0);
	peers_finish(net);
}

/* Peers without an address have keys of their own, which their names lead to. */
static void test_keys(void **state)
{
	struct site a = aggr_site(A), b = hub_site(), other = hub_site();
	struct peers *net = peers_new(70);
	struct policy *policy;

	(void)state;
	other.peer_id = "z.example";
	other.psk = "another-9876543210";
	policy = peers_policy_join(peers_policy(&other), peers_policy(&b));
	snprintf(policy->gateways[0].name, sizeof(policy->gateways[0].name), "first");
	snprintf(policy->gateways[0].tunnels[0].name, sizeof(policy->gateways[0].tunnels[0].name),
		 "first");
	snprintf(policy->gateways[0].tunnels[0].ifname,
		 sizeof(policy->gateways[0].tunnels[0].ifname), "tunnel9");
	peers_configure_policy(net, B, policy);
	peers_configure(net, A, &a);
	peers_run(net, 5000);
	assert_int_equal(peers_told(net, B, "ike-up hq:"), 1);
	peers_free(net);
}

/* ---------------------------------------------------------------- refusals */

static void check_refused(const struct site *a, const struct site *b, const char *text_a,
			  const char *text_b)
{
	struct peers *net = peers_new(80);

	peers_configure(net, B, b);
	peers_configure(net, A, a);
	assert_false(peers_until(net, peers_quiet, 60000));
	if (!peers_logged(net, text_a) || !peers_logged(net, text_b)) {
		peers_show(net);
		fail_msg("no word of \"%s\" or \"%s\"", text_a, text_b);
	}
	assert_int_equal(kern_fake_count(net->peer[A].kern, true, NULL), 0);
	assert_int_equal(kern_fake_count(net->peer[B].kern, true, NULL), 0);
	assert_int_equal(peers_ikes(net, B), 0);
	peers_free(net);
}

static void test_refused(void **state)
{
	struct site a = aggr_site(A), b = hub_site();

	(void)state;
	b.psk = "another-9876543210";
	check_refused(&a, &b, "proof of peer 198.51.100.2 is wrong: most likely pre-shared keys",
		      "does not go on after our proof in aggressive mode");
	b = hub_site();
	b.local_id = "c.example";
	check_refused(&a, &b, "peer 198.51.100.2 says it is c.example, expected is b.example",
		      "does not go on after our proof");
	b = hub_site();
	b.peer_id = "c.example";
	check_refused(&a, &b, "does not answer: check that it is reachable, that UDP ports 500 and "
			      "4500 pass, and that IKEv1 in aggressive mode runs there",
		      "says in aggressive mode that it is a.example, which is the peer-id of no");
	b = hub_site();
	b.ike = peers_props(PROP_IKE, "aes-256-cbc", "sha256", "group14");
	check_refused(&a, &b, "accepts none of our IKE proposals (NO_PROPOSAL_CHOSEN)",
		      "(peer 192.0.2.1 asks for an IKE SA)");
	/* Where the peer has an address, main mode will do. */
	b = hub_site();
	b.peer = "192.0.2.1";
	check_refused(&a, &b, "does not answer", "peer 192.0.2.1 begins IKEv1 in aggressive mode, "
						 "which this gateway does not take");
	a.exchange = POLICY_EXCHANGE_MAIN;
	b = aggr_site(B);
	check_refused(&a, &b, "does not answer", "peer 192.0.2.1 begins IKEv1 in main mode, which "
						 "this gateway does not take");
}

/* ------------------------------------------------------------------ others */

/* Whatever is wrong with one message, the ends come to terms all the same. */
static void test_altered(void **state)
{
	static const size_t octets[] = { 0, 9, 20, 33, 47, 70, 95, 150, 200 };

	(void)state;
	for (unsigned int message = 1; message <= MESSAGES; message++) {
		for (size_t i = 0; i < sizeof(octets) / sizeof(octets[0]); i++) {
			struct seen seen = { .flip = message, .octet = octets[i] };
			struct peers *net = begin(message, &seen);

			peers_must_be_quiet(net, 180000);
			peers_free(net);
		}
	}
}

/* The answer got lost, and a repetition of the first message brings it again. */
static void test_first_again(void **state)
{
	const struct endpoint a = at("192.0.2.1"), b = at("198.51.100.2");
	struct seen seen = { .lose = 2 };
	struct peers *net = begin(3, &seen);
	unsigned int sent;

	(void)state;
	peers_run(net, 500);
	sent = net->peer[B].sent;
	peers_inject(net, B, &b, &a, bytes_of(seen.list[0].data, seen.list[0].n));
	assert_int_equal(net->peer[B].sent, sent + 1);
	assert_int_equal(net->peer[B].core->half_open, 1);
	peers_must_be_quiet(net, 5000);
	peers_free(net);
}

/* Somebody else answers first, by a cookie of its own: the genuine answer is taken yet. */
static void test_forged_answer(void **state)
{
	const struct endpoint a = at("192.0.2.1"), b = at("198.51.100.2");
	struct seen seen = { .lose = 2 };
	struct peers *net = begin(4, &seen);

	(void)state;
	peers_run(net, 500);
	seen.list[1].data[IKE_SPI_LEN] ^= 1;
	peers_inject(net, A, &a, &b, bytes_of(seen.list[1].data, seen.list[1].n));
	assert_int_equal(peers_logged(net, "the proof of peer 198.51.100.2 is wrong"), 1);
	assert_int_equal(peers_ikes(net, A), 0);
	peers_must_be_quiet(net, 3000);
	peers_free(net);
}

/* All that was said is said again, to both, and then nothing is other than before. */
static void test_replayed(void **state)
{
	const struct endpoint a = at("192.0.2.1"), b = at("198.51.100.2");
	struct seen seen = { .n = 0 };
	struct peers *net = begin(1, &seen);
	uint64_t tokens[2];

	(void)state;
	assert_true(peers_until(net, peers_quiet, 5000));
	assert_int_equal(seen.n, MESSAGES);
	tokens[A] = peers_token(net, A);
	tokens[B] = peers_token(net, B);
	for (unsigned int i = 0; i < MESSAGES; i++) {
		struct bytes data = bytes_of(seen.list[i].data, seen.list[i].n);

		peers_inject(net, A, &a, &b, data);
		peers_inject(net, B, &b, &a, data);
	}
	peers_run(net, 60000);
	assert_true(peers_quiet(net));
	assert_true(peers_token(net, A) == tokens[A]);
	assert_true(peers_token(net, B) == tokens[B]);
	peers_free(net);
}

/* Computes nothing for who names nobody; for others no more than strangers have. */
static void test_strangers(void **state)
{
	const struct endpoint b = at("198.51.100.2");
	struct endpoint from = at("203.0.113.1");
	struct seen seen = { .n = 0 };
	struct peers *net = begin(2, &seen);
	uint8_t first[2048], *name;
	unsigned int sent;
	size_t n;

	(void)state;
	assert_true(peers_until(net, peers_quiet, 5000));
	net->tap = NULL;
	n = seen.list[0].n;
	memcpy(first, seen.list[0].data, n);
	name = memmem(first, n, "a.example", 9);
	assert_non_null(name);
	*name = 'x';
	sent = net->peer[B].sent;
	for (unsigned int i = 0; i < 8; i++) {
		put_be32(first, i + 1);
		peers_inject(net, B, &b, &from, bytes_of(first, n));
	}
	assert_int_equal(net->peer[B].sent, sent);
	assert_int_equal(net->peer[B].core->half_open, 0);
	*name = 'a';
	for (unsigned int i = 0; i < 2 * SOURCE_MOST; i++) {
		put_be32(first, i + 100);
		peers_inject(net, B, &b, &from, bytes_of(first, n));
	}
	assert_int_equal(net->peer[B].sent - sent, SOURCE_MOST);
	assert_int_equal(net->peer[B].core->half_open, SOURCE_MOST);
	for (unsigned int i = 0; i < 2 * FREE_MOST; i++) {
		put_be16(from.addr.b + 2, (uint16_t)(i + 1000));
		put_be32(first, i + 1000);
		peers_inject(net, B, &b, &from, bytes_of(first, n));
	}
	assert_int_equal(net->peer[B].core->half_open, FREE_MOST - 8);
	/* The peer itself is not harmed by that. */
	peers_run(net, 90000);
	assert_int_equal(net->peer[B].core->half_open, 0);
	assert_true(peers_quiet(net));
	peers_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_aggressive),
		cmocka_unit_test(test_nat),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_storm),
		cmocka_unit_test(test_both_begin),
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_altered),
		cmocka_unit_test(test_first_again),
		cmocka_unit_test(test_forged_answer),
		cmocka_unit_test(test_replayed),
		cmocka_unit_test(test_strangers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
