// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two peers that are slow, so that each doubts that the other has their IKE SA, and begins another
 * beside it.  Both live: no packet is lost, and neither is taken for one that was started anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/peers.h"

#define ROUNDS		10
#define ASLEEP_MS	4000	/* at most, again and again */

/* Both begin, at any time. */
static struct peers *both_begin(uint64_t seed)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(seed);

	b.passive = false;
	b.start = POLICY_START_ALWAYS;
	peers_tokens(net);
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_must_be_quiet(net, 60000);
	peers_past_early(net);
	peers_run(net, 60000);
	return net;
}

static void compute_for(struct peers *net, unsigned int least_ms, unsigned int most_ms)
{
	for (int side = A; side <= B; side++) {
		net->peer[side].jobs.least_ms = least_ms;
		net->peer[side].jobs.most_ms = most_ms;
	}
}

/* Children are rekeyed by one end or both, which sleep now and then, in any way. */
static void rekey_slowly(struct peers *net)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		peers_soften(net, A);
		if (i % 2)
			peers_soften(net, B);
		peers_run(net, 500);
		peers_sleep(net, A, dice_throw(&net->dice) % ASLEEP_MS);
		peers_sleep(net, B, dice_throw(&net->dice) % ASLEEP_MS);
		peers_run(net, 10000 + dice_throw(&net->dice) % 30000);
	}
}

static void check_slow(uint64_t seed, unsigned int least_ms, unsigned int most_ms)
{
	struct peers *net = both_begin(seed);

	net->watch = true;
	compute_for(net, least_ms, most_ms);
	rekey_slowly(net);
	compute_for(net, 0, 0);
	peers_run(net, 200000);
	assert_int_equal(peers_logged(net, "lost its earlier IKE SA"), 0);
	assert_int_equal(peers_logged(net, "started anew"), 0);
	peers_finish(net);
}

/* What a peer asked for it may get late: until it has it, what there was before goes on. */
static void test_some_slow(void **state)
{
	(void)state;
	for (uint64_t seed = 80; seed < 120; seed++)
		check_slow(seed, 0, 6000);
}

/* The IKE SA that was doubted may be known to the peer all the same, which is told of its end. */
static void test_all_slow(void **state)
{
	(void)state;
	for (uint64_t seed = 20; seed < 50; seed++)
		check_slow(seed, 2000, 12000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_some_slow),
		cmocka_unit_test(test_all_slow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
