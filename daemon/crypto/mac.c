// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * XCBC (RFC 3566) and CMAC (RFC 4493) are CBC-MACs: the message is encrypted in CBC mode, and the
 * last block is the result.  A mask goes onto the last block of the message, one mask where that
 * block is full and another where it was padded.
 */
#include <openssl/evp.h>
#include <string.h>

#include "base/secret.h"
#include "crypto/fetched.h"
#include "crypto/mac.h"

#define BLOCK	CBC_MAC_LEN

/* What the two differ in. */
struct cbc_keys {
	uint8_t chain[BLOCK];		/* the key of the CBC mode */
	uint8_t full[BLOCK], padded[BLOCK];	/* the masks */
};

struct cbc_mac {
	EVP_CIPHER_CTX *ctx;
	uint8_t block[BLOCK];		/* the last one so far, not yet encrypted */
	size_t n;			/* octets in it */
};

/* One block, chained to the one before. */
static bool encrypt(EVP_CIPHER_CTX *ctx, const uint8_t *in, uint8_t *out)
{
	int n;

	return EVP_EncryptUpdate(ctx, out, &n, in, BLOCK) == 1 && n == BLOCK;
}

static bool begin(EVP_CIPHER_CTX *ctx, const char *evp, const uint8_t *key)
{
	static const uint8_t iv[BLOCK];
	const EVP_CIPHER *method = fetched_cipher(evp);

	return method && EVP_EncryptInit_ex2(ctx, method, key, iv, NULL) == 1 &&
	       EVP_CIPHER_CTX_set_padding(ctx, 0) == 1;
}

/* RFC 3566 section 4: three keys, each a constant block encrypted with the key. */
static bool xcbc_keys(EVP_CIPHER_CTX *ctx, const char *evp, const uint8_t *key,
		      struct cbc_keys *out)
{
	uint8_t *const keys[] = { out->chain, out->full, out->padded };
	uint8_t constant[BLOCK];

	for (uint8_t i = 0; i < 3; i++) {
		memset(constant, i + 1, sizeof(constant));
		if (!begin(ctx, evp, key) || !encrypt(ctx, constant, keys[i]))
			return false;
	}
	return true;
}

/* Twice @in in the field of 2^128, RFC 4493 section 2.3; as long for any value. */
static void twice(const uint8_t *in, uint8_t *out)
{
	const uint8_t carry = (uint8_t)(0x87 & -(in[0] >> 7));

	for (int i = 0; i < BLOCK - 1; i++)
		out[i] = (uint8_t)(in[i] << 1 | in[i + 1] >> 7);
	out[BLOCK - 1] = (uint8_t)(in[BLOCK - 1] << 1 ^ carry);
}

static bool cmac_keys(EVP_CIPHER_CTX *ctx, const char *evp, const uint8_t *key,
		      struct cbc_keys *out)
{
	static const uint8_t zero[BLOCK];
	uint8_t block[BLOCK];

	if (!begin(ctx, evp, key) || !encrypt(ctx, zero, block))
		return false;
	memcpy(out->chain, key, BLOCK);
	twice(block, out->full);
	twice(out->full, out->padded);
	secret_wipe(block, sizeof(block));
	return true;
}

static bool add(struct cbc_mac *m, struct bytes part)
{
	uint8_t chained[BLOCK];

	for (size_t i = 0; i < part.n; i++) {
		if (m->n == BLOCK) {
			if (!encrypt(m->ctx, m->block, chained))
				return false;
			m->n = 0;
		}
		m->block[m->n++] = part.p[i];
	}
	return true;
}

static bool end(struct cbc_mac *m, const struct cbc_keys *keys, uint8_t *out)
{
	const uint8_t *mask = m->n == BLOCK ? keys->full : keys->padded;

	if (m->n < BLOCK) {
		m->block[m->n] = 0x80;
		memset(m->block + m->n + 1, 0, BLOCK - m->n - 1);
	}
	for (int i = 0; i < BLOCK; i++)
		m->block[i] ^= mask[i];
	return encrypt(m->ctx, m->block, out);
}

static int cbc_mac(enum alg_mac kind, const char *evp, struct bytes key,
		   const struct bytes *parts, size_t n_parts, uint8_t *out)
{
	struct cbc_mac m = { .ctx = EVP_CIPHER_CTX_new() };
	struct cbc_keys keys;
	bool ok = m.ctx && key.n == BLOCK;

	ok = ok && (kind == ALG_MAC_XCBC ? xcbc_keys(m.ctx, evp, key.p, &keys) :
		    cmac_keys(m.ctx, evp, key.p, &keys));
	ok = ok && begin(m.ctx, evp, keys.chain);
	for (size_t i = 0; ok && i < n_parts; i++)
		ok = add(&m, parts[i]);
	ok = ok && end(&m, &keys, out);
	EVP_CIPHER_CTX_free(m.ctx);
	secret_wipe(&keys, sizeof(keys));
	secret_wipe(&m, sizeof(m));
	return ok ? 0 : -1;
}

int mac(enum alg_mac kind, const char *evp, struct bytes key, const struct bytes *parts,
	size_t n_parts, uint8_t *out)
{
	int ret;

	if (kind == ALG_MAC_HMAC)
		return hmac(evp, key, parts, n_parts, out);
	ret = cbc_mac(kind, evp, key, parts, n_parts, out);
	if (ret)
		secret_wipe(out, MAC_OUT_MAX);
	return ret;
}
