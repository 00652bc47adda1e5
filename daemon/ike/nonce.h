/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nonces, which both ends know, and by which they agree on what is to stay (RFC 7296 2.8.1). */
#ifndef PANTUN_IKE_NONCE_H
#define PANTUN_IKE_NONCE_H

#include "base/bytes.h"

/* The lesser of two nonces, cut or padded to NONCE_N. */
void nonce_lesser(struct bytes a, struct bytes b, uint8_t *out);

#endif
