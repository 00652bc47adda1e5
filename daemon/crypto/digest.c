// SPDX-License-Identifier: GPL-2.0-or-later
#include <openssl/evp.h>

#include "crypto/digest.h"

int digest_sha1(const struct bytes *parts, size_t n_parts, uint8_t out[SHA1_LEN])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestInit_ex2(ctx, EVP_sha1(), NULL) == 1;

	for (size_t i = 0; ok && i < n_parts; i++)
		ok = EVP_DigestUpdate(ctx, parts[i].p, parts[i].n) == 1;
	ok = ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	return ok ? 0 : -1;
}
