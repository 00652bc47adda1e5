// SPDX-License-Identifier: GPL-2.0-or-later
/* Two cores, of which one or both prefer IKEv2 and take IKEv1, too (ike/older.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ike/v2/v2.h"
#include "tests/peers.h"
#include "wire/v1_build.h"

#define VERSION_AT	17	/* octet of the header */
#define V2_PROPOSAL	"AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519"
#define V1_PROPOSAL	"AES_CBC-256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/ECP_256"
#define SOON		15000	/* ms: an answer in clear is believed by then */
#define LATE		90000	/* ms: and so is silence */
#define HOUR		3600000	/* ms: how long that is remembered */

static struct site older_site(int side, enum policy_version version)
{
	struct site v1 = peers_site_v1(side, "group19");
	struct site site = version == POLICY_IKEV1 ? v1 : peers_site(side);

	site.version = version;
	site.esp = v1.esp;
	site.older_ike = v1.ike;
	return site;
}

/* --- what comes by --- */

static struct seen {
	unsigned int n[3];		/* of A, by major version */
	bool lose;			/* those of IKEv2 */
	uint8_t spi[IKE_SPI_LEN];	/* of the last one */
} seen;

static bool tap(struct peers *net, int from, uint8_t *data, size_t n)
{
	unsigned int major = data[VERSION_AT] >> 4;

	(void)net;
	(void)n;
	if (from == A && major < 3) {
		seen.n[major]++;
		memcpy(seen.spi, data, IKE_SPI_LEN);
	}
	return major != 2 || !seen.lose;
}

static struct peers *begin(uint64_t seed, const struct site *a, const struct site *b)
{
	struct peers *net = peers_new(seed);

	memset(&seen, 0, sizeof(seen));
	net->tap = tap;
	peers_configure(net, B, b);
	peers_configure(net, A, a);
	return net;
}

static void must_speak(struct peers *net, const char *proposal, ike_time ms)
{
	peers_must_be_quiet(net, ms);
	assert_string_equal(peers_ike(net, A)->proposal, proposal);
	assert_string_equal(peers_ike(net, B)->proposal, proposal);
}

/* --- what somebody says --- */

/* Somebody says in either form that the peer knows no IKEv2; @guess: who does not see our SPI. */
static void say(struct peers *net, bool v1, bool guess)
{
	const struct endpoint a = { .addr = site_address("192.0.2.1"), .port = IKE_PORT };
	const struct endpoint b = { .addr = site_address("198.51.100.2"), .port = IKE_PORT };
	const struct isakmp_notify notify = {
		.protocol = ISAKMP_PROTO_ISAKMP, .type = ISAKMP_N_INVALID_MAJOR_VERSION,
	};
	struct wire_header header = {
		.version = ISAKMP_VERSION, .exchange = ISAKMP_EXCH_INFORMATIONAL,
		.spi_r = { 1, 2, 3 },
	};
	struct isakmp_writer older;
	struct wire_writer w;
	uint8_t buf[256];

	memcpy(header.spi_i, seen.spi, IKE_SPI_LEN);
	header.spi_i[3] ^= guess;
	if (v1) {
		isakmp_begin(&older, buf, sizeof(buf), &header);
		isakmp_put_notify(&older, &notify);
		peers_inject(net, A, &a, &b, isakmp_end(&older, 1));
		return;
	}
	header.version = IKE_VERSION_2;
	header.exchange = IKE_EXCH_IKE_SA_INIT;
	header.flags = IKE_FLAG_RESPONSE;
	wire_begin(&w, buf, sizeof(buf), &header);
	wire_put_notify(&w, IKE_N_INVALID_MAJOR_VERSION, bytes_of(NULL, 0));
	peers_inject(net, A, &a, &b, wire_end(&w));
}

/* Somebody says so as soon as A has sent anything, in both forms. */
static void run_hinted(struct peers *net, unsigned int ms, unsigned int step)
{
	unsigned int said = 0;

	for (unsigned int at = 0; at < ms; at += step) {
		peers_run(net, step);
		if (seen.n[2] == said)
			continue;
		said = seen.n[2];
		say(net, true, false);
		say(net, false, false);
	}
}

/* ------------------------------------------------------------- who knows what */

static void test_either(void **state)
{
	static const struct {
		enum policy_version a, b;
		const char *proposal;
	} rows[] = {
		{ POLICY_IKEV2_PREFERRED, POLICY_IKEV2_PREFERRED, V2_PROPOSAL },
		{ POLICY_IKEV2_PREFERRED, POLICY_IKEV2, V2_PROPOSAL },
		{ POLICY_IKEV2, POLICY_IKEV2_PREFERRED, V2_PROPOSAL },
		{ POLICY_IKEV2_PREFERRED, POLICY_IKEV1, V1_PROPOSAL },
		{ POLICY_IKEV1, POLICY_IKEV2_PREFERRED, V1_PROPOSAL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct site a = older_site(A, rows[i].a), b = older_site(B, rows[i].b);
		struct peers *net = begin(1 + i, &a, &b);

		must_speak(net, rows[i].proposal, SOON);
		if (strcmp(rows[i].proposal, V1_PROPOSAL) != 0)
			assert_int_equal(seen.n[1], 0);
		peers_free(net);
	}
}

/* How phase 1 of IKEv1 is made is nothing to IKEv2. */
static void test_modes(void **state)
{
	static const enum policy_version versions[] = { POLICY_IKEV2_PREFERRED, POLICY_IKEV1 };

	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		struct site a = older_site(A, versions[i]);
		struct site b = older_site(B, POLICY_IKEV2_PREFERRED);
		struct peers *net;

		a.exchange = b.exchange = POLICY_EXCHANGE_AGGRESSIVE;
		net = begin(10 + i, &a, &b);
		must_speak(net, i ? V1_PROPOSAL : V2_PROPOSAL, SOON);
		peers_free(net);
	}
}

/* Neither as initiator nor as responder, whatever anybody says. */
static void test_no_downgrade(void **state)
{
	struct site a = older_site(A, POLICY_IKEV2), b = older_site(B, POLICY_IKEV1);
	struct peers *net;

	(void)state;
	/* IKEv1 could offer that. */
	a.ike = b.ike;
	net = begin(20, &a, &b);
	run_hinted(net, 300000, 100);
	assert_int_equal(peers_ikes(net, A), 0);
	assert_true(seen.n[2] > 10);
	assert_int_equal(seen.n[1], 0);
	peers_free(net);
	a = older_site(A, POLICY_IKEV1);
	b = older_site(B, POLICY_IKEV2);
	net = begin(21, &a, &b);
	peers_run(net, 60000);
	assert_int_equal(peers_ikes(net, A) + peers_ikes(net, B), 0);
	assert_int_equal(net->peer[B].sent, 0);
	peers_free(net);
}

/* ------------------------------------------------------------- how it shows */

static void test_silence(void **state)
{
	struct site a = older_site(A, POLICY_IKEV2_PREFERRED), b = older_site(B, POLICY_IKEV1);
	struct peers *net = begin(30, &a, &b);

	(void)state;
	seen.lose = true;
	/* The first attempt is over, and the second is not. */
	peers_run(net, 20000);
	assert_int_equal(seen.n[1], 0);
	must_speak(net, V1_PROPOSAL, LATE);
	assert_int_equal(peers_logged(net, "does not answer in IKEv2: IKEv1 is tried"), 1);
	peers_free(net);
}

static void test_notify(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		bool v1 = i % 2, guess = i / 2;
		struct site a = older_site(A, POLICY_IKEV2_PREFERRED);
		struct site b = older_site(B, POLICY_IKEV1);
		struct peers *net = begin(40 + i, &a, &b);

		seen.lose = true;
		peers_run(net, 100);
		assert_int_equal(seen.n[2], 1);
		say(net, v1, guess);
		if (!guess) {
			must_speak(net, V1_PROPOSAL, SOON);
		} else {
			peers_run(net, SOON);
			assert_int_equal(seen.n[1], 0);
		}
		assert_int_equal(peers_logged(net, "says that it knows no IKEv2"), !guess);
		peers_free(net);
	}
}

/* Who can only add to what is on the way gains nothing: the peer's own answer counts. */
static void test_better_answer(void **state)
{
	struct site a = older_site(A, POLICY_IKEV2_PREFERRED);
	struct site b = older_site(B, POLICY_IKEV2_PREFERRED);
	struct peers *net = begin(50, &a, &b);

	(void)state;
	run_hinted(net, 1000, 1);
	must_speak(net, V2_PROPOSAL, SOON);
	assert_int_equal(seen.n[1], 0);
	peers_free(net);
}

/* A peer that was away is not the worse for it. */
static void test_away(void **state)
{
	struct site a = older_site(A, POLICY_IKEV2_PREFERRED);
	struct site b = older_site(B, POLICY_IKEV2_PREFERRED);
	unsigned int newer = 0;

	(void)state;
	for (unsigned int i = 0; i < 8; i++) {
		struct peers *net = begin(60 + i, &a, &b);

		net->peer[B].cut = true;
		peers_run(net, 200000 + 9000 * (ike_time)i);
		assert_true(seen.n[1] > 0);
		net->peer[B].cut = false;
		peers_must_be_quiet(net, LATE);
		/* It may have come back in the middle of an attempt by IKEv1. */
		newer += !strcmp(peers_ike(net, A)->proposal, V2_PROPOSAL);
		peers_free(net);
	}
	assert_true(newer > 2);
}

/* ------------------------------------------------------------- how long it counts */

static void test_remembered(void **state)
{
	struct site a = older_site(A, POLICY_IKEV2_PREFERRED), b = older_site(B, POLICY_IKEV1);
	struct peers *net;

	(void)state;
	a.liveness = 10;
	net = begin(70, &a, &b);
	must_speak(net, V1_PROPOSAL, SOON);
	seen.n[2] = 0;
	peers_restart(net, B, &b);
	must_speak(net, V1_PROPOSAL, LATE);
	assert_int_equal(seen.n[2], 0);
	peers_run(net, HOUR);
	peers_restart(net, B, &b);
	must_speak(net, V1_PROPOSAL, LATE);
	assert_true(seen.n[2] > 0);
	peers_free(net);
}

/* Phase 1 is made anew by IKEv2 as soon as the peer knows that, and no packet is lost by it. */
static void test_upgraded(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct site a = older_site(A, POLICY_IKEV2_PREFERRED);
		struct site b = older_site(B, POLICY_IKEV1);
		struct peers *net;

		a.ike_life = b.ike_life = 7200;
		net = begin(80 + i, &a, &b);
		must_speak(net, V1_PROPOSAL, SOON);
		net->watch = true;
		peers_talk(net, true);
		if (i % 2)
			b = older_site(B, POLICY_IKEV2_PREFERRED);
		if (i / 2)
			seen.lose = !(i % 2);
		b.ike_life = 7200;
		peers_configure(net, B, &b);
		peers_run(net, 7200000);
		must_speak(net, i % 2 ? V2_PROPOSAL : V1_PROPOSAL, LATE);
		assert_true(seen.n[2] > 2);
		assert_int_equal(net->gaps, 0);
		peers_free(net);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_either),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_no_downgrade),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_notify),
		cmocka_unit_test(test_better_answer),
		cmocka_unit_test(test_away),
		cmocka_unit_test(test_remembered),
		cmocka_unit_test(test_upgraded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
