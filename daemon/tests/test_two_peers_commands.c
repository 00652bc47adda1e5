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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_command),
		cmocka_unit_test(test_command_by_interface),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
