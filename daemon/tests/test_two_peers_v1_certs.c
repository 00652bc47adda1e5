// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two cores make phase 1 of IKEv1 by signatures, in main mode and in aggressive mode: of every kind
 * of key that it has, and what is not let in, with the reason said.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ike/ike_sa.h"
#include "tests/peers.h"
#include "tests/peers_cert.h"

static struct pki root, other;
static enum policy_exchange mode;

static struct pki_wish wish_of(int side, const char *kind)
{
	return peers_cert_wish(side, kind, &root);
}

static void give(struct policy_gateway *gw, const struct pki *own)
{
	X509 *const chain[] = { own->cert, NULL };

	gw->exchange = mode;
	peers_cert_give(gw, own, chain, &root);
}

static void configure_site(struct peers *net, int side, const struct site *site,
			   const struct pki_wish *wish)
{
	struct policy *policy = peers_policy(site);
	struct pki own = pki_make(wish);

	give(policy->gateways, &own);
	pki_free(&own);
	peers_configure_policy(net, side, policy);
}

static void configure(struct peers *net, int side, const struct pki_wish *wish)
{
	struct site site = peers_site_v1(side, "group19");

	configure_site(net, side, &site, wish);
}

static bool aggressive(void)
{
	return mode == POLICY_EXCHANGE_AGGRESSIVE;
}

static void configure_kind(struct peers *net, const char *kind)
{
	struct pki_wish a = wish_of(A, kind), b = wish_of(B, kind);

	configure(net, B, &b);
	configure(net, A, &a);
}

/* --- what is let in --- */

static void test_kinds(void **state)
{
	static const char *const kinds[] = { "RSA", "P-256", "P-384", "P-521" };

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct peers *net = peers_new(1 + i);

		configure_kind(net, kinds[i]);
		peers_must_be_quiet(net, 5000);
		assert_int_equal(net->peer[A].sent, aggressive() ? 4 : 5);
		assert_int_equal(net->peer[B].sent, aggressive() ? 2 : 4);
		/* Key pair and secret of either phase, each once. */
		assert_int_equal(net->peer[A].jobs.put - net->peer[A].jobs.auth, 4);
		assert_string_equal(peers_ike(net, A)->remote_id, "b.example");
		assert_string_equal(peers_ike(net, B)->remote_id, "a.example");
		assert_non_null(peers_standing(net, A)->certs);
		assert_non_null(peers_standing(net, B)->certs);
		assert_int_equal(peers_logged(net, " error "), 0);
		peers_finish(net);
	}
}

/* A peer that may be anywhere, and one gateway for each: the identity tells them apart. */
static void test_dynamic(void **state)
{
	struct pki_wish a = wish_of(A, "P-256"), b = wish_of(B, "P-256");
	struct site site = peers_site_v1(B, "group19");
	struct peers *net = peers_new(10);

	(void)state;
	net->nat = (struct nat){ .on = true, .outside = "203.0.113.7", .shift = 1000 };
	site.peer = NULL;
	configure_site(net, B, &site, &b);
	configure(net, A, &a);
	peers_must_be_quiet(net, 5000);
	assert_true(peers_ike(net, B)->nat_remote);
	peers_free(net);
}

static void test_storm(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct peers *net = peers_new(20 + i);

		peers_storm(net);
		configure_kind(net, i & 1 ? "P-384" : "P-256");
		peers_must_be_quiet(net, 300000);
		peers_free(net);
	}
}

/* Phase 1 is made anew before it ends, and children go over to it. */
static void test_renewed(void **state)
{
	struct pki_wish a = wish_of(A, "P-256"), b = wish_of(B, "P-256");
	struct site site[2] = { peers_site_v1(A, "group19"), peers_site_v1(B, "group19") };
	struct peers *net = peers_new(30);

	(void)state;
	site[A].ike_life = 600;
	configure_site(net, B, &site[B], &b);
	configure_site(net, A, &site[A], &a);
	peers_must_be_quiet(net, 5000);
	peers_run(net, 1200000);
	peers_must_be_quiet(net, 60000);
	assert_true(peers_logged(net, "IKE SA with") >= 4);
	assert_non_null(peers_standing(net, B)->certs);
	peers_free(net);
}

/* --- what is not --- */

/* What is wrong with the certificate of one of them, and what the other says. */
static void test_refused(void **state)
{
	static const struct {
		bool other;			/* authority */
		const char *alternatives;	/* NULL: as it has to be */
		bool ended;
		const char *why;
	} rows[] = {
		{ true, NULL, false, "no authority of the certificate-profile has issued it" },
		{ false, "DNS:c.example", false, "its identity does not stand in its certificate" },
		{ false, NULL, true, "it has expired" },
	};
	static const char *const said[] = { [A] = "peer 192.0.2.1 (a.example)",
					    [B] = "peer 198.51.100.2 (b.example)" };

	(void)state;
	for (unsigned int i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		struct pki_wish wish[2] = { wish_of(A, "P-256"), wish_of(B, "P-256") };
		struct peers *net = peers_new(40 + i);
		int side = i & 1 ? B : A;
		char text[200];

		if (rows[i / 2].other)
			wish[side].issuer = &other;
		if (rows[i / 2].alternatives)
			wish[side].alternatives = rows[i / 2].alternatives;
		if (rows[i / 2].ended)
			wish[side].until = -PKI_DAY / 2;
		configure(net, B, &wish[B]);
		configure(net, A, &wish[A]);
		snprintf(text, sizeof(text), "%s is not let in by its certificate: %s", said[side],
			 rows[i / 2].why);
		peers_must_fail(net, text);
	}
}

/* The certificate is a good one, but the signature is by another key than its own. */
static void test_foreign_key(void **state)
{
	(void)state;
	for (int side = A; side <= B; side++) {
		struct pki_wish wish = wish_of(side, "P-256"), rest = wish_of(!side, "P-256");
		struct site site = peers_site_v1(side, "group19");
		struct policy *policy = peers_policy(&site);
		struct pki own = pki_make(&wish), foreign = pki_make(&wish);
		X509 *const chain[] = { foreign.cert, NULL };
		struct peers *net = peers_new(45);

		give(policy->gateways, &own);
		secret_free(policy->gateways->chain);
		policy->gateways->chain = pki_items(chain);
		if (side == A)
			configure(net, B, &rest);
		peers_configure_policy(net, side, policy);
		if (side == B)
			configure(net, A, &rest);
		peers_must_fail(net, "its signature is not by the key of its certificate");
		pki_free(&own);
		pki_free(&foreign);
	}
}

/* Another kind of key, or a pre-shared key, is another method, which nobody takes. */
static void test_other_methods(void **state)
{
	struct pki_wish a = wish_of(A, "RSA"), b = wish_of(B, "P-256");
	struct site site = peers_site_v1(A, "group19");
	struct peers *net = peers_new(50);

	(void)state;
	site.exchange = mode;
	configure(net, B, &b);
	configure(net, A, &a);
	peers_must_fail(net, "does not offer to authenticate by a certificate of ECDSA with this "
			     "curve");
	net = peers_new(51);
	configure(net, B, &b);
	peers_configure(net, A, &site);
	peers_must_fail(net, "does not offer to authenticate by a certificate of ECDSA with this "
			     "curve");
	net = peers_new(52);
	site = peers_site_v1(B, "group19");
	site.exchange = mode;
	peers_configure(net, B, &site);
	configure(net, A, &a);
	peers_must_fail(net, "does not offer to authenticate by a pre-shared key");
}

/* Whoever is refused hears that, and whoever is let in by a refused peer does not stay up. */
static void test_refused_hears(void **state)
{
	struct pki_wish a = wish_of(A, "P-256"), b = wish_of(B, "P-256");
	struct peers *net = peers_new(47);

	(void)state;
	a.issuer = &other;
	configure(net, B, &b);
	configure(net, A, &a);
	peers_run(net, 3000);
	assert_true(peers_logged(net, "peer 192.0.2.1 (a.example) is not let in"));
	assert_int_equal(peers_ikes(net, A), 0);
	assert_int_equal(net->peer[B].core->half_open, 0);
	if (aggressive())
		assert_true(peers_told(net, A, "ike-down hq: peer deleted the IKE SA"));
	peers_free(net);
}

/* --- what the network alters --- */

struct altered {
	unsigned int count;
	unsigned int octet;	/* from the end */
};

static bool tap_last(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct altered *altered = net->tap_ctx;
	unsigned int first = aggressive() ? 2 : 5;

	(void)from;
	/* The proofs are the fifth and the sixth message, or the second and the third. */
	if (++altered->count == first || altered->count == first + 1)
		data[n - altered->octet] ^= 1;
	return true;
}

/* An altered proof is not taken, the next one is. */
static void test_altered(void **state)
{
	static const unsigned int octets[] = { 40, 70, 150, 300 };

	(void)state;
	for (size_t i = 0; i < sizeof(octets) / sizeof(octets[0]); i++) {
		struct altered altered = { .octet = octets[i] };
		struct peers *net = peers_new(60);

		net->tap = tap_last;
		net->tap_ctx = &altered;
		configure_kind(net, "P-256");
		peers_must_be_quiet(net, 120000);
		peers_free(net);
	}
}

/* --- all of that, in either mode --- */

static int begin(void **state)
{
	mode = *state ? POLICY_EXCHANGE_AGGRESSIVE : POLICY_EXCHANGE_AUTO;
	root = peers_authority("root", NULL, NULL);
	other = peers_authority("other", NULL, NULL);
	return 0;
}

static int end(void **state)
{
	(void)state;
	pki_free(&root);
	pki_free(&other);
	return 0;
}

#define BOTH(test) \
	{ #test ", main mode", test, begin, end, NULL }, \
	{ #test ", aggressive mode", test, begin, end, &root }

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_kinds),
		BOTH(test_dynamic),
		BOTH(test_storm),
		BOTH(test_renewed),
		BOTH(test_refused),
		BOTH(test_foreign_key),
		BOTH(test_refused_hears),
		BOTH(test_other_methods),
		BOTH(test_altered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
