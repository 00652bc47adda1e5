/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of SAs; each version of IKE derives them in its own way (keymat_v2.h). */
#ifndef PANTUN_CRYPTO_KEYMAT_H
#define PANTUN_CRYPTO_KEYMAT_H

#include "crypto/cipher.h"

/* Keys of an IKE SA; wipe them. */
struct keymat_ike {
	const struct alg_prf *prf;
	uint8_t sk_d[ALG_PRF_MAX], sk_pi[ALG_PRF_MAX], sk_pr[ALG_PRF_MAX];	/* prf->out_n */
	struct cipher_key initiator;	/* SK_ei, SK_ai: protects what the initiator sends */
	struct cipher_key responder;	/* SK_er, SK_ar */
};

/* Keys of one ESP or AH SA. */
struct keymat_esp {
	uint8_t encr_key[ALG_KEY_MAX], integ_key[ALG_KEY_MAX], salt[ALG_SALT_MAX];
	uint8_t encr_key_n, integ_key_n, salt_n;	/* octets */
};

/* Keys of a child; wipe them, or keymat_child_free(). */
struct keymat_child {
	struct keymat_esp initiator;	/* from the exchange's initiator to its responder */
	struct keymat_esp responder;	/* the other way */
};

/* Wipes and frees; NULL is fine. */
void keymat_child_free(struct keymat_child *keymat);

#endif
