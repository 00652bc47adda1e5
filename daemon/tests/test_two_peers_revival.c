// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two cores that die and begin anew: with what the kernel had, which is adopted, or
 * without.  No packet is lost while there are SAs, and both always meet again.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/peers.h"

#define SEEDS	120

enum { WAITS, DEMANDS, BEGINS };

/* How the two sides begin; one of them at least does. */
static const int pairs[][2] = {
	{ BEGINS, WAITS }, { WAITS, BEGINS }, { BEGINS, BEGINS }, { DEMANDS, DEMANDS },
	{ DEMANDS, WAITS }, { WAITS, DEMANDS }, { BEGINS, DEMANDS },
};
#define PAIRS	(sizeof(pairs) / sizeof(pairs[0]))

static struct site site_of(const int *pair, int side)
{
	struct site site = peers_site(side);

	site.passive = pair[side] == WAITS;
	site.start = pair[side] == BEGINS ? POLICY_START_ALWAYS :
		     pair[side] == DEMANDS ? POLICY_START_ON_DEMAND : POLICY_START_PASSIVE;
	site.liveness = 5;
	return site;
}

/* A packet comes to each side; without an SA it is asked for one. */
static void packets(struct peers *net, const int *pair)
{
	for (int side = A; side <= B; side++) {
		struct peer *peer = &net->peer[side];

		if (pair[side] != DEMANDS || kern_fake_out(peer->kern, PEERS_IFNAME, "net"))
			continue;
		ike_core_acquire(peer->core, net->now, PEERS_IFNAME, "net", NULL);
		peers_settle(net, side);
	}
}

/* Until packets flow, or up to @ms; how long it took. */
static ike_time flowing_after(struct peers *net, const int *pair, ike_time ms)
{
	ike_time from = net->now;

	while (!peers_all_flow(net)) {
		if (net->now > from + ms) {
			peers_show(net);
			fail_msg("nothing flows within %llu ms", (unsigned long long)ms);
		}
		packets(net, pair);
		peers_run(net, 100);
	}
	return net->now - from;
}

static void must_be_quiet(struct peers *net)
{
	if (peers_until(net, peers_quiet, 120000))
		return;
	peers_show(net);
	fail_msg("no quiet");
}

static struct peers *up(uint64_t seed, const int *pair)
{
	struct peers *net = peers_new(seed);

	for (int side = B; side >= A; side--) {
		struct site site = site_of(pair, side);

		peers_configure(net, side, &site);
	}
	flowing_after(net, pair, 5000);
	must_be_quiet(net);
	return net;
}

static void soften(struct peers *net, int side)
{
	const struct ike_sa_spec *out = kern_fake_out(net->peer[side].kern, PEERS_IFNAME, "net");

	if (out)
		kern_fake_expire(net->peer[side].kern, out->token, false, false);
}

static void no_gaps(struct peers *net, uint64_t seed)
{
	if (!net->gaps)
		return;
	peers_show(net);
	fail_msg("seed %u: packets would have been lost from %llu on", (unsigned int)seed,
		 (unsigned long long)net->gap_at);
}

/* --------------------------------------------------------- the daemon alone dies */

/*
 * At any moment, also in the midst of a rekey, one dies and is there again: the kernel's
 * SAs serve until both have their successors, whoever of the two may begin.
 */
static void test_killed(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		const int *pair = pairs[seed % PAIRS];
		struct peers *net = up(seed, pair);
		struct dice dice = { .state = seed };
		int side = (int)(dice_throw(&dice) % 2);
		struct site site = site_of(pair, side);

		net->watch = true;
		soften(net, (int)(dice_throw(&dice) % 2));
		peers_run(net, dice_throw(&dice) % 60);
		peers_revive(net, side, &site);
		peers_run(net, 60000);
		no_gaps(net, seed);
		must_be_quiet(net);
		peers_free(net);
	}
}

/* Again and again, before it has come to rest. */
static void test_killed_often(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		const int *pair = pairs[seed % PAIRS];
		struct peers *net = up(seed, pair);
		struct dice dice = { .state = seed };

		net->watch = true;
		for (int i = 0; i < 20; i++) {
			int side = (int)(dice_throw(&dice) % 2);
			struct site site = site_of(pair, side);

			peers_run(net, dice_throw(&dice) % (dice_percent(&dice, 50) ? 100 : 9000));
			peers_revive(net, side, &site);
		}
		peers_run(net, 60000);
		no_gaps(net, seed);
		must_be_quiet(net);
		peers_free(net);
	}
}

/* Dies between the two SAs of a pair: the half is no successor, and goes with the rest. */
static void test_killed_between(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < PAIRS; i++) {
		for (int side = A; side <= B; side++) {
			struct peers *net = up(1 + i, pairs[i]);
			struct site site = site_of(pairs[i], side);

			kern_fake_refuse(net->peer[side].kern, false, 1, -EINTR);
			net->peer[side].dies = true;
			soften(net, side);
			peers_run(net, 100);
			assert_int_equal(kern_fake_count(net->peer[side].kern, true, NULL), 2);
			net->peer[side].dies = false;
			net->watch = true;
			peers_revive(net, side, &site);
			peers_run(net, 60000);
			no_gaps(net, i);
			must_be_quiet(net);
			peers_free(net);
		}
	}
}

/* What was adopted ends by itself: the on-demand tunnel is idle again, and can be asked. */
static void test_adopted_ends(void **state)
{
	static const int *pair = pairs[3];
	struct peers *net = up(3, pair);
	struct site site = site_of(pair, A);
	const struct ike_sa_spec *out;

	(void)state;
	net->peer[B].cut = true;
	peers_revive(net, A, &site);
	peers_run(net, 600000);
	out = kern_fake_out(net->peer[A].kern, PEERS_IFNAME, "net");
	assert_non_null(out);
	assert_int_equal(kern_fake_expire(net->peer[A].kern, out->token, false, true), 0);
	peers_run(net, 120000);
	net->peer[B].cut = false;
	net->peer[A].sent = 0;
	peers_run(net, 600000);
	assert_int_equal(net->peer[A].sent, 0);
	flowing_after(net, pair, 2000);
	peers_free(net);
}

/* -------------------------------------------------------------- all of it is gone */

/* The longest that it may take until they have met again, by who begins. */
static ike_time patience(const int *pair, int side)
{
	/* The other has to find out first: 5 s of silence, two repetitions. */
	return pair[side] == WAITS ? 9000 : 4000;
}

static void test_rebooted(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		const int *pair = pairs[seed % PAIRS];
		struct peers *net = up(seed, pair);
		int side = seed / PAIRS % 2;
		struct site site = site_of(pair, side);

		net->peer[side].cut = true;
		peers_run(net, seed * 37 % 4000);
		net->peer[side].cut = false;
		peers_restart(net, side, &site);
		flowing_after(net, pair, patience(pair, side));
		peers_run(net, 30000);
		must_be_quiet(net);
		peers_free(net);
	}
}

/* One, and the other before they have met again; or both in one moment. */
static void test_rebooted_both(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		const int *pair = pairs[seed % PAIRS];
		struct peers *net = up(seed, pair);
		int first = seed / PAIRS % 2;
		struct site a = site_of(pair, first), b = site_of(pair, !first);

		peers_restart(net, first, &a);
		peers_run(net, seed % 5 * (seed % 60));
		peers_restart(net, !first, &b);
		if (seed % 3 == 0) {
			peers_run(net, seed % 50);
			peers_restart(net, first, &a);
		}
		flowing_after(net, pair, 15000);
		must_be_quiet(net);
		peers_free(net);
	}
}

/* ------------------------------------------------------------------ the network dies */

/* An hour without a link, which all have noticed: back within some seconds. */
static void test_hour_without_link(void **state)
{
	ike_time worst = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS / 4; seed++) {
		const int *pair = pairs[seed % PAIRS];
		struct peers *net = up(seed, pair);
		ike_time took;

		net->peer[A].cut = true;
		for (int i = 0; i < 3600; i++) {
			packets(net, pair);
			peers_run(net, 1000);
		}
		assert_int_equal(kern_fake_count(net->peer[A].kern, false, NULL), 0);
		assert_int_equal(kern_fake_count(net->peer[B].kern, false, NULL), 0);
		peers_run(net, seed * 7919 % 60000);
		net->peer[A].cut = false;
		took = flowing_after(net, pair, 16000);
		worst = took > worst ? took : worst;
		must_be_quiet(net);
		peers_free(net);
	}
	print_message("# longest time until packets flowed again: %llu ms\n",
		      (unsigned long long)worst);
}

/* No route meanwhile: said once, tried all the time. */
static void test_hour_without_route(void **state)
{
	struct site a = site_of(pairs[0], A), b = site_of(pairs[0], B);
	struct peers *net = peers_new(5);

	(void)state;
	a.local = NULL;
	net->peer[A].no_route = true;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 3600000);
	assert_int_equal(peers_logged(net, "no route to peer"), 1);
	net->peer[A].no_route = false;
	flowing_after(net, pairs[0], 6000);
	peers_free(net);
}

/* Shorter than it takes to find a peer dead: the SAs stay, or get successors in time. */
static void test_short_outage(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		const int *pair = pairs[seed % PAIRS];
		struct peers *net = up(seed, pair);

		net->watch = true;
		peers_run(net, seed * 997 % 6000);
		net->peer[A].cut = true;
		peers_run(net, seed * 1009 % 9000);
		net->peer[A].cut = false;
		peers_run(net, 20000);
		must_be_quiet(net);
		no_gaps(net, seed);
		assert_int_equal(peers_told(net, A, "child-down"), 0);
		peers_free(net);
	}
}

/* Other ciphers and lives: the pair there is serves until both ends have been told. */
static void test_changed_tunnel(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS / 4; seed++) {
		const int *pair = pairs[seed % PAIRS];
		struct peers *net = up(seed, pair);
		int first = seed / PAIRS % 2;

		net->watch = true;
		for (int i = 0; i < 2; i++) {
			int side = i ? !first : first;
			struct site site = site_of(pair, side);

			site.esp = peers_props(PROP_ESP, "aes-128-cbc", "sha256", "group19");
			site.child_life = 1800;
			peers_configure(net, side, &site);
			peers_run(net, seed % 2 ? 100 : 20000);
		}
		peers_run(net, 130000);
		no_gaps(net, seed);
		must_be_quiet(net);
		assert_non_null(strstr(peers_child(net, A, "net")->proposal, "AES_CBC-128"));
		assert_in_range(peers_child(net, A, "net")->life_seconds, 1, 1800);
		peers_free(net);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_killed_often),
		cmocka_unit_test(test_killed_between),
		cmocka_unit_test(test_adopted_ends),
		cmocka_unit_test(test_rebooted),
		cmocka_unit_test(test_rebooted_both),
		cmocka_unit_test(test_hour_without_link),
		cmocka_unit_test(test_hour_without_route),
		cmocka_unit_test(test_short_outage),
		cmocka_unit_test(test_changed_tunnel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
