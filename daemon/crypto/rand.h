/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where randomness comes from: injected, so that tests can repeat a run. */
#ifndef PANTUN_CRYPTO_RAND_H
#define PANTUN_CRYPTO_RAND_H

#include <stdint.h>

#include "base/bytes.h"

#define RAND_STORE	512	/* octets; a handshake of a responder takes some 150 */

/* Fills @out with @n unpredictable octets; 0 or -1. */
typedef int crypto_random(void *ctx, void *out, size_t n);

/* The one for production, OpenSSL's private generator; @ctx is not used. */
crypto_random crypto_random_os;

/*
 * Octets of crypto_random_os() that are there for when they are needed: each call of that makes
 * two system calls, however little it gives.  Begins as zeros, is for one thread, and is not to be
 * in memory that a fork() copies.
 */
struct rand_store {
	uint8_t octets[RAND_STORE];
	size_t n;			/* of them that have not been given out, the first ones */
};

/* Fills @out with @n octets, which are wiped in @store; 0 or -1. */
int rand_store_take(struct rand_store *store, void *out, size_t n);

#endif
