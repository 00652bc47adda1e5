/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of algorithms: the only place that joins netlink ids, names of the
 * kernel crypto API and sizes.  Userspace never names a template.
 */
#ifndef _PANTUN_ALG_H
#define _PANTUN_ALG_H

#include <linux/types.h>
#include "mtu.h"

/* A transform: one encryption with one authentication, as ESP uses them. */
struct pantun_alg {
	u32 enc;			/* enum pantun_enc */
	u32 auth;			/* enum pantun_auth, 0 for combined modes */
	const char *name;		/* for people, as in pantunctl */
	const char *driver;		/* crypto API name of the AEAD */
	u16 key_lens;			/* bit mask of PANTUN_KEY_128... */
	u8 auth_key_len;		/* octets */
	u8 salt_len;			/* octets, appended to the key (RFC 4106 section 8.1) */
	u8 iv_len;			/* octets on the wire */
	u8 block;			/* octets, at least 4 */
	u8 icv_len;			/* octets */
	bool counter_iv;		/* IV := sequence number; else unpredictable */
	bool authenc;			/* key blob in crypto_authenc form */
};

#define PANTUN_KEY_128	1
#define PANTUN_KEY_192	2
#define PANTUN_KEY_256	4

/* The row for ids as netlink gives them, or NULL.  Constant memory. */
const struct pantun_alg *pantun_alg_find(u32 enc, u32 auth);
/* Whether the row takes an encryption key of @len octets (without salt). */
bool pantun_alg_key_len_ok(const struct pantun_alg *alg, unsigned int len);
/* Sizes for pantun_mtu_*() on a path with @outer octets before ESP. */
void pantun_alg_overhead(const struct pantun_alg *alg, u16 outer,
			 struct pantun_overhead *o);

#endif
