/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HMAC (RFC 2104), the base of PRFs and integrity algorithms. */
#ifndef PANTUN_CRYPTO_HMAC_H
#define PANTUN_CRYPTO_HMAC_H

#include "base/bytes.h"

#define HMAC_OUT_MAX	64	/* octets of the longest digest */

/*
 * HMAC of parts[0] | parts[1] | ... with the digest of OpenSSL's name @digest, whole,
 * into @out of HMAC_OUT_MAX octets.  0, or -1 with @out wiped.
 */
int hmac(const char *digest, struct bytes key, const struct bytes *parts, size_t n_parts,
	 uint8_t *out);

#endif
