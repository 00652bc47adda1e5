/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Key schedule of IKEv2 (RFC 7296 sections 2.13 to 2.18). */
#ifndef PANTUN_CRYPTO_KEYMAT_V2_H
#define PANTUN_CRYPTO_KEYMAT_V2_H

#include "crypto/dh.h"
#include "crypto/keymat.h"

/* What an IKE SA is made from; views of the caller's. */
struct keymat_ike_input {
	const struct alg_encr *encr;
	const struct alg_integ *integ;	/* NULL for combined modes */
	const struct alg_prf *prf;
	struct bytes shared;		/* g^ir */
	const struct dh_secret *more;	/* of @n_more further exchanges (RFC 9370), of a rekey */
	unsigned int n_more;
	struct bytes ni, nr;		/* nonces */
	struct bytes spi_i, spi_r;	/* of the new IKE SA, 8 octets each */
};

/* Section 2.14.  0, or -1 with @out wiped. */
int keymat_ike_first(const struct keymat_ike_input *input, struct keymat_ike *out);
/*
 * Section 2.18: SKEYSEED comes of the @old SA's SK_d and PRF.  Also for an additional key exchange
 * (RFC 9370 section 2.2.2), where @old are the keys from before it, and the SPIs stay.  0, or -1
 * with @out wiped.
 */
int keymat_ike_rekey(const struct keymat_ike *old, const struct keymat_ike_input *input,
		     struct keymat_ike *out);
/* What a child is made from; views of the caller's. */
struct keymat_child_input {
	const struct alg_encr *encr;	/* NULL for AH */
	const struct alg_integ *integ;	/* NULL for combined modes */
	struct bytes shared;		/* g^ir; empty without PFS */
	const struct dh_secret *more;	/* of @n_more further exchanges (RFC 9370) */
	unsigned int n_more;
	struct bytes ni, nr;		/* nonces */
};

/* Section 2.17, and RFC 9370 section 2.2.4.  0, or -1 with @out wiped. */
int keymat_child(const struct keymat_ike *ike, const struct keymat_child_input *input,
		 struct keymat_child *out);

/*
 * prf(SK_p, ID) of an end's AUTH (section 2.15), ike->prf->out_n octets: @id is the body of that
 * end's ID payload, from the type octet on.  @initiator: the end is the original initiator.  0,
 * or -1 with @out wiped.
 */
int keymat_auth_id(const struct keymat_ike *ike, bool initiator, struct bytes id, uint8_t *out);
/*
 * What a post-quantum pre-shared key makes of SK_d, SK_pi or SK_pr (RFC 8784 section 3), of
 * prf->out_n octets as @sk.  0, or -1 with @out wiped.
 */
int keymat_ppk(const struct alg_prf *prf, struct bytes ppk, struct bytes sk, uint8_t *out);
/*
 * AUTH data of a pre-shared key, prf->out_n octets.  @octets is what AUTH covers: the end's whole
 * IKE_SA_INIT message, the nonce of the other end, keymat_auth_id(), and IntAuth where there is
 * one (RFC 9242 section 3.3.1).  0, or -1 with @out wiped.
 */
int keymat_auth_psk(const struct alg_prf *prf, struct bytes psk, struct bytes octets, uint8_t *out);

#endif
