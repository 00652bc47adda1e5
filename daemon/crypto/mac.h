/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Message authentication codes, the base of PRFs and integrity algorithms. */
#ifndef PANTUN_CRYPTO_MAC_H
#define PANTUN_CRYPTO_MAC_H

#include "crypto/alg.h"
#include "crypto/hmac.h"

#define MAC_OUT_MAX	HMAC_OUT_MAX	/* octets of the longest */
#define CBC_MAC_LEN	16		/* of key and result of those that are made of AES */

/*
 * MAC of parts[0] | parts[1] | ..., whole, into @out of MAC_OUT_MAX octets.  @evp is OpenSSL's
 * name of the digest, or of AES-128 in CBC mode.  0, or -1 with @out wiped, also where AES gets a
 * key of another length than its own.
 */
int mac(enum alg_mac kind, const char *evp, struct bytes key, const struct bytes *parts,
	size_t n_parts, uint8_t *out);

#endif
