// SPDX-License-Identifier: GPL-2.0-or-later
#include <limits.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/secret.h"
#include "crypto/cipher.h"
#include "crypto/fetched.h"
#include "crypto/hmac.h"

#define TAG_MAX		16	/* octets of a combined mode's ICV */

size_t cipher_iv_len(const struct cipher_key *key)
{
	return key->encr->iv_n;
}

size_t cipher_icv_len(const struct cipher_key *key)
{
	return key->encr->aead ? key->encr->icv_n : key->integ->icv_n;
}

size_t cipher_pad_len(const struct cipher_key *key, size_t plain_n)
{
	return key->encr->block - plain_n % key->encr->block;
}

/*
 * Where the parts of a message are.  false: it is too short for them, or the text is
 * no multiple of the block.
 */
struct layout {
	size_t text, text_n;	/* from behind the IV to the ICV */
	size_t icv, icv_n;
};

static bool layout_of(const struct cipher_key *key, size_t n, size_t body, struct layout *at)
{
	at->icv_n = cipher_icv_len(key);
	at->text = body + cipher_iv_len(key);
	if (n > INT_MAX || body > n || at->text > n || n - at->text < at->icv_n)
		return false;
	at->icv = n - at->icv_n;
	at->text_n = at->icv - at->text;
	return at->text_n >= 1 && at->text_n % key->encr->block == 0;
}

/* RFC 5282 section 4: salt, then the IV of the message. */
static void aead_nonce(const struct cipher_key *key, const uint8_t *iv, uint8_t *nonce)
{
	memcpy(nonce, key->salt, key->encr->salt_n);
	memcpy(nonce + key->encr->salt_n, iv, key->encr->iv_n);
}

/* Both directions: keyed context with nonce or IV set and, for AEAD, the AAD fed. */
static EVP_CIPHER_CTX *cipher_begin(const struct cipher_key *key, const uint8_t *message,
				    size_t body, bool seal)
{
	const EVP_CIPHER *method = fetched_cipher(key->encr->evp);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t iv[ALG_IV_MAX];
	bool ok = method && ctx;
	int n;

	if (key->encr->aead)
		aead_nonce(key, message + body, iv);
	else
		memcpy(iv, message + body, key->encr->iv_n);
	ok = ok && EVP_CipherInit_ex2(ctx, method, key->encr_key, iv, seal, NULL) == 1;
	ok = ok && EVP_CIPHER_CTX_set_padding(ctx, 0) == 1;
	if (ok && key->encr->aead)
		ok = EVP_CipherUpdate(ctx, NULL, &n, message, (int)body) == 1;
	secret_wipe(iv, sizeof(iv));
	if (ok)
		return ctx;
	EVP_CIPHER_CTX_free(ctx);
	return NULL;
}

/* HMAC over all before the ICV (RFC 7296 section 3.14). */
static int integ_icv(const struct cipher_key *key, const uint8_t *message, size_t n, uint8_t *out)
{
	struct bytes part = bytes_of(message, n);

	return hmac(key->integ->evp, bytes_of(key->integ_key, key->integ->key_n), &part, 1, out);
}

/*
 * A combined mode's IV must not come twice under one key, a counter never does; that
 * of CBC must not be foreseen.
 */
static int iv_make(struct cipher_key *key, crypto_random *random, void *ctx, uint8_t *iv)
{
	if (!key->encr->aead)
		return random(ctx, iv, key->encr->iv_n);
	if (key->seals == UINT64_MAX)
		return -1;
	put_be32(iv, (uint32_t)(key->seals >> 32));
	put_be32(iv + 4, (uint32_t)key->seals);
	return 0;
}

static int seal_text(const struct cipher_key *key, uint8_t *message, size_t body,
		     const struct layout *at)
{
	EVP_CIPHER_CTX *ctx = cipher_begin(key, message, body, true);
	uint8_t *text = message + at->text;
	int n = 0, end = 0;
	bool ok;

	ok = ctx && EVP_CipherUpdate(ctx, text, &n, text, (int)at->text_n) == 1 &&
	     EVP_CipherFinal_ex(ctx, text + n, &end) == 1 && (size_t)n + (size_t)end == at->text_n;
	if (ok && key->encr->aead)
		ok = EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, (int)at->icv_n,
					 message + at->icv) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return ok ? 0 : -1;
}

int cipher_seal(struct cipher_key *key, crypto_random *random, void *ctx, uint8_t *message,
		size_t n, size_t body)
{
	uint8_t icv[HMAC_OUT_MAX];
	struct layout at;

	if (!layout_of(key, n, body, &at) || iv_make(key, random, ctx, message + body) ||
	    seal_text(key, message, body, &at))
		goto failed;
	if (!key->encr->aead) {
		if (integ_icv(key, message, at.icv, icv))
			goto failed;
		memcpy(message + at.icv, icv, at.icv_n);
	}
	key->seals++;
	return 0;

failed:
	if (body < n)
		secret_wipe(message + body, n - body);
	return -1;
}

static int open_text(const struct cipher_key *key, struct bytes message, size_t body,
		     const struct layout *at, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = cipher_begin(key, message.p, body, false);
	int n = 0, end = 0;
	bool ok = ctx;

	if (ok && key->encr->aead) {
		uint8_t tag[TAG_MAX];

		memcpy(tag, message.p + at->icv, at->icv_n);
		ok = EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, (int)at->icv_n, tag) == 1;
	}
	/* The final call is where OpenSSL compares the tag, in constant time. */
	ok = ok && EVP_CipherUpdate(ctx, out, &n, message.p + at->text, (int)at->text_n) == 1 &&
	     EVP_CipherFinal_ex(ctx, out + n, &end) == 1 && (size_t)n + (size_t)end == at->text_n;
	EVP_CIPHER_CTX_free(ctx);
	return ok ? 0 : -1;
}

/* Encrypt-then-MAC: nothing is decrypted unless this holds. */
static bool integ_holds(const struct cipher_key *key, struct bytes message,
			const struct layout *at)
{
	uint8_t icv[HMAC_OUT_MAX];
	bool equal;

	if (integ_icv(key, message.p, at->icv, icv))
		return false;
	equal = secret_equal(icv, message.p + at->icv, at->icv_n);
	secret_wipe(icv, sizeof(icv));
	return equal;
}

int cipher_open(const struct cipher_key *key, struct bytes message, size_t body, uint8_t *out,
		struct bytes *plain)
{
	struct layout at;
	size_t pad;

	*plain = bytes_of(NULL, 0);
	if (!layout_of(key, message.n, body, &at))
		return -1;
	if (!key->encr->aead && !integ_holds(key, message, &at))
		return -1;
	if (open_text(key, message, body, &at, out))
		goto failed;
	pad = (size_t)out[at.text_n - 1] + 1;
	if (pad > at.text_n)
		goto failed;
	*plain = bytes_of(out, at.text_n - pad);
	return 0;

failed:
	secret_wipe(out, at.text_n);
	return -1;
}
