// SPDX-License-Identifier: GPL-2.0-or-later
/* What the administrator's commands make of two cores. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/peers.h"

static void test_command(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(6);

	(void)state;
	a.start = POLICY_START_ON_DEMAND;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	assert_int_equal(ike_core_initiate(net->peer[A].core, net->now, "nowhere"), -1);
	assert_int_equal(ike_core_initiate(net->peer[B].core, net->now, "lan"), 0);
	assert_int_equal(ike_core_standing(net->peer[B].core, "lan").passive, 1);
	assert_int_equal(ike_core_standing(net->peer[A].core, "lan").passive, 0);
	assert_int_equal(ike_core_initiate(net->peer[A].core, net->now, "lan"), 1);
	peers_settle(net, A);
	assert_true(peers_until(net, peers_quiet, 2000));
	assert_int_equal(ike_core_initiate(net->peer[A].core, net->now, NULL), 0);
	assert_int_equal(ike_core_standing(net->peer[A].core, NULL).up, 1);
	assert_int_equal(ike_core_standing(net->peer[A].core, "nowhere").up, 0);
	assert_int_equal(ike_core_standing(net->peer[B].core, "lan").passive, 0);
	peers_free(net);
}

/* A tunnel goes by the name of its interface, too. */
static void test_command_by_interface(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(7);

	(void)state;
	a.start = POLICY_START_ON_DEMAND;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	assert_int_equal(ike_core_initiate(net->peer[A].core, net->now, PEERS_IFNAME), 1);
	peers_settle(net, A);
	assert_true(peers_until(net, peers_quiet, 2000));
	assert_int_equal(ike_core_standing(net->peer[A].core, PEERS_IFNAME).up, 1);
	assert_int_equal(ike_core_clear_ipsec(net->peer[A].core, net->now, PEERS_IFNAME), 1);
	peers_settle(net, A);
	peers_free(net);
}

static struct ike_child_info shown;

static void on_child(void *ctx, const struct ike_child_info *child)
{
	(void)ctx;
	shown = *child;
}

/* Without its netdevice a tunnel makes no SAs, whoever asks; once that is back it has some. */
static void test_away(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(8);
	struct ike_core *core;
	unsigned int added;

	(void)state;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	assert_true(peers_until(net, peers_all_flow, 5000));
	assert_true(peers_until(net, peers_quiet, 10000));
	core = net->peer[A].core;
	added = kern_fake_added(net->peer[A].kern);
	ike_core_away(core, net->now, PEERS_IFNAME, "it was deleted");
	peers_settle(net, A);
	peers_run(net, 60000);
	assert_int_equal(kern_fake_added(net->peer[A].kern), added);
	assert_int_equal(kern_fake_count(net->peer[A].kern, false, NULL), 0);
	assert_int_equal(kern_fake_count(net->peer[B].kern, false, NULL), 0);
	ike_core_each_child(core, net->now, on_child, NULL);
	assert_string_equal(shown.state, "failed");
	assert_string_equal(shown.last_error, "it was deleted");
	ike_core_away(core, net->now, PEERS_IFNAME, NULL);
	peers_settle(net, A);
	assert_true(peers_until(net, peers_all_flow, 2000));
	ike_core_each_child(core, net->now, on_child, NULL);
	assert_string_equal(shown.last_error, "");
	peers_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_command),
		cmocka_unit_test(test_command_by_interface),
		cmocka_unit_test(test_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
