// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "base/secret.h"
#include "crypto/keymat_v2.h"
#include "crypto/prf.h"

/* SK_d, SK_ai, SK_ar, SK_ei, SK_er, SK_pi, SK_pr at their longest. */
#define IKE_KEYS_MAX	(3 * ALG_PRF_MAX + 2 * ALG_KEY_MAX + 2 * (ALG_KEY_MAX + ALG_SALT_MAX))
/* Encryption and integrity, both directions. */
#define CHILD_KEYS_MAX	(2 * (2 * ALG_KEY_MAX + ALG_SALT_MAX))
#define MORE_MAX	7	/* key exchanges beside the first (RFC 9370) */
#define AES_NONCE	8	/* octets of each nonce that key a PRF of AES for SKEYSEED */

static const char key_pad[] = "Key Pad for IKEv2";

/* Copies the next @n octets of key material and moves on. */
static void take(const uint8_t **from, uint8_t *to, size_t n)
{
	memcpy(to, *from, n);
	*from += n;
}

static size_t integ_key_n(const struct alg_integ *integ)
{
	return integ ? integ->key_n : 0;
}

/* {SK_d | SK_ai | SK_ar | SK_ei | SK_er | SK_pi | SK_pr} = prf+(SKEYSEED, ...) */
static int ike_keys(const struct keymat_ike_input *in, const uint8_t *skeyseed,
		    size_t skeyseed_n, struct keymat_ike *out)
{
	const struct bytes seed[] = { in->ni, in->nr, in->spi_i, in->spi_r };
	struct cipher_key *ki = &out->initiator, *kr = &out->responder;
	size_t encr_n = in->encr->key_n, salt_n = in->encr->salt_n;
	size_t integ_n = integ_key_n(in->integ), prf_n = in->prf->out_n;
	uint8_t keys[IKE_KEYS_MAX];
	const uint8_t *p = keys;
	int ret;

	ret = prf_plus(in->prf, bytes_of(skeyseed, skeyseed_n), seed, 4, keys,
		       3 * prf_n + 2 * (integ_n + encr_n + salt_n));
	if (!ret) {
		out->prf = in->prf;
		ki->encr = in->encr;
		kr->encr = in->encr;
		ki->integ = in->integ;
		kr->integ = in->integ;
		take(&p, out->sk_d, prf_n);
		take(&p, ki->integ_key, integ_n);
		take(&p, kr->integ_key, integ_n);
		take(&p, ki->encr_key, encr_n);
		take(&p, ki->salt, salt_n);
		take(&p, kr->encr_key, encr_n);
		take(&p, kr->salt, salt_n);
		take(&p, out->sk_pi, prf_n);
		take(&p, out->sk_pr, prf_n);
	}
	secret_wipe(keys, sizeof(keys));
	return ret;
}

int keymat_ike_first(const struct keymat_ike_input *input, struct keymat_ike *out)
{
	const bool aes = input->prf->mac != ALG_MAC_HMAC;
	struct bytes ni = input->ni, nr = input->nr;
	uint8_t key[2 * 256], skeyseed[ALG_PRF_MAX];
	int ret = -1;

	memset(out, 0, sizeof(*out));
	/* Nonces have 256 octets at most (section 3.9). */
	if (ni.n > 256 || nr.n > 256)
		return -1;
	/* Of PRFs that are made of AES, each nonce gives half of the key (section 2.14). */
	if (aes && ni.n > AES_NONCE)
		ni.n = AES_NONCE;
	if (aes && nr.n > AES_NONCE)
		nr.n = AES_NONCE;
	memcpy(key, ni.p, ni.n);
	memcpy(key + ni.n, nr.p, nr.n);
	if (!prf(input->prf, bytes_of(key, ni.n + nr.n), &input->shared, 1, skeyseed))
		ret = ike_keys(input, skeyseed, input->prf->out_n, out);
	secret_wipe(skeyseed, sizeof(skeyseed));
	return ret;
}

int keymat_ike_rekey(const struct keymat_ike *old, const struct keymat_ike_input *input,
		     struct keymat_ike *out)
{
	struct bytes parts[3 + MORE_MAX] = { input->shared, input->ni, input->nr };
	uint8_t skeyseed[ALG_PRF_MAX];
	int ret = -1;

	memset(out, 0, sizeof(*out));
	if (input->n_more > MORE_MAX)
		return -1;
	for (unsigned int i = 0; i < input->n_more; i++)
		parts[3 + i] = dh_secret_bytes(&input->more[i]);
	if (!prf(old->prf, bytes_of(old->sk_d, old->prf->out_n), parts, 3 + input->n_more,
		 skeyseed))
		ret = ike_keys(input, skeyseed, old->prf->out_n, out);
	secret_wipe(skeyseed, sizeof(skeyseed));
	return ret;
}

static void esp_take(const uint8_t **from, const struct alg_encr *encr,
		     const struct alg_integ *integ, struct keymat_esp *out)
{
	out->encr_key_n = encr ? encr->key_n : 0;
	out->salt_n = encr ? encr->salt_n : 0;
	out->integ_key_n = (uint8_t)integ_key_n(integ);
	take(from, out->encr_key, out->encr_key_n);
	take(from, out->salt, out->salt_n);
	take(from, out->integ_key, out->integ_key_n);
}

int keymat_child(const struct keymat_ike *ike, const struct keymat_child_input *input,
		 struct keymat_child *out)
{
	struct bytes seed[3 + MORE_MAX] = { input->shared, input->ni, input->nr };
	const struct alg_encr *encr = input->encr;
	const struct alg_integ *integ = input->integ;
	size_t encr_n = encr ? encr->key_n + encr->salt_n : 0;
	uint8_t keys[CHILD_KEYS_MAX];
	const uint8_t *p = keys;
	int ret;

	memset(out, 0, sizeof(*out));
	if (input->n_more > MORE_MAX)
		return -1;
	for (unsigned int i = 0; i < input->n_more; i++)
		seed[3 + i] = dh_secret_bytes(&input->more[i]);
	ret = prf_plus(ike->prf, bytes_of(ike->sk_d, ike->prf->out_n), seed, 3 + input->n_more,
		       keys, 2 * (encr_n + integ_key_n(integ)));
	if (!ret) {
		esp_take(&p, encr, integ, &out->initiator);
		esp_take(&p, encr, integ, &out->responder);
	}
	secret_wipe(keys, sizeof(keys));
	return ret;
}

int keymat_auth_id(const struct keymat_ike *ike, bool initiator, struct bytes id, uint8_t *out)
{
	const uint8_t *sk_p = initiator ? ike->sk_pi : ike->sk_pr;

	return prf(ike->prf, bytes_of(sk_p, ike->prf->out_n), &id, 1, out);
}

int keymat_ppk(const struct alg_prf *alg, struct bytes ppk, struct bytes sk, uint8_t *out)
{
	return prf_plus(alg, ppk, &sk, 1, out, alg->out_n);
}

int keymat_auth_psk(const struct alg_prf *alg, struct bytes psk, struct bytes octets, uint8_t *out)
{
	struct bytes pad = bytes_of(key_pad, sizeof(key_pad) - 1);
	uint8_t key[ALG_PRF_MAX];
	int ret = -1;

	if (!prf(alg, psk, &pad, 1, key))
		ret = prf(alg, bytes_of(key, alg->out_n), &octets, 1, out);
	else
		secret_wipe(out, alg->out_n);
	secret_wipe(key, sizeof(key));
	return ret;
}
