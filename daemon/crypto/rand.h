/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where randomness comes from: injected, so that tests can repeat a run. */
#ifndef PANTUN_CRYPTO_RAND_H
#define PANTUN_CRYPTO_RAND_H

#include "base/bytes.h"

/* Fills @out with @n unpredictable octets; 0 or -1. */
typedef int crypto_random(void *ctx, void *out, size_t n);

/* The one for production, OpenSSL's private generator; @ctx is not used. */
crypto_random crypto_random_os;

#endif
