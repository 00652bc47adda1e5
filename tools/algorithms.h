/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel's algorithms want, so that a wrong key is explained before it is
 * sent.  Two tables, by the numbers of linux/pantun.h; the unit test algorithms
 * compares them with kmod/core/alg.c and with README.md.
 */
#ifndef PANTUN_TOOLS_ALGORITHMS_H
#define PANTUN_TOOLS_ALGORITHMS_H

#include <linux/pantun.h>
#include <stdbool.h>
#include "keyfile.h"

#define KEY_LENGTHS_MAX	3	/* lengths that one algorithm can choose from */

struct algorithm {
	const char *name;
	uint8_t key[KEY_LENGTHS_MAX];	/* octets, in rising order; 0: no more */
	uint8_t salt;			/* octets, 0: none */
	uint8_t icv;			/* octets; 0: an encryption that needs an auth */
	bool ah_only;			/* an auth that does not go with an encryption */
	const char *weak;		/* why, and what to use instead; NULL: not weak */
};

/* The rows of enum pantun_enc and enum pantun_auth; NULL for unknown numbers and 0. */
const struct algorithm *algorithm_enc(uint32_t enc);
const struct algorithm *algorithm_auth(uint32_t auth);
/* 0 where @name is none of them. */
uint32_t enc_number(const char *name);
uint32_t auth_number(const char *name);
/* "not one of aes-cbc, aes-gcm-16, ...": for the words of the command line. */
const char *enc_unknown(void);
const char *auth_unknown(void);

/*
 * Whether @enc and @auth (0: not given) go together in @proto; NULL, or what is
 * wrong and what to do, written into @out.
 */
const char *algorithms_unfit(uint8_t proto, uint32_t enc, uint32_t auth, char *out, size_t n);
/* The same of the keys; says lengths, never octets of a key. */
const char *keys_unfit(uint32_t enc, uint32_t auth, const struct keys *keys, char *out,
		       size_t n);

#endif
