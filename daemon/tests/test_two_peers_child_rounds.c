// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two cores with additional key exchanges for children (RFC 9370 section 2.2.4): CREATE_CHILD_SA,
 * and then IKE_FOLLOWUP_KE, as many times as was agreed on.  test_crossing_child_rekey.c has what
 * crosses it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ike/v2/v2.h"
#include "tests/peers_wire.h"

#define BASE	"AES_GCM_16-256/CURVE25519"

static struct site site_of(int side, const char *rounds)
{
	struct site site = peers_site(side);

	peers_rounds(&site.esp, rounds);
	return site;
}

static struct peers_wire wire;

static struct peers *up(uint64_t seed, const char *rounds_a, const char *rounds_b)
{
	struct site a = site_of(A, rounds_a), b = site_of(B, rounds_b);
	struct peers *net;

	net = peers_up(seed, &a, &b);
	peers_wire_watch(net, &wire);
	return net;
}

static const char *proposal(const struct peers *net, int side)
{
	return peers_child(net, side, "net")->proposal;
}

static void must_have(const struct peers *net, const char *text)
{
	assert_string_equal(proposal(net, A), text);
	assert_string_equal(proposal(net, B), text);
}

/* The early rekey has all exchanges, and so has each that follows. */
static void check_rekeys(const char *rounds, unsigned int n, const char *text)
{
	struct peers *net = up(1, rounds, rounds);
	unsigned int rekeys;

	must_have(net, "AES_GCM_16-256");
	peers_past_early(net);
	must_have(net, text);
	net->watch = true;
	peers_run(net, 40000000);
	rekeys = peers_child(net, A, "net")->counts.rekeys;
	assert_true(rekeys > 9);
	assert_int_equal(wire.seen[IKE_EXCH_IKE_FOLLOWUP_KE], n * rekeys);
	must_have(net, text);
	assert_int_equal(peers_logged(net, " error "), 0);
	assert_int_equal(peers_logged(net, " warning "), 0);
	peers_finish(net);
}

static void test_rekeys(void **state)
{
	(void)state;
	check_rekeys("group20", 1, BASE "/KE ECP_384");
	check_rekeys("group20 group26 group32", 3, BASE "/KE ECP_384/KE ECP_224/KE CURVE448");
	check_rekeys("group19 group20 group25 group26 group27 group28 group32", 7,
		     BASE "/KE ECP_256/KE ECP_384/KE ECP_192/KE ECP_224/KE BRAINPOOL_224"
		     "/KE BRAINPOOL_256/KE CURVE448");
}

static void check_without(const char *rounds_a, const char *rounds_b)
{
	struct peers *net = up(2, rounds_a, rounds_b);

	peers_past_early(net);
	must_have(net, BASE);
	assert_int_equal(wire.seen[IKE_EXCH_IKE_FOLLOWUP_KE], 0);
	peers_finish(net);
}

static void test_optional(void **state)
{
	(void)state;
	check_without("group20,none", "");
	check_without("", "group20,none");
	check_without("group20,none", "group32,none");
}

/* A further proxy-ID is made with them at once. */
static void test_create(void **state)
{
	struct site a = site_of(A, "group20 group32"), b = site_of(B, "group20 group32");
	struct peers *net;

	(void)state;
	a.n_proxies = b.n_proxies = 2;
	a.proxies[1] = (struct site_proxy){ "more", "10.3.0.0/16", "10.4.0.0/16" };
	b.proxies[1] = (struct site_proxy){ "more", "10.4.0.0/16", "10.3.0.0/16" };
	net = peers_up(3, &a, &b);
	peers_run(net, 1000);
	assert_string_equal(peers_child(net, A, "more")->proposal, BASE "/KE ECP_384/KE CURVE448");
	assert_string_equal(peers_child(net, B, "more")->proposal, BASE "/KE ECP_384/KE CURVE448");
	peers_finish(net);
}

/* Each message may get lost, once, whoever sends it. */
static void test_repeated(void **state)
{
	static const uint8_t exchanges[] = { IKE_EXCH_CREATE_CHILD_SA, IKE_EXCH_IKE_FOLLOWUP_KE };

	(void)state;
	for (unsigned int what = 0; what < 4; what++) {
		struct peers *net = up(4, "group20 group32", "group20 group32");

		wire.lose = exchanges[what >> 1];
		wire.from = what & 1 ? A : B;
		net->watch = true;
		peers_past_early(net);
		assert_int_equal(wire.lose, 0);
		must_have(net, BASE "/KE ECP_384/KE CURVE448");
		assert_int_equal(peers_child(net, A, "net")->counts.rekeys, 1);
		peers_finish(net);
	}
}

/* Whatever gets lost or comes late, packets pass by what there was before. */
static void test_weather(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct peers *net = up(seed, "group20 group32", "group20 group32");

		peers_past_early(net);
		peers_storm(net);
		for (int side = A; side <= B; side++)
			net->peer[side].jobs.loss = seed & 1 ? 20 : 0;
		for (int i = 0; i < 3; i++) {
			for (int side = A; side <= B; side++)
				if ((seed >> side) & 1 || seed & 4)
					peers_soften(net, side);
			peers_run(net, 30000);
		}
		net->loss = 0;
		net->peer[A].jobs.loss = 0;
		net->peer[B].jobs.loss = 0;
		peers_must_be_quiet(net, 600000);
		peers_free(net);
	}
}

static bool halfway(struct peers *net)
{
	const struct chain *chain = peers_standing(net, B)->chain;

	return chain && chain->child && chain->n == 2;
}

/* B has made two of the three key exchanges of a rekey that A began. */
static struct peers *rekey_halfway(uint64_t seed)
{
	struct peers *net = up(seed, "group20 group32", "group20 group32");

	peers_past_early(net);
	net->watch = true;
	peers_soften(net, A);
	assert_true(peers_until(net, halfway, 3000));
	return net;
}

/* Nothing is in the kernel before the last exchange is done. */
static void test_nothing_before(void **state)
{
	struct peers *net = rekey_halfway(5);

	(void)state;
	assert_int_equal(kern_fake_count(net->peer[A].kern, true, NULL), 1);
	assert_int_equal(kern_fake_count(net->peer[B].kern, true, NULL), 1);
	peers_run(net, 10000);
	assert_int_equal(peers_child(net, A, "net")->counts.rekeys, 2);
	peers_finish(net);
}

/* What the peer does not know any more is begun anew. */
static void test_forgotten(void **state)
{
	struct peers *net = rekey_halfway(6);

	(void)state;
	peers_standing(net, B)->chain->link[0] ^= 1;
	peers_run(net, 1000);
	assert_int_equal(peers_logged(net, "peer refused the SA (STATE_NOT_FOUND)"), 1);
	assert_int_equal(peers_child(net, A, "net")->counts.rekeys, 1);
	peers_run(net, 130000);
	assert_true(peers_child(net, A, "net")->counts.rekeys >= 2);
	assert_null(peers_standing(net, B)->chain);
	peers_finish(net);
}

/* The secret of each exchange is in the keys. */
static void test_keys(void **state)
{
	(void)state;
	for (unsigned int which = 0; which < 2; which++) {
		struct peers *net = rekey_halfway(7);

		net->watch = false;
		peers_standing(net, B)->chain->shared[which].b[0] ^= 1;
		peers_run(net, 1000);
		assert_int_equal(peers_child(net, A, "net")->counts.rekeys, 2);
		assert_false(peers_flows(net, A, "net"));
		peers_free(net);
	}
}

/* What it is to replace is deleted by B meanwhile: nothing comes of it (RFC 7296 2.25.1). */
static void test_replaced_deleted(void **state)
{
	struct peers *net = rekey_halfway(9);

	(void)state;
	net->watch = false;
	wire.lose = IKE_EXCH_INFORMATIONAL;
	wire.from = B;
	assert_int_equal(ike_core_clear_ipsec(net->peer[B].core, net->now, NULL), 1);
	peers_settle(net, B);
	peers_run(net, 500);
	assert_int_equal(wire.lose, 0);
	assert_null(peers_standing(net, B)->chain);
	assert_int_equal(kern_fake_count(net->peer[A].kern, true, NULL), 1);
	peers_run(net, 10000);
	assert_int_equal(peers_child(net, A, "net")->counts.rekeys, 1);
	peers_finish(net);
}

/* A peer that goes no further: its half is given up, and ours may be made. */
static void test_left(void **state)
{
	struct peers *net = rekey_halfway(8);
	struct ike_sa *a = peers_standing(net, A);

	(void)state;
	core_begin(a->core, net->now);
	exchange_clear(a);
	core_end(a->core);
	peers_settle(net, A);
	assert_non_null(peers_standing(net, B)->chain);
	peers_soften(net, B);
	peers_run(net, 30000);
	assert_int_equal(peers_child(net, B, "net")->counts.rekeys, 1);
	peers_run(net, 300000);
	assert_true(peers_child(net, B, "net")->counts.rekeys >= 2);
	assert_null(peers_standing(net, B)->chain);
	peers_free(net);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rekeys),
		cmocka_unit_test(test_optional),
		cmocka_unit_test(test_create),
		cmocka_unit_test(test_repeated),
		cmocka_unit_test(test_weather),
		cmocka_unit_test(test_nothing_before),
		cmocka_unit_test(test_forgotten),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_replaced_deleted),
		cmocka_unit_test(test_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
