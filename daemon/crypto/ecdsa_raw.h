/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signatures of ECDSA without DER (RFC 4754 section 3): r and s, each as long as the curve's order,
 * @half octets.
 */
#ifndef PANTUN_CRYPTO_ECDSA_RAW_H
#define PANTUN_CRYPTO_ECDSA_RAW_H

#include "base/bytes.h"

/* Octets of the order of a curve of that many bits. */
static inline size_t ecdsa_raw_half(int bits)
{
	return (size_t)(bits + 7) / 8;
}

/* Makes of the @n octets of DER at @out that; their number, or 0. */
size_t ecdsa_raw_make(uint8_t *out, size_t n, size_t half);
/* The DER of @data, for OPENSSL_free(); empty: it is not as long as it has to be. */
struct bytes ecdsa_raw_der(struct bytes data, size_t half);

#endif
