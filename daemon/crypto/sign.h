/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signatures of IKE_AUTH (RFC 7427, RFC 8420): data of an AUTH payload whose method is Digital
 * Signature names the algorithm in DER before the signature.  Older methods have but one algorithm
 * each (RFC 7296 section 3.8, RFC 4754): RSA with SHA-1, and ECDSA with three curves.
 */
#ifndef PANTUN_CRYPTO_SIGN_H
#define PANTUN_CRYPTO_SIGN_H

#include <openssl/evp.h>

#include "base/bytes.h"

/* RFC 7427 section 7, RFC 8420 section 3: SIGNATURE_HASH_ALGORITHMS */
enum sign_hash {
	SIGN_SHA1 = 1,		/* of RSA by the old method alone, where that is allowed */
	SIGN_SHA256,
	SIGN_SHA384,
	SIGN_SHA512,
	SIGN_IDENTITY,		/* the algorithm has no hash apart: Ed25519, Ed448 */
};

/* How to sign, beside the bits 1 << enum sign_hash of those that the peer knows. */
#define SIGN_OLD	(1U << 16)	/* it does not know RFC 7427 */
#define SIGN_NO_PSS	(1U << 17)	/* it does not know RSASSA-PSS */
#define SIGN_V1		(1U << 18)	/* it speaks IKEv1: nothing else counts (sign_v1.h) */

#define SIGN_MAX	640	/* octets of what we make: RSA of 4096 bits, and the algorithm */

/*
 * AUTH data over @octets by @key, as the bits of @how say, into @out of SIGN_MAX octets, and the
 * method in *@method.  Its length; 0: the key has no use for any of these hashes, or the library
 * failed.
 */
size_t sign_make(EVP_PKEY *key, unsigned int how, struct bytes octets, uint8_t *out,
		 uint8_t *method);

enum sign_verdict {
	SIGN_GOOD,
	SIGN_BAD,		/* not by that key, or not of these octets */
	SIGN_UNKNOWN,		/* an algorithm that we do not take */
	SIGN_OTHER_KEY,		/* an algorithm for another kind of key */
	SIGN_BY_SHA1		/* RSA with SHA-1, which is not allowed */
};

#define SIGN_ANNOUNCED	512	/* octets of all that is announced */

/*
 * What sign_check() takes, as SUPPORTED_AUTH_METHODS (RFC 9593 section 3.2) lists it, into @out of
 * SIGN_ANNOUNCED octets; the length.  @sha1: among it RSA with SHA-1.
 */
size_t sign_announce(bool sha1, uint8_t *out);

/* The method of an AUTH payload is one of those here. */
bool sign_known(uint8_t method);
/*
 * Whether @data, of an AUTH payload of that method, is a signature of @octets by the owner of
 * @key.  @sha1: RSA with SHA-1 is allowed.
 */
enum sign_verdict sign_check(EVP_PKEY *key, uint8_t method, bool sha1, struct bytes data,
			     struct bytes octets);

#endif
