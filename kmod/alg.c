// SPDX-License-Identifier: GPL-2.0
/* The table of algorithms. */
#include <linux/kernel.h>
#include <linux/pantun.h>
#include "alg.h"

#define ESP_HEADER	8	/* SPI, sequence number */

static const struct pantun_alg algs[] = {
	{
		.enc = PANTUN_ENC_AES_GCM_16,
		.name = "aes-gcm-16",
		.driver = "rfc4106(gcm(aes))",
		.key_lens = PANTUN_KEY_128 | PANTUN_KEY_192 | PANTUN_KEY_256,
		.salt_len = 4,
		.iv_len = 8,
		.block = 4,
		.icv_len = 16,
		.counter_iv = true,
	},
	{
		.enc = PANTUN_ENC_AES_CBC,
		.auth = PANTUN_AUTH_HMAC_SHA2_256_128,
		.name = "aes-cbc hmac-sha2-256-128",
		.driver = "authenc(hmac(sha256),cbc(aes))",
		.key_lens = PANTUN_KEY_128 | PANTUN_KEY_192 | PANTUN_KEY_256,
		.auth_key_len = 32,
		.iv_len = 16,
		.block = 16,
		.icv_len = 16,
		.authenc = true,
	},
};

/**
 * pantun_alg_find - the row of an algorithm
 * @enc: enum pantun_enc
 * @auth: enum pantun_auth, 0 with a combined mode
 *
 * Return: the row, constant memory, or NULL.
 */
const struct pantun_alg *pantun_alg_find(u32 enc, u32 auth)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(algs); i++)
		if (algs[i].enc == enc && algs[i].auth == auth)
			return &algs[i];
	return NULL;
}

/**
 * pantun_alg_key_len_ok - whether an encryption key fits
 * @alg: the row
 * @len: octets of the key, without salt
 *
 * Return: true if it does.
 */
bool pantun_alg_key_len_ok(const struct pantun_alg *alg, unsigned int len)
{
	switch (len) {
	case 16:
		return alg->key_lens & PANTUN_KEY_128;
	case 24:
		return alg->key_lens & PANTUN_KEY_192;
	case 32:
		return alg->key_lens & PANTUN_KEY_256;
	default:
		return false;
	}
}

/**
 * pantun_alg_overhead - what an algorithm adds to a packet
 * @alg: the row
 * @outer: octets before the ESP header
 * @o: what to fill
 */
void pantun_alg_overhead(const struct pantun_alg *alg, u16 outer,
			 struct pantun_overhead *o)
{
	o->outer = outer;
	o->header = ESP_HEADER + alg->iv_len;
	o->block = alg->block;
	o->icv = alg->icv_len;
}
