// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One of two peers lacks an SA that the other uses, says so, and is believed as far as anybody is
 * who says it in clear (RFC 7296 sections 1.5, 2.4, 2.21.4).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/speech.h"

static struct peers *up(uint64_t seed)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_up(seed, &a, &b);

	peers_past_early(net);
	return net;
}

/* B begins anew, and has no wish of its own to be found: A's next request finds it out. */
static void test_begins_anew(void **state)
{
	struct site b = peers_site(B);
	struct peers *net = up(1);

	(void)state;
	peers_restart(net, B, &b);
	peers_soften(net, A);
	peers_run(net, 20);
	assert_true(peers_until(net, peers_all_flow, 400));
	assert_int_equal(peers_logged(net, "it may have started anew"), 1);
	peers_finish(net);
}

static bool b_gave_up(struct peers *net)
{
	return !peers_ikes(net, B);
}

/* Who may not begin waits less long than for a peer that says nothing. */
static void test_passive(void **state)
{
	struct site a = peers_site(A);
	struct peers *net = up(2);

	(void)state;
	a.start = POLICY_START_ON_DEMAND;
	peers_restart(net, A, &a);
	peers_soften(net, B);
	peers_run(net, 3000);
	assert_int_equal(peers_ikes(net, B), 1);
	assert_true(peers_until(net, b_gave_up, 8000));
	peers_free(net);
}

/* --- forged --- */

struct forgery {
	int from;		/* whose request is heard, and lost */
	bool done;
	uint8_t data[64];
	size_t n;
};

/* Whose first request is lost, and is longer than every path must pass. */
struct longer {
	struct forgery f;
	unsigned int whole, parts;
};

/* Makes INVALID_IKE_SPI of the header of a request. */
static void forge(struct forgery *f, const uint8_t *request)
{
	struct wire_header header;
	struct wire_error error;
	struct wire_writer w;
	struct bytes b;

	assert_int_equal(wire_header_parse(bytes_of(request, get_be32(request + 24)), &header,
					   &error), 0);
	header.flags = (uint8_t)(IKE_FLAG_RESPONSE | (~header.flags & IKE_FLAG_INITIATOR));
	wire_begin(&w, f->data, sizeof(f->data), &header);
	wire_put_notify(&w, IKE_N_INVALID_IKE_SPI, bytes_of(NULL, 0));
	b = wire_end(&w);
	f->n = b.n;
	f->done = true;
}

static bool tap_forge(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct forgery *f = net->tap_ctx;

	(void)n;
	if (from == f->from && !f->done && !(data[19] & IKE_FLAG_RESPONSE)) {
		forge(f, data);
		return false;
	}
	return true;
}

static void hear(struct peers *net, const struct forgery *f, const char *from)
{
	struct endpoint local = { .addr = site_address(peers_site(f->from).local), .port = 500 };
	struct endpoint remote = { .addr = site_address(from), .port = 500 };

	peers_inject(net, f->from, &local, &remote, bytes_of(f->data, f->n));
}

/* Somebody between both forges it: another IKE SA takes over, and no packet is lost. */
static void check_between(int side)
{
	struct forgery f = { .from = side };
	struct peers *net = up(3);

	net->watch = true;
	net->tap = tap_forge;
	net->tap_ctx = &f;
	peers_soften(net, side);
	peers_run(net, 200);
	assert_true(f.done);
	for (unsigned int i = 0; i < 100; i++)
		hear(net, &f, peers_site(!side).local);
	assert_int_equal(peers_logged(net, "it may have started anew"), 1);
	peers_run(net, 5000);
	peers_must_be_quiet(net, 120000);
	assert_int_equal(net->gaps, 0);
	assert_int_equal(peers_told(net, side, "is dead"), 0);
	assert_true(peers_told(net, side, "ike-up") <= 2);
	peers_finish(net);
}

static void test_between(void **state)
{
	(void)state;
	check_between(A);
	check_between(B);
}

static bool tap_parts(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct longer *longer = net->tap_ctx;
	bool first = !longer->f.done;

	if (from != A || data[19] & IKE_FLAG_RESPONSE ||
	    (!first && memcmp(data, longer->f.data, 2 * IKE_SPI_LEN) != 0))
		return true;
	net->tap_ctx = &longer->f;
	tap_forge(net, from, data, n);
	net->tap_ctx = longer;
	longer->whole += data[16] == IKE_PL_SK && n > 600;
	longer->parts += data[16] == IKE_PL_SKF;
	return !first;
}

/* That the request is not waited for as long does not mean that the path has swallowed it. */
static void test_not_cut(void **state)
{
	struct longer longer = { .f.from = A };
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	(void)state;
	a.esp = peers_props(PROP_ESP, "aes-256-gcm", NULL, "group16");
	b.esp = peers_props(PROP_ESP, "aes-256-gcm", NULL, "group16");
	net = peers_up(6, &a, &b);
	peers_past_early(net);
	net->tap = tap_parts;
	net->tap_ctx = &longer;
	peers_soften(net, A);
	peers_run(net, 200);
	assert_true(longer.f.done);
	assert_int_equal(longer.whole, 1);
	hear(net, &longer.f, peers_site(B).local);
	assert_int_equal(peers_logged(net, "it may have started anew"), 1);
	peers_run(net, 1500);
	assert_true(longer.whole >= 2);
	assert_int_equal(longer.parts, 0);
	net->tap = NULL;
	peers_finish(net);
}

/* It means nothing from elsewhere, about another SA or request, or where none is asked. */
static void test_beside_the_point(void **state)
{
	struct forgery f = { .from = A }, g;
	struct peers *net = up(4);

	(void)state;
	net->tap = tap_forge;
	net->tap_ctx = &f;
	peers_soften(net, A);
	peers_run(net, 100);
	hear(net, &f, "203.0.113.9");
	for (size_t at = 0; at < 24; at++) {
		g = f;
		g.data[at] ^= 0x01;
		/* payload, minor version and what is reserved are of no account */
		if (at >= 16 && at != 18)
			continue;
		hear(net, &g, peers_site(B).local);
	}
	g = f;
	g.data[23] ^= 1;
	hear(net, &g, peers_site(B).local);
	g = f;
	g.data[19] ^= IKE_FLAG_INITIATOR;
	hear(net, &g, peers_site(B).local);
	peers_run(net, 5000);
	hear(net, &f, peers_site(B).local);
	assert_int_equal(peers_logged(net, "it may have started anew"), 0);
	assert_int_equal(peers_told(net, A, "ike-up"), 1);
	peers_finish(net);
}

/* --- said --- */

static void ask(struct peers *net, const char *from, uint8_t flags, uint8_t exchange)
{
	static uint8_t message[80] = {
		1, 2, 3, 4, 5, 6, 7, 8, 8, 7, 6, 5, 4, 3, 2, 1, IKE_PL_SK, IKE_VERSION_2,
		[27] = sizeof(message), [31] = sizeof(message) - 28,
	};
	struct endpoint local = { .addr = site_address(peers_site(B).local), .port = 500 };
	struct endpoint remote = { .addr = site_address(from), .port = 500 };

	message[18] = exchange;
	message[19] = flags;
	peers_inject(net, B, &local, &remote, bytes_of(message, sizeof(message)));
}

/* Some are answered a second; who is no peer, and an answer, never. */
static void test_rate(void **state)
{
	const char *a = peers_site(A).local;
	struct peers *net = up(5);
	unsigned int sent = net->peer[B].sent;

	(void)state;
	for (unsigned int i = 0; i < 10000; i++) {
		ask(net, a, IKE_FLAG_RESPONSE, IKE_EXCH_INFORMATIONAL);
		ask(net, "203.0.113.9", IKE_FLAG_INITIATOR, IKE_EXCH_INFORMATIONAL);
	}
	assert_int_equal(net->peer[B].sent, sent);
	for (unsigned int i = 0; i < 10000; i++)
		ask(net, a, i & 1 ? IKE_FLAG_INITIATOR : 0, IKE_EXCH_CREATE_CHILD_SA);
	assert_int_equal(net->peer[B].sent, sent + 16);
	peers_run(net, 1000);
	ask(net, a, IKE_FLAG_INITIATOR, IKE_EXCH_IKE_AUTH);
	assert_int_equal(net->peer[B].sent, sent + 17);
	peers_finish(net);
}

/* --- ESP by an SPI that the peer does not know --- */

static void say_unknown(struct peers *net, const char *from, uint32_t spi)
{
	struct wire_header header = {
		.spi_i = { 1 }, .exchange = IKE_EXCH_INFORMATIONAL, .flags = IKE_FLAG_INITIATOR,
	};
	struct endpoint local = { .addr = site_address(peers_site(A).local), .port = 500 };
	struct endpoint remote = { .addr = site_address(from), .port = 500 };
	uint8_t buf[64], octets[4];
	struct wire_writer w;

	put_be32(octets, spi);
	wire_begin(&w, buf, sizeof(buf), &header);
	wire_put_notify(&w, IKE_N_INVALID_SPI, bytes_of(octets, sizeof(octets)));
	peers_inject(net, A, &local, &remote, wire_end(&w));
}

/* In clear: the peer is asked whether it lives, once in a while. */
static void test_esp_in_clear(void **state)
{
	struct peers *net = up(6);
	unsigned int sent = net->peer[A].sent;
	uint32_t spi = peers_child(net, A, "net")->spi_out;

	(void)state;
	say_unknown(net, peers_site(B).local, spi + 1);
	say_unknown(net, "203.0.113.9", spi);
	peers_run(net, 1000);
	assert_int_equal(net->peer[A].sent, sent);
	for (unsigned int i = 0; i < 100; i++) {
		say_unknown(net, peers_site(B).local, spi);
		peers_run(net, 50);
	}
	assert_int_equal(net->peer[A].sent, sent + 1);
	assert_int_equal(peers_child(net, A, "net")->spi_out, spi);
	peers_finish(net);
}

/* By the peer itself: the child is made anew. */
static void test_esp_of_the_peer(void **state)
{
	struct peers *net = up(7);
	uint32_t spi = peers_child(net, A, "net")->spi_out;
	uint8_t octets[4];

	(void)state;
	peers_run(net, 10000);
	put_be32(octets, spi);
	wire_put_notify(say(net, B, IKE_EXCH_INFORMATIONAL, false), IKE_N_INVALID_SPI,
			bytes_of(octets, sizeof(octets)));
	said();
	peers_run(net, 2000);
	assert_int_not_equal(peers_child(net, A, "net")->spi_out, spi);
	peers_finish(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_begins_anew),
		cmocka_unit_test(test_passive),
		cmocka_unit_test(test_between),
		cmocka_unit_test(test_not_cut),
		cmocka_unit_test(test_beside_the_point),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_esp_in_clear),
		cmocka_unit_test(test_esp_of_the_peer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
