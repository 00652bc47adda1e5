// SPDX-License-Identifier: GPL-2.0-or-later
#include <limits.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/secret.h"
#include "crypto/cipher.h"
#include "crypto/fetched.h"
#include "crypto/mac.h"

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

/*
 * What OpenSSL takes as IV.  Combined modes: the salt, then the IV of the message (RFC 5282
 * section 4); CTR: the same and the block's number, from 1 (RFC 5930 section 2).
 */
static void full_iv(const struct cipher_key *key, const uint8_t *iv, uint8_t *out)
{
	size_t salt_n = key->encr->salt_n;

	memcpy(out, key->salt, salt_n);
	memcpy(out + salt_n, iv, key->encr->iv_n);
	if (key->encr->counter && !key->encr->aead)
		put_be32(out + salt_n + key->encr->iv_n, 1);
}

static void full_key(const struct cipher_key *key, uint8_t *out)
{
	size_t n = key->encr->key_n;

	memcpy(out, key->encr_key, n);
	for (size_t i = 1; i < key->encr->repeat; i++)
		memcpy(out + i * n, key->encr_key, n);
}

/*
 * Of CCM, the nonce's length and the ICV go in before the key, and the text's length before all
 * of the rest, since the first block that is authenticated has all of them (RFC 3610).
 */
static bool ccm_begin(EVP_CIPHER_CTX *ctx, const struct cipher_key *key, const uint8_t *message,
		      const struct layout *at, bool seal)
{
	int nonce_n = key->encr->salt_n + key->encr->iv_n;
	uint8_t tag[TAG_MAX];

	memcpy(tag, message + at->icv, at->icv_n);
	return EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, nonce_n, NULL) == 1 &&
	       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, (int)at->icv_n,
				   seal ? NULL : tag) == 1;
}

/* Both directions: keyed context with nonce or IV set and, for AEAD, the AAD fed. */
static EVP_CIPHER_CTX *cipher_begin(const struct cipher_key *key, const uint8_t *message,
				    size_t body, const struct layout *at, bool seal)
{
	const EVP_CIPHER *method = fetched_cipher(key->encr->evp);
	bool ccm = method && EVP_CIPHER_get_mode(method) == EVP_CIPH_CCM_MODE;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t iv[ALG_IV_MAX], evp_key[ALG_KEY_MAX];
	bool ok = method && ctx;
	int n;

	full_iv(key, message + body, iv);
	full_key(key, evp_key);
	ok = ok && EVP_CipherInit_ex2(ctx, method, NULL, NULL, seal, NULL) == 1;
	ok = ok && (!ccm || ccm_begin(ctx, key, message, at, seal));
	ok = ok && EVP_CipherInit_ex2(ctx, NULL, evp_key, iv, seal, NULL) == 1;
	ok = ok && EVP_CIPHER_CTX_set_padding(ctx, 0) == 1;
	ok = ok && (!ccm || EVP_CipherUpdate(ctx, NULL, &n, NULL, (int)at->text_n) == 1);
	if (ok && key->encr->aead)
		ok = EVP_CipherUpdate(ctx, NULL, &n, message, (int)body) == 1;
	secret_wipe(iv, sizeof(iv));
	secret_wipe(evp_key, sizeof(evp_key));
	if (ok)
		return ctx;
	EVP_CIPHER_CTX_free(ctx);
	return NULL;
}

/* Over all before the ICV (RFC 7296 section 3.14). */
static int integ_icv(const struct cipher_key *key, const uint8_t *message, size_t n, uint8_t *out)
{
	struct bytes part = bytes_of(message, n);

	return mac(key->integ->mac, key->integ->evp,
		   bytes_of(key->integ_key, key->integ->key_n), &part, 1, out);
}

/*
 * The IV of a combined mode or of CTR must not come twice under one key, a counter never does;
 * that of CBC must not be foreseen.
 */
static int iv_make(struct cipher_key *key, crypto_random *random, void *ctx, uint8_t *iv)
{
	if (!key->encr->counter)
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
	EVP_CIPHER_CTX *ctx = cipher_begin(key, message, body, at, true);
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
	uint8_t icv[MAC_OUT_MAX];
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
	EVP_CIPHER_CTX *ctx = cipher_begin(key, message.p, body, at, false);
	int n = 0, end = 0;
	bool ok = ctx;

	if (ok && key->encr->aead) {
		uint8_t tag[TAG_MAX];

		memcpy(tag, message.p + at->icv, at->icv_n);
		ok = EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, (int)at->icv_n, tag) == 1;
	}
	/*
	 * The final call is where OpenSSL compares the tag, in constant time; with CCM the call
	 * before it is.
	 */
	ok = ok && EVP_CipherUpdate(ctx, out, &n, message.p + at->text, (int)at->text_n) == 1 &&
	     EVP_CipherFinal_ex(ctx, out + n, &end) == 1 && (size_t)n + (size_t)end == at->text_n;
	EVP_CIPHER_CTX_free(ctx);
	return ok ? 0 : -1;
}

/* Encrypt-then-MAC: nothing is decrypted unless this holds. */
static bool integ_holds(const struct cipher_key *key, struct bytes message,
			const struct layout *at)
{
	uint8_t icv[MAC_OUT_MAX];
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
