/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protection of IKE messages: the body of an SK payload (RFC 7296 section 3.14,
 * RFC 5282 for combined modes, RFC 5930 for CTR).  A message that ends with an SK payload is
 *
 *	headers | IV | plaintext, padding, pad length | ICV
 *	        ^ body                                      ^ n
 *
 * where the headers reach from the IKE header to the end of SK's own (those of SKF
 * included).  All of them are authenticated.
 */
#ifndef PANTUN_CRYPTO_CIPHER_H
#define PANTUN_CRYPTO_CIPHER_H

#include "crypto/alg.h"
#include "crypto/rand.h"

/* The keys of one direction of an IKE SA; wipe after use. */
struct cipher_key {
	const struct alg_encr *encr;
	const struct alg_integ *integ;		/* NULL for combined modes */
	uint8_t encr_key[ALG_KEY_MAX];		/* encr->key_n octets */
	uint8_t salt[ALG_SALT_MAX];		/* encr->salt_n octets */
	uint8_t integ_key[ALG_KEY_MAX];		/* integ->key_n octets */
	uint64_t seals;				/* so far; the IV of combined modes and CTR */
};

/* Octets before the plaintext and after the padding. */
size_t cipher_iv_len(const struct cipher_key *key);
size_t cipher_icv_len(const struct cipher_key *key);
/* Padding with its length octet that @plain_n octets of payloads need: 1 at least. */
size_t cipher_pad_len(const struct cipher_key *key, size_t plain_n);

/*
 * Seals in place: @message of @n octets has everything in place except IV and ICV,
 * whose room is reserved; padding and lengths are the caller's.  Counts key->seals.
 * 0, or -1 with the message wiped from @body on (also when the IVs are used up).
 */
int cipher_seal(struct cipher_key *key, crypto_random *random, void *ctx, uint8_t *message,
		size_t n, size_t body);

/*
 * Opens @message into @out, which has room for message.n octets and must not overlap.
 * 0 with the payloads, padding taken off, in @plain (within @out).  -1: not
 * authentic or malformed; nothing of the plaintext stays in @out.
 */
int cipher_open(const struct cipher_key *key, struct bytes message, size_t body, uint8_t *out,
		struct bytes *plain);

#endif
