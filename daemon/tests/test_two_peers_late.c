// SPDX-License-Identifier: GPL-2.0-or-later
/* Two peers, one without CPU for a while: it must not take that for the silence of the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/peers.h"

#define EXCHANGE_AT	18		/* of the header's exchange type */
#define IKE_AUTH	35
#define INFORMATIONAL	37
#define LIVENESS_SENDS	5
#define SEEDS		10

static struct site site_of(int side)
{
	struct site site = peers_site(side);

	site.liveness = side == A ? 5 : 0;
	return site;
}

static struct peers *both_up(uint64_t seed)
{
	struct site a = site_of(A), b = site_of(B);
	struct peers *net = peers_up(seed, &a, &b);

	peers_past_early(net);
	return net;
}

/* Messages of one type from A: how many it sent, and how many of the first get lost. */
struct watched {
	uint8_t exchange;
	unsigned int seen, lost;
	bool others;			/* and with them all others */
};

static bool tap_watch(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct watched *w = net->tap_ctx;

	if (from != A || n <= EXCHANGE_AT)
		return true;
	if (data[EXCHANGE_AT] != w->exchange)
		return !w->others || w->seen > w->lost;
	return ++w->seen > w->lost;
}

static void run_until_seen(struct peers *net, struct watched *w, unsigned int n)
{
	for (unsigned int i = 0; i < 6000 && w->seen < n; i++)
		peers_run(net, 10);
	assert_int_equal(w->seen, n);
}

/* Nobody was declared dead, and nothing was made anew. */
static void check_unharmed(struct peers *net)
{
	for (int side = A; side <= B; side++) {
		assert_int_equal(peers_told(net, side, "is dead"), 0);
		assert_int_equal(peers_told(net, side, "ike-down"), 0);
	}
	assert_int_equal(peers_logged(net, "does not answer"), 0);
	assert_true(peers_quiet(net));
	assert_int_equal(net->gaps, 0);
}

/* Late at any moment, for any time, though the peer answers: its answers wait in the sockets. */
static void test_late(void **state)
{
	static const ike_time spans[] = { 1000, 3000, 10000, 20000, 100000 };

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct peers *net = both_up(seed);

		net->watch = true;
		for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
			peers_run(net, dice_throw(&net->dice) % 10000);
			peers_sleep(net, A, spans[i]);
			peers_run(net, spans[i] + 20000);
		}
		check_unharmed(net);
		peers_free(net);
	}
}

/* So slow that it sleeps half of the time. */
static void test_always_late(void **state)
{
	struct peers *net = both_up(SEEDS + 1);

	(void)state;
	net->watch = true;
	for (unsigned int i = 0; i < 200; i++) {
		peers_sleep(net, A, 3000);
		peers_run(net, 6000);
	}
	check_unharmed(net);
	peers_free(net);
}

/*
 * A's requests are lost until the last, which B answers while A's host is suspended: A never
 * hears of it, and asks once more.
 */
static void test_suspended(void **state)
{
	struct peers *net = both_up(SEEDS + 2);
	struct watched w = { .exchange = INFORMATIONAL, .lost = LIVENESS_SENDS - 1,
			     .others = true };

	(void)state;
	net->tap = tap_watch;
	net->tap_ctx = &w;
	run_until_seen(net, &w, LIVENESS_SENDS);
	net->peer[A].cut = true;
	peers_sleep(net, A, 60000);
	peers_run(net, 60000);
	net->peer[A].cut = false;
	peers_run(net, 20000);
	assert_int_equal(peers_told(net, A, "is dead"), 0);
	assert_true(peers_all_flow(net));
	peers_free(net);
}

/* A peer that is gone is found out all the same, once we run. */
static void test_dead_all_the_same(void **state)
{
	struct peers *net = both_up(SEEDS + 3);

	(void)state;
	net->peer[B].dead = true;
	peers_sleep(net, A, 60000);
	peers_run(net, 60000);
	assert_int_equal(peers_told(net, A, "is dead"), 0);
	peers_run(net, 45000);
	assert_int_equal(peers_told(net, A, "is dead"), 1);
	peers_free(net);
}

/* Half-open: B is suspended after its first answer, for longer than A has for IKE_AUTH. */
static void test_half_open(void **state)
{
	struct site a = site_of(A), b = site_of(B);
	struct peers *net = peers_new(SEEDS + 4);
	struct watched w = { .exchange = IKE_AUTH, .lost = 1 };

	(void)state;
	net->tap = tap_watch;
	net->tap_ctx = &w;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	run_until_seen(net, &w, 1);
	net->peer[B].cut = true;
	peers_sleep(net, B, 40000);
	peers_run(net, 40000);
	net->peer[B].cut = false;
	assert_true(peers_until(net, peers_all_flow, 11000));
	assert_int_equal(peers_logged(net, "never authenticated"), 0);
	peers_free(net);
}

/* The kernel, or the parent, is slow to say that ESP comes in, and is waited for. */
static void test_slow_kernel(void **state)
{
	struct peers *net = both_up(SEEDS + 5);

	(void)state;
	peers_talk(net, true);
	net->peer[A].kernel_ms = 3000;
	net->peer[B].dead = true;
	peers_run(net, 60000);
	assert_int_equal(peers_told(net, A, "is dead"), 0);
	assert_int_equal(peers_logged(net, "but its ESP comes in"), 1);
	peers_talk(net, false);
	peers_run(net, 60000);
	assert_int_equal(peers_told(net, A, "is dead"), 1);
	peers_free(net);
}

/* One that never says so counts as silence in the end. */
static void test_silent_kernel(void **state)
{
	struct peers *net = both_up(SEEDS + 6);

	(void)state;
	net->peer[A].kernel_ms = 1000000;
	net->peer[B].dead = true;
	peers_run(net, 60000);
	assert_int_equal(peers_told(net, A, "is dead"), 1);
	peers_free(net);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_always_late),
		cmocka_unit_test(test_suspended),
		cmocka_unit_test(test_dead_all_the_same),
		cmocka_unit_test(test_half_open),
		cmocka_unit_test(test_slow_kernel),
		cmocka_unit_test(test_silent_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
