// SPDX-License-Identifier: GPL-2.0-or-later
/* Signatures of IKE_AUTH: which algorithm a key signs by, and what is not a signature of its. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/sign.h"
#include "ike/v2/cert.h"
#include "tests/pki.h"
#include "wire/ike_const.h"

#define SHA2	(1U << SIGN_SHA256 | 1U << SIGN_SHA384 | 1U << SIGN_SHA512)
#define ALL	(SHA2 | 1U << SIGN_IDENTITY)
#define SHA1	(1U << SIGN_SHA1)

static const char text[] = "what both ends have said so far";

static struct bytes covered(void)
{
	return bytes_of(text, sizeof(text));
}

static struct pki make(const char *kind)
{
	const struct pki_wish wish = { .kind = kind, .name = "x", .until = PKI_DAY };

	return pki_make(&wish);
}

/* The part of the algorithm's name in DER that tells it from others. */
#define PKCS1_SHA256	"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"
#define PSS		"\x30\x41\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"
#define ECDSA(hash)	"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03" hash

static const struct {
	const char *kind;
	unsigned int how;
	uint8_t method;		/* 0: there is no way */
	const char *der;	/* begins by that */
	size_t n;		/* octets of a signature without DER */
} rows[] = {
	{ "RSA", ALL, IKE_AUTH_DIGITAL_SIGNATURE, PSS, 0 },
	{ "RSA", ALL | SIGN_NO_PSS, IKE_AUTH_DIGITAL_SIGNATURE, PKCS1_SHA256, 0 },
	{ "RSA", ALL | SHA1, IKE_AUTH_DIGITAL_SIGNATURE, PSS, 0 },
	{ "RSA", SHA1, 0, NULL, 0 },
	{ "RSA", SIGN_OLD, 0, NULL, 0 },
	{ "RSA", SIGN_OLD | SHA1, IKE_AUTH_RSA, NULL, 256 },
	{ "P-256", ALL, IKE_AUTH_DIGITAL_SIGNATURE, ECDSA("\x02"), 0 },
	{ "P-384", ALL, IKE_AUTH_DIGITAL_SIGNATURE, ECDSA("\x03"), 0 },
	{ "P-384", 1U << SIGN_SHA512, IKE_AUTH_DIGITAL_SIGNATURE, ECDSA("\x04"), 0 },
	{ "P-256", SHA1, 0, NULL, 0 },
	{ "P-256", SIGN_OLD, IKE_AUTH_ECDSA_256, NULL, 64 },
	{ "P-384", SIGN_OLD, IKE_AUTH_ECDSA_384, NULL, 96 },
	{ "P-521", SIGN_OLD | SHA1, IKE_AUTH_ECDSA_521, NULL, 132 },
	{ "ED25519", ALL, IKE_AUTH_DIGITAL_SIGNATURE, "\x30\x05\x06\x03\x2b\x65\x70", 0 },
	{ "ED25519", SHA2, 0, NULL, 0 },
	{ "ED448", SIGN_OLD | SHA1, 0, NULL, 0 },
};

static void check_changed(EVP_PKEY *key, uint8_t method, uint8_t *made, size_t n)
{
	/* The first octets name the algorithm. */
	for (size_t at = 0; at < n; at += at < 32 ? 1 : 29) {
		made[at] ^= 0x10;
		assert_int_not_equal(sign_check(key, method, true, bytes_of(made, n), covered()),
				     SIGN_GOOD);
		made[at] ^= 0x10;
	}
	for (size_t less = 1; less <= n; less += less < 8 ? 1 : 31)
		assert_int_not_equal(sign_check(key, method, true, bytes_of(made, n - less),
						covered()), SIGN_GOOD);
	assert_int_not_equal(sign_check(key, method, true, bytes_of(made, n + 1), covered()),
			     SIGN_GOOD);
	assert_int_not_equal(sign_check(key, method, true, bytes_of(made, n), bytes_of(text, 5)),
			     SIGN_GOOD);
}

/* By each other method it is no signature at all. */
static void check_methods(EVP_PKEY *key, uint8_t method, struct bytes data)
{
	for (unsigned int other = 0; other < 20; other++)
		if (other != method)
			assert_int_not_equal(sign_check(key, (uint8_t)other, true, data,
							covered()), SIGN_GOOD);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pki pki = make(rows[i].kind);
		uint8_t made[SIGN_MAX + 1] = { 0 }, method = 0;
		size_t n = sign_make(pki.key, rows[i].how, covered(), made, &method);

		assert_int_equal(method, rows[i].method);
		assert_int_equal(!n, !method);
		if (rows[i].der) {
			assert_memory_equal(made + 1, rows[i].der, strlen(rows[i].der));
			assert_true(n > 1U + made[0]);
		}
		if (rows[i].n)
			assert_int_equal(n, rows[i].n);
		if (n) {
			assert_true(sign_known(method));
			assert_int_equal(sign_check(pki.key, method, true, bytes_of(made, n),
						    covered()), SIGN_GOOD);
			check_changed(pki.key, method, made, n);
			check_methods(pki.key, method, bytes_of(made, n));
		}
		pki_free(&pki);
	}
}

/* SHA-1 where it is allowed; another curve, or kind of key, never. */
static void test_verdicts(void **state)
{
	struct pki rsa = make("RSA"), curve = make("P-256"), other = make("P-384");
	uint8_t made[SIGN_MAX], method;
	size_t n = sign_make(rsa.key, SIGN_OLD | SHA1, covered(), made, &method);

	(void)state;
	assert_int_equal(sign_check(rsa.key, method, false, bytes_of(made, n), covered()),
			 SIGN_BY_SHA1);
	assert_int_equal(sign_check(curve.key, method, true, bytes_of(made, n), covered()),
			 SIGN_OTHER_KEY);
	n = sign_make(curve.key, SIGN_OLD, covered(), made, &method);
	assert_int_equal(sign_check(curve.key, method, false, bytes_of(made, n), covered()),
			 SIGN_GOOD);
	assert_int_equal(sign_check(other.key, method, false, bytes_of(made, n), covered()),
			 SIGN_OTHER_KEY);
	assert_int_equal(sign_check(rsa.key, method, false, bytes_of(made, n), covered()),
			 SIGN_OTHER_KEY);
	assert_int_equal(sign_check(rsa.key, IKE_AUTH_PSK, true, bytes_of(made, n), covered()),
			 SIGN_UNKNOWN);
	assert_false(sign_known(IKE_AUTH_PSK));
	assert_false(sign_known(IKE_AUTH_NULL));
	pki_free(&rsa);
	pki_free(&curve);
	pki_free(&other);
}

/* SUPPORTED_AUTH_METHODS (RFC 9593): entries of a length, a method, a link, an algorithm. */
static void test_announced(void **state)
{
	static const uint8_t key[] = { 2, 2 }, old[] = { 3, 1, 0 };
	uint8_t pkcs1[3 + 15] = { sizeof(pkcs1), 14 }, pss[3 + 67] = { sizeof(pss), 14 };
	uint8_t all[256];
	size_t n = 0;

	(void)state;
	memcpy(pkcs1 + 3, PKCS1_SHA256 "\x05", 15);
	memcpy(pss + 3, PSS, 13);
	assert_false(v2_cert_lacks_pss(bytes_of(NULL, 0)));
	memcpy(all, key, sizeof(key));
	memcpy(all + sizeof(key), old, sizeof(old));
	n = sizeof(key) + sizeof(old);
	assert_false(v2_cert_lacks_pss(bytes_of(all, n)));
	memcpy(all + n, pkcs1, sizeof(pkcs1));
	n += sizeof(pkcs1);
	assert_true(v2_cert_lacks_pss(bytes_of(all, n)));
	/* What is cut off says nothing, and is not read. */
	assert_false(v2_cert_lacks_pss(bytes_of(all, n - 1)));
	memcpy(all + n, pss, sizeof(pss));
	n += sizeof(pss);
	assert_false(v2_cert_lacks_pss(bytes_of(all, n)));
	for (size_t less = 0; less < n; less++) {
		uint8_t *exact = malloc(less + 1);

		assert_non_null(exact);
		memcpy(exact, all, less);
		v2_cert_lacks_pss(bytes_of(exact, less));
		free(exact);
	}
	memset(all, 0, sizeof(all));
	assert_false(v2_cert_lacks_pss(bytes_of(all, sizeof(all))));
}

/* Ours: each is of its length, and what we sign by is among them; SHA-1 where it is allowed. */
static void test_announcing(void **state)
{
	static const char *const kinds[] = { "P-256", "P-384", "P-521", "ED25519", "ED448", "RSA" };
	uint8_t out[SIGN_ANNOUNCED], made[SIGN_MAX], method;
	size_t n = sign_announce(false, out), at = 0, more;

	(void)state;
	assert_in_range(n, 100, SIGN_ANNOUNCED);
	for (; at < n; at += out[at]) {
		assert_true(out[at] >= 3 && at + out[at] <= n);
		assert_true(out[at + 1] != IKE_AUTH_RSA && sign_known(out[at + 1]));
		assert_int_equal(out[at + 2], 0);
		assert_int_equal(out[at] > 3, out[at + 1] == IKE_AUTH_DIGITAL_SIGNATURE);
	}
	assert_int_equal(at, n);
	assert_false(v2_cert_lacks_pss(bytes_of(out, n)));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct pki_wish wish = { .kind = kinds[i], .name = "k", .until = PKI_DAY };
		struct pki pki = pki_make(&wish);
		size_t octets = sign_make(pki.key, 1U << SIGN_SHA256 | 1U << SIGN_SHA384 |
					  1U << SIGN_SHA512 | 1U << SIGN_IDENTITY, covered(), made,
					  &method);

		/* AUTH data begin by the length of the algorithm's name. */
		assert_true(octets > 1 && memmem(out, n, made + 1, made[0]));
		pki_free(&pki);
	}
	more = sign_announce(true, out);
	assert_int_equal(more, n + 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_announced),
		cmocka_unit_test(test_announcing),
	};

	return cmocka_run_group_tests_name("signatures", tests, NULL, NULL);
}
