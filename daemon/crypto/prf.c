// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "base/secret.h"
#include "crypto/mac.h"
#include "crypto/prf.h"

#define PLUS_PARTS	10	/* of a prf+ seed */

/*
 * PRFs of AES take keys of any length all the same (RFC 4434 section 2, RFC 4615 section 3): a
 * shorter one is filled up with zeros, a longer one is replaced by its own MAC under the key zero.
 */
static int key_of_aes(const struct alg_prf *prf, struct bytes key, uint8_t *out)
{
	static const uint8_t zero[CBC_MAC_LEN];

	if (key.n > CBC_MAC_LEN)
		return mac(prf->mac, prf->evp, bytes_of(zero, sizeof(zero)), &key, 1, out);
	memset(out, 0, CBC_MAC_LEN);
	memcpy(out, key.p, key.n);
	return 0;
}

int prf(const struct alg_prf *prf, struct bytes key, const struct bytes *parts, size_t n_parts,
	uint8_t *out)
{
	uint8_t digest[MAC_OUT_MAX] = { 0 }, aes_key[MAC_OUT_MAX];
	bool aes = prf->mac != ALG_MAC_HMAC;
	int ret = aes ? key_of_aes(prf, key, aes_key) : 0;

	if (aes)
		key = bytes_of(aes_key, CBC_MAC_LEN);
	if (!ret)
		ret = mac(prf->mac, prf->evp, key, parts, n_parts, digest);
	memcpy(out, digest, prf->out_n);
	secret_wipe(digest, sizeof(digest));
	if (aes)
		secret_wipe(aes_key, sizeof(aes_key));
	return ret;
}

int prf_plus(const struct alg_prf *alg, struct bytes key, const struct bytes *parts,
	     size_t n_parts, uint8_t *out, size_t n)
{
	struct bytes input[PLUS_PARTS + 2];
	uint8_t block[ALG_PRF_MAX];
	uint8_t counter = 0;
	size_t done = 0;

	if (n_parts > PLUS_PARTS || n > 255U * alg->out_n)
		goto failed;
	input[0] = bytes_of(block, 0);
	for (size_t i = 0; i < n_parts; i++)
		input[1 + i] = parts[i];
	input[1 + n_parts] = bytes_of(&counter, 1);
	while (done < n) {
		size_t take = n - done < alg->out_n ? n - done : alg->out_n;

		counter++;
		if (prf(alg, key, input, n_parts + 2, block))
			goto failed;
		memcpy(out + done, block, take);
		input[0].n = alg->out_n;
		done += take;
	}
	secret_wipe(block, sizeof(block));
	return 0;

failed:
	secret_wipe(block, sizeof(block));
	secret_wipe(out, n);
	return -1;
}
