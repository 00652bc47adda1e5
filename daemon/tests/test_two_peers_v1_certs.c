// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two cores make phase 1 of IKEv1 by signatures: of every kind of key that it has, and what is not
 * let in, with the reason said.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/cert_file.h"
#include "crypto/cert_rules.h"
#include "ike/ike_sa.h"
#include "tests/peers.h"
#include "tests/pki.h"

static struct pki root, other;

static struct pki authority(const char *name)
{
	const struct pki_wish wish = {
		.kind = "P-256", .name = name, .authority = true,
		.from = -PKI_DAY, .until = 100 * PKI_DAY,
	};

	return pki_make(&wish);
}

static struct pki_wish wish_of(int side, const char *kind)
{
	return (struct pki_wish){
		.kind = kind, .name = side == A ? "a" : "b",
		.alternatives = side == A ? "DNS:a.example" : "DNS:b.example",
		.issuer = &root, .from = -PKI_DAY, .until = 100 * PKI_DAY,
	};
}

/* The gateway of @site has what files would have given it. */
static void give(struct policy_gateway *gw, const struct pki *own)
{
	X509 *const chain[] = { own->cert, NULL }, *const roots[] = { root.cert, NULL };
	struct secret *key = pki_key_pem(own), *certs = pki_pem(chain), *anchors = pki_pem(roots);
	struct secret *plain;
	struct cert_own_file made;
	unsigned int n = 0;
	char why[160] = "";

	secret_free(gw->psk);
	gw->psk = NULL;
	assert_true(cert_own_read(&(struct cert_own_input){ .certs = secret_bytes(certs),
							    .key = secret_bytes(key) },
				  &made, why, sizeof(why)));
	gw->credential = made.credential;
	gw->chain = made.chain;
	gw->v1_auth = made.v1_method;
	secret_free(made.subject);
	plain = cert_roots_read(secret_bytes(anchors), gw->authorities, &n, why, sizeof(why));
	assert_non_null(plain);
	gw->n_authorities = (uint8_t)n;
	gw->anchors = cert_rules_put(&(struct cert_rules){ .sha1 = false }, secret_bytes(plain),
				     bytes_of(NULL, 0));
	assert_non_null(gw->anchors);
	secret_free(plain);
	secret_free(key);
	secret_free(certs);
	secret_free(anchors);
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
		assert_int_equal(net->peer[A].sent, 5);
		assert_int_equal(net->peer[B].sent, 4);
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

static void test_refused(void **state)
{
	struct pki_wish a = wish_of(A, "P-256"), b = wish_of(B, "P-256");
	struct peers *net = peers_new(40);

	(void)state;
	/* The responder is of another authority: the initiator says so. */
	b.issuer = &other;
	configure(net, B, &b);
	configure(net, A, &a);
	peers_must_fail(net, "peer 198.51.100.2 (b.example) is not let in by its certificate: ");
	b.issuer = &root;
	a.issuer = &other;
	net = peers_new(41);
	configure(net, B, &b);
	configure(net, A, &a);
	peers_must_fail(net, "peer 192.0.2.1 (a.example) is not let in by its certificate: ");
	/* A certificate for somebody else. */
	a = wish_of(A, "P-256");
	a.alternatives = "DNS:c.example";
	net = peers_new(42);
	configure(net, B, &b);
	configure(net, A, &a);
	peers_must_fail(net, "peer 192.0.2.1 (a.example) is not let in by its certificate: ");
	a = wish_of(A, "P-256");
	b.alternatives = "DNS:c.example";
	net = peers_new(43);
	configure(net, B, &b);
	configure(net, A, &a);
	peers_must_fail(net, "peer 198.51.100.2 (b.example) is not let in by its certificate: ");
	/* One that has ended. */
	b = wish_of(B, "P-256");
	b.until = -PKI_DAY / 2;
	net = peers_new(44);
	configure(net, B, &b);
	configure(net, A, &a);
	peers_must_fail(net, "peer 198.51.100.2 (b.example) is not let in by its certificate: ");
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
	peers_configure(net, B, &site);
	configure(net, A, &a);
	peers_must_fail(net, "does not offer to authenticate by a pre-shared key");
}

/* --- what the network alters --- */

static bool tap_last(struct peers *net, int from, uint8_t *data, size_t n)
{
	unsigned int *count = net->tap_ctx;

	(void)from;
	/* The proofs are the fifth and the sixth message. */
	if (++*count == 5 || *count == 6)
		data[n - 40] ^= 1;
	return true;
}

/* An altered proof is not taken, the next one is. */
static void test_altered(void **state)
{
	unsigned int count = 0;
	struct peers *net = peers_new(60);

	(void)state;
	net->tap = tap_last;
	net->tap_ctx = &count;
	configure_kind(net, "P-256");
	peers_must_be_quiet(net, 120000);
	peers_free(net);
}

static int begin(void **state)
{
	(void)state;
	root = authority("root");
	other = authority("other");
	return 0;
}

static int end(void **state)
{
	(void)state;
	pki_free(&root);
	pki_free(&other);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_dynamic),
		cmocka_unit_test(test_storm),
		cmocka_unit_test(test_renewed),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_foreign_key),
		cmocka_unit_test(test_other_methods),
		cmocka_unit_test(test_altered),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
