/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Key schedule of IKEv2 (RFC 7296 sections 2.13 to 2.18). */
#ifndef PANTUN_CRYPTO_KEYMAT_V2_H
#define PANTUN_CRYPTO_KEYMAT_V2_H

#include "crypto/cipher.h"

/* What an IKE SA is made from; views of the caller's. */
struct keymat_ike_input {
	const struct alg_encr *encr;
	const struct alg_integ *integ;	/* NULL for combined modes */
	const struct alg_prf *prf;
	struct bytes shared;		/* g^ir */
	struct bytes ni, nr;		/* nonces */
	struct bytes spi_i, spi_r;	/* of the new IKE SA, 8 octets each */
};

/* Keys of an IKE SA; wipe with keymat_ike_wipe(). */
struct keymat_ike {
	const struct alg_prf *prf;
	uint8_t sk_d[ALG_PRF_MAX], sk_pi[ALG_PRF_MAX], sk_pr[ALG_PRF_MAX];	/* prf->out_n */
	struct cipher_key initiator;	/* SK_ei, SK_ai: protects what the initiator sends */
	struct cipher_key responder;	/* SK_er, SK_ar */
};

/* Keys of one ESP SA. */
struct keymat_esp {
	uint8_t encr_key[ALG_KEY_MAX], integ_key[ALG_KEY_MAX], salt[ALG_SALT_MAX];
	uint8_t encr_key_n, integ_key_n, salt_n;	/* octets */
};

/* Keys of a child; wipe with keymat_child_wipe(). */
struct keymat_child {
	struct keymat_esp initiator;	/* from the exchange's initiator to its responder */
	struct keymat_esp responder;	/* the other way */
};

/* Section 2.14.  0, or -1 with @out wiped. */
int keymat_ike_first(const struct keymat_ike_input *input, struct keymat_ike *out);
/* Section 2.18: SKEYSEED comes of the @old SA's SK_d and PRF.  0, or -1 with @out wiped. */
int keymat_ike_rekey(const struct keymat_ike *old, const struct keymat_ike_input *input,
		     struct keymat_ike *out);
/*
 * Section 2.17.  @shared is empty without PFS, @integ NULL for combined modes.  0,
 * or -1 with @out wiped.
 */
int keymat_child(const struct keymat_ike *ike, const struct alg_encr *encr,
		 const struct alg_integ *integ, struct bytes shared, struct bytes ni,
		 struct bytes nr, struct keymat_child *out);

/*
 * prf(SK_p, ID) of an end's AUTH (section 2.15), ike->prf->out_n octets: @id is the body of that
 * end's ID payload, from the type octet on.  @initiator: the end is the original initiator.  0,
 * or -1 with @out wiped.
 */
int keymat_auth_id(const struct keymat_ike *ike, bool initiator, struct bytes id, uint8_t *out);
/*
 * AUTH data of a pre-shared key, prf->out_n octets.  @octets is what AUTH covers: the end's whole
 * IKE_SA_INIT message, the nonce of the other end, and keymat_auth_id().  0, or -1 with @out
 * wiped.
 */
int keymat_auth_psk(const struct alg_prf *prf, struct bytes psk, struct bytes octets, uint8_t *out);

void keymat_ike_wipe(struct keymat_ike *keymat);
void keymat_child_wipe(struct keymat_child *keymat);

#endif
