/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What OpenSSL finds by a name: fetching takes locks and compares strings, so each is fetched
 * when first needed, and kept until the program ends.  Any thread may ask.  Names are constants
 * that live as long as the program, those of the registry (prop/alg_registry.h).
 */
#ifndef PANTUN_CRYPTO_FETCHED_H
#define PANTUN_CRYPTO_FETCHED_H

#include <openssl/ec.h>
#include <openssl/evp.h>

/* NULL where the library does not have it, or memory is short. */
const EVP_CIPHER *fetched_cipher(const char *name);
const EVP_MD *fetched_digest(const char *name);
const EC_GROUP *fetched_curve(const char *name);
const EVP_KEM *fetched_kem(const char *name);
/* A new context, without a key, for HMAC with that digest; free with EVP_MAC_CTX_free(). */
EVP_MAC_CTX *fetched_hmac(const char *digest);

#endif
