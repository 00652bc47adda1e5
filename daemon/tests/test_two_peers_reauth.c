// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Both ends authenticate anew from time to time, by another IKE SA that is up before the one in use
 * goes (RFC 7296 section 2.8.3, RFC 4478).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/speech.h"

#define HOUR_MS	3600000
#define REAUTH	600

static struct peers *up(uint64_t seed, const struct site *a, const struct site *b)
{
	struct peers *net = peers_up(seed, a, b);

	peers_past_early(net);
	net->watch = true;
	return net;
}

/* How often both ends have authenticated. */
static unsigned int ups(const struct peers *net, int side)
{
	return peers_told(net, side, "IKE SA with");
}

/* Whoever has it configured: once in 600 s, rekeys of the IKE SA or not, and without a gap. */
static void check_hour(uint64_t reauth_a, uint64_t reauth_b, bool rekeys, bool active)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	a.reauth = reauth_a;
	b.reauth = reauth_b;
	a.ike_life = rekeys ? 200 : 0;
	b.passive = !active;
	net = up(1, &a, &b);
	peers_run(net, HOUR_MS);
	assert_in_range(ups(net, A), 1 + 6, 1 + 8);
	assert_int_equal(ups(net, B), ups(net, A));
	if (rekeys)
		assert_true(peers_told(net, A, "IKE SA is rekeyed") > 10);
	assert_int_equal(peers_logged(net, " error "), 0);
	peers_finish(net);
}

static void test_ours(void **state)
{
	(void)state;
	check_hour(REAUTH, 0, false, false);
	check_hour(REAUTH, 0, true, false);
}

/* Who may not begin has the peer do it. */
static void test_peers(void **state)
{
	(void)state;
	check_hour(0, REAUTH, false, false);
	check_hour(0, REAUTH, true, false);
	check_hour(REAUTH, REAUTH, true, true);
}

static void test_never(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	(void)state;
	a.ike_life = 200;
	net = up(2, &a, &b);
	peers_run(net, HOUR_MS);
	assert_int_equal(ups(net, A), 1);
	peers_finish(net);
}

static bool tap_no_init(struct peers *net, int from, uint8_t *data, size_t n)
{
	(void)net;
	(void)from;
	return n < 28 || data[18] != IKE_EXCH_IKE_SA_INIT;
}

/* Nobody answers: what there is goes on, and it is tried again. */
static void test_no_answer(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	(void)state;
	a.reauth = REAUTH;
	net = up(3, &a, &b);
	net->tap = tap_no_init;
	peers_run(net, 2 * REAUTH * 1000);
	assert_int_equal(ups(net, A), 1);
	net->tap = NULL;
	peers_run(net, 90000);
	assert_int_equal(ups(net, A), 2);
	peers_finish(net);
}

/* It was about to go when the time came, and stays after all (condemned.c). */
static void test_pardoned(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	(void)state;
	a.reauth = REAUTH;
	net = up(6, &a, &b);
	net->peer[A].core->ikes->condemned = true;
	peers_run(net, REAUTH * 1000);
	assert_int_equal(ups(net, A), 1);
	net->peer[A].core->ikes->condemned = false;
	peers_run(net, 90000);
	assert_int_equal(ups(net, A), 2);
	peers_finish(net);
}

static void say_life(struct peers *net, int from, uint32_t seconds)
{
	uint8_t octets[4];

	put_be32(octets, seconds);
	wire_put_notify(say(net, from, IKE_EXCH_INFORMATIONAL, false), IKE_N_AUTH_LIFETIME,
			bytes_of(octets, sizeof(octets)));
	said();
}

/* The peer says so later, or says nonsense; it is of no account from who began. */
static void test_said_later(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = up(4, &a, &b);

	(void)state;
	say_life(net, A, 5);
	peers_run(net, 60000);
	assert_int_equal(ups(net, B), 1);
	say_life(net, B, 300);
	peers_run(net, 150000);
	assert_int_equal(ups(net, A), 1);
	peers_run(net, 150000);
	assert_int_equal(ups(net, A), 2);
	peers_must_be_quiet(net, 60000);
	for (unsigned int i = 0; i < 5; i++) {
		say_life(net, B, 0);
		peers_run(net, 1000);
	}
	assert_int_equal(ups(net, A), 2);
	peers_run(net, 30000);
	assert_int_equal(ups(net, A), 3);
	peers_finish(net);
}

/* It is configured while an IKE SA stands. */
static void test_reload(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = up(5, &a, &b);

	(void)state;
	peers_run(net, 2 * REAUTH * 1000);
	a.reauth = REAUTH;
	peers_configure(net, A, &a);
	peers_run(net, 30000);
	assert_int_equal(ups(net, A), 2);
	a.reauth = 0;
	peers_configure(net, A, &a);
	peers_run(net, 2 * REAUTH * 1000);
	assert_int_equal(ups(net, A), 2);
	peers_finish(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ours),
		cmocka_unit_test(test_peers),
		cmocka_unit_test(test_never),
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_pardoned),
		cmocka_unit_test(test_said_later),
		cmocka_unit_test(test_reload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
