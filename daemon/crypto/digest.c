// SPDX-License-Identifier: GPL-2.0-or-later
#include <openssl/evp.h>

#include "crypto/digest.h"
#include "crypto/fetched.h"

/* Octets of the digest, or 0. */
static size_t digest_run(const EVP_MD *method, const struct bytes *parts, size_t n_parts,
			 uint8_t *out)
{
	EVP_MD_CTX *ctx = method ? EVP_MD_CTX_new() : NULL;
	bool ok = ctx && EVP_DigestInit_ex2(ctx, method, NULL) == 1;
	unsigned int n = 0;

	for (size_t i = 0; ok && i < n_parts; i++)
		ok = EVP_DigestUpdate(ctx, parts[i].p, parts[i].n) == 1;
	ok = ok && EVP_DigestFinal_ex(ctx, out, &n) == 1;
	EVP_MD_CTX_free(ctx);
	return ok ? n : 0;
}

int digest_sha1(const struct bytes *parts, size_t n_parts, uint8_t out[SHA1_LEN])
{
	return digest_run(EVP_sha1(), parts, n_parts, out) ? 0 : -1;
}

size_t digest_of(const char *digest, const struct bytes *parts, size_t n_parts, uint8_t *out)
{
	return digest_run(fetched_digest(digest), parts, n_parts, out);
}
