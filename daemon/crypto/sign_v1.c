// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/sign_v1.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "crypto/ecdsa_raw.h"
#include "wire/v1_const.h"

#define BLOCK_MAX	1024	/* octets of a signature by RSA */
#define BLOCK_HEAD	11	/* 0, 1, at least eight times 255, 0 (RFC 8017 section 9.2) */

static const struct v1_row {
	const char *key;	/* as EVP_PKEY_is_a() has it */
	size_t hash_n;		/* octets; 0: those of any hash that there is */
	int bits;		/* of the curve; 0: RSA */
	uint8_t method;
} v1_rows[] = {
	{ "RSA", 0, 0, ISAKMP_AUTH_RSA_SIG },
	{ "EC", 32, 256, ISAKMP_AUTH_ECDSA_256 },
	{ "EC", 48, 384, ISAKMP_AUTH_ECDSA_384 },
	{ "EC", 64, 521, ISAKMP_AUTH_ECDSA_521 },
};

static bool row_has(const struct v1_row *row, EVP_PKEY *key)
{
	return EVP_PKEY_is_a(key, row->key) && (!row->bits || EVP_PKEY_get_bits(key) == row->bits);
}

/*
 * No other length is signed: a hash behind its name in DER, which would make a signature of another
 * kind, has none of these.
 */
static bool hash_fits(const struct v1_row *row, size_t n)
{
	if (row->hash_n)
		return n == row->hash_n;
	return n == 16 || n == 20 || n == 32 || n == 48 || n == 64;
}

static const struct v1_row *row_of(EVP_PKEY *key)
{
	for (size_t i = 0; i < sizeof(v1_rows) / sizeof(v1_rows[0]); i++)
		if (row_has(&v1_rows[i], key))
			return &v1_rows[i];
	return NULL;
}

uint8_t sign_v1_method(EVP_PKEY *key)
{
	const struct v1_row *row = row_of(key);

	return row ? row->method : 0;
}

size_t sign_v1_make(EVP_PKEY *key, struct bytes hash, uint8_t *out, uint8_t *method)
{
	const struct v1_row *row = row_of(key);
	size_t n = SIGN_MAX;
	EVP_PKEY_CTX *ctx;
	bool good;

	if (!row || !hash_fits(row, hash.n))
		return 0;
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	good = ctx && EVP_PKEY_sign_init(ctx) == 1 &&
	       (row->bits || EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1) &&
	       EVP_PKEY_sign(ctx, out, &n, hash.p, hash.n) == 1;
	EVP_PKEY_CTX_free(ctx);
	if (good && row->bits)
		n = ecdsa_raw_make(out, n, ecdsa_raw_half(row->bits));
	ERR_clear_error();
	if (!good || !n)
		return 0;
	*method = row->method;
	return n;
}

/* --- checking --- */

/* The block that has to be there, to the last octet: nothing of a signature is parsed. */
static bool fits_rsa(EVP_PKEY *key, struct bytes data, struct bytes hash)
{
	uint8_t block[BLOCK_MAX], want[BLOCK_MAX];
	size_t size = (size_t)EVP_PKEY_get_size(key), n = sizeof(block);
	EVP_PKEY_CTX *ctx;
	bool good;

	if (size > BLOCK_MAX || size < BLOCK_HEAD + hash.n || data.n != size)
		return false;
	memset(want, 0xff, size);
	want[0] = 0;
	want[1] = 1;
	want[size - hash.n - 1] = 0;
	memcpy(want + size - hash.n, hash.p, hash.n);
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	good = ctx && EVP_PKEY_verify_recover_init(ctx) == 1 &&
	       EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
	       EVP_PKEY_verify_recover(ctx, block, &n, data.p, data.n) == 1;
	EVP_PKEY_CTX_free(ctx);
	return good && n == size && !memcmp(block, want, size);
}

static bool fits_ecdsa(EVP_PKEY *key, size_t half, struct bytes data, struct bytes hash)
{
	struct bytes der = ecdsa_raw_der(data, half);
	EVP_PKEY_CTX *ctx = der.n ? EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL) : NULL;
	bool good;

	good = ctx && EVP_PKEY_verify_init(ctx) == 1 &&
	       EVP_PKEY_verify(ctx, der.p, der.n, hash.p, hash.n) == 1;
	EVP_PKEY_CTX_free(ctx);
	OPENSSL_free((void *)der.p);
	return good;
}

enum sign_verdict sign_v1_check(EVP_PKEY *key, uint8_t method, struct bytes data,
				struct bytes hash)
{
	const struct v1_row *row = v1_rows;
	const struct v1_row *end = row + sizeof(v1_rows) / sizeof(v1_rows[0]);
	bool good;

	while (row < end && row->method != method)
		row++;
	if (row == end)
		return SIGN_UNKNOWN;
	if (!row_has(row, key))
		return SIGN_OTHER_KEY;
	if (!hash_fits(row, hash.n))
		return SIGN_BAD;
	good = row->bits ? fits_ecdsa(key, ecdsa_raw_half(row->bits), data, hash) :
			   fits_rsa(key, data, hash);
	ERR_clear_error();
	return good ? SIGN_GOOD : SIGN_BAD;
}
