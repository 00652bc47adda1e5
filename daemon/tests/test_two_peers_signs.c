// SPDX-License-Identifier: GPL-2.0-or-later
/* Two cores, and what ESP that comes in says of a peer that does not answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/peers.h"

static struct site site_of(int side)
{
	struct site site = peers_site(side);

	site.liveness = 5;
	return site;
}

/* Both sides up, and hosts talk. */
static struct peers *talking(uint64_t seed)
{
	struct site a = site_of(A), b = site_of(B);
	struct peers *net = peers_new(seed);

	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	assert_true(peers_until(net, peers_quiet, 5000));
	peers_talk(net, true);
	return net;
}

static bool a_is_down(struct peers *net)
{
	return !kern_fake_out(net->peer[A].kern, PEERS_IFNAME, "net");
}

static bool b_is_down(struct peers *net)
{
	return !kern_fake_out(net->peer[B].kern, PEERS_IFNAME, "net");
}

/* The daemon at @side is stopped for a minute or two; nothing is lost, and both meet again. */
static void check_stopped(int side, ike_time span)
{
	struct site site = site_of(side);
	struct peers *net = talking(1 + (uint64_t)side);

	net->watch = true;
	net->peer[side].dead = true;
	peers_run(net, span);
	assert_true(peers_all_flow(net));
	assert_int_equal(peers_told(net, !side, "is dead"), 0);
	assert_int_equal(peers_logged(net, "but its ESP comes in"), 1);
	peers_revive(net, side, &site);
	peers_run(net, 60000);
	assert_true(peers_until(net, peers_quiet, 120000));
	assert_int_equal(net->gaps, 0);
	peers_free(net);
}

static void test_stopped(void **state)
{
	(void)state;
	for (int side = A; side <= B; side++) {
		check_stopped(side, 30000);
		check_stopped(side, 60000);
		check_stopped(side, 300000);
	}
}

/* Where ESP ends with IKE the peer is found dead as soon as ever. */
static void test_both_dead(void **state)
{
	struct peers *net = talking(7);

	(void)state;
	peers_run(net, 20000);
	net->peer[B].dead = true;
	peers_talk(net, false);
	assert_true(peers_until(net, a_is_down, 30000));
	assert_int_equal(peers_told(net, A, "is dead"), 1);
	assert_int_equal(peers_logged(net, "but its ESP comes in"), 0);
	peers_free(net);
}

/* First its daemon goes, later the host. */
static void test_dies_later(void **state)
{
	struct peers *net = talking(8);

	(void)state;
	net->peer[A].dead = true;
	peers_run(net, 90000);
	assert_false(b_is_down(net));
	peers_talk(net, false);
	assert_true(peers_until(net, b_is_down, 25000));
	assert_int_equal(peers_told(net, B, "is dead"), 1);
	peers_free(net);
}

/* A peer that answers needs no ESP. */
static void test_silent_esp(void **state)
{
	struct peers *net = talking(9);

	(void)state;
	peers_talk(net, false);
	peers_run(net, 300000);
	assert_true(peers_quiet(net));
	assert_int_equal(peers_told(net, A, "is dead"), 0);
	peers_free(net);
}

static bool a_asks_its_kernel(struct peers *net)
{
	for (unsigned int i = 0; i < PEERS_ASKED; i++)
		if (net->peer[A].asked[i].due)
			return true;
	return false;
}

/* The peer answers after all, before the kernel says when its ESP came: that means no more then. */
static void test_answers_first(void **state)
{
	struct peers *net = talking(11);
	struct datagram *d;

	(void)state;
	peers_past_early(net);
	net->peer[A].kernel_ms = 2000;
	net->hold = true;
	assert_true(peers_until(net, a_asks_its_kernel, 60000));
	net->hold = false;
	while ((d = net->held)) {
		net->held = d->next;
		peers_deliver(net, d);
	}
	peers_run(net, 1000);
	assert_true(a_asks_its_kernel(net));
	peers_run(net, 60000);
	assert_true(peers_quiet(net));
	assert_int_equal(peers_told(net, A, "is dead"), 0);
	peers_free(net);
}

/* The sender has half of the octets for the rekeying, and is the first to be cut off. */
static void test_octets(void **state)
{
	struct site a = site_of(A), b = site_of(B);
	struct peers *net = peers_new(10);
	const struct ike_sa_spec *out, *in;

	(void)state;
	a.child_bytes = 1 << 20;
	b.child_bytes = 1 << 20;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	assert_true(peers_until(net, peers_quiet, 5000));
	out = kern_fake_out(net->peer[A].kern, PEERS_IFNAME, "net");
	assert_int_equal(out->soft_bytes, 1 << 19);
	assert_int_equal(out->hard_bytes, 1 << 20);
	in = kern_fake_in(net->peer[B].kern, out->spi);
	assert_int_equal(in->soft_bytes, 1 << 20);
	assert_int_equal(in->hard_bytes, 1 << 21);
	peers_free(net);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_both_dead),
		cmocka_unit_test(test_dies_later),
		cmocka_unit_test(test_silent_esp),
		cmocka_unit_test(test_answers_first),
		cmocka_unit_test(test_octets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
