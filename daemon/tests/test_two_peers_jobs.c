// SPDX-License-Identifier: GPL-2.0-or-later
/* Two peers whose results come very late, or never, and what meanwhile happens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/peers.h"

#define SEEDS	40

static void lose(struct peers *net, unsigned int percent)
{
	for (int side = A; side <= B; side++)
		net->peer[side].jobs.loss = percent;
}

static void slow_down(struct peers *net, unsigned int ms)
{
	for (int side = A; side <= B; side++)
		net->peer[side].jobs.most_ms = ms;
}

/* A result that never comes costs an attempt, and no more. */
static void test_never(void **state)
{
	unsigned int said = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct peers *net = peers_new(seed);

		for (int side = B; side >= A; side--) {
			struct site site = peers_site(side);

			if (seed % 2) {
				site.passive = false;
				site.start = POLICY_START_ALWAYS;
			}
			site.child_life = 120;
			site.ike_life = 200;
			peers_configure(net, side, &site);
		}
		lose(net, 20);
		peers_run(net, 600000);
		said += peers_logged(net, "this machine is too busy");
		lose(net, 0);
		peers_must_be_quiet(net, 240000);
		peers_free(net);
	}
	assert_true(said > 0);
}

/* However slow both are, what stands is rekeyed without a gap. */
static void test_slow(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct site a = peers_site(A), b = peers_site(B);
		struct peers *net;

		a.child_life = 120;
		a.ike_life = 200;
		net = peers_up(seed, &a, &b);
		slow_down(net, 2000);
		net->watch = true;
		peers_run(net, 600000);
		slow_down(net, 30);
		peers_finish(net);
	}
}

static bool b_computes(struct peers *net)
{
	return net->peer[B].jobs.n;
}

/* What the peer repeats meanwhile is neither computed nor answered once more. */
static void test_repeated(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(1);
	unsigned int received;

	(void)state;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	net->peer[B].jobs.least_ms = 5000;
	assert_true(peers_until(net, b_computes, 1000));
	received = net->peer[B].received;
	peers_run(net, 4500);
	assert_true(net->peer[B].received > received + 1);
	assert_int_equal(net->peer[B].jobs.put, 1);
	assert_int_equal(net->peer[B].sent, 0);
	peers_run(net, 700);
	assert_int_equal(net->peer[B].sent, 1);
	net->peer[B].jobs.least_ms = 0;
	peers_must_be_quiet(net, 60000);
	peers_free(net);
}

/* A result that a peer's request needed never comes: a later repetition of it is served. */
static void test_peer_repeats(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_up(4, &a, &b);
	unsigned int put;
	uint64_t token;

	(void)state;
	peers_past_early(net);
	token = peers_token(net, B);
	put = net->peer[A].jobs.put;
	net->peer[A].jobs.loss = 100;
	/* B is passive: it does not begin another IKE SA, however long this takes. */
	assert_int_equal(kern_fake_expire(net->peer[B].kern, token, false, false), 0);
	peers_run(net, 1000);
	assert_int_equal(net->peer[A].jobs.put, put + 1);
	net->peer[A].jobs.loss = 0;
	peers_run(net, 18000);
	assert_int_equal(net->peer[A].jobs.put, put + 1);
	peers_run(net, 20000);
	assert_int_equal(net->peer[A].jobs.put, put + 2);
	assert_true(peers_token(net, B) != token);
	assert_int_equal(peers_ikes(net, B), 1);
	peers_finish(net);
}

/* The SA that a result is for is gone when it comes. */
static void test_too_late(void **state)
{
	(void)state;
	for (int side = A; side <= B; side++) {
		struct site a = peers_site(A), b = peers_site(B);
		struct peers *net = peers_up(2, &a, &b);

		peers_run(net, 20000);
		net->peer[side].jobs.least_ms = 3000;
		ike_core_clear_ipsec(net->peer[A].core, net->now, NULL);
		peers_settle(net, A);
		while (!net->peer[side].jobs.n)
			peers_run(net, 1);
		ike_core_clear_ike(net->peer[side].core, net->now, NULL);
		peers_settle(net, side);
		net->peer[side].jobs.least_ms = 0;
		peers_must_be_quiet(net, 60000);
		peers_free(net);
	}
}

/* Those who only begin wait behind what stands. */
static void test_order(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_up(3, &a, &b);

	(void)state;
	assert_true(net->peer[A].jobs.put > 0 && net->peer[B].jobs.put > 0);
	assert_int_equal(net->peer[A].jobs.stand + net->peer[B].jobs.stand, 0);
	peers_run(net, 20000);
	/* The early rekey. */
	assert_int_equal(net->peer[A].jobs.stand, 2);
	assert_int_equal(net->peer[B].jobs.stand, 1);
	peers_finish(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_never),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_repeated),
		cmocka_unit_test(test_peer_repeats),
		cmocka_unit_test(test_too_late),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
