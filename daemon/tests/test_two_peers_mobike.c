// SPDX-License-Identifier: GPL-2.0-or-later
/* One end goes on from another address (MOBIKE, RFC 4555), played by hand and by the core. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/speech.h"

#define MOVED		"peer moved to 192.0.2.33:4500"
#define ELSEWHERE	"192.0.2.33"

static struct peers *up(uint64_t seed, enum policy_mobike b_has)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(seed);

	a.mobike = POLICY_MOBIKE_YES;
	b.mobike = b_has;
	net->second[A] = ELSEWHERE;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_must_be_quiet(net, 10000);
	peers_past_early(net);
	return net;
}

/* A has another address, and says so by a request from there; @nat: another is in between. */
static void move(struct peers *net, bool nat)
{
	struct ike_sa *ike = sa_of(net, A);
	struct wire_writer *w = say(net, A, IKE_EXCH_INFORMATIONAL, false);
	struct endpoint inside = ike->path->local;

	inside.addr = site_address(nat ? "10.9.9.9" : ELSEWHERE);
	ike->path->local.addr = site_address(ELSEWHERE);
	put_notify(w, IKE_N_UPDATE_SA_ADDRESSES);
	v2_natd_put(w, ike->spi_i, ike->spi_r, &inside, &ike->path->remote);
	wire_put_notify(w, IKE_N_COOKIE2, bytes_of("12345678", 8));
	said();
}

static void check_place(struct peers *net, const char *at, bool encap)
{
	const struct ike_sa_spec *out = kern_fake_out(net->peer[B].kern, PEERS_IFNAME, "net");
	struct addr there = site_address(at);

	assert_non_null(out);
	assert_true(addr_equal(&out->remote.addr, &there));
	assert_int_equal(out->udp_encap, encap);
	assert_true(addr_equal(&sa_of(net, B)->path->remote.addr, &there));
}

static void test_followed(void **state)
{
	(void)state;
	for (int nat = 0; nat <= 1; nat++) {
		struct peers *net = up(1, POLICY_MOBIKE_ALLOW);

		move(net, nat);
		assert_int_equal(peers_told(net, B, MOVED), 1);
		check_place(net, ELSEWHERE, nat);
		/* A answers the request with the cookie. */
		peers_run(net, 60000);
		assert_int_equal(peers_ikes(net, B), 1);
		assert_int_equal(peers_told(net, B, "ike-down"), 0);
		peers_free(net);
	}
}

/* Whether there is a NAT now is asked for without a move, too, and a cookie comes back. */
static void test_asked(void **state)
{
	struct peers *net = up(3, POLICY_MOBIKE_YES);
	struct wire_writer *w = say(net, A, IKE_EXCH_INFORMATIONAL, false);
	const struct ike_sa *ike = sa_of(net, A);

	(void)state;
	v2_natd_put(w, ike->spi_i, ike->spi_r, &ike->path->local, &ike->path->remote);
	wire_put_notify(w, IKE_N_COOKIE2, bytes_of("12345678", 8));
	said();
	assert_true(answered(IKE_N_COOKIE2));
	assert_true(answered(IKE_N_NAT_DETECTION_SOURCE_IP));
	assert_int_equal(peers_told(net, B, "moved"), 0);
	peers_finish(net);
}

/* Not where that was not agreed on. */
static void test_not_agreed(void **state)
{
	struct peers *net = up(2, POLICY_MOBIKE_NO);

	(void)state;
	move(net, false);
	assert_false(answered(IKE_N_COOKIE2));
	check_place(net, peers_site(A).local, false);
	peers_free(net);
}

/* --- the core moves --- */

#define OUTSIDE	"203.0.113.9"

/* A begins, and has no address of its own in the configuration. */
static struct peers *free_to_move(uint64_t seed, const char *local)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(seed);

	a.local = local;
	a.mobike = POLICY_MOBIKE_YES;
	b.mobike = POLICY_MOBIKE_ALLOW;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_must_be_quiet(net, 10000);
	peers_past_early(net);
	return net;
}

static void go(struct peers *net, const char *at)
{
	net->peer[A].at = at;
	ike_core_routes(net->peer[A].core, net->now);
	peers_settle(net, A);
}

static void check_ends(struct peers *net, const char *inside, const char *outside)
{
	const struct ike_sa_spec *out = kern_fake_out(net->peer[A].kern, PEERS_IFNAME, "net");
	struct addr at = site_address(inside);

	assert_non_null(out);
	assert_true(addr_equal(&out->local.addr, &at));
	assert_int_equal(out->udp_encap, strcmp(inside, outside) != 0);
	check_place(net, outside, strcmp(inside, outside) != 0);
}

/* To and fro, from no NAT to behind one, and out of it again. */
static void test_moves(void **state)
{
	struct peers *net = free_to_move(4, NULL);
	const char *home = peers_site(A).local;

	(void)state;
	go(net, ELSEWHERE);
	peers_run(net, 1000);
	check_ends(net, ELSEWHERE, ELSEWHERE);
	net->nat = (struct nat){ .on = true, .outside = OUTSIDE, .shift = 1000 };
	go(net, "10.9.9.9");
	peers_run(net, 1000);
	check_ends(net, "10.9.9.9", OUTSIDE);
	peers_run(net, 60000);
	assert_true(net->peer[A].keepalives);
	net->nat.on = false;
	go(net, home);
	peers_run(net, 1000);
	check_ends(net, home, home);
	assert_int_equal(peers_told(net, A, "our address is "), 3);
	assert_int_equal(peers_told(net, B, "peer moved to "), 3);
	assert_int_equal(peers_told(net, A, "ike-down"), 0);
	assert_int_equal(peers_told(net, B, "ike-down"), 0);
	peers_finish(net);
}

/* A request that is under way goes on from the new address, and what waits comes after. */
static void test_moves_amid(void **state)
{
	struct peers *net = free_to_move(5, NULL);

	(void)state;
	net->peer[B].cut = true;
	peers_soften(net, A);
	peers_run(net, 1500);
	assert_int_equal(sa_of(net, A)->ex.current->kind, TASK_CHILD_REKEY);
	go(net, "192.0.2.40");
	peers_run(net, 3000);
	/* Where it is told of was left again meanwhile. */
	go(net, ELSEWHERE);
	net->peer[B].cut = false;
	peers_must_be_quiet(net, 20000);
	check_ends(net, ELSEWHERE, ELSEWHERE);
	assert_int_equal(peers_told(net, A, "ike-down"), 0);
	peers_finish(net);
}

static void test_moves_in_a_storm(void **state)
{
	(void)state;
	for (uint64_t seed = 20; seed < 40; seed++) {
		struct peers *net = free_to_move(seed, NULL);
		struct ike_sa *before = sa_of(net, A);

		peers_storm(net);
		for (int i = 0; i < 8; i++) {
			go(net, i & 1 ? peers_site(A).local : ELSEWHERE);
			peers_run(net, 500 * (ike_time)(1 + i));
			if (i == 4)
				peers_soften(net, A);
		}
		net->loss = net->twice = net->reorder = 0;
		peers_must_be_quiet(net, 90000);
		assert_ptr_equal(sa_of(net, A), before);
		peers_finish(net);
	}
}

/* Without a route it stays where it is, and so it does with an address that is configured. */
static void test_stays(void **state)
{
	struct peers *net = free_to_move(6, NULL);

	(void)state;
	net->peer[A].no_route = true;
	go(net, ELSEWHERE);
	assert_int_equal(peers_told(net, A, "our address is "), 0);
	net->peer[A].no_route = false;
	go(net, NULL);
	assert_int_equal(peers_told(net, A, "our address is "), 0);
	peers_finish(net);

	net = free_to_move(7, peers_site(A).local);
	net->second[A] = peers_site(A).local;
	go(net, ELSEWHERE);
	net->peer[A].at = NULL;
	assert_int_equal(peers_told(net, A, "our address is "), 0);
	peers_finish(net);
}

/* A peer that stays with the former address, or shows no cookie, gets another IKE SA. */
static void test_not_followed(void **state)
{
	(void)state;
	for (int refused = 0; refused <= 1; refused++) {
		struct site a = peers_site(A), b = peers_site(B);
		struct peers *net = peers_new(8);
		struct wire_writer *w;

		a.local = NULL;
		b.peer = NULL;
		a.mobike = b.mobike = POLICY_MOBIKE_YES;
		peers_configure(net, B, &b);
		peers_configure(net, A, &a);
		peers_must_be_quiet(net, 10000);

		net->peer[B].cut = true;
		go(net, ELSEWHERE);
		w = say(net, B, IKE_EXCH_INFORMATIONAL, true);
		if (refused)
			put_notify(w, IKE_N_UNACCEPTABLE_ADDRESSES);
		else
			wire_put_notify(w, IKE_N_COOKIE2, bytes_of("12345678", 8));
		said();
		assert_int_equal(peers_logged(net, refused ? "192.0.2.33: UNACCEPTABLE_ADDRESSES" :
					      "192.0.2.33: its answer lacks our cookie"), 1);
		net->peer[B].cut = false;
		peers_run(net, 1000);
		peers_must_be_quiet(net, 20000);
		check_ends(net, ELSEWHERE, ELSEWHERE);
		peers_finish(net);
	}
}

/* What the peer said of an address that was left again does not count. */
static void test_moved_on(void **state)
{
	struct peers *net = free_to_move(9, NULL);
	struct wire_writer *w;

	(void)state;
	net->peer[B].cut = true;
	go(net, "192.0.2.40");
	go(net, ELSEWHERE);
	w = say(net, B, IKE_EXCH_INFORMATIONAL, true);
	put_notify(w, IKE_N_UNACCEPTABLE_ADDRESSES);
	said();
	assert_int_equal(peers_logged(net, "does not follow"), 0);
	sa_of(net, B)->ex.recv_id = sa_of(net, A)->ex.send_id;
	net->peer[B].cut = false;
	peers_run(net, 5000);
	check_ends(net, ELSEWHERE, ELSEWHERE);
	peers_finish(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_followed),
		cmocka_unit_test(test_asked),
		cmocka_unit_test(test_not_agreed),
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_moves_amid),
		cmocka_unit_test(test_moves_in_a_storm),
		cmocka_unit_test(test_stays),
		cmocka_unit_test(test_not_followed),
		cmocka_unit_test(test_moved_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
