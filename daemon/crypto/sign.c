// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/sign.h"

#include <string.h>

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "crypto/ecdsa_raw.h"
#include "wire/ike_const.h"

/* RSASSA-PSS (RFC 4055 section 3.1): hash, MGF1 of that hash, salt as long as it. */
#define PSS(hash, salt)	\
	"\x30\x41\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x34\xa0\x0f\x30\x0d\x06\x09" \
	"\x60\x86\x48\x01\x65\x03\x04\x02" hash "\x05\x00\xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48" \
	"\x86\xf7\x0d\x01\x01\x08\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02" hash \
	"\x05\x00\xa2\x03\x02\x01" salt
/* The same, with the trailer said, though it is the only one. */
#define PSS_LONG(hash, salt)	\
	"\x30\x46\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x39\xa0\x0f\x30\x0d\x06\x09" \
	"\x60\x86\x48\x01\x65\x03\x04\x02" hash "\x05\x00\xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48" \
	"\x86\xf7\x0d\x01\x01\x08\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02" hash \
	"\x05\x00\xa2\x03\x02\x01" salt "\xa3\x03\x02\x01\x01"
#define RSA_PKCS1(hash)	"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01" hash "\x05\x00"
#define ECDSA(hash)	"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03" hash
#define DER(text)	{ .method = IKE_AUTH_DIGITAL_SIGNATURE, \
			  .der = (const uint8_t *)(text), .der_n = sizeof(text) - 1

/*
 * What is made is of the first row that fits the key and a hash of the peer's; for ECDSA, of the
 * hash that is as strong as the curve before others.
 */
static const struct row {
	const uint8_t *der;	/* names the algorithm where the method does not */
	size_t der_n;
	const char *key;	/* as EVP_PKEY_is_a() has it */
	int bits;		/* of the key that this row is best for; 0: any */
	enum sign_hash hash;
	const char *digest;	/* NULL: none apart */
	uint8_t method;
	bool pss;
} rows[] = {
	DER(PSS("\x01", "\x20")), .key = "RSA", .hash = SIGN_SHA256, .digest = "SHA256",
	  .pss = true },
	DER(PSS("\x02", "\x30")), .key = "RSA", .hash = SIGN_SHA384, .digest = "SHA384",
	  .pss = true },
	DER(PSS("\x03", "\x40")), .key = "RSA", .hash = SIGN_SHA512, .digest = "SHA512",
	  .pss = true },
	DER(PSS_LONG("\x01", "\x20")), .key = "RSA", .hash = SIGN_SHA256, .digest = "SHA256",
	  .pss = true },
	DER(PSS_LONG("\x02", "\x30")), .key = "RSA", .hash = SIGN_SHA384, .digest = "SHA384",
	  .pss = true },
	DER(PSS_LONG("\x03", "\x40")), .key = "RSA", .hash = SIGN_SHA512, .digest = "SHA512",
	  .pss = true },
	DER(RSA_PKCS1("\x0b")), .key = "RSA", .hash = SIGN_SHA256, .digest = "SHA256" },
	DER(RSA_PKCS1("\x0c")), .key = "RSA", .hash = SIGN_SHA384, .digest = "SHA384" },
	DER(RSA_PKCS1("\x0d")), .key = "RSA", .hash = SIGN_SHA512, .digest = "SHA512" },
	DER(ECDSA("\x02")), .key = "EC", .bits = 256, .hash = SIGN_SHA256, .digest = "SHA256" },
	DER(ECDSA("\x03")), .key = "EC", .bits = 384, .hash = SIGN_SHA384, .digest = "SHA384" },
	DER(ECDSA("\x04")), .key = "EC", .bits = 521, .hash = SIGN_SHA512, .digest = "SHA512" },
	DER("\x30\x05\x06\x03\x2b\x65\x70"), .key = "ED25519", .hash = SIGN_IDENTITY },
	DER("\x30\x05\x06\x03\x2b\x65\x71"), .key = "ED448", .hash = SIGN_IDENTITY },
	{ .method = IKE_AUTH_RSA, .key = "RSA", .hash = SIGN_SHA1, .digest = "SHA1" },
	{ .method = IKE_AUTH_ECDSA_256, .key = "EC", .bits = 256, .digest = "SHA256" },
	{ .method = IKE_AUTH_ECDSA_384, .key = "EC", .bits = 384, .digest = "SHA384" },
	{ .method = IKE_AUTH_ECDSA_521, .key = "EC", .bits = 521, .digest = "SHA512" },
};

/* What the algorithm of @row needs beside its digest. */
static bool set_padding(EVP_PKEY_CTX *ctx, const struct row *row)
{
	if (strcmp(row->key, "RSA") != 0)
		return true;
	if (!row->pss)
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1;
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, row->digest, NULL) == 1;
}

/* ECDSA without DER. */
static bool is_raw(const struct row *row)
{
	return !row->der_n && row->bits;
}

/* --- making --- */

/* The peer knows the algorithm of @row. */
static bool is_known(const struct row *row, unsigned int how)
{
	bool old = row->method != IKE_AUTH_DIGITAL_SIGNATURE;

	if (old != !!(how & SIGN_OLD) || (row->pss && how & SIGN_NO_PSS))
		return false;
	return (old && row->hash != SIGN_SHA1) || how & 1U << row->hash;
}

static const struct row *choose(EVP_PKEY *key, unsigned int how)
{
	const struct row *first = NULL;
	int bits = EVP_PKEY_get_bits(key);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];

		if (!EVP_PKEY_is_a(key, row->key) || !is_known(row, how))
			continue;
		if (!row->bits || row->bits == bits)
			return row;
		if (!first && !is_raw(row))
			first = row;
	}
	return first;
}

size_t sign_make(EVP_PKEY *key, unsigned int how, struct bytes octets, uint8_t *out,
		 uint8_t *method)
{
	const struct row *row = choose(key, how);
	EVP_MD_CTX *ctx = row ? EVP_MD_CTX_new() : NULL;
	size_t before = row && row->der_n ? 1 + row->der_n : 0, n = SIGN_MAX - before;
	EVP_PKEY_CTX *params;
	bool good;

	good = ctx && EVP_DigestSignInit_ex(ctx, &params, row->digest, NULL, NULL, key,
					    NULL) == 1 &&
	       set_padding(params, row) &&
	       EVP_DigestSign(ctx, out + before, &n, octets.p, octets.n) == 1;
	if (good && before) {
		out[0] = (uint8_t)row->der_n;
		memcpy(out + 1, row->der, row->der_n);
	}
	if (good && is_raw(row))
		n = ecdsa_raw_make(out, n, ecdsa_raw_half(row->bits));
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	if (!good || !n)
		return 0;
	*method = row->method;
	return before + n;
}

/* --- checking --- */

bool sign_known(uint8_t method)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].method == method)
			return true;
	return false;
}

/*
 * Takes the algorithm, where it stands there, off @data, whose rest is the signature; NULL: it is
 * not one of ours.
 */
static const struct row *named(uint8_t method, struct bytes *data)
{
	struct bytes der = bytes_of(NULL, 0);

	if (method == IKE_AUTH_DIGITAL_SIGNATURE) {
		if (!data->n || data->n - 1 < data->p[0])
			return NULL;
		der = bytes_of(data->p + 1, data->p[0]);
		*data = bytes_of(der.p + der.n, data->n - 1 - der.n);
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].method == method &&
		    bytes_equal(der, bytes_of(rows[i].der, rows[i].der_n)))
			return &rows[i];
	return NULL;
}

/*
 * OpenSSL compares PKCS #1 v1.5 with what it encodes anew from the digest, and what fills the block
 * up to that must be there to the last octet: nothing that is in a signature is parsed.
 */
static bool fits(EVP_PKEY *key, const struct row *row, struct bytes signature, struct bytes octets)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *params;
	bool good;

	good = ctx && EVP_DigestVerifyInit_ex(ctx, &params, row->digest, NULL, NULL, key,
					      NULL) == 1 &&
	       set_padding(params, row) &&
	       EVP_DigestVerify(ctx, signature.p, signature.n, octets.p, octets.n) == 1;
	EVP_MD_CTX_free(ctx);
	return good;
}

enum sign_verdict sign_check(EVP_PKEY *key, uint8_t method, bool sha1, struct bytes data,
			     struct bytes octets)
{
	const struct row *row = named(method, &data);
	struct bytes der;
	bool good;

	if (!row)
		return SIGN_UNKNOWN;
	if (!EVP_PKEY_is_a(key, row->key) ||
	    (is_raw(row) && EVP_PKEY_get_bits(key) != row->bits))
		return SIGN_OTHER_KEY;
	if (row->hash == SIGN_SHA1 && !sha1)
		return SIGN_BY_SHA1;
	der = is_raw(row) ? ecdsa_raw_der(data, ecdsa_raw_half(row->bits)) : data;
	good = der.n && fits(key, row, der, octets);
	if (is_raw(row))
		OPENSSL_free((void *)der.p);
	ERR_clear_error();
	return good ? SIGN_GOOD : SIGN_BAD;
}

/* --- announcing --- */

/* The trailer is taken where it is said, but whoever leaves it out is understood by more. */
static bool is_announced(const struct row *row, bool sha1)
{
	return !(row->pss && row->der[1] != 0x41) && (sha1 || row->hash != SIGN_SHA1);
}

size_t sign_announce(bool sha1, uint8_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];

		if (!is_announced(row, sha1))
			continue;
		out[n++] = (uint8_t)(3 + row->der_n);
		out[n++] = row->method;
		/* Of whichever authority. */
		out[n++] = 0;
		if (row->der_n)
			memcpy(out + n, row->der, row->der_n);
		n += row->der_n;
	}
	return n;
}
