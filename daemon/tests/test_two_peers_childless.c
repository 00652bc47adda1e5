// SPDX-License-Identifier: GPL-2.0-or-later
/* Who takes no child in IKE_AUTH, and says no more than that, is asked for one later (RFC 6023). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/peers.h"

#define ASKED	"may want an IKE SA without a child SA"

/* A peer that insists on it, as strongSwan's "childless = force" does. */
static void test_forced(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(1);

	(void)state;
	b.childless = POLICY_CHILDLESS_FORCE;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	assert_true(peers_until(net, peers_all_flow, 2000));
	assert_int_equal(peers_logged(net, ASKED), 1);
	assert_int_equal(peers_told(net, A, "refused"), 0);
	/* It is remembered: the next IKE SA comes at once. */
	assert_int_equal(ike_core_clear_ike(net->peer[A].core, net->now, NULL), 1);
	peers_settle(net, A);
	peers_must_be_quiet(net, 10000);
	assert_int_equal(peers_logged(net, ASKED), 1);
	peers_finish(net);
}

/* One that refuses whatever is asked is asked so once in turn, and not without end. */
static void test_stubborn(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(2);

	(void)state;
	a.childless = POLICY_CHILDLESS_NEVER;
	b.childless = POLICY_CHILDLESS_FORCE;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 60000);
	assert_int_equal(peers_logged(net, ASKED), 0);
	assert_in_range(peers_told(net, A, "refused our authentication (INVALID_SYNTAX)"), 3, 8);
	a.childless = POLICY_CHILDLESS_ALLOW;
	peers_configure(net, A, &a);
	peers_must_be_quiet(net, 120000);
	peers_finish(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forced),
		cmocka_unit_test(test_stubborn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
