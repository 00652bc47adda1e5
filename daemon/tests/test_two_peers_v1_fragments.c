// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two cores whose messages of IKEv1 are longer than a packet: cut, lost, mixed up, spoilt by
 * foreign parts, and put together again or dropped.  Certificates with many names make them long.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ike/fragments.h"
#include "ike/v1/v1.h"
#include "tests/peers.h"
#include "tests/peers_cert.h"

#define AROUND	28	/* octets of IPv4 and UDP */
#define USUAL	1280	/* octets of a packet */
#define LEAST	576
#define NEXT_AT	16	/* in the header */
#define FLAGS_AT 19
#define PART_AT	(IKE_HDR_LEN + IKE_PAYLOAD_HDR_LEN)
#define NAMES	56

static struct pki root;
static char alternatives[2][NAMES * 64 + 64];

/* What a tap has seen, and what it is to do. */
struct wire {
	unsigned int parts[2];		/* of messages */
	size_t longest[2];
	size_t limit;			/* longer ones get lost; 0: none do */
	unsigned int spoil;		/* which part of all is altered, from 1; 0: none */
	bool flag;			/* parts say that they are encrypted */
	bool keep;			/* the first part is kept, and gets lost */
	size_t kept_n;
	uint8_t kept[2048];
	unsigned int seen;
};

static struct wire wire;

static bool is_part(const uint8_t *data, size_t n)
{
	return n > PART_AT + 4 && data[NEXT_AT] == ISAKMP_PL_FRAGMENT;
}

static bool tap(struct peers *net, int from, uint8_t *data, size_t n)
{
	(void)net;
	if (n > wire.longest[from])
		wire.longest[from] = n;
	if (wire.limit && n + AROUND > wire.limit)
		return false;
	if (!is_part(data, n))
		return true;
	wire.parts[from]++;
	if (++wire.seen == wire.spoil)
		data[n - 1] ^= 1;
	if (wire.flag)
		data[FLAGS_AT] |= ISAKMP_FLAG_ENCRYPTED;
	if (wire.keep && !wire.kept_n && n <= sizeof(wire.kept)) {
		memcpy(wire.kept, data, n);
		wire.kept_n = n;
		return false;
	}
	return true;
}

static void configure_site(struct peers *net, int side, struct site *site, bool cuts,
			   enum policy_exchange mode)
{
	struct pki_wish wish = peers_cert_wish(side, "P-256", &root);
	struct policy *policy;
	struct pki own;

	site->v1_fragmentation = cuts;
	site->exchange = mode;
	policy = peers_policy(site);
	wish.alternatives = alternatives[side];
	own = pki_make(&wish);
	peers_cert_give(policy->gateways, &own, (X509 *[]){ own.cert, NULL }, &root);
	pki_free(&own);
	peers_configure_policy(net, side, policy);
}

static void configure_as(struct peers *net, int side, bool cuts, enum policy_exchange mode)
{
	struct site site = peers_site_v1(side, "group19");

	configure_site(net, side, &site, cuts, mode);
}

static void configure(struct peers *net, enum policy_exchange mode)
{
	configure_as(net, B, true, mode);
	configure_as(net, A, true, mode);
}

static struct peers *begin(uint64_t seed)
{
	struct peers *net = peers_new(seed);

	wire = (struct wire){ .seen = 0 };
	net->tap = tap;
	return net;
}

static const enum policy_exchange modes[] = { POLICY_EXCHANGE_MAIN, POLICY_EXCHANGE_AGGRESSIVE };

/* --- cut and put together --- */

static void test_both(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct peers *net = begin(1 + i);

		wire.flag = i >= 2;
		configure(net, modes[i % 2]);
		peers_must_be_quiet(net, 5000);
		for (int side = A; side <= B; side++) {
			assert_int_equal(wire.parts[side], 3);
			assert_true(wire.longest[side] + AROUND <= USUAL);
			assert_true(wire.longest[side] + AROUND > USUAL - 64);
			assert_true(net->peer[side].core->ikes->fragmentation);
			assert_int_equal(net->peer[side].core->fragments_n, 0);
		}
		peers_finish(net);
	}
}

/* Whoever is not set to that is not sent parts, and sends none. */
static void test_one(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct peers *net = begin(10 + i);

		configure_as(net, B, i % 2, modes[i / 2]);
		configure_as(net, A, !(i % 2), modes[i / 2]);
		peers_must_be_quiet(net, 5000);
		assert_int_equal(wire.parts[A] + wire.parts[B], 0);
		assert_true(wire.longest[A] > USUAL && wire.longest[B] > USUAL);
		peers_finish(net);
	}
}

static void test_nat(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct site site = peers_site_v1(B, "group19");
		struct peers *net = begin(20 + i);

		net->nat = (struct nat){ .on = true, .outside = "203.0.113.7", .shift = 1000 };
		site.peer = NULL;
		configure_site(net, B, &site, true, modes[i]);
		configure_as(net, A, true, modes[i]);
		peers_must_be_quiet(net, 5000);
		assert_int_equal(wire.parts[A], 3);
		assert_int_equal(wire.parts[B], 3);
		peers_free(net);
	}
}

static void test_storm(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 8; i++) {
		struct peers *net = begin(30 + i);

		peers_storm(net);
		configure(net, modes[i % 2]);
		peers_must_be_quiet(net, 400000);
		peers_free(net);
	}
}

/* What is longer gets lost on the way: both learn that. */
static void test_narrow(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct peers *net = begin(40 + i);

		wire.limit = LEAST;
		configure(net, modes[i]);
		peers_must_be_quiet(net, 120000);
		assert_true(wire.parts[A] > 5 && wire.parts[B] > 5);
		peers_free(net);
	}
}

/* --- what is not the peer's --- */

/* A part that somebody has altered spoils its message, and the next try goes through. */
static void test_spoilt(void **state)
{
	(void)state;
	for (unsigned int part = 1; part <= 6; part++) {
		for (unsigned int i = 0; i < 2; i++) {
			struct peers *net = begin(50 + part);

			wire.spoil = part;
			configure(net, modes[i]);
			peers_must_be_quiet(net, 120000);
			peers_free(net);
		}
	}
}

/* Begins main mode; the first part of the initiator's proof is what is kept. */
static struct peers *begin_half(uint64_t seed)
{
	struct peers *net = begin(seed);

	wire.keep = true;
	configure(net, POLICY_EXCHANGE_MAIN);
	peers_run(net, 500);
	assert_true(wire.kept_n);
	assert_int_equal(net->peer[B].core->half_open, 1);
	assert_true(net->peer[B].core->fragments_n);
	/* From here on nothing comes but what is injected. */
	net->peer[A].cut = true;
	fragments_drop(net->peer[B].core->ikes, JOB_PEERS);
	assert_int_equal(net->peer[B].core->fragments_n, 0);
	return net;
}

static void inject(struct peers *net, uint8_t number, uint8_t flags, uint16_t id)
{
	const struct endpoint at = { .addr = site_address("198.51.100.2"), .port = IKE_PORT };
	const struct endpoint from = { .addr = site_address("192.0.2.1"), .port = IKE_PORT };

	put_be16(wire.kept + PART_AT, id);
	wire.kept[PART_AT + 2] = number;
	wire.kept[PART_AT + 3] = flags;
	peers_inject(net, B, &at, &from, bytes_of(wire.kept, wire.kept_n));
}

/* However many parts come, they have no more room than one message, and not for long. */
static void test_bounded(void **state)
{
	struct peers *net = begin_half(60);
	struct ike_core *core = net->peer[B].core;

	(void)state;
	for (unsigned int i = 0; i < 4096; i++) {
		inject(net, (uint8_t)i, 0, (uint16_t)(i / 256));
		assert_true(core->fragments_n <= FRAGMENTS_OCTETS);
	}
	assert_true(core->fragments_n > FRAGMENTS_OCTETS / 2);
	peers_run(net, FRAGMENTS_MS + 1000);
	assert_int_equal(core->fragments_n, 0);
	peers_free(net);
}

/* Parts that cannot be one, and ends that others are behind, change nothing. */
static void test_odd(void **state)
{
	struct peers *net = begin_half(61);
	struct ike_core *core = net->peer[B].core;
	size_t held;

	(void)state;
	inject(net, 0, 0, 7);
	assert_int_equal(core->fragments_n, 0);
	inject(net, FRAGMENTS_MOST + 1, 0, 7);
	assert_int_equal(core->fragments_n, 0);
	inject(net, 5, 0, 7);
	held = core->fragments_n;
	assert_true(held);
	inject(net, 5, 0, 7);
	inject(net, 3, ISAKMP_FRAGMENT_LAST, 7);
	assert_int_equal(core->fragments_n, held);
	inject(net, 6, ISAKMP_FRAGMENT_LAST, 7);
	assert_int_equal(core->fragments_n, 2 * held);
	/* Behind the last, which is known by now. */
	inject(net, 7, 0, 7);
	assert_int_equal(core->fragments_n, 2 * held);
	/* Another message by that id, and one by another. */
	inject(net, 2, ISAKMP_FRAGMENT_LAST, 7);
	assert_int_equal(core->fragments_n, held);
	inject(net, 1, 0, 8);
	assert_int_equal(core->fragments_n, held);
	inject(net, 2, ISAKMP_FRAGMENT_LAST, 8);
	assert_int_equal(core->fragments_n, 0);
	peers_free(net);
}

/* Those for no SA of ours, or within others, are dropped. */
static void test_foreign(void **state)
{
	struct peers *net = begin_half(62);
	struct ike_core *core = net->peer[B].core;
	const struct endpoint at = { .addr = site_address("198.51.100.2"), .port = IKE_PORT };
	const struct endpoint from = { .addr = site_address("192.0.2.1"), .port = IKE_PORT };
	unsigned int sent = net->peer[B].sent;
	uint8_t outer[2048];
	struct isakmp_writer w;
	struct wire_header header = { .exchange = ISAKMP_EXCH_MAIN };
	struct isakmp_fragment part = { .id = 1, .number = 1, .last = true };

	(void)state;
	memcpy(header.spi_i, wire.kept, IKE_SPI_LEN);
	memcpy(header.spi_r, wire.kept + IKE_SPI_LEN, IKE_SPI_LEN);
	isakmp_begin(&w, outer, sizeof(outer), &header);
	part.data = bytes_of(wire.kept, wire.kept_n);
	isakmp_put_fragment(&w, &part);
	peers_inject(net, B, &at, &from, isakmp_end(&w, 1));
	assert_int_equal(core->fragments_n, 0);
	wire.kept[0] ^= 1;
	inject(net, 1, 0, 9);
	assert_int_equal(core->fragments_n, 0);
	memset(wire.kept + IKE_SPI_LEN, 0, IKE_SPI_LEN);
	inject(net, 1, 0, 9);
	assert_int_equal(core->fragments_n, 0);
	assert_int_equal(net->peer[B].sent, sent);
	peers_free(net);
}

/* --- who says what --- */

static bool announced(struct ike_sa *ike, const void *octets, size_t n)
{
	struct v1_in in = {
		.payloads = { .n = 1, .list[0] = { .type = ISAKMP_PL_VENDOR } },
	};

	ike->fragmentation = false;
	in.payloads.list[0].body = bytes_of(octets, n);
	v1_vendor_read(ike, &in);
	return ike->fragmentation;
}

/* Ours, Cisco's, Microsoft's without saying what, and what says that it is for something else. */
static void test_vendors(void **state)
{
	static const char id[] =
		"\x40\x48\xb7\xd5\x6e\xbc\xe8\x85\x25\xe7\xde\x7f\x00\xd6\xc2\xd3";
	struct peers *net = begin(70);
	uint8_t octets[24];
	struct ike_sa *ike;

	(void)state;
	configure(net, POLICY_EXCHANGE_MAIN);
	peers_must_be_quiet(net, 5000);
	ike = net->peer[A].core->ikes;
	memset(octets, 0, sizeof(octets));
	memcpy(octets, id, 16);
	octets[16] = 0x80;
	assert_true(announced(ike, octets, 20));
	octets[16] = 0xc0;
	assert_true(announced(ike, octets, 20));
	assert_true(announced(ike, octets, 16));
	assert_false(announced(ike, octets, 18));
	assert_false(announced(ike, octets, 24));
	octets[16] = 0x40;
	assert_false(announced(ike, octets, 20));
	octets[0] ^= 1;
	assert_false(announced(ike, octets, 16));
	peers_free(net);
}

static int prepare(void **state)
{
	(void)state;
	root = peers_authority("root", NULL, NULL);
	for (int side = A; side <= B; side++) {
		char *at = alternatives[side];

		at += sprintf(at, "DNS:%c.example", side == A ? 'a' : 'b');
		for (unsigned int i = 0; i < NAMES; i++)
			at += sprintf(at, ",DNS:one-of-many-names-to-make-it-long-%02u.example",
				      i);
	}
	return 0;
}

static int clean(void **state)
{
	(void)state;
	pki_free(&root);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both),
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_nat),
		cmocka_unit_test(test_storm),
		cmocka_unit_test(test_narrow),
		cmocka_unit_test(test_spoilt),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_odd),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_vendors),
	};

	return cmocka_run_group_tests(tests, prepare, clean);
}
