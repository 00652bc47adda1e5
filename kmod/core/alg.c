// SPDX-License-Identifier: GPL-2.0
/*
 * The table of algorithms.  In algs[], a line COMBINED() is an encryption that
 * authenticates, too; a line ESP() is an encryption that goes with every line of
 * AUTHENTICATIONS(); a line AH() is an ICV of AH beside those.
 */
#include <linux/in.h>
#include <linux/kernel.h>
#include <linux/pantun.h>
#include <linux/socket.h>
#include "core/alg.h"

#define ESP_HEADER	8	/* SPI, sequence number */
#define ESP_TRAILER	2	/* pad length, next header */
#define AH_HEADER	12	/* next header, length, SPI, sequence number */

#define AES_KEYS	(PANTUN_KEY_128 | PANTUN_KEY_192 | PANTUN_KEY_256)

/* enum pantun_auth, name, hash of the crypto API, octets of key and ICV, weak */
#define AUTHENTICATIONS(X, ...) \
	X(HMAC_SHA2_256_128, "hmac-sha2-256-128", "hmac(sha256)", 32, 16, false, __VA_ARGS__) \
	X(HMAC_SHA2_384_192, "hmac-sha2-384-192", "hmac(sha384)", 48, 24, false, __VA_ARGS__) \
	X(HMAC_SHA2_512_256, "hmac-sha2-512-256", "hmac(sha512)", 64, 32, false, __VA_ARGS__) \
	X(HMAC_SHA1_96, "hmac-sha1-96", "hmac(sha1)", 20, 12, false, __VA_ARGS__) \
	X(HMAC_MD5_96, "hmac-md5-96", "hmac(md5)", 16, 12, true, __VA_ARGS__) \
	X(HMAC_SHA2_256_96, "hmac-sha2-256-96", "hmac(sha256)", 32, 12, true, __VA_ARGS__) \
	X(AES_XCBC_96, "aes-xcbc-96", "xcbc(aes)", 16, 12, false, __VA_ARGS__) \
	X(AES_CMAC_96, "aes-cmac-96", "cmac(aes)", 16, 12, false, __VA_ARGS__)

#define COMBINED(id, name_, aead, keys, salt, iv, icv) {	\
	.proto = IPPROTO_ESP,					\
	.enc = id,						\
	.name = name_,						\
	.driver = aead,						\
	.key_lens = keys,					\
	.salt_len = salt,					\
	.iv_len = iv,						\
	.block = 4,						\
	.icv_len = icv,						\
	.counter_iv = true,					\
},

#define ESP_WITH(auth_id, auth_name, hash, auth_key, icv, auth_weak,		\
		 id, name_, cipher, keys, salt, iv, blk, counter, enc_weak) {	\
	.proto = IPPROTO_ESP,							\
	.enc = id,								\
	.auth = PANTUN_AUTH_##auth_id,						\
	.name = name_ " " auth_name,						\
	.driver = "authenc(" hash "," cipher ")",				\
	.esn_driver = "authencesn(" hash "," cipher ")",			\
	.key_lens = keys,							\
	.auth_key_len = auth_key,						\
	.salt_len = salt,							\
	.iv_len = iv,								\
	.block = blk,								\
	.icv_len = icv,								\
	.counter_iv = counter,							\
	.authenc = true,							\
	.weak = (auth_weak) || (enc_weak),					\
},

#define AH_WITH(auth_id, auth_name, hash, auth_key, icv, auth_weak, ...) {	\
	.proto = IPPROTO_AH,							\
	.auth = PANTUN_AUTH_##auth_id,						\
	.name = auth_name,							\
	.driver = hash,								\
	.key_lens = PANTUN_KEY_NONE,						\
	.auth_key_len = auth_key,						\
	.icv_len = icv,								\
	.weak = auth_weak,							\
},

#define ESP(...)	AUTHENTICATIONS(ESP_WITH, __VA_ARGS__)

static const struct pantun_alg algs[] = {
	/* id, name, AEAD of the crypto API, keys, octets of salt, IV and ICV */
	COMBINED(PANTUN_ENC_AES_GCM_16, "aes-gcm-16", "rfc4106(gcm(aes))", AES_KEYS, 4, 8, 16)
	COMBINED(PANTUN_ENC_AES_GCM_12, "aes-gcm-12", "rfc4106(gcm(aes))", AES_KEYS, 4, 8, 12)
	COMBINED(PANTUN_ENC_AES_GCM_8, "aes-gcm-8", "rfc4106(gcm(aes))", AES_KEYS, 4, 8, 8)
	COMBINED(PANTUN_ENC_AES_CCM_16, "aes-ccm-16", "rfc4309(ccm(aes))", AES_KEYS, 3, 8, 16)
	COMBINED(PANTUN_ENC_AES_CCM_12, "aes-ccm-12", "rfc4309(ccm(aes))", AES_KEYS, 3, 8, 12)
	COMBINED(PANTUN_ENC_AES_CCM_8, "aes-ccm-8", "rfc4309(ccm(aes))", AES_KEYS, 3, 8, 8)
	COMBINED(PANTUN_ENC_AES_GMAC, "aes-gmac", "rfc4543(gcm(aes))", AES_KEYS, 4, 8, 16)
	COMBINED(PANTUN_ENC_CHACHA20_POLY1305, "chacha20-poly1305",
		 "rfc7539esp(chacha20,poly1305)", PANTUN_KEY_256, 4, 8, 16)

	/* id, name, cipher of the crypto API, keys, salt, IV, block, IV counts, weak */
	ESP(PANTUN_ENC_AES_CBC, "aes-cbc", "cbc(aes)", AES_KEYS, 0, 16, 16, false, false)
	ESP(PANTUN_ENC_AES_CTR, "aes-ctr", "rfc3686(ctr(aes))", AES_KEYS, 4, 8, 4, true, false)
	ESP(PANTUN_ENC_NULL, "null", "ecb(cipher_null)", PANTUN_KEY_NONE, 0, 0, 4, false, false)
	ESP(PANTUN_ENC_3DES_CBC, "3des-cbc", "cbc(des3_ede)", PANTUN_KEY_192, 0, 8, 8, false, true)
	ESP(PANTUN_ENC_DES_CBC, "des-cbc", "cbc(des)", PANTUN_KEY_64, 0, 8, 8, false, true)

	AUTHENTICATIONS(AH_WITH)
	{
		.proto = IPPROTO_AH,
		.auth = PANTUN_AUTH_AES_GMAC,
		.name = "aes-gmac",
		.driver = "rfc4543(gcm(aes))",
		.key_lens = PANTUN_KEY_NONE,
		.auth_key_len = 16,
		.salt_len = 4,
		.iv_len = 8,
		.icv_len = 16,
		.counter_iv = true,
	},
};

/**
 * pantun_alg_find - the row of an algorithm
 * @proto: IPPROTO_ESP or IPPROTO_AH
 * @enc: enum pantun_enc, 0 with AH
 * @auth: enum pantun_auth, 0 with a combined mode
 *
 * Return: the row, constant memory, or NULL.
 */
const struct pantun_alg *pantun_alg_find(u8 proto, u32 enc, u32 auth)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(algs); i++)
		if (algs[i].proto == proto && algs[i].enc == enc && algs[i].auth == auth)
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
	case 0:
		return alg->key_lens & PANTUN_KEY_NONE;
	case 8:
		return alg->key_lens & PANTUN_KEY_64;
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
 * pantun_alg_auth_key_len_ok - whether an authentication key fits
 * @alg: the row
 * @len: octets of the key, without salt
 *
 * Return: true if it does.
 */
bool pantun_alg_auth_key_len_ok(const struct pantun_alg *alg, unsigned int len)
{
	/* RFC 4543 section 5: that of AES */
	if (alg->auth == PANTUN_AUTH_AES_GMAC)
		return len == 16 || len == 24 || len == 32;
	return len == alg->auth_key_len;
}

/**
 * pantun_alg_overhead - what an algorithm adds to a packet
 * @alg: the row
 * @family: of the outer packet, AF_INET or AF_INET6
 * @outer: octets before the header of ESP or AH
 * @o: what to fill
 */
void pantun_alg_overhead(const struct pantun_alg *alg, u8 family, u16 outer,
			 struct pantun_overhead *o)
{
	*o = (struct pantun_overhead){ .outer = outer };
	if (alg->proto == IPPROTO_AH) {
		/* RFC 4302 section 3.3.3.2.1 */
		o->header = round_up(AH_HEADER + alg->iv_len + alg->icv_len,
				     family == AF_INET6 ? 8 : 4);
		o->block = 1;
		return;
	}
	o->header = ESP_HEADER + alg->iv_len;
	o->block = alg->block;
	o->trailer = ESP_TRAILER;
	o->icv = alg->icv_len;
}
