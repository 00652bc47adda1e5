// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ML-KEM as a key exchange, and two cores that use it.  OpenSSL before 3.5 lacks it: then these
 * tests do nothing; selftests/ml_kem.sh runs them with the library of Debian 13.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/dh.h"
#include "prop/alg_registry.h"
#include "tests/dh_fresh.h"
#include "tests/peers.h"
#include "vectors.h"

static const char *const names[] = { "ml-kem-512", "ml-kem-768", "ml-kem-1024" };

#define N(array)	(sizeof(array) / sizeof((array)[0]))

/* FIPS 203: the key of a seed, and the ciphertext and secret of a message. */
static void known_answer(json_t *row)
{
	const struct alg_dh *alg = alg_dh_by_conf(vector_text(row, "group"));
	uint8_t seed[VECTOR_MAX], octets[VECTOR_MAX], other[VECTOR_MAX];
	struct dh_secret secret;
	enum dh_error error;
	struct dh *dh;

	assert_non_null(alg);
	dh = dh_from_private(alg, vector_hex(row, "seed", seed));
	assert_non_null(dh);
	assert_true(bytes_equal(dh_public(dh), vector_hex(row, "key", octets)));
	dh_free(dh);
	dh = dh_respond(alg, vector_hex(row, "message", seed), vector_hex(row, "peer", octets),
			&secret, &error);
	assert_int_equal(error, DH_OK);
	assert_true(bytes_equal(dh_public(dh), vector_hex(row, "ciphertext", other)));
	assert_true(bytes_equal(dh_secret_bytes(&secret), vector_hex(row, "secret", other)));
	dh_free(dh);
}

static void test_known(void **state)
{
	json_t *root, *row;
	size_t i;

	(void)state;
	root = vectors_load("ml_kem.json");
	json_array_foreach(json_object_get(root, "vectors"), i, row)
		known_answer(row);
	assert_int_equal(i, N(names));
	json_decref(root);
}

static struct dh *responder(const struct alg_dh *alg, struct bytes peer, struct dh_secret *secret,
			    enum dh_error *error)
{
	uint8_t seed[ALG_PRIVATE_MAX];

	assert_int_equal(dh_draw(alg, crypto_random_os, NULL, seed), 0);
	return dh_respond(alg, bytes_of(seed, alg->private_n), peer, secret, error);
}

static void test_both_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(names); i++) {
		const struct alg_dh *alg = alg_dh_by_conf(names[i]);
		struct dh *a = dh_fresh(alg), *b;
		struct dh_secret sa, sb;
		enum dh_error error;

		assert_int_equal(dh_public(a).n, alg->public_n);
		b = responder(alg, dh_public(a), &sb, &error);
		assert_int_equal(error, DH_OK);
		assert_int_equal(dh_public(b).n, alg->answer_n);
		assert_int_equal(dh_shared(a, dh_public(b), &sa), DH_OK);
		assert_int_equal(sa.n, 32);
		assert_true(bytes_equal(dh_secret_bytes(&sa), dh_secret_bytes(&sb)));
		/* A ciphertext that was changed is no error, but gives another secret. */
		((uint8_t *)(uintptr_t)dh_public(b).p)[7] ^= 1;
		assert_int_equal(dh_shared(a, dh_public(b), &sa), DH_OK);
		assert_false(bytes_equal(dh_secret_bytes(&sa), dh_secret_bytes(&sb)));
		dh_free(a);
		dh_free(b);
	}
}

/* Of other lengths, or with a number that is not below the modulus. */
static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(names); i++) {
		const struct alg_dh *alg = alg_dh_by_conf(names[i]);
		uint8_t octets[ALG_PUBLIC_MAX + 1] = { 0 };
		struct dh *a = dh_fresh(alg);
		struct dh_secret secret;
		enum dh_error error;

		for (int more = -1; more <= 1; more += 2) {
			size_t n = alg->public_n + (size_t)more;

			assert_int_equal(dh_check(alg, bytes_of(octets, n)), DH_LENGTH);
			assert_null(responder(alg, bytes_of(octets, n), &secret, &error));
			assert_int_equal(error, DH_LENGTH);
			n = alg->answer_n + (size_t)more;
			assert_int_equal(dh_shared(a, bytes_of(octets, n), &secret), DH_LENGTH);
		}
		memcpy(octets, dh_public(a).p, alg->public_n);
		assert_int_equal(dh_check(alg, bytes_of(octets, alg->public_n)), DH_OK);
		memset(octets, 0xff, 3);
		assert_int_equal(dh_check(alg, bytes_of(octets, alg->public_n)), DH_PUBLIC);
		assert_null(responder(alg, bytes_of(octets, alg->public_n), &secret, &error));
		assert_int_equal(error, DH_PUBLIC);
		dh_free(a);
	}
}

/* --- two cores --- */

/* In IKE_INTERMEDIATE, in fragments, and at each rekey of the IKE SA and of the child. */
static void check_up(const char *rounds, uint64_t seed, const char *text)
{
	struct site a = peers_site(A), b = peers_site(B);
	char proposal[128];
	struct peers *net;

	peers_rounds(&a.ike, rounds);
	peers_rounds(&b.ike, rounds);
	peers_rounds(&a.esp, rounds);
	peers_rounds(&b.esp, rounds);
	net = peers_up(seed, &a, &b);
	peers_past_early(net);
	net->watch = true;
	peers_run(net, 30000000);
	for (int side = A; side <= B; side++) {
		snprintf(proposal, sizeof(proposal), "%s%s",
			 "AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519", text);
		assert_string_equal(peers_ike(net, side)->proposal, proposal);
		snprintf(proposal, sizeof(proposal), "%s%s", "AES_GCM_16-256/CURVE25519", text);
		assert_string_equal(peers_child(net, side, "net")->proposal, proposal);
	}
	assert_true(peers_logged(net, "IKE SA is rekeyed") >= 2);
	assert_int_equal(peers_logged(net, " error "), 0);
	assert_int_equal(peers_logged(net, " warning "), 0);
	peers_finish(net);
}

static void test_up(void **state)
{
	(void)state;
	check_up("ml-kem-512", 1, "/KE ML_KEM_512");
	check_up("ml-kem-768", 2, "/KE ML_KEM_768");
	check_up("ml-kem-1024", 3, "/KE ML_KEM_1024");
	check_up("ml-kem-768 group20", 4, "/KE ML_KEM_768/KE ECP_384");
}

static void test_weather(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct site a = peers_site(A), b = peers_site(B);
		struct peers *net = peers_new(seed);

		peers_rounds(&a.ike, "ml-kem-768");
		peers_rounds(&b.ike, "ml-kem-768");
		peers_configure(net, B, &b);
		peers_configure(net, A, &a);
		peers_storm(net);
		peers_must_be_quiet(net, 300000);
		peers_free(net);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_both_ends),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_up),
		cmocka_unit_test(test_weather),
	};

	if (!dh_known(alg_dh_by_conf("ml-kem-768")) && !getenv("NEED_ML_KEM")) {
		puts("1..1\nok 1 # SKIP this OpenSSL has no ML-KEM: see selftests/ml_kem.sh");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
