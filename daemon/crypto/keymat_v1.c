// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/keymat_v1.h"

#include <limits.h>
#include <string.h>

#include "base/secret.h"
#include "crypto/digest.h"
#include "crypto/fetched.h"
#include "crypto/prf.h"

#define ESP_KEYS_MAX	(2 * ALG_KEY_MAX + ALG_SALT_MAX)

int keymat_v1_skeyid_psk(const struct alg_prf *alg, struct bytes psk, struct bytes nonces,
			 uint8_t *out)
{
	return prf(alg, psk, &nonces, 1, out);
}

int keymat_v1_skeyid_sign(const struct alg_prf *alg, struct bytes nonces, struct bytes shared,
			  uint8_t *out)
{
	return prf(alg, nonces, &shared, 1, out);
}

/* SKEYID_d, _a, _e: @before is the one before, empty for the first. */
static int skeyid_next(const struct keymat_v1_input *in, const uint8_t *skeyid,
		       struct bytes before, uint8_t number, uint8_t *out)
{
	const struct bytes parts[] = {
		before, in->shared, in->cky_i, in->cky_r, bytes_of(&number, 1),
	};

	return prf(in->prf, bytes_of(skeyid, in->prf->out_n), parts, 5, out);
}

/* Appendix B: a key that is longer than SKEYID_e is made of K1 | K2 | ... */
static int cipher_key(const struct keymat_v1_input *in, const uint8_t *skeyid_e, uint8_t *out)
{
	static const uint8_t zero[1];
	struct bytes e = bytes_of(skeyid_e, in->prf->out_n), before = bytes_of(zero, 1);
	uint8_t block[ALG_PRF_MAX], last[ALG_PRF_MAX];
	size_t n = in->encr->key_n, step = in->prf->out_n;
	int ret = 0;

	if (n <= step) {
		memcpy(out, skeyid_e, n);
		return 0;
	}
	for (size_t at = 0; at < n && !ret; at += step) {
		ret = prf(in->prf, e, &before, 1, block);
		memcpy(out + at, block, n - at < step ? n - at : step);
		memcpy(last, block, step);
		before = bytes_of(last, step);
	}
	secret_wipe(block, sizeof(block));
	secret_wipe(last, sizeof(last));
	return ret;
}

int keymat_v1_phase1(const struct keymat_v1_input *input, const uint8_t *skeyid,
		     struct keymat_v1 *out)
{
	size_t n = input->prf->out_n;
	uint8_t skeyid_e[ALG_PRF_MAX];
	int ret = -1;

	memset(out, 0, sizeof(*out));
	out->encr = input->encr;
	out->prf = input->prf;
	memcpy(out->skeyid, skeyid, n);
	if (!skeyid_next(input, skeyid, bytes_of(NULL, 0), 0, out->skeyid_d) &&
	    !skeyid_next(input, skeyid, bytes_of(out->skeyid_d, n), 1, out->skeyid_a) &&
	    !skeyid_next(input, skeyid, bytes_of(out->skeyid_a, n), 2, skeyid_e))
		ret = cipher_key(input, skeyid_e, out->key);
	secret_wipe(skeyid_e, sizeof(skeyid_e));
	if (ret)
		secret_wipe(out, sizeof(*out));
	return ret;
}

int keymat_v1_proof(const struct keymat_v1 *keys, const struct keymat_v1_input *in,
		    bool initiator, struct bytes sai, struct bytes id, uint8_t *out)
{
	const struct bytes parts[] = {
		initiator ? in->public_i : in->public_r, initiator ? in->public_r : in->public_i,
		initiator ? in->cky_i : in->cky_r, initiator ? in->cky_r : in->cky_i, sai, id,
	};

	return prf(in->proof_prf ? in->proof_prf : keys->prf,
		   bytes_of(keys->skeyid, keys->prf->out_n), parts, 6, out);
}

int keymat_v1_hash(const struct keymat_v1 *keys, const struct bytes *parts, size_t n_parts,
		   uint8_t *out)
{
	return prf(keys->prf, bytes_of(keys->skeyid_a, keys->prf->out_n), parts, n_parts, out);
}

/* A digest, cut to the cipher's block. */
static int iv_of(const struct alg_prf *alg, const struct alg_encr *encr, const struct bytes *parts,
		 struct keymat_v1_iv *out)
{
	uint8_t digest[DIGEST_MAX];

	if (digest_of(alg->evp, parts, 2, digest) < encr->iv_n)
		return -1;
	memset(out, 0, sizeof(*out));
	memcpy(out->b, digest, encr->iv_n);
	return 0;
}

int keymat_v1_iv_first(const struct keymat_v1_input *in, struct keymat_v1_iv *out)
{
	const struct bytes parts[] = { in->public_i, in->public_r };

	return iv_of(in->prf, in->encr, parts, out);
}

int keymat_v1_iv_phase2(const struct keymat_v1 *keys, const struct keymat_v1_iv *last,
			uint32_t message_id, struct keymat_v1_iv *out)
{
	uint8_t id[4];
	const struct bytes parts[] = { bytes_of(last->b, keys->encr->iv_n), bytes_of(id, 4) };

	put_be32(id, message_id);
	return iv_of(keys->prf, keys->encr, parts, out);
}

static bool cbc(const struct keymat_v1 *keys, const uint8_t *iv, uint8_t *p, size_t n, bool seal)
{
	const EVP_CIPHER *method = fetched_cipher(keys->encr->evp);
	EVP_CIPHER_CTX *ctx = method ? EVP_CIPHER_CTX_new() : NULL;
	size_t repeat = keys->encr->repeat ? keys->encr->repeat : 1;
	uint8_t key[ALG_KEY_MAX];
	int written = 0;
	bool ok;

	for (size_t i = 0; i < repeat; i++)
		memcpy(key + i * keys->encr->key_n, keys->key, keys->encr->key_n);
	ok = ctx && EVP_CipherInit_ex2(ctx, method, key, iv, seal, NULL) == 1 &&
	     EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
	     EVP_CipherUpdate(ctx, p, &written, p, (int)n) == 1 && (size_t)written == n;
	EVP_CIPHER_CTX_free(ctx);
	secret_wipe(key, sizeof(key));
	return ok;
}

static int crypt(const struct keymat_v1 *keys, struct keymat_v1_iv *iv, uint8_t *p, size_t n,
		 bool seal)
{
	size_t block = keys->encr->iv_n;
	struct keymat_v1_iv next = { 0 };
	bool ok;

	/* All that is negotiated are CBC; a combined mode has no place here. */
	ok = !keys->encr->counter && block && n && n <= INT_MAX && n % block == 0;
	if (ok && !seal)
		memcpy(next.b, p + n - block, block);
	ok = ok && cbc(keys, iv->b, p, n, seal);
	if (!ok) {
		secret_wipe(p, n);
		return -1;
	}
	if (seal)
		memcpy(next.b, p + n - block, block);
	*iv = next;
	return 0;
}

int keymat_v1_seal(const struct keymat_v1 *keys, struct keymat_v1_iv *iv, uint8_t *p, size_t n)
{
	return crypt(keys, iv, p, n, true);
}

int keymat_v1_open(const struct keymat_v1 *keys, struct keymat_v1_iv *iv, uint8_t *p, size_t n)
{
	return crypt(keys, iv, p, n, false);
}

/* KEYMAT = K1 | K2 | ..., K1 = prf(SKEYID_d, [g^qm | ] protocol | SPI | Ni_b | Nr_b), ... */
static int expand(const struct keymat_v1 *keys, const struct keymat_v1_esp *in, uint8_t *out,
		  size_t n)
{
	struct bytes d = bytes_of(keys->skeyid_d, keys->prf->out_n);
	uint8_t head[5], last[ALG_PRF_MAX], block[ALG_PRF_MAX];
	struct bytes parts[] = {
		bytes_of(NULL, 0), in->shared, bytes_of(head, sizeof(head)), in->ni, in->nr,
	};
	size_t step = keys->prf->out_n;
	int ret = 0;

	head[0] = in->protocol;
	put_be32(head + 1, in->spi);
	for (size_t at = 0; at < n && !ret; at += step) {
		ret = prf(keys->prf, d, parts, 5, block);
		memcpy(out + at, block, n - at < step ? n - at : step);
		memcpy(last, block, step);
		parts[0] = bytes_of(last, step);
	}
	secret_wipe(block, sizeof(block));
	secret_wipe(last, sizeof(last));
	return ret;
}

int keymat_v1_esp(const struct keymat_v1 *keys, const struct keymat_v1_esp *input,
		  struct keymat_esp *out)
{
	uint8_t octets[ESP_KEYS_MAX];
	size_t encr_n, salt_n, integ_n;
	int ret;

	memset(out, 0, sizeof(*out));
	encr_n = input->encr ? input->encr->key_n : 0;
	salt_n = input->encr ? input->encr->salt_n : 0;
	integ_n = input->integ ? input->integ->key_n : 0;
	ret = expand(keys, input, octets, encr_n + salt_n + integ_n);
	if (!ret) {
		out->encr_key_n = (uint8_t)encr_n;
		out->salt_n = (uint8_t)salt_n;
		out->integ_key_n = (uint8_t)integ_n;
		memcpy(out->encr_key, octets, encr_n);
		memcpy(out->salt, octets + encr_n, salt_n);
		memcpy(out->integ_key, octets + encr_n + salt_n, integ_n);
	}
	secret_wipe(octets, sizeof(octets));
	return ret;
}
