// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/kem.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#define MESSAGE_N	32	/* of the seed, what a secret is drawn from (m in FIPS 203) */

/* Names of OpenSSL 3.5, which the headers of earlier ones lack. */
#define PARAM_SEED	"seed"
#define PARAM_MESSAGE	"ikme"

/* One parameter, of octets that are not changed. */
static void octets_param(OSSL_PARAM params[2], const char *name, struct bytes octets)
{
	params[0] = OSSL_PARAM_construct_octet_string(name, (void *)(uintptr_t)octets.p, octets.n);
	params[1] = OSSL_PARAM_construct_end();
}

static EVP_PKEY *key_of(const struct alg_dh *alg, int selection, const char *name,
			struct bytes octets)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, alg->evp, NULL);
	EVP_PKEY *key = NULL;
	OSSL_PARAM params[2];

	octets_param(params, name, octets);
	if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, selection, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *peer_key(const struct alg_dh *alg, struct bytes peer)
{
	return key_of(alg, EVP_PKEY_PUBLIC_KEY, OSSL_PKEY_PARAM_PUB_KEY, peer);
}

int kem_key(const struct alg_dh *alg, struct bytes seed, EVP_PKEY **key, uint8_t *public_key)
{
	size_t n = 0;

	*key = key_of(alg, EVP_PKEY_KEYPAIR, PARAM_SEED, seed);
	if (!*key || EVP_PKEY_get_octet_string_param(*key, OSSL_PKEY_PARAM_PUB_KEY, public_key,
						     alg->public_n, &n) != 1)
		return -1;
	return n == alg->public_n ? 0 : -1;
}

bool kem_valid(const struct alg_dh *alg, struct bytes peer)
{
	EVP_PKEY *key = peer_key(alg, peer);
	bool good = key;

	EVP_PKEY_free(key);
	return good;
}

int kem_seal(const struct alg_dh *alg, struct bytes seed, struct bytes peer, uint8_t *ciphertext,
	     uint8_t *secret)
{
	EVP_PKEY *key = peer_key(alg, peer);
	EVP_PKEY_CTX *ctx = key ? EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL) : NULL;
	size_t n = alg->answer_n, secret_n = alg->shared_n;
	OSSL_PARAM params[2];
	int ret = -1;

	octets_param(params, PARAM_MESSAGE, bytes_of(seed.p, MESSAGE_N));
	if (ctx && EVP_PKEY_encapsulate_init(ctx, params) == 1 &&
	    EVP_PKEY_encapsulate(ctx, ciphertext, &n, secret, &secret_n) == 1 &&
	    n == alg->answer_n && secret_n == alg->shared_n)
		ret = 0;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	return ret;
}

int kem_open(const struct alg_dh *alg, EVP_PKEY *key, struct bytes ciphertext, uint8_t *secret)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	size_t n = alg->shared_n;
	int ret = -1;

	if (ctx && EVP_PKEY_decapsulate_init(ctx, NULL) == 1 &&
	    EVP_PKEY_decapsulate(ctx, secret, &n, ciphertext.p, ciphertext.n) == 1 &&
	    n == alg->shared_n)
		ret = 0;
	EVP_PKEY_CTX_free(ctx);
	return ret;
}
