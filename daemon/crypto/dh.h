/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Key exchange: MODP (RFC 2409, 3526), ECP (RFC 5903, 5114), Brainpool (RFC 6954), X25519 and X448
 * (RFC 8031), with the checks of RFC 6989 on what the peer sends.  ML-KEM
 * (draft-ietf-ipsecme-ikev2-mlkem) is not the same at both ends: the initiator sends a public key,
 * to which the responder encapsulates a secret.
 */
#ifndef PANTUN_CRYPTO_DH_H
#define PANTUN_CRYPTO_DH_H

#include "base/secret.h"
#include "crypto/alg.h"
#include "crypto/rand.h"

struct dh;

/* g^ir; wipe it. */
struct dh_secret {
	uint8_t b[ALG_SHARED_MAX];
	size_t n;
};

static inline struct bytes dh_secret_bytes(const struct dh_secret *secret)
{
	return bytes_of(secret->b, secret->n);
}

enum dh_error {
	DH_OK,
	DH_LENGTH,	/* the peer's value has not the length of the group */
	DH_PUBLIC,	/* it is no valid public key: out of range, off the curve, low order */
	DH_LOCAL,	/* the library failed, or no memory */
};

/*
 * Whether the crypto library has the group: some builds of it leave curves out, and OpenSSL has
 * ML-KEM since 3.5.
 */
bool dh_known(const struct alg_dh *alg);
/*
 * Draws the private key of a fresh key pair, alg->private_n octets, which costs little; what
 * dh_from_private() makes of it costs much.  0, or -1 where the source of randomness fails.
 */
int dh_draw(const struct alg_dh *alg, crypto_random *random, void *ctx, uint8_t *private_key);
/*
 * The key pair with that private key (big endian; X25519 and X448: as RFC 7748), or NULL.  Free
 * with dh_free().
 */
struct dh *dh_from_private(const struct alg_dh *alg, struct bytes private_key);
/*
 * The responder's half, of which @private_key is as for dh_from_private(), or what a KEM draws its
 * secret from: to be freed, or NULL with *@error.  @out as of dh_shared().
 */
struct dh *dh_respond(const struct alg_dh *alg, struct bytes private_key, struct bytes peer,
		      struct dh_secret *out, enum dh_error *error);
/* Wipes the private key; NULL is fine. */
void dh_free(struct dh *dh);

const struct alg_dh *dh_alg(const struct dh *dh);
/* Data of our KE payload; as long as @dh lives. */
struct bytes dh_public(const struct dh *dh);
/*
 * Whether the data of a peer's KE payload may be used with that group, as far as this costs
 * little beside making a key pair.  dh_shared() judges the rest.
 */
enum dh_error dh_check(const struct alg_dh *alg, struct bytes peer);
/* g^ir with the data of the peer's KE payload.  @out is empty after an error; wipe it. */
enum dh_error dh_shared(const struct dh *dh, struct bytes peer, struct dh_secret *out);
/* For the log: "public value has the wrong length". */
const char *dh_error_text(enum dh_error error);

#endif
