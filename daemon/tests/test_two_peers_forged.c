// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What strangers send between two cores: repeated, reflected and forged datagrams,
 * floods of first messages.  Nothing of it may change what is agreed, nor make
 * anybody speak much (RFC 7296 sections 2.4, 2.6, 2.21).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "crypto/prf.h"
#include "ike/core_priv.h"
#include "tests/peers.h"
#include "wire/ike_const.h"
#include "wire/v2_build.h"
#include "wire/v2_codec.h"

#define KEPT_MOST	64
#define HEADER		28

/* ------------------------------------------------------------------ recording */

struct kept {
	int from;
	size_t n;
	uint8_t data[2048];
};

struct tape {
	unsigned int n;
	struct kept of[KEPT_MOST];
};

static bool tap_keep(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct tape *tape = net->tap_ctx;
	struct kept *kept = &tape->of[tape->n];

	if (tape->n == KEPT_MOST)
		return true;
	assert_true(n <= sizeof(kept->data));
	kept->from = from;
	kept->n = n;
	memcpy(kept->data, data, n);
	tape->n++;
	return true;
}

static struct endpoint at(int side)
{
	struct endpoint e = { .port = IKE_PORT };
	struct site site = peers_site(side);

	assert_int_equal(addr_parse(site.local, &e.addr), 0);
	return e;
}

/* To @to, as if it came from the other side. */
static void forge(struct peers *net, int to, const void *data, size_t n)
{
	const struct endpoint local = at(to), remote = at(!to);

	peers_inject(net, to, &local, &remote, bytes_of(data, n));
}

/* What both sides hold, in words. */
struct state {
	size_t n;
	char text[4096];
};

static void put_ike(void *ctx, const struct ike_sa_info *info)
{
	struct state *s = ctx;
	char remote[ADDR_TEXT];

	if (strcmp(info->state, "established") != 0)
		return;
	s->n += (size_t)snprintf(s->text + s->n, sizeof(s->text) - s->n, "%08x%08x %s\n",
				 get_be32(info->spi_i), get_be32(info->spi_r),
				 endpoint_text(&info->remote, remote));
}

static void put_child(void *ctx, const struct ike_child_info *info)
{
	struct state *s = ctx;

	s->n += (size_t)snprintf(s->text + s->n, sizeof(s->text) - s->n, "%s %s %08x %08x\n",
				 info->proxy, info->state, info->spi_in, info->spi_out);
}

static void take_state(const struct peers *net, struct state *s)
{
	s->n = 0;
	for (int side = A; side <= B; side++) {
		ike_core_each_ike(net->peer[side].core, net->now, put_ike, s);
		ike_core_each_child(net->peer[side].core, net->now, put_child, s);
	}
	assert_true(s->n < sizeof(s->text));
}

static void must_be_same(const struct peers *net, const struct state *before)
{
	static struct state now;

	take_state(net, &now);
	assert_string_equal(now.text, before->text);
}

static struct peers *up(uint64_t seed, struct tape *tape)
{
	struct peers *net = peers_new(seed);

	tape->n = 0;
	net->tap = tap_keep;
	net->tap_ctx = tape;
	peers_configure_both(net);
	assert_true(peers_until(net, peers_quiet, 2000));
	return net;
}

/* ------------------------------------------------------- repeated and reflected */

static void play(struct peers *net, const struct tape *tape, bool reflect)
{
	for (unsigned int i = 0; i < tape->n; i++) {
		const struct kept *kept = &tape->of[i];

		forge(net, reflect ? kept->from : !kept->from, kept->data, kept->n);
	}
}

static void test_replay(void **state)
{
	static struct state before;
	static struct tape tape;
	struct peers *net = up(1, &tape);
	unsigned int sent;

	(void)state;
	/* A liveness check, a rekey of the child and a deletion shall be there too. */
	kern_fake_expire(net->peer[B].kern, kern_fake_out(net->peer[B].kern, PEERS_IFNAME,
							  "net")->token, false, false);
	peers_run(net, 10000);
	net->tap = NULL;
	assert_true(tape.n >= 8);
	take_state(net, &before);
	net->watch = true;
	for (unsigned int round = 0; round < 50; round++) {
		sent = net->peer[A].sent + net->peer[B].sent;
		play(net, &tape, false);
		play(net, &tape, true);
		/* At most the last response of each side again, and one to a first message. */
		assert_in_range(net->peer[A].sent + net->peer[B].sent - sent, 0, 4);
		must_be_same(net, &before);
		peers_run(net, 7000);
		must_be_same(net, &before);
	}
	assert_int_equal(net->gaps, 0);
	assert_int_equal(peers_logged(net, " error "), 0);
	peers_run(net, 40000);
	assert_true(peers_quiet(net));
	peers_free(net);
}

/* An end that meets its own messages while it starts. */
static bool tap_mirror(struct peers *net, int from, uint8_t *data, size_t n)
{
	tap_keep(net, from, data, n);
	return false;
}

static void test_mirror(void **state)
{
	static struct tape tape;
	struct peers *net = peers_new(2);
	struct site site = peers_site(A);

	(void)state;
	tape.n = 0;
	net->tap = tap_mirror;
	net->tap_ctx = &tape;
	peers_configure(net, A, &site);
	/* as long as the first attempt goes */
	for (unsigned int i = 0; i < 14; i++) {
		play(net, &tape, true);
		peers_run(net, 1000);
	}
	assert_int_equal(net->peer[B].sent, 0);
	assert_int_equal(peers_ikes(net, A), 0);
	/* It answered nothing of its own. */
	for (unsigned int i = 0; i < tape.n; i++)
		assert_int_equal(tape.of[i].data[19] & IKE_FLAG_RESPONSE, 0);
	peers_free(net);
}

/* ---------------------------------------------------------------- forged answers */

/* An answer in clear to A's first message on @tape. */
static size_t answer(const struct tape *tape, uint16_t type, const void *data, size_t n,
		     uint8_t out[512])
{
	struct wire_header header = {
		.exchange = IKE_EXCH_IKE_SA_INIT, .flags = IKE_FLAG_RESPONSE,
	};
	struct wire_writer w;

	memcpy(header.spi_i, tape->of[0].data, IKE_SPI_LEN);
	wire_begin(&w, out, 512, &header);
	wire_put_notify(&w, type, bytes_of(data, n));
	return wire_end(&w).n;
}

static void check_forged_answer(uint16_t type, const void *data, size_t n, ike_time quiet_in)
{
	static struct tape tape;
	struct peers *net = peers_new(3);
	struct site b = peers_site(B), a = peers_site(A);
	struct endpoint elsewhere = at(B), local = at(A);
	uint8_t forged[512];
	unsigned int sent;
	size_t size;

	tape.n = 0;
	net->tap = tap_keep;
	net->tap_ctx = &tape;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_compute(net);
	assert_int_equal(tape.n, 1);
	size = answer(&tape, type, data, n, forged);
	sent = net->peer[A].sent;
	elsewhere.addr.b[3]++;
	peers_inject(net, A, &local, &elsewhere, bytes_of(forged, size));
	assert_int_equal(net->peer[A].sent, sent);
	forge(net, A, forged, size);
	forge(net, A, forged, size);
	assert_in_range(net->peer[A].sent, sent, sent + 2);
	if (!peers_until(net, peers_quiet, quiet_in)) {
		peers_show(net);
		fail_msg("notification %u in clear hinders", type);
	}
	peers_free(net);
}

static void test_forged_answers(void **state)
{
	static const uint8_t group14[2] = { 0, 14 }, group19[2] = { 0, 19 };
	static const uint8_t cookie[16] = "a cookie of none";

	(void)state;
	check_forged_answer(IKE_N_NO_PROPOSAL_CHOSEN, NULL, 0, 5000);
	check_forged_answer(IKE_N_INVALID_SYNTAX, NULL, 0, 5000);
	check_forged_answer(IKE_N_AUTHENTICATION_FAILED, NULL, 0, 5000);
	check_forged_answer(IKE_N_INVALID_MAJOR_VERSION, NULL, 0, 5000);
	/* Not among what A offers. */
	check_forged_answer(IKE_N_INVALID_KE_PAYLOAD, group14, 2, 5000);
	check_forged_answer(IKE_N_INVALID_KE_PAYLOAD, group14, 1, 5000);
	/* A believes these, which costs time: B's true answer is to another request. */
	check_forged_answer(IKE_N_INVALID_KE_PAYLOAD, group19, 2, 120000);
	check_forged_answer(IKE_N_COOKIE, cookie, sizeof(cookie), 120000);
}

/* Messages in clear, or sealed with other keys, to an SA that is up. */
static void test_forged_messages(void **state)
{
	static const uint8_t exchanges[] = {
		IKE_EXCH_IKE_SA_INIT, IKE_EXCH_IKE_AUTH, IKE_EXCH_CREATE_CHILD_SA,
		IKE_EXCH_INFORMATIONAL,
	};
	static struct state before;
	static struct tape tape;
	struct peers *net = up(4, &tape);
	unsigned int sent;
	const struct kept *last;

	(void)state;
	peers_past_early(net);
	sent = net->peer[A].sent + net->peer[B].sent;
	last = &tape.of[tape.n - 1];
	take_state(net, &before);
	for (unsigned int i = 0; i < 4 * 4 * 8; i++) {
		struct wire_header header = { .exchange = exchanges[i / 32] };
		uint8_t buf[512];
		struct wire_writer w;
		struct bytes message;

		header.flags = (i & 1 ? IKE_FLAG_RESPONSE : 0) | (i & 2 ? IKE_FLAG_INITIATOR : 0);
		header.message_id = i / 4 % 4;
		memcpy(header.spi_i, last->data, IKE_SPI_LEN);
		memcpy(header.spi_r, last->data + IKE_SPI_LEN, IKE_SPI_LEN);
		wire_begin(&w, buf, sizeof(buf), &header);
		if (i & 16)
			wire_put_notify(&w, IKE_N_AUTHENTICATION_FAILED, bytes_of(NULL, 0));
		else
			wire_put_delete_ike(&w);
		message = wire_end(&w);
		forge(net, A, message.p, message.n);
		forge(net, B, message.p, message.n);
	}
	/* Octet after octet of an authentic one turned over. */
	for (size_t i = HEADER; i < last->n; i++) {
		uint8_t copy[sizeof(last->data)];

		memcpy(copy, last->data, last->n);
		copy[i] ^= 0x40;
		forge(net, A, copy, last->n);
		forge(net, B, copy, last->n);
	}
	must_be_same(net, &before);
	assert_int_equal(net->peer[A].sent + net->peer[B].sent, sent);
	peers_run(net, 60000);
	must_be_same(net, &before);
	peers_free(net);
}

/* ---------------------------------------------------------------------- cookies */

static bool tap_take(struct peers *net, int from, uint8_t *data, size_t n)
{
	tap_keep(net, from, data, n);
	return from == B;
}

/* B takes @data from @remote, and sends one datagram, back to there. */
static void must_answer_there(struct peers *net, const struct endpoint *remote, struct bytes data)
{
	struct ike_core *core = net->peer[B].core;
	const struct endpoint local = at(B);
	const struct ike_action *action;

	ike_core_datagram(core, net->now, &local, remote, data);
	action = ike_core_action(core);
	assert_non_null(action);
	assert_int_equal(action->type, IKE_ACTION_SEND);
	assert_true(endpoint_equal(&action->send.local, &local));
	assert_true(endpoint_equal(&action->send.remote, remote));
	assert_null(ike_core_action(core));
}

/*
 * Where no translator is, an authentic message from elsewhere moves nobody: it is answered
 * there (RFC 7296 section 2.11), and that is all.
 */
static void test_diverted(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct endpoint elsewhere = at(A);
	struct bytes question;
	static struct state before;
	static struct tape tape;
	struct peers *net = peers_new(6);

	(void)state;
	a.liveness = 10;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	assert_true(peers_until(net, peers_quiet, 2000));
	peers_past_early(net);
	take_state(net, &before);
	tape.n = 0;
	net->tap = tap_take;
	net->tap_ctx = &tape;
	for (int i = 0; i < 105 && !tape.n; i++)
		peers_run(net, 100);
	net->tap = NULL;
	assert_true(tape.n >= 1);
	elsewhere.addr.b[3]++;
	elsewhere.port++;
	question = bytes_of(tape.of[0].data, tape.of[0].n);
	must_answer_there(net, &elsewhere, question);
	/* Once more, from a third place: the answer is known already. */
	elsewhere.port++;
	must_answer_there(net, &elsewhere, question);
	must_be_same(net, &before);
	/* A, which has heard nothing, asks again. */
	peers_run(net, 60000);
	must_be_same(net, &before);
	peers_free(net);
}

#define FLOOD	800

static void count_half_open(void *ctx, const struct ike_sa_info *info)
{
	*(unsigned int *)ctx += !strcmp(info->state, "half-open");
}

static unsigned int half_open(const struct peers *net, int side)
{
	unsigned int n = 0;

	ike_core_each_ike(net->peer[side].core, net->now, count_half_open, &n);
	return n;
}

struct answers {
	unsigned int cookies, others;	/* of B */
	unsigned int with_cookie;	/* first messages of A that bring one */
	uint8_t cookie[64];		/* last of B */
	size_t cookie_n;
};

/* Octets: 16 first payload, 18 exchange, 34 to 35 type of a notification that is first. */
static bool tap_cookies(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct answers *seen = net->tap_ctx;
	bool cookie = n > 36 && data[16] == IKE_PL_NOTIFY &&
		      (data[34] << 8 | data[35]) == IKE_N_COOKIE;

	if (data[18] != IKE_EXCH_IKE_SA_INIT)
		return true;
	if (from == A)
		seen->with_cookie += cookie;
	else if (!cookie)
		seen->others++;
	if (from == A || !cookie)
		return true;
	seen->cookies++;
	seen->cookie_n = n - HEADER - 8;
	assert_in_range(seen->cookie_n, 8, sizeof(seen->cookie));
	memcpy(seen->cookie, data + HEADER + 8, seen->cookie_n);
	return true;
}

static void flood_of(struct peers *net, struct kept *first, unsigned int n, unsigned int sources)
{
	const struct endpoint local = at(B);

	for (unsigned int i = 0; i < n; i++) {
		struct endpoint remote = { .addr.family = AF_INET, .port = 1024 };

		put_be32(remote.addr.b, 0xcb007100 + i % sources);
		put_be32(first->data, 0xabcd0000 + i);
		peers_inject(net, B, &local, &remote, bytes_of(first->data, first->n));
	}
}

static void flood(struct peers *net, struct kept *first)
{
	flood_of(net, first, FLOOD, 251);
}

/* The first message with a cookie before all else. */
static struct kept with_cookie(const struct kept *first, const uint8_t *cookie, size_t n)
{
	struct kept out = { .from = first->from, .n = first->n + 8 + n };
	uint8_t *at = out.data + HEADER;

	memcpy(out.data, first->data, HEADER);
	out.data[16] = IKE_PL_NOTIFY;
	put_be32(out.data + 24, (uint32_t)out.n);
	at[0] = first->data[16];
	put_be16(at + 2, (uint16_t)(8 + n));
	put_be16(at + 6, IKE_N_COOKIE);
	memcpy(at + 8, cookie, n);
	memcpy(at + 8 + n, first->data + HEADER, first->n - HEADER);
	return out;
}

/* Invented cookies do not help; a true one helps whom it was given to, the last one here. */
static void flood_with_cookies(struct peers *net, const struct kept *first,
			       const struct answers *seen)
{
	struct kept copy = with_cookie(first, (const uint8_t *)"invented-by-nobody", 17);
	unsigned int before = seen->others;

	flood(net, &copy);
	assert_int_equal(seen->others, before);
	copy = with_cookie(first, seen->cookie, seen->cookie_n);
	flood(net, &copy);
	assert_int_equal(seen->others, before + 1);
}

static void test_cookies(void **state)
{
	static struct answers seen;
	static struct tape tape;
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(5);

	(void)state;
	tape.n = 0;
	b.peer = NULL;
	peers_configure(net, B, &b);
	net->tap = tap_keep;
	net->tap_ctx = &tape;
	net->peer[B].cut = true;
	peers_configure(net, A, &a);
	peers_compute(net);
	assert_int_equal(tape.n, 1);
	net->tap = tap_cookies;
	net->tap_ctx = &seen;
	flood(net, &tape.of[0]);
	assert_int_equal(half_open(net, B), seen.others);
	assert_in_range(seen.others, 100, 600);
	assert_int_equal(seen.cookies, FLOOD - seen.others);
	flood_with_cookies(net, &tape.of[0], &seen);
	/* An honest peer gets through all the same. */
	net->peer[B].cut = false;
	peers_run(net, 5000);
	assert_int_equal(seen.with_cookie, 1);
	assert_int_equal(peers_ikes(net, B), 1);
	assert_true(peers_flows(net, A, "net"));
	/* Those who never authenticate are forgotten. */
	peers_run(net, 30000);
	assert_int_equal(half_open(net, B), 0);
	assert_true(peers_quiet(net));
	peers_free(net);
}

/* A cookie as B would make it of a secret that is all zero. */
static void zero_cookie(struct kept *first, uint8_t version, uint16_t port, uint8_t out[17])
{
	static const uint8_t zeros[32];
	uint8_t address[4], port_be[2], mac[ALG_PRF_MAX];
	struct wire_message message;
	struct wire_error error;
	struct bytes nonce;

	assert_int_equal(wire_message_parse(bytes_of(first->data, first->n), &message, &error), 0);
	assert_int_equal(wire_read_nonce(wire_payload_find(&message.clear, IKE_PL_NONCE), &nonce,
					 &error), 0);
	put_be32(address, 0xcb007100);
	put_be16(port_be, port);
	const struct bytes parts[] = {
		nonce, bytes_of(address, 4), bytes_of(port_be, 2), bytes_of(first->data, 8),
	};
	assert_int_equal(prf(alg_prf_by_id(5), bytes_of(zeros, sizeof(zeros)), parts, 4, mac), 0);
	out[0] = version;
	memcpy(out + 1, mac, 16);
}

/* B with a dynamic peer, and A's first message, which did not get there. */
static struct peers *first_message(uint64_t seed, struct site *b, struct tape *tape)
{
	struct site a = peers_site(A);
	struct peers *net = peers_new(seed);

	tape->n = 0;
	b->peer = NULL;
	a.ike = b->ike;
	peers_configure(net, B, b);
	net->tap = tap_keep;
	net->tap_ctx = tape;
	net->peer[B].cut = true;
	peers_configure(net, A, &a);
	peers_compute(net);
	assert_int_equal(tape->n, 1);
	net->tap = NULL;
	return net;
}

/* No version of a secret that was never drawn is good for anything. */
static void test_guessed_cookies(void **state)
{
	static struct answers seen;
	static struct tape tape;
	struct site b = peers_site(B);
	struct peers *net = first_message(7, &b, &tape);
	struct endpoint remote = { .addr.family = AF_INET, .port = 1024 };
	const struct endpoint local = at(B);
	uint8_t cookie[17];
	unsigned int before;

	(void)state;
	memset(&seen, 0, sizeof(seen));
	net->tap = tap_cookies;
	net->tap_ctx = &seen;
	flood(net, &tape.of[0]);
	assert_true(seen.cookies > 0);
	before = seen.others;
	put_be32(remote.addr.b, 0xcb007100);
	put_be32(tape.of[0].data, 0xfeed0000);
	for (unsigned int version = 0; version < 256; version++) {
		struct kept forged;

		zero_cookie(&tape.of[0], (uint8_t)version, remote.port, cookie);
		forged = with_cookie(&tape.of[0], cookie, sizeof(cookie));
		peers_inject(net, B, &local, &remote, bytes_of(forged.data, forged.n));
	}
	assert_int_equal(seen.others, before);
	peers_free(net);
}

/* B wants another group than A guesses; @reorder: how many of the copies come later, in percent. */
static void check_other_group_twice(unsigned int reorder)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(9);

	a.ike = peers_props(PROP_IKE, "aes-256-gcm", "sha256", "group19,group31");
	b.ike = peers_props(PROP_IKE, "aes-256-gcm", "sha256", "group31");
	net->twice = 100;
	net->reorder = reorder;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	assert_true(peers_until(net, peers_quiet, 3000));
	assert_int_equal(peers_logged(net, " error "), 0);
	peers_free(net);
}

/*
 * Each datagram comes twice: what was asked for once is done once, and is no failure.  The
 * second copy finds the key pair under way or, where it comes later, the new request sent.
 */
static void test_twice(void **state)
{
	static struct answers seen;
	static struct tape tape;
	struct site b = peers_site(B);
	struct peers *net;

	(void)state;
	check_other_group_twice(0);
	check_other_group_twice(100);
	/* The same with a cookie. */
	net = first_message(10, &b, &tape);
	memset(&seen, 0, sizeof(seen));
	net->tap = tap_cookies;
	net->tap_ctx = &seen;
	flood(net, &tape.of[0]);
	assert_true(seen.cookies > 0);
	net->peer[B].cut = false;
	net->twice = 100;
	peers_run(net, 5000);
	assert_int_equal(peers_ikes(net, B), 1);
	assert_int_equal(seen.with_cookie, 1);
	peers_free(net);
}

/* Octets of the KE payload's data in a first message. */
static struct bytes ke_data(const struct kept *first)
{
	struct wire_message message;
	struct wire_error error;
	struct wire_ke ke;

	assert_int_equal(wire_message_parse(bytes_of(first->data, first->n), &message, &error), 0);
	assert_int_equal(wire_read_ke(wire_payload_find(&message.clear, IKE_PL_KE), &ke, &error),
			 0);
	return ke.data;
}

/* Changes as B draws random octets: for a key pair, for an SPI, for a cookie's secret. */
static uint64_t drawn(const struct peers *net)
{
	return net->peer[B].dice.state;
}

/* Public values that are none cost no key pair, and after a while a cookie. */
static void test_bad_values(void **state)
{
	static const char *const groups[] = { "group31", "group19", "group20", "group14" };
	static struct answers seen;
	static struct tape tape;

	(void)state;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		struct site b = peers_site(B);
		struct peers *net;
		uint64_t before;
		struct bytes ke;

		b.ike = peers_props(PROP_IKE, "aes-256-gcm", "sha256", groups[i]);
		net = first_message(11, &b, &tape);
		ke = ke_data(&tape.of[0]);
		memset(tape.of[0].data + (ke.p - tape.of[0].data), 0, ke.n);
		memset(&seen, 0, sizeof(seen));
		net->tap = tap_cookies;
		net->tap_ctx = &seen;
		before = drawn(net);
		flood_of(net, &tape.of[0], 400, 251);
		assert_int_equal(drawn(net), before);
		assert_int_equal(seen.cookies, 0);
		flood_of(net, &tape.of[0], 400, 251);
		assert_int_equal(seen.cookies, 300);
		assert_int_equal(seen.others, 0);
		assert_int_equal(half_open(net, B), 0);
		/* That is forgotten as half-open SAs are. */
		peers_run(net, 31000);
		flood_of(net, &tape.of[0], 400, 251);
		assert_int_equal(seen.cookies, 300);
		peers_free(net);
	}
}

/* So do proposals that suit no gateway; one answer each until then. */
static void test_bad_proposals(void **state)
{
	static struct answers seen;
	static struct tape tape;
	struct site b = peers_site(B);
	struct peers *net = first_message(12, &b, &tape);

	(void)state;
	b.ike = peers_props(PROP_IKE, "aes-256-cbc", "sha512", "group20");
	peers_configure(net, B, &b);
	memset(&seen, 0, sizeof(seen));
	net->tap = tap_cookies;
	net->tap_ctx = &seen;
	flood(net, &tape.of[0]);
	assert_int_equal(seen.others, 500);
	assert_int_equal(seen.cookies, FLOOD - 500);
	peers_free(net);
}

/*
 * What only the shared secret can tell is found out when IKE_AUTH comes, once an SA: the point
 * of order 1 here.
 */
static void test_late_secret(void **state)
{
	static struct tape tape;
	struct site b = peers_site(B);
	struct peers *net = first_message(13, &b, &tape);
	struct kept *first = &tape.of[0];
	struct wire_header header = {
		.exchange = IKE_EXCH_IKE_AUTH, .flags = IKE_FLAG_INITIATOR, .message_id = 1,
	};
	const struct endpoint local = at(B), remote = at(A);
	struct wire_writer w;
	struct bytes ke, message;
	uint8_t buf[512];

	(void)state;
	ke = ke_data(first);
	memset(first->data + (ke.p - first->data), 0, ke.n);
	first->data[ke.p - first->data] = 1;
	tape.n = 1;
	net->tap = tap_keep;
	peers_inject(net, B, &local, &remote, bytes_of(first->data, first->n));
	assert_int_equal(half_open(net, B), 1);
	assert_int_equal(tape.n, 2);
	memcpy(header.spi_i, tape.of[1].data, IKE_SPI_LEN);
	memcpy(header.spi_r, tape.of[1].data + IKE_SPI_LEN, IKE_SPI_LEN);
	wire_begin(&w, buf, sizeof(buf), &header);
	wire_sk_begin(&w, 8);
	wire_sk_end(&w, 1, 16);
	message = wire_end(&w);
	assert_true(message.n > 0);
	/* Not that of any other exchange. */
	buf[18] = IKE_EXCH_INFORMATIONAL;
	peers_inject(net, B, &local, &remote, message);
	assert_int_equal(half_open(net, B), 1);
	buf[18] = IKE_EXCH_IKE_AUTH;
	peers_inject(net, B, &local, &remote, message);
	assert_int_equal(half_open(net, B), 0);
	assert_int_equal(tape.n, 2);
	peers_free(net);
}

/* 200 first messages from there, each once more with the cookie that is its own. */
static void persist(struct peers *net, struct kept *first, const struct answers *seen,
		    uint32_t address)
{
	const struct endpoint local = at(B);

	for (unsigned int i = 0; i < 200; i++) {
		struct endpoint remote = { .addr.family = AF_INET, .port = 1024 };
		struct kept copy;

		put_be32(remote.addr.b, address);
		put_be32(first->data, 0xbbbb0000 + i);
		peers_inject(net, B, &local, &remote, bytes_of(first->data, first->n));
		copy = with_cookie(first, seen->cookie, seen->cookie_n);
		peers_inject(net, B, &local, &remote, bytes_of(copy.data, copy.n));
	}
}

/* One source does not take all that there is; that others say they are it does not lock it out. */
static void test_one_source(void **state)
{
	static struct answers seen;
	static struct tape tape;
	struct site b = peers_site(B);
	struct peers *net = first_message(14, &b, &tape);

	(void)state;
	memset(&seen, 0, sizeof(seen));
	net->tap = tap_cookies;
	net->tap_ctx = &seen;
	flood_of(net, &tape.of[0], 200, 1);
	assert_int_equal(seen.others, 64);
	assert_int_equal(seen.cookies, 136);
	persist(net, &tape.of[0], &seen, 0xcb007100);
	assert_int_equal(seen.others, 128);
	assert_int_equal(half_open(net, B), 128);
	/* Others need no cookie for all that. */
	net->peer[B].cut = false;
	peers_run(net, 5000);
	assert_int_equal(seen.with_cookie, 0);
	assert_int_equal(peers_ikes(net, B), 1);
	peers_free(net);
}

/* A configured peer gets through, whatever others do in its name. */
static void test_known_source(void **state)
{
	static struct answers seen;
	static struct tape tape;
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = first_message(17, &b, &tape);
	struct endpoint known = at(A);

	(void)state;
	b.peer = a.local;
	peers_configure(net, B, &b);
	memset(&seen, 0, sizeof(seen));
	net->tap = tap_cookies;
	net->tap_ctx = &seen;
	persist(net, &tape.of[0], &seen, get_be32(known.addr.b));
	/* The first 64 need no cookie, and have two SAs each: a cookie makes another message. */
	assert_int_equal(seen.others, 64 + 200 - 32);
	peers_free(net);
}

/* A /64 of IPv6 is one source. */
static void test_one_prefix(void **state)
{
	static struct answers seen;
	static struct tape tape;
	struct site b = peers_site(B);
	struct peers *net = first_message(15, &b, &tape);
	struct endpoint local = { .port = IKE_PORT };

	(void)state;
	b.local = NULL;
	peers_configure(net, B, &b);
	assert_int_equal(addr_parse("2001:db8::2", &local.addr), 0);
	memset(&seen, 0, sizeof(seen));
	net->tap = tap_cookies;
	net->tap_ctx = &seen;
	for (unsigned int i = 0; i < 400; i++) {
		struct endpoint remote = { .port = 1024 };

		assert_int_equal(addr_parse("2001:db8:1::", &remote.addr), 0);
		remote.addr.b[7] = i / 200;
		put_be32(remote.addr.b + 12, i);
		put_be32(tape.of[0].data, 0xabcd0000 + i);
		peers_inject(net, B, &local, &remote,
			     bytes_of(tape.of[0].data, tape.of[0].n));
	}
	assert_int_equal(seen.others, 128);
	assert_int_equal(seen.cookies, 272);
	peers_free(net);
}

static bool keys_differ(struct peers *net)
{
	return peers_logged(net, "pre-shared keys differ");
}

/* Whoever fails to authenticate is half-open for as long as the SA is there. */
static void test_failed_counts(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(16);

	(void)state;
	a.psk = "another-key-0123456789";
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	assert_true(peers_until(net, keys_differ, 1000));
	assert_int_equal(net->peer[B].core->half_open, 1);
	net->peer[A].cut = true;
	peers_run(net, 11000);
	assert_int_equal(net->peer[B].core->half_open, 0);
	peers_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_mirror),
		cmocka_unit_test(test_forged_answers),
		cmocka_unit_test(test_forged_messages),
		cmocka_unit_test(test_diverted),
		cmocka_unit_test(test_cookies),
		cmocka_unit_test(test_guessed_cookies),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_bad_values),
		cmocka_unit_test(test_bad_proposals),
		cmocka_unit_test(test_late_secret),
		cmocka_unit_test(test_one_source),
		cmocka_unit_test(test_known_source),
		cmocka_unit_test(test_one_prefix),
		cmocka_unit_test(test_failed_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
