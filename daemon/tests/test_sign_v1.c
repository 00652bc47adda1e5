// SPDX-License-Identifier: GPL-2.0-or-later
/* Signatures of phase 1 of IKEv1: by which method a key signs, and what is none of its. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/rsa.h>

#include "crypto/sign_v1.h"
#include "tests/pki.h"
#include "wire/v1_const.h"

static uint8_t octets[64] = "a hash of what both ends have said, as long as that of SHA-512..";

static struct pki make(const char *kind)
{
	const struct pki_wish wish = { .kind = kind, .name = "x", .until = PKI_DAY };

	return pki_make(&wish);
}

static const struct {
	const char *kind;
	size_t hash;
	uint8_t method;		/* 0: it cannot */
	size_t n;
} rows[] = {
	{ "RSA", 16, ISAKMP_AUTH_RSA_SIG, 256 },
	{ "RSA", 20, ISAKMP_AUTH_RSA_SIG, 256 },
	{ "RSA", 32, ISAKMP_AUTH_RSA_SIG, 256 },
	{ "RSA", 64, ISAKMP_AUTH_RSA_SIG, 256 },
	/* With the name of SHA-256 or of SHA-1 in front it would be one of another kind. */
	{ "RSA", 51, 0, 0 },
	{ "RSA", 35, 0, 0 },
	{ "RSA", 0, 0, 0 },
	{ "P-256", 32, ISAKMP_AUTH_ECDSA_256, 64 },
	{ "P-256", 20, 0, 0 },
	{ "P-384", 48, ISAKMP_AUTH_ECDSA_384, 96 },
	{ "P-384", 32, 0, 0 },
	{ "P-521", 64, ISAKMP_AUTH_ECDSA_521, 132 },
	{ "ED25519", 32, 0, 0 },
	{ "ED448", 64, 0, 0 },
};

static void check_changed(EVP_PKEY *key, uint8_t method, uint8_t *made, size_t n, size_t hash)
{
	for (size_t at = 0; at < n; at += 13) {
		made[at] ^= 0x10;
		assert_int_not_equal(sign_v1_check(key, method, bytes_of(made, n),
						   bytes_of(octets, hash)), SIGN_GOOD);
		made[at] ^= 0x10;
	}
	for (size_t at = 0; at < hash; at += 5) {
		octets[at] ^= 1;
		assert_int_equal(sign_v1_check(key, method, bytes_of(made, n),
					       bytes_of(octets, hash)), SIGN_BAD);
		octets[at] ^= 1;
	}
	assert_int_equal(sign_v1_check(key, method, bytes_of(made, n - 1), bytes_of(octets, hash)),
			 SIGN_BAD);
	assert_int_equal(sign_v1_check(key, method, bytes_of(made, n + 1), bytes_of(octets, hash)),
			 SIGN_BAD);
	assert_int_equal(sign_v1_check(key, method, bytes_of(made, 0), bytes_of(octets, hash)),
			 SIGN_BAD);
	assert_int_equal(sign_v1_check(key, method, bytes_of(made, n),
				       bytes_of(octets, hash - 1)), SIGN_BAD);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pki pki = make(rows[i].kind);
		struct bytes hash = bytes_of(octets, rows[i].hash);
		uint8_t made[SIGN_MAX + 1] = { 0 }, method = 0;
		size_t n = sign_v1_make(pki.key, hash, made, &method);

		assert_int_equal(method, rows[i].method);
		assert_int_equal(n, rows[i].n);
		if (n) {
			assert_int_equal(sign_v1_method(pki.key), method);
			assert_int_equal(sign_v1_check(pki.key, method, bytes_of(made, n), hash),
					 SIGN_GOOD);
			check_changed(pki.key, method, made, n, rows[i].hash);
		}
		for (unsigned int other = 0; n && other < 20; other++)
			if (other != method)
				assert_int_not_equal(sign_v1_check(pki.key, (uint8_t)other,
								   bytes_of(made, n), hash),
						     SIGN_GOOD);
		pki_free(&pki);
	}
}

/* A block with the private key of @key; @n octets of the block. */
static size_t raw_block(EVP_PKEY *key, const uint8_t *block, size_t n, uint8_t *out)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	size_t made = SIGN_MAX;

	assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING), 1);
	assert_int_equal(EVP_PKEY_sign(ctx, out, &made, block, n), 1);
	EVP_PKEY_CTX_free(ctx);
	return made;
}

/* What must stand around the hash, to the last octet (RFC 8017 section 9.2). */
static void test_blocks(void **state)
{
	struct pki pki = make("RSA");
	struct bytes hash = bytes_of(octets, 32);
	uint8_t block[256], out[SIGN_MAX];
	size_t n;

	(void)state;
	memset(block, 0xff, sizeof(block));
	block[0] = 0;
	block[1] = 1;
	block[223] = 0;
	memcpy(block + 224, octets, 32);
	n = raw_block(pki.key, block, 256, out);
	assert_int_equal(sign_v1_check(pki.key, ISAKMP_AUTH_RSA_SIG, bytes_of(out, n), hash),
			 SIGN_GOOD);
	for (size_t at = 1; at < 256; at += at < 8 || at > 218 ? 1 : 31) {
		block[at] ^= 2;
		n = raw_block(pki.key, block, 256, out);
		assert_int_equal(sign_v1_check(pki.key, ISAKMP_AUTH_RSA_SIG, bytes_of(out, n),
					       hash), SIGN_BAD);
		block[at] ^= 2;
	}
	/* The hash further to the front, and something behind it. */
	memset(block + 2, 0xff, 8);
	block[10] = 0;
	memcpy(block + 11, octets, 32);
	n = raw_block(pki.key, block, 256, out);
	assert_int_equal(sign_v1_check(pki.key, ISAKMP_AUTH_RSA_SIG, bytes_of(out, n), hash),
			 SIGN_BAD);
	/* A signature as IKEv2 has it is none here, nor the other way round. */
	n = sign_v1_make(pki.key, hash, out, block);
	assert_int_not_equal(sign_check(pki.key, 1, true, bytes_of(out, n), hash), SIGN_GOOD);
	assert_int_equal(sign_check(pki.key, ISAKMP_AUTH_RSA_SIG, true, bytes_of(out, n), hash),
			 SIGN_UNKNOWN);
	pki_free(&pki);
}

static void test_verdicts(void **state)
{
	struct pki rsa = make("RSA"), curve = make("P-256"), other = make("P-384");
	struct bytes hash = bytes_of(octets, 32);
	uint8_t made[SIGN_MAX], method;
	size_t n = sign_v1_make(curve.key, hash, made, &method);

	(void)state;
	assert_int_equal(sign_v1_check(rsa.key, method, bytes_of(made, n), hash), SIGN_OTHER_KEY);
	assert_int_equal(sign_v1_check(other.key, method, bytes_of(made, n), hash),
			 SIGN_OTHER_KEY);
	assert_int_equal(sign_v1_check(rsa.key, ISAKMP_AUTH_PSK, bytes_of(made, n), hash),
			 SIGN_UNKNOWN);
	assert_int_equal(sign_v1_check(rsa.key, 2, bytes_of(made, n), hash), SIGN_UNKNOWN);
	pki_free(&rsa);
	pki_free(&curve);
	pki_free(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_verdicts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
