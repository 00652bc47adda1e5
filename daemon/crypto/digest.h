/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plain digests, of what is no secret. */
#ifndef PANTUN_CRYPTO_DIGEST_H
#define PANTUN_CRYPTO_DIGEST_H

#include "base/bytes.h"

#define SHA1_LEN	20	/* octets */
#define DIGEST_MAX	64	/* octets of the longest one */

/*
 * SHA-1 of parts[0] | parts[1] | ..., which NAT detection asks for (RFC 7296 section
 * 2.23).  0 or -1.
 */
int digest_sha1(const struct bytes *parts, size_t n_parts, uint8_t out[SHA1_LEN]);
/*
 * Likewise of the digest of OpenSSL's name @digest, whole, into @out of DIGEST_MAX octets.  Octets
 * of it, or 0.
 */
size_t digest_of(const char *digest, const struct bytes *parts, size_t n_parts, uint8_t *out);

#endif
