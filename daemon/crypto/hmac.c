// SPDX-License-Identifier: GPL-2.0-or-later
#include <openssl/evp.h>

#include "base/secret.h"
#include "crypto/fetched.h"
#include "crypto/hmac.h"

static int hmac_run(EVP_MAC_CTX *ctx, struct bytes key, const struct bytes *parts, size_t n_parts,
		    uint8_t *out)
{
	static const uint8_t none[1];
	size_t written;

	/* A null key would mean "keep the former". */
	if (EVP_MAC_init(ctx, key.n ? key.p : none, key.n, NULL) != 1)
		return -1;
	for (size_t i = 0; i < n_parts; i++)
		if (parts[i].n && EVP_MAC_update(ctx, parts[i].p, parts[i].n) != 1)
			return -1;
	return EVP_MAC_final(ctx, out, &written, HMAC_OUT_MAX) == 1 ? 0 : -1;
}

int hmac(const char *digest, struct bytes key, const struct bytes *parts, size_t n_parts,
	 uint8_t *out)
{
	EVP_MAC_CTX *ctx = fetched_hmac(digest);
	int ret = ctx ? hmac_run(ctx, key, parts, n_parts, out) : -1;

	EVP_MAC_CTX_free(ctx);
	if (ret)
		secret_wipe(out, HMAC_OUT_MAX);
	return ret;
}
