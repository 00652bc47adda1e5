/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of algorithms: the only place that joins netlink ids, names of the
 * kernel crypto API and sizes.  Userspace never names a template.
 */
#ifndef _PANTUN_ALG_H
#define _PANTUN_ALG_H

#include <linux/types.h>
#include "pure/mtu.h"

/* A transform: one encryption with one authentication of ESP, or one of AH's. */
struct pantun_alg {
	u8 proto;			/* IPPROTO_ESP or IPPROTO_AH */
	u32 enc;			/* enum pantun_enc, 0 with AH */
	u32 auth;			/* enum pantun_auth, 0 for combined modes */
	const char *name;		/* for people, as in pantunctl */
	const char *driver;		/* crypto API name of the AEAD, or AH's hash */
	const char *esn_driver;		/* the same with ESN, NULL: no other */
	u16 key_lens;			/* bit mask of PANTUN_KEY_128... */
	u8 auth_key_len;		/* octets; AES-GMAC of AH: the least */
	u8 salt_len;			/* octets, apart from the key */
	u8 iv_len;			/* octets on the wire */
	u8 block;			/* octets, at least 4, a power of two */
	u8 icv_len;			/* octets */
	bool counter_iv;		/* IV: of pantun_sa_counter_iv(); else unpredictable */
	bool authenc;			/* key blob in crypto_authenc form */
	bool weak;			/* works, for old peers; tools warn */
};

#define PANTUN_KEY_128	1
#define PANTUN_KEY_192	2
#define PANTUN_KEY_256	4
#define PANTUN_KEY_NONE	8	/* no encryption key */
#define PANTUN_KEY_64	16	/* DES */

/* The row for ids as netlink gives them, or NULL.  Constant memory. */
const struct pantun_alg *pantun_alg_find(u8 proto, u32 enc, u32 auth);
/* Whether the row takes an encryption key of @len octets (without salt). */
bool pantun_alg_key_len_ok(const struct pantun_alg *alg, unsigned int len);
/* Whether the row takes an authentication key of @len octets (without salt). */
bool pantun_alg_auth_key_len_ok(const struct pantun_alg *alg, unsigned int len);
/* Sizes for pantun_mtu_*() on a path of @family with @outer octets before ESP or AH. */
void pantun_alg_overhead(const struct pantun_alg *alg, u8 family, u16 outer,
			 struct pantun_overhead *o);

#endif
