// SPDX-License-Identifier: GPL-2.0-or-later
/* Two cores speak IKEv1 for long: rekeying of either phase, ends, and peers that are gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/peers.h"

#define SEEDS	32

static struct peers *up_with(uint64_t seed, const struct site *a, const struct site *b)
{
	struct peers *net = peers_up(seed, a, b);

	net->watch = true;
	return net;
}

static struct peers *up(uint64_t seed)
{
	struct site a = peers_site_v1(A, "group19"), b = peers_site_v1(B, "group19");

	return up_with(seed, &a, &b);
}

static void soften(struct peers *net, int side)
{
	struct kern *kern = net->peer[side].kern;

	assert_int_equal(kern_fake_expire(kern, peers_token(net, side), false, false), 0);
}

/* ----------------------------------------------------------------- phase 2 */

static void test_soft(void **state)
{
	(void)state;
	for (int side = A; side <= B; side++) {
		struct peers *net = up(1);
		uint32_t spi = peers_child(net, A, "net")->spi_in;

		soften(net, side);
		peers_run(net, 5000);
		assert_int_not_equal(peers_child(net, A, "net")->spi_in, spi);
		assert_int_equal(peers_told(net, A, "child-down"), 0);
		assert_int_equal(peers_told(net, B, "child-down"), 0);
		peers_finish(net);
	}
}

static void test_soft_both(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct peers *net = up(seed);

		net->reorder = seed % 3 ? 50 : 0;
		soften(net, A);
		if (seed % 2)
			peers_run(net, seed % 25);
		soften(net, B);
		peers_run(net, 90000);
		assert_int_equal(peers_logged(net, " error "), 0);
		peers_finish(net);
	}
}

static void test_child_life(void **state)
{
	struct site a = peers_site_v1(A, "group19"), b = peers_site_v1(B, "group19");
	struct peers *net;

	(void)state;
	a.child_life = 300;
	b.child_life = 310;
	net = up_with(10, &a, &b);
	peers_run(net, 7200000);
	assert_in_range(kern_fake_added(net->peer[A].kern), 2 * 24, 2 * 48);
	assert_int_equal(peers_logged(net, " error "), 0);
	peers_finish(net);
}

/* ----------------------------------------------------------------- phase 1 */

/* Children move to the next phase 1, and do not change. */
static void test_ike_life(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct site a = peers_site_v1(A, "group19"), b = peers_site_v1(B, "group19");
		struct peers *net;
		uint32_t spi;

		a.ike_life = 600;
		b.ike_life = 600 + seed;
		a.child_life = 0;
		b.child_life = 0;
		net = up_with(seed, &a, &b);
		spi = peers_child(net, A, "net")->spi_in;
		peers_run(net, 3600000);
		assert_int_equal(peers_child(net, A, "net")->spi_in, spi);
		assert_int_equal(kern_fake_added(net->peer[A].kern), 2);
		assert_int_equal(peers_told(net, A, "ike-down"), 0);
		assert_int_equal(peers_told(net, B, "ike-down"), 0);
		assert_int_equal(peers_logged(net, " error "), 0);
		/* And it works: a child can be rekeyed on it. */
		soften(net, B);
		peers_run(net, 5000);
		assert_int_not_equal(peers_child(net, A, "net")->spi_in, spi);
		peers_finish(net);
	}
}

static void test_everything(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS / 2; seed++) {
		struct site a = peers_site_v1(A, "group19"), b = peers_site_v1(B, "group19");
		struct peers *net;

		a.ike_life = 300;
		b.ike_life = 300 + seed;
		a.child_life = 200;
		b.child_life = 200;
		net = up_with(seed, &a, &b);
		net->loss = 1 + seed % 20;
		net->reorder = 30;
		net->twice = 10;
		peers_run(net, 1800000);
		net->loss = 0;
		net->reorder = 0;
		net->twice = 0;
		net->gaps = 0;
		net->watch = false;
		peers_run(net, 120000);
		peers_finish(net);
	}
}

/* --------------------------------------------------------------------- ends */

static bool no_ike_at_a(struct peers *net)
{
	return !peers_ikes(net, A);
}

/* The questions of RFC 3706 are answered as long as the peer lives. */
static void test_dpd(void **state)
{
	struct site a = peers_site_v1(A, "group19"), b = peers_site_v1(B, "group19");
	struct peers *net;
	unsigned int sent;

	(void)state;
	a.liveness = 5;
	net = up_with(20, &a, &b);
	sent = net->peer[B].sent;
	peers_run(net, 60000);
	assert_in_range(net->peer[B].sent - sent, 8, 13);
	assert_int_equal(peers_ikes(net, A), 1);
	net->watch = false;
	net->peer[B].cut = true;
	assert_true(peers_until(net, no_ike_at_a, 60000));
	assert_true(peers_told(net, A, "is dead") > 0);
	net->peer[B].cut = false;
	peers_must_be_quiet(net, 300000);
	peers_free(net);
}

/* Either end starts anew, and says so where it begins. */
static void test_restart(void **state)
{
	(void)state;
	for (int side = A; side <= B; side++) {
		struct site a = peers_site_v1(A, "group19"), b = peers_site_v1(B, "group19");
		struct peers *net;

		a.liveness = 5;
		b.liveness = 5;
		net = peers_up(30, &a, &b);
		peers_restart(net, side, side == A ? &a : &b);
		peers_run(net, 5000);
		peers_must_be_quiet(net, 120000);
		if (side == A)
			assert_int_equal(peers_told(net, B, "peer started anew"), 1);
		peers_free(net);
	}
}

static void test_clear(void **state)
{
	(void)state;
	for (int side = A; side <= B; side++) {
		struct peers *net = up(40);
		uint32_t spi = peers_child(net, A, "net")->spi_in;

		net->watch = false;
		assert_int_equal(ike_core_clear_ipsec(net->peer[side].core, net->now, NULL), 1);
		peers_settle(net, side);
		peers_run(net, 5000);
		peers_must_be_quiet(net, 90000);
		assert_int_not_equal(peers_child(net, A, "net")->spi_in, spi);
		spi = peers_child(net, A, "net")->spi_in;
		assert_int_equal(ike_core_clear_ike(net->peer[side].core, net->now, NULL), 1);
		peers_settle(net, side);
		peers_run(net, 100);
		/* The children go with it, at both ends. */
		assert_int_equal(kern_fake_count(net->peer[A].kern, true, NULL), 0);
		assert_int_equal(kern_fake_count(net->peer[B].kern, true, NULL), 0);
		peers_run(net, 5000);
		peers_must_be_quiet(net, 90000);
		assert_int_not_equal(peers_child(net, A, "net")->spi_in, spi);
		peers_free(net);
	}
}

/* At any time before, and neither end keeps anything that the other does not have. */
static void test_clear_amid(void **state)
{
	(void)state;
	for (unsigned int ms = 0; ms < 300; ms += 10) {
		struct site a = peers_site_v1(A, "group19"), b = peers_site_v1(B, "group19");
		struct peers *net = peers_new(50 + ms);
		int side = ms / 10 % 2;

		peers_configure(net, B, &b);
		peers_configure(net, A, &a);
		peers_run(net, ms);
		ike_core_clear_ike(net->peer[side].core, net->now, NULL);
		peers_settle(net, side);
		peers_run(net, 30000);
		peers_must_be_quiet(net, 90000);
		peers_free(net);
	}
}

/* Both ends begin at once, and one of the two phases is enough. */
static void test_both_begin(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct site a = peers_site_v1(A, "group19"), b = peers_site_v1(B, "group19");
		struct peers *net = peers_new(seed);

		b.passive = false;
		b.start = POLICY_START_ALWAYS;
		net->reorder = seed % 3 ? 50 : 0;
		peers_configure(net, B, &b);
		peers_run(net, seed % 8 * 10);
		peers_configure(net, A, &a);
		peers_run(net, 60000);
		peers_must_be_quiet(net, 120000);
		assert_int_equal(peers_logged(net, " error "), 0);
		peers_free(net);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_soft),
		cmocka_unit_test(test_soft_both),
		cmocka_unit_test(test_child_life),
		cmocka_unit_test(test_ike_life),
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_dpd),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_both_begin),
		cmocka_unit_test(test_clear),
		cmocka_unit_test(test_clear_amid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
