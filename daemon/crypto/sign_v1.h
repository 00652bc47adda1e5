/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signatures of phase 1 of IKEv1: of HASH_I or HASH_R as it is.  RSA has it in a block of PKCS #1
 * v1.5 that does not name the hash (RFC 2409 section 5.1), ECDSA signs it as if it were a digest
 * (RFC 4754 section 3).
 */
#ifndef PANTUN_CRYPTO_SIGN_V1_H
#define PANTUN_CRYPTO_SIGN_V1_H

#include "crypto/sign.h"

/* The method (wire/v1_const.h) that goes with @key; 0: there is none. */
uint8_t sign_v1_method(EVP_PKEY *key);
/*
 * The signature of @hash by @key into @out of SIGN_MAX octets, and the method in *@method.  Its
 * length; 0: the key is of no use, @hash is not as long as that of the method is, or the library
 * failed.
 */
size_t sign_v1_make(EVP_PKEY *key, struct bytes hash, uint8_t *out, uint8_t *method);
/* Whether @data is a signature of @hash by that method and the owner of @key. */
enum sign_verdict sign_v1_check(EVP_PKEY *key, uint8_t method, struct bytes data,
				struct bytes hash);

#endif
