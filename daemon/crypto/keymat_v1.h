/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Key schedule and encryption of IKEv1 (RFC 2409 sections 5 and 5.5, appendix B). */
#ifndef PANTUN_CRYPTO_KEYMAT_V1_H
#define PANTUN_CRYPTO_KEYMAT_V1_H

#include "crypto/keymat.h"

/* What phase 1 is made from; views of the caller's. */
struct keymat_v1_input {
	const struct alg_encr *encr;		/* CBC */
	const struct alg_prf *prf;		/* HMAC of the hash that was negotiated */
	const struct alg_prf *proof_prf;	/* of proofs; NULL: the same */
	struct bytes shared;			/* g^xy */
	struct bytes public_i, public_r;	/* g^xi, g^xr */
	struct bytes cky_i, cky_r;		/* cookies, 8 octets each */
};

/* Keys of an ISAKMP SA; wipe them. */
struct keymat_v1 {
	const struct alg_encr *encr;
	const struct alg_prf *prf;
	uint8_t skeyid[ALG_PRF_MAX], skeyid_d[ALG_PRF_MAX], skeyid_a[ALG_PRF_MAX];
	uint8_t key[ALG_KEY_MAX];	/* encr->key_n octets, of SKEYID_e */
};

/* The IV of the next message of a chain: one a phase 1, and one a message id after that. */
struct keymat_v1_iv {
	uint8_t b[ALG_IV_MAX];
};

/*
 * SKEYID of a pre-shared key, prf->out_n octets; @nonces: Ni_b | Nr_b.  0, or -1 with @out wiped.
 */
int keymat_v1_skeyid_psk(const struct alg_prf *prf, struct bytes psk, struct bytes nonces,
			 uint8_t *out);
/* That of signatures.  Likewise. */
int keymat_v1_skeyid_sign(const struct alg_prf *prf, struct bytes nonces, struct bytes shared,
			  uint8_t *out);
/* All else from SKEYID.  0, or -1 with @out wiped. */
int keymat_v1_phase1(const struct keymat_v1_input *input, const uint8_t *skeyid,
		     struct keymat_v1 *out);
/*
 * HASH_I, or, where not @initiator, HASH_R.  @sai is the body of the initiator's SA payload, @id
 * that of the ID payload of the end whose proof it is.  As many octets as the PRF gives; 0, or -1
 * with @out wiped.
 */
int keymat_v1_proof(const struct keymat_v1 *keys, const struct keymat_v1_input *input,
		    bool initiator, struct bytes sai, struct bytes id, uint8_t *out);
/* prf(SKEYID_a, parts...): HASH(1), (2) and (3) of phase 2.  0, or -1 with @out wiped. */
int keymat_v1_hash(const struct keymat_v1 *keys, const struct bytes *parts, size_t n_parts,
		   uint8_t *out);

/* The first IV of phase 1.  0 or -1. */
int keymat_v1_iv_first(const struct keymat_v1_input *input, struct keymat_v1_iv *out);
/* That of another exchange, from the @last block of phase 1.  0 or -1. */
int keymat_v1_iv_phase2(const struct keymat_v1 *keys, const struct keymat_v1_iv *last,
			uint32_t message_id, struct keymat_v1_iv *out);
/*
 * Encrypts or decrypts the @n octets at @p, whole blocks, in place, and moves @iv to the next
 * message's.  0, or -1 with those octets wiped.
 */
int keymat_v1_seal(const struct keymat_v1 *keys, struct keymat_v1_iv *iv, uint8_t *p, size_t n);
int keymat_v1_open(const struct keymat_v1 *keys, struct keymat_v1_iv *iv, uint8_t *p, size_t n);

/* What KEYMAT of an SA is made from (RFC 2409 section 5.5). */
struct keymat_v1_esp {
	const struct alg_encr *encr;	/* NULL: AH */
	const struct alg_integ *integ;	/* NULL for combined modes */
	uint8_t protocol;		/* IANA: 2 AH, 3 ESP */
	uint32_t spi;			/* of who receives by it; host order */
	struct bytes shared;		/* empty without PFS */
	struct bytes ni, nr;
};

/* 0, or -1 with @out wiped. */
int keymat_v1_esp(const struct keymat_v1 *keys, const struct keymat_v1_esp *input,
		  struct keymat_esp *out);

#endif
