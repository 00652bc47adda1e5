// SPDX-License-Identifier: GPL-2.0-or-later
/* A gateway with require-cookie takes nobody who has not proved his address (RFC 7296 2.6). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/speech.h"

struct seen {
	unsigned int cookies;		/* from B */
	unsigned int with_cookie;	/* first messages to B */
	uint8_t first[2048];		/* the first of those without */
	size_t first_n;
};

static bool tap_see(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct seen *seen = net->tap_ctx;
	struct wire_message message;
	struct wire_notify notify;
	struct wire_error error;
	bool cookie;

	if (n < 28 || data[18] != IKE_EXCH_IKE_SA_INIT)
		return true;
	assert_int_equal(wire_message_parse(bytes_of(data, n), &message, &error), 0);
	cookie = wire_notify_find(&message.clear, IKE_N_COOKIE, &notify);
	seen->cookies += from == B && cookie;
	seen->with_cookie += from == A && cookie;
	if (from == A && !cookie && !seen->first_n) {
		memcpy(seen->first, data, n);
		seen->first_n = n;
	}
	return true;
}

static struct peers *begin(struct seen *seen, const struct site *a, const struct site *b)
{
	struct peers *net = peers_new(1);

	memset(seen, 0, sizeof(*seen));
	net->tap = tap_see;
	net->tap_ctx = seen;
	peers_configure(net, B, b);
	peers_configure(net, A, a);
	peers_must_be_quiet(net, 5000);
	return net;
}

/* One round more, whoever the peer is, and whether its first group is taken or not. */
static void test_required(void **state)
{
	static struct seen seen;

	(void)state;
	for (unsigned int bits = 0; bits < 4; bits++) {
		struct site a = peers_site(A), b = peers_site(B);
		struct peers *net;

		b.require_cookie = true;
		if (bits & 1)
			b.peer = NULL;
		if (bits & 2)
			a.ike = peers_props(PROP_IKE, "aes-256-gcm", "sha256", "group20,group31");
		net = begin(&seen, &a, &b);
		assert_int_equal(seen.cookies, 1);
		assert_int_equal(seen.with_cookie, bits & 2 ? 2 : 1);
		peers_finish(net);
	}
}

static void test_not_required(void **state)
{
	static struct seen seen;
	struct site a = peers_site(A), b = peers_site(B);

	(void)state;
	/* Only what is asked of others. */
	a.require_cookie = true;
	peers_finish(begin(&seen, &a, &b));
	assert_int_equal(seen.cookies, 0);
}

/* Nothing is kept of anybody without one; after a reload nobody needs one. */
static void test_flood(void **state)
{
	static struct seen seen;
	struct site a = peers_site(A), b = peers_site(B);
	struct endpoint local = { .addr = site_address(b.local), .port = IKE_PORT };
	struct endpoint remote = { .addr = site_address("203.0.113.1"), .port = IKE_PORT };
	struct peers *net;

	(void)state;
	b.require_cookie = true;
	b.peer = NULL;
	net = begin(&seen, &a, &b);
	seen.cookies = 0;
	for (unsigned int i = 0; i < 1000; i++) {
		put_be32(seen.first, i + 1);
		remote.addr.b[3] = (uint8_t)i;
		peers_inject(net, B, &local, &remote, bytes_of(seen.first, seen.first_n));
	}
	assert_int_equal(seen.cookies, 1000);
	assert_int_equal(net->peer[B].core->half_open, 0);
	b.require_cookie = false;
	peers_configure(net, B, &b);
	peers_inject(net, B, &local, &remote, bytes_of(seen.first, seen.first_n));
	assert_int_equal(seen.cookies, 1000);
	assert_int_equal(net->peer[B].core->half_open, 1);
	peers_run(net, 40000);
	peers_finish(net);
}

/* From 500 attempts on everybody has to bring a cookie, and half a minute later nobody has. */
static void test_told(void **state)
{
	static struct seen seen;
	struct site a = peers_site(A), b = peers_site(B);
	struct endpoint local = { .addr = site_address(b.local), .port = IKE_PORT };
	struct endpoint remote = { .addr = site_address("203.0.113.1"), .port = IKE_PORT };
	struct ike_strangers told;
	struct peers *net;

	(void)state;
	b.peer = NULL;
	net = begin(&seen, &a, &b);
	for (unsigned int i = 0; i < 600; i++) {
		put_be32(seen.first, i + 1);
		remote.addr.b[2] = (uint8_t)(i / 50);
		peers_inject(net, B, &local, &remote, bytes_of(seen.first, seen.first_n));
	}
	told = ike_core_strangers(net->peer[B].core, net->now);
	assert_int_equal(told.half_open, 500);
	assert_int_equal(told.cookies, 1);
	assert_int_equal(told.asked, 100);
	peers_run(net, 40000);
	told = ike_core_strangers(net->peer[B].core, net->now);
	assert_int_equal(told.half_open, 0);
	assert_int_equal(told.cookies, 0);
	assert_int_equal(told.asked, 100);
	peers_finish(net);
}

#define SECRET_MS	60000	/* how long B makes cookies by one secret */

/* The oldest of what @to was sent arrives. */
static void deliver_one(struct peers *net, int to)
{
	struct datagram **at = &net->held, *d;

	while (*at && (*at)->to != to)
		at = &(*at)->next;
	d = *at;
	if (!d) {
		fail_msg("nothing waits for side %d", to);
		return;
	}
	*at = d->next;
	peers_deliver(net, d);
	peers_compute(net);
}

/*
 * A asks twice before B answers, and B has another secret in between: two cookies that differ are
 * on their way to A.  Returns the network with both in hold, and the clock a little after that.
 */
static struct peers *two_cookies(struct seen *seen)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct endpoint local = { .addr = site_address(b.local), .port = IKE_PORT };
	struct endpoint remote = { .addr = site_address("203.0.113.1"), .port = IKE_PORT };
	struct peers *net;

	b.require_cookie = true;
	b.peer = NULL;
	peers_finish(begin(seen, &a, &b));
	net = peers_new(2);
	net->tap = tap_see;
	net->tap_ctx = seen;
	peers_configure(net, B, &b);
	/* Somebody else is asked for one, so B draws its first secret. */
	peers_inject(net, B, &local, &remote, bytes_of(seen->first, seen->first_n));
	peers_run(net, SECRET_MS - 500);
	seen->cookies = 0;
	seen->with_cookie = 0;
	net->hold = true;
	peers_configure(net, A, &a);
	peers_compute(net);
	deliver_one(net, B);
	peers_run(net, 1500);
	deliver_one(net, B);
	assert_int_equal(seen->cookies, 2);
	return net;
}

/* Goes on without hold, in the order in which all was sent. */
static void let_go(struct peers *net)
{
	while (net->held)
		deliver_one(net, net->held->to);
	net->hold = false;
	peers_must_be_quiet(net, 5000);
	assert_int_equal(peers_logged(net, "AUTHENTICATION_FAILED"), 0);
	assert_int_equal(peers_logged(net, "keys differ"), 0);
	assert_int_equal(peers_ikes(net, B), 1);
	peers_finish(net);
}

/* The second one is of no use any more: it may belong to a request that we have overtaken. */
static void test_late_cookie(void **state)
{
	static struct seen seen;
	struct peers *net = two_cookies(&seen);

	(void)state;
	deliver_one(net, A);
	assert_int_equal(seen.with_cookie, 1);
	deliver_one(net, A);
	assert_int_equal(seen.with_cookie, 1);
	let_go(net);
}

/* But a peer may send both back, and signs what it sent last, whatever we have answered. */
static void test_both_cookies(void **state)
{
	static struct seen seen;
	struct peers *net = two_cookies(&seen);
	struct datagram *second = net->held->next;

	(void)state;
	assert_int_equal(second->to, A);
	/* It comes twice more: the first copy passes for the answer that A waits for no more. */
	deliver_one(net, A);
	for (int i = 0; i < 2; i++) {
		peers_inject(net, A, &second->local, &second->remote,
			     bytes_of(second->data, second->n));
		peers_settle(net, A);
	}
	assert_int_equal(seen.with_cookie, 2);
	let_go(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_required),
		cmocka_unit_test(test_not_required),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_late_cookie),
		cmocka_unit_test(test_both_cookies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
