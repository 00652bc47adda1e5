/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ML-KEM (FIPS 203) as a key exchange, for dh.c.  The library has it or not: fetched_kem().  What
 * is random comes from the caller, so that tests replay.
 */
#ifndef PANTUN_CRYPTO_KEM_H
#define PANTUN_CRYPTO_KEM_H

#include <openssl/evp.h>

#include "crypto/alg.h"

/* The key pair of @seed (d and z), to be freed, and the octets of its public half; 0 or -1. */
int kem_key(const struct alg_dh *alg, struct bytes seed, EVP_PKEY **key, uint8_t *public_key);
/* Whether @peer, alg->public_n octets, is a public key: all numbers in it are below the modulus. */
bool kem_valid(const struct alg_dh *alg, struct bytes peer);
/*
 * A secret of alg->shared_n octets, drawn from the first 32 of @seed, in a ciphertext of
 * alg->answer_n octets for the key @peer; 0 or -1.
 */
int kem_seal(const struct alg_dh *alg, struct bytes seed, struct bytes peer, uint8_t *ciphertext,
	     uint8_t *secret);
/*
 * What is in @ciphertext for our @key.  One that was made for another key gives another secret, and
 * no error.  0 or -1.
 */
int kem_open(const struct alg_dh *alg, EVP_PKEY *key, struct bytes ciphertext, uint8_t *secret);

#endif
