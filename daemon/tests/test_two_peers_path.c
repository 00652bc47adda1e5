// SPDX-License-Identifier: GPL-2.0-or-later
/* The tunnel's monitor loses its path: new keys, soon, without a gap and without a storm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/peers.h"

#define SEEDS	60

static struct peers *up_with(uint64_t seed, struct site *a, struct site *b)
{
	struct peers *net = peers_new(seed);

	a->probed = "10.2.0.1";
	b->probed = "10.1.0.1";
	a->action = POLICY_FAIL_OVER;
	b->action = POLICY_WAIT_RECOVER;
	peers_configure(net, B, b);
	peers_configure(net, A, a);
	assert_true(peers_until(net, peers_quiet, 90000));
	/* The answer to what brought it up is old by the time that the path is lost. */
	peers_run(net, 1000);
	net->watch = true;
	return net;
}

static struct peers *up(uint64_t seed)
{
	struct site a = peers_site(A), b = peers_site(B);

	/* So that nothing else renews them. */
	a.child_life = 0;
	b.child_life = 0;
	a.ike_life = 0;
	b.ike_life = 0;
	return up_with(seed, &a, &b);
}

static void path(struct peers *net, int side, bool answered)
{
	assert_int_equal(kern_fake_path(net->peer[side].kern, PEERS_IFNAME, answered, false), 0);
}

static unsigned int pairs(const struct peers *net)
{
	return kern_fake_added(net->peer[A].kern) / 2;
}

static void test_renewed(void **state)
{
	(void)state;
	for (int side = A; side <= B; side++) {
		struct peers *net = up(1);
		uint32_t spi = peers_child(net, A, "net")->spi_in;

		path(net, side, false);
		peers_run(net, 1500);
		assert_int_not_equal(peers_child(net, A, "net")->spi_in, spi);
		assert_int_equal(pairs(net), 2);
		assert_int_equal(peers_told(net, A, "ike-up"), 1);
		assert_int_equal(peers_logged(net, "path of tunnel1 is lost: new keys for 1 of"),
				 1);
		path(net, side, true);
		/* Back is back: nothing more is renewed. */
		peers_run(net, 3600000);
		assert_int_equal(pairs(net), 2);
		peers_finish(net);
	}
}

/* Both ends have a monitor, and see it at the same time: one new pair is enough. */
static void test_both(void **state)
{
	unsigned int most = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct peers *net = up(seed);

		net->reorder = seed % 3 ? 40 : 0;
		path(net, A, false);
		if (seed % 2)
			peers_run(net, seed * 10);
		path(net, B, false);
		peers_run(net, 10000);
		assert_in_range(pairs(net), 2, 3);
		most += pairs(net) == 3;
		path(net, A, true);
		path(net, B, true);
		assert_int_equal(peers_logged(net, " error "), 0);
		peers_finish(net);
	}
	/* Two only where both asked within the time that a message takes. */
	assert_in_range(most, 0, SEEDS / 3);
}

/* An hour without path: asked again and again, ever more rarely. */
static void test_long(void **state)
{
	struct peers *net = up(2);

	(void)state;
	path(net, A, false);
	peers_run(net, 100000);
	assert_in_range(pairs(net), 1 + 3, 1 + 3);
	peers_run(net, 3500000);
	assert_in_range(pairs(net), 1 + 8, 1 + 11);
	path(net, A, true);
	peers_finish(net);
}

/* A path that comes and goes does not have its keys renewed each time. */
static void test_flapping(void **state)
{
	struct peers *net = up(3);

	(void)state;
	for (unsigned int i = 0; i < 120; i++) {
		path(net, A, i % 2);
		peers_run(net, 5000);
	}
	assert_in_range(pairs(net), 1 + 3, 1 + 6);
	path(net, A, true);
	peers_finish(net);
}

/* Gone before anything was done about it. */
static void test_short(void **state)
{
	struct peers *net = up(4);
	unsigned int before;

	(void)state;
	peers_past_early(net);
	before = pairs(net);
	path(net, A, false);
	path(net, A, true);
	peers_run(net, 60000);
	assert_int_equal(pairs(net), before);
	peers_finish(net);
}

static bool dead(struct peers *net)
{
	return peers_told(net, A, "ike-down");
}

/* The peer is gone, and nothing else would find out: it is asked whether it lives. */
static void test_dead_peer(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;
	ike_time begun;

	(void)state;
	a.liveness = 0;
	b.liveness = 0;
	net = up_with(5, &a, &b);
	net->watch = false;
	net->peer[B].cut = true;
	begun = net->now;
	path(net, A, false);
	assert_true(peers_until(net, dead, 20000));
	assert_true(net->now > begun + 10000);
	net->peer[B].cut = false;
	assert_true(peers_until(net, peers_quiet, 120000));
	assert_int_equal(peers_told(net, A, "ike-up"), 2);
	path(net, A, true);
	peers_free(net);
}

/* Each proxy-ID is renewed, one exchange after the other. */
static void test_proxies(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	(void)state;
	a.n_proxies = 3;
	b.n_proxies = 3;
	for (unsigned int i = 0; i < 3; i++) {
		static const char *const names[] = { "one", "two", "three" };
		static const char *const nets[] = { "10.1.0.0/16", "10.3.0.0/16", "10.5.0.0/16" };
		static const char *const others[] = { "10.2.0.0/16", "10.4.0.0/16",
						      "10.6.0.0/16" };

		a.proxies[i] = (struct site_proxy){ names[i], nets[i], others[i] };
		b.proxies[i] = (struct site_proxy){ names[i], others[i], nets[i] };
	}
	net = up_with(6, &a, &b);
	assert_int_equal(pairs(net), 3);
	path(net, A, false);
	peers_run(net, 3000);
	assert_int_equal(pairs(net), 6);
	assert_int_equal(peers_logged(net, "new keys for 3 of its proxy-IDs"), 1);
	path(net, A, true);
	peers_finish(net);
}

/* Nothing stands that could be renewed, and what is started is not disturbed. */
static void test_without_sa(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(7);

	(void)state;
	a.probed = "10.2.0.1";
	a.action = POLICY_WAIT_RECOVER;
	net->peer[B].cut = true;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	path(net, A, false);
	assert_int_equal(ike_core_path_lost(net->peer[A].core, net->now, PEERS_IFNAME), 0);
	assert_int_equal(ike_core_path_lost(net->peer[A].core, net->now, "tunnel9"), 0);
	peers_settle(net, A);
	peers_run(net, 300000);
	net->peer[B].cut = false;
	assert_true(peers_until(net, peers_quiet, 90000));
	path(net, A, true);
	peers_finish(net);
}

/* The tunnel goes while its path is lost, and comes again. */
static void test_reconfigured(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = up_with(8, &a, &b);
	struct site other = a;

	(void)state;
	net->watch = false;
	path(net, A, false);
	peers_run(net, 5000);
	other.local_id = "elsewhere.example.net";
	b.peer_id = other.local_id;
	peers_configure(net, B, &b);
	peers_configure(net, A, &other);
	assert_true(peers_until(net, peers_quiet, 120000));
	path(net, A, true);
	peers_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_renewed),
		cmocka_unit_test(test_both),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_flapping),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_dead_peer),
		cmocka_unit_test(test_proxies),
		cmocka_unit_test(test_without_sa),
		cmocka_unit_test(test_reconfigured),
	};

	return cmocka_run_group_tests_name("two_peers_path", tests, NULL, NULL);
}
