// SPDX-License-Identifier: GPL-2.0-or-later
/* A peer says that it goes on from another address (MOBIKE, RFC 4555). */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_followed),
		cmocka_unit_test(test_asked),
		cmocka_unit_test(test_not_agreed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
