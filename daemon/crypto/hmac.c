// SPDX-License-Identifier: GPL-2.0-or-later
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/secret.h"
#include "crypto/hmac.h"

/* Fetching goes through locks and a cache of names, so it is done once. */
static EVP_MAC *hmac_method(void)
{
	static EVP_MAC *method;

	if (!method)
		method = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, NULL);
	return method;
}

static int hmac_run(EVP_MAC_CTX *ctx, const char *digest, struct bytes key,
		    const struct bytes *parts, size_t n_parts, uint8_t *out)
{
	static const uint8_t none[1];
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)digest, 0),
		OSSL_PARAM_construct_end(),
	};
	size_t written;

	/* A null key would mean "keep the former". */
	if (EVP_MAC_init(ctx, key.n ? key.p : none, key.n, params) != 1)
		return -1;
	for (size_t i = 0; i < n_parts; i++)
		if (parts[i].n && EVP_MAC_update(ctx, parts[i].p, parts[i].n) != 1)
			return -1;
	return EVP_MAC_final(ctx, out, &written, HMAC_OUT_MAX) == 1 ? 0 : -1;
}

int hmac(const char *digest, struct bytes key, const struct bytes *parts, size_t n_parts,
	 uint8_t *out)
{
	EVP_MAC *method = hmac_method();
	EVP_MAC_CTX *ctx = method ? EVP_MAC_CTX_new(method) : NULL;
	int ret = ctx ? hmac_run(ctx, digest, key, parts, n_parts, out) : -1;

	EVP_MAC_CTX_free(ctx);
	if (ret)
		secret_wipe(out, HMAC_OUT_MAX);
	return ret;
}
