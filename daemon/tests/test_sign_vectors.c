// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Signatures that others have made, good ones and such as have fooled somebody: forgeries that pass
 * where padding is parsed, numbers out of range, DER that is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/x509.h>

#include "crypto/sign.h"
#include "tests/vectors.h"
#include "wire/ike_const.h"

#define LEAST	1000	/* of them, at least */

/* How AUTH says by what a signature is made. */
static const struct kind {
	const char *name;
	uint8_t method;
	const char *der;
	size_t n;
} kinds[] = {
#define DER(text)	IKE_AUTH_DIGITAL_SIGNATURE, text, sizeof(text) - 1
	{ "ecdsa-256", DER("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02") },
	{ "raw-256", IKE_AUTH_ECDSA_256, "", 0 },
	{ "raw-384", IKE_AUTH_ECDSA_384, "", 0 },
	{ "raw-521", IKE_AUTH_ECDSA_521, "", 0 },
	{ "ed25519", DER("\x30\x05\x06\x03\x2b\x65\x70") },
	{ "ed448", DER("\x30\x05\x06\x03\x2b\x65\x71") },
	{ "pkcs1-sha256",
	  DER("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00") },
	{ "pss-sha256",
	  DER("\x30\x41\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x34\xa0\x0f\x30"
	      "\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\xa1\x1c\x30\x1a"
	      "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08\x30\x0d\x06\x09\x60\x86\x48"
	      "\x01\x65\x03\x04\x02\x01\x05\x00\xa2\x03\x02\x01\x20") },
};

static const struct kind *kind_of(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	fail_msg("\"%s\" is none of the kinds", name);
	return NULL;
}

/* AUTH data with that signature, in @out. */
static struct bytes auth_of(const struct kind *kind, struct bytes signature, uint8_t *out)
{
	size_t n = 0;

	if (kind->n) {
		out[n++] = (uint8_t)kind->n;
		memcpy(out + n, kind->der, kind->n);
		n += kind->n;
	}
	if (signature.n)
		memcpy(out + n, signature.p, signature.n);
	return bytes_of(out, n + signature.n);
}

static void check_one(EVP_PKEY *key, const struct kind *kind, const json_t *row)
{
	uint8_t message[VECTOR_MAX], signature[VECTOR_MAX], data[VECTOR_MAX + 256];
	const char *hex = json_string_value(json_array_get(row, 1));
	const char *wanted = json_string_value(json_array_get(row, 2));
	struct bytes octets = hex_octets(json_string_value(json_array_get(row, 0)), message);
	struct bytes auth = auth_of(kind, hex_octets(hex, signature), data);
	bool good = sign_check(key, kind->method, false, auth, octets) == SIGN_GOOD;

	if (good != !strcmp(wanted, "valid"))
		fail_msg("%s %s is taken to be %s: %s", wanted, kind->name, good ? "good" : "bad",
			 hex);
}

static void test_vectors(void **state)
{
	json_t *root = vectors_load("signatures.json"), *group, *row;
	size_t i, j, n = 0;

	(void)state;
	json_array_foreach(json_object_get(root, "groups"), i, group) {
		const struct kind *kind = kind_of(vector_text(group, "of"));
		uint8_t der[VECTOR_MAX];
		struct bytes octets = vector_hex(group, "key", der);
		const uint8_t *at = octets.p;
		EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)octets.n);

		assert_non_null(key);
		json_array_foreach(json_object_get(group, "tests"), j, row) {
			check_one(key, kind, row);
			n++;
		}
		EVP_PKEY_free(key);
	}
	assert_true(n >= LEAST);
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests_name("signatures of others", tests, NULL, NULL);
}
