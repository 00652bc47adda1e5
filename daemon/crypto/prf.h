/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pseudo-random functions (RFC 7296 sections 2.13 and 3.3.2). */
#ifndef PANTUN_CRYPTO_PRF_H
#define PANTUN_CRYPTO_PRF_H

#include "crypto/alg.h"

/*
 * prf(key, parts[0] | parts[1] | ...).  Writes prf->out_n octets.  0, or -1 with
 * @out wiped.
 */
int prf(const struct alg_prf *prf, struct bytes key, const struct bytes *parts, size_t n_parts,
	uint8_t *out);

/* prf+(key, parts...): @n octets, at most 255 * out_n.  0, or -1 with @out wiped. */
int prf_plus(const struct alg_prf *prf, struct bytes key, const struct bytes *parts,
	     size_t n_parts, uint8_t *out, size_t n);

#endif
