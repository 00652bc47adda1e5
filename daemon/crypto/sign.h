/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signatures of IKE_AUTH (RFC 7427, RFC 8420): data of an AUTH payload whose method is Digital
 * Signature names the algorithm in DER before the signature.
 */
#ifndef PANTUN_CRYPTO_SIGN_H
#define PANTUN_CRYPTO_SIGN_H

#include <openssl/evp.h>

#include "base/bytes.h"

/* RFC 7427 section 7, RFC 8420 section 3: SIGNATURE_HASH_ALGORITHMS */
enum sign_hash {
	SIGN_SHA1 = 1,		/* never taken */
	SIGN_SHA256,
	SIGN_SHA384,
	SIGN_SHA512,
	SIGN_IDENTITY,		/* the algorithm has no hash apart: Ed25519, Ed448 */
};

#define SIGN_MAX	640	/* octets of what we make: RSA of 4096 bits, and the algorithm */

/*
 * AUTH data over @octets by @key, with a hash of the bits 1 << enum sign_hash in @hashes, into @out
 * of SIGN_MAX octets.  Its length; 0: the key has no use for any of these hashes, or the library
 * failed.
 */
size_t sign_make(EVP_PKEY *key, unsigned int hashes, struct bytes octets, uint8_t *out);

enum sign_verdict {
	SIGN_GOOD,
	SIGN_BAD,		/* not by that key, or not of these octets */
	SIGN_UNKNOWN,		/* an algorithm that we do not take */
	SIGN_OTHER_KEY		/* an algorithm for another kind of key */
};

/* Whether @data, of an AUTH payload, is a signature of @octets by the owner of @key. */
enum sign_verdict sign_check(EVP_PKEY *key, struct bytes data, struct bytes octets);

#endif
