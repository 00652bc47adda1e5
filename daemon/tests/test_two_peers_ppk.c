// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two cores with post-quantum pre-shared keys (RFC 8784): the same, others, unknown ones, none at
 * one end; wished for or insisted on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ike/ike_sa.h"
#include "tests/peers.h"

#define KEY	SITE_PSK ", and a quantum computer neither"
#define OTHER	SITE_PSK ", whoever else it may be that asks"
#define ID	"key-of-monday"

/* An end: 0 has none, p prefers and m demands it; the second letter names key and identity. */
static struct site site_of(int side, const char *what)
{
	struct site site = peers_site(side);

	if (what[0] == '0')
		return site;
	site.ppk_mode = what[0] == 'p' ? POLICY_PPK_PREFERRED : POLICY_PPK_MANDATORY;
	site.ppk_id = what[1] == 'u' ? "unheard-of" : ID;
	site.ppk = what[1] == 'o' ? OTHER : KEY;
	return site;
}

static struct peers *begin(uint64_t seed, const char *what_a, const char *what_b)
{
	struct site a = site_of(A, what_a), b = site_of(B, what_b);
	struct peers *net = peers_new(seed);

	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	return net;
}

static void must_have(const struct peers *net, const char *id)
{
	assert_string_equal(peers_ike(net, A)->ppk, id);
	assert_string_equal(peers_ike(net, B)->ppk, id);
}

/* They come up, with the key of that identity or, "", without, and stay so beyond all rekeys. */
static void check_up(const char *what_a, const char *what_b, const char *id)
{
	struct peers *net = begin(1, what_a, what_b);

	peers_must_be_quiet(net, 3000);
	must_have(net, id);
	peers_past_early(net);
	net->watch = true;
	peers_run(net, 90000000);
	assert_true(peers_child(net, A, "net")->counts.rekeys > 20);
	must_have(net, id);
	assert_int_equal(peers_logged(net, " error "), 0);
	peers_finish(net);
}

static void test_up(void **state)
{
	(void)state;
	check_up("pk", "pk", ID);
	check_up("mk", "pk", ID);
	check_up("pk", "mk", ID);
	check_up("mk", "mk", ID);
	check_up("pk", "0", "");
	check_up("0", "pk", "");
	check_up("pu", "pk", "");
}

/* They do not, and the log of both or of one says why. */
static void check_fails(const char *what_a, const char *what_b, const char *text)
{
	struct peers *net = begin(2, what_a, what_b);

	peers_must_fail(net, text);
}

static void test_fails(void **state)
{
	(void)state;
	check_fails("pk", "po", "pre-shared keys differ: peer 192.0.2.1 (a.example) used others");
	check_fails("mk", "mo", "check key-file and pq-ppk keys on both ends");
	check_fails("mk", "0", "does not use post-quantum pre-shared keys (RFC 8784), which are "
			       "mandatory here");
	check_fails("0", "mk", "does not use post-quantum pre-shared keys (RFC 8784), which are "
			       "mandatory here");
	check_fails("mu", "pk", "has a post-quantum pre-shared key that is not one of ours");
	check_fails("pu", "mk", "has a post-quantum pre-shared key that is not one of ours");
}

static void test_weather(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct peers *net = begin(seed, seed & 1 ? "pk" : "mk", seed & 2 ? "pk" : "mk");

		peers_storm(net);
		peers_must_be_quiet(net, 300000);
		must_have(net, ID);
		peers_free(net);
	}
}

/* One of the questions to who has the keys is never answered: the next attempt succeeds. */
static void test_lost(void **state)
{
	(void)state;
	for (int side = A; side <= B; side++) {
		for (unsigned int which = 1; which <= 5; which++) {
			struct peers *net = begin(4, "pk", "pk");

			net->peer[side].jobs.auth_lost = which;
			peers_must_be_quiet(net, 300000);
			must_have(net, ID);
			peers_free(net);
		}
	}
}

/* What is configured afterwards counts for a new IKE SA. */
static void test_changed(void **state)
{
	struct peers *net = begin(5, "0", "0");
	struct site a = site_of(A, "mk"), b = site_of(B, "mk");

	(void)state;
	peers_must_be_quiet(net, 3000);
	peers_past_early(net);
	net->watch = true;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 60000);
	peers_must_be_quiet(net, 300000);
	must_have(net, ID);
	assert_int_equal(net->gaps, 0);
	peers_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_up),
		cmocka_unit_test(test_fails),
		cmocka_unit_test(test_weather),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
