// SPDX-License-Identifier: GPL-2.0-or-later
/* The rows of the registry and how they are found. */
#include <linux/pantun.h>
#include <string.h>

#include "prop/alg_iana.h"
#include "prop/alg_registry.h"

#define N(rows)	(sizeof(rows) / sizeof((rows)[0]))

/* Number and name, as IANA has them. */
#define ENCR(iana)		.id = ENCR_##iana, .name = #iana
#define ENCR_OF(iana, bits)	.id = ENCR_##iana, .name = #iana "-" #bits
#define INTEG(iana)		.id = INTEG_##iana, .name = #iana
#define PRF(iana)		.id = PRF_##iana, .name = "PRF_" #iana
#define GROUP(iana)		.id = GROUP_##iana, .name = #iana

#define AES_CBC(bits) { \
	.conf = "aes-" #bits "-cbc", ENCR_OF(AES_CBC, bits), .evp = "AES-" #bits "-CBC", \
	.key_bits = (bits), .kernel = PANTUN_ENC_AES_CBC, \
	.key_n = (bits) / 8, .iv_n = 16, .block = 16, }

#define AES_CTR(bits) { \
	.conf = "aes-" #bits "-ctr", ENCR_OF(AES_CTR, bits), .evp = "AES-" #bits "-CTR", \
	.key_bits = (bits), .kernel = PANTUN_ENC_AES_CTR, \
	.key_n = (bits) / 8, .salt_n = 4, .iv_n = 8, .block = 1, .counter = true, }

/* @method: OpenSSL's name, or NULL where IKE has it not. */
#define AES_AEAD(bits, method, word, iana, kernel_id, salt, icv) { \
	.conf = "aes-" #bits "-" word, ENCR_OF(iana, bits), .evp = (method), \
	.key_bits = (bits), .kernel = (kernel_id), \
	.key_n = (bits) / 8, .salt_n = (salt), .iv_n = 8, .icv_n = (icv), .block = 1, \
	.aead = true, .counter = true }

#define AES_GCM(bits, word, icv) \
	AES_AEAD(bits, "AES-" #bits "-GCM", word, AES_GCM_##icv, PANTUN_ENC_AES_GCM_##icv, 4, icv)
#define AES_GCM_16(bits) AES_GCM(bits, "gcm", 16)
#define AES_GCM_12(bits) AES_GCM(bits, "gcm-12", 12)
#define AES_GCM_8(bits)	AES_GCM(bits, "gcm-8", 8)
#define AES_CCM(bits, word, icv) \
	AES_AEAD(bits, "AES-" #bits "-CCM", word, AES_CCM_##icv, PANTUN_ENC_AES_CCM_##icv, 3, icv)
#define AES_CCM_16(bits) AES_CCM(bits, "ccm", 16)
#define AES_CCM_12(bits) AES_CCM(bits, "ccm-12", 12)
#define AES_CCM_8(bits)	AES_CCM(bits, "ccm-8", 8)
#define AES_GMAC(bits) \
	AES_AEAD(bits, NULL, "gmac", NULL_AUTH_AES_GMAC, PANTUN_ENC_AES_GMAC, 4, 16)

#define SIZES(row)	row(128), row(192), row(256)

/*
 * RFC 3602, 3686, 4106, 4309, 4543, 5282, 5930, 7634; and for old peers RFC 2410, 2451 and
 * 2405, none of which has a Key Length attribute.  DES is 3DES with three equal keys, which
 * OpenSSL has without its provider "legacy".
 */
static const struct alg_encr encr_rows[] = {
	SIZES(AES_CBC),
	SIZES(AES_GCM_16),
	SIZES(AES_GCM_12),
	SIZES(AES_GCM_8),
	SIZES(AES_CCM_16),
	SIZES(AES_CCM_12),
	SIZES(AES_CCM_8),
	SIZES(AES_CTR),
	SIZES(AES_GMAC),
	{ .conf = "chacha20-poly1305", ENCR(CHACHA20_POLY1305), .evp = "ChaCha20-Poly1305",
	  .kernel = PANTUN_ENC_CHACHA20_POLY1305, .key_n = 32, .salt_n = 4, .iv_n = 8,
	  .icv_n = 16, .block = 1, .aead = true, .counter = true },
	{ .conf = "null", ENCR(NULL), .kernel = PANTUN_ENC_NULL, .block = 1 },
	{ .conf = "3des", ENCR(3DES), .evp = "DES-EDE3-CBC",
	  .kernel = PANTUN_ENC_3DES_CBC, .key_n = 24, .iv_n = 8, .block = 8, .weak = true },
	{ .conf = "des", ENCR(DES), .evp = "DES-EDE3-CBC", .repeat = 3,
	  .kernel = PANTUN_ENC_DES_CBC, .key_n = 8, .iv_n = 8, .block = 8, .weak = true },
};

#define HMAC_SHA2(bits, icv_bits) { \
	.conf = "sha" #bits, INTEG(HMAC_SHA2_##bits##_##icv_bits), .evp = "SHA2-" #bits, \
	.kernel = PANTUN_AUTH_HMAC_SHA2_##bits##_##icv_bits, \
	.key_n = (bits) / 8, .icv_n = (icv_bits) / 8, }

/*
 * RFC 4868, 2404, 2403, 3566, 4494.  What cuts SHA2-256 to 96 bits calls it by the
 * number of the right one.
 */
static const struct alg_integ integ_rows[] = {
	HMAC_SHA2(256, 128),
	HMAC_SHA2(384, 192),
	HMAC_SHA2(512, 256),
	{ .conf = "sha1", INTEG(HMAC_SHA1_96), .evp = "SHA1",
	  .kernel = PANTUN_AUTH_HMAC_SHA1_96, .key_n = 20, .icv_n = 12 },
	{ .conf = "aes-xcbc", INTEG(AES_XCBC_96), .evp = "AES-128-CBC", .mac = ALG_MAC_XCBC,
	  .kernel = PANTUN_AUTH_AES_XCBC_96, .key_n = 16, .icv_n = 12 },
	{ .conf = "aes-cmac", INTEG(AES_CMAC_96), .evp = "AES-128-CBC", .mac = ALG_MAC_CMAC,
	  .kernel = PANTUN_AUTH_AES_CMAC_96, .key_n = 16, .icv_n = 12 },
	{ .conf = "md5", INTEG(HMAC_MD5_96), .evp = "MD5", .kernel = PANTUN_AUTH_HMAC_MD5_96,
	  .key_n = 16, .icv_n = 12, .weak = true },
	{ .conf = "sha256-96", .name = "HMAC_SHA2_256_96", .id = INTEG_HMAC_SHA2_256_128,
	  .kernel = PANTUN_AUTH_HMAC_SHA2_256_96, .key_n = 32, .icv_n = 12, .weak = true },
};

#define PRF_SHA2(bits) { \
	.conf = "sha" #bits, PRF(HMAC_SHA2_##bits), .evp = "SHA2-" #bits, \
	.out_n = (bits) / 8, }

/* RFC 4868, 2104, 4434, 4615. */
static const struct alg_prf prf_rows[] = {
	PRF_SHA2(256),
	PRF_SHA2(384),
	PRF_SHA2(512),
	{ .conf = "sha1", PRF(HMAC_SHA1), .evp = "SHA1", .out_n = 20 },
	{ .conf = "aes-xcbc", PRF(AES128_XCBC), .evp = "AES-128-CBC", .mac = ALG_MAC_XCBC,
	  .out_n = 16 },
	{ .conf = "aes-cmac", PRF(AES128_CMAC), .evp = "AES-128-CBC", .mac = ALG_MAC_CMAC,
	  .out_n = 16 },
	{ .conf = "md5", PRF(HMAC_MD5), .evp = "MD5", .out_n = 16 },
};

/* @exponent: octets of a private key. */
#define MODP(number, bits, exponent, ...) \
	{ .conf = "group" #number, GROUP(MODP_##bits), .kind = ALG_DH_MODP, \
	  .public_n = (bits) / 8, .shared_n = (bits) / 8, .private_n = (exponent), __VA_ARGS__ }
#define CURVE(number, iana, method, octets, ...) \
	{ .conf = "group" #number, GROUP(iana), .evp = (method), .kind = ALG_DH_CURVE, \
	  .public_n = (octets), .shared_n = (octets), .private_n = (octets), __VA_ARGS__ }
#define ECP(number, iana, method, octets, ...) \
	{ .conf = "group" #number, GROUP(iana), .evp = (method), .kind = ALG_DH_ECP, \
	  .public_n = 2 * (octets), .shared_n = (octets), .private_n = (octets), __VA_ARGS__ }

#define KEM(bits, key, ciphertext) \
	{ .conf = "ml-kem-" #bits, GROUP(ML_KEM_##bits), .evp = "ML-KEM-" #bits, \
	  .kind = ALG_DH_KEM, .public_n = (key), .answer_n = (ciphertext), .shared_n = 32, \
	  .private_n = 64, .quick = true }

/*
 * RFC 2409, 3526, 5903, 5114, 6954, 8031, draft-ietf-ipsecme-ikev2-mlkem.
 * Weak are those with less than 112 bits of strength (RFC 8247 section 2.4).  RFC 3526 section 8
 * has the lengths that suit the private exponents.
 */
static const struct alg_dh dh_rows[] = {
	MODP(1, 768, 32, .weak = true),
	MODP(2, 1024, 32, .weak = true),
	MODP(5, 1536, 32, .weak = true),
	MODP(14, 2048, 32),
	MODP(15, 3072, 40),
	MODP(16, 4096, 48),
	MODP(17, 6144, 56),
	MODP(18, 8192, 64),
	ECP(19, ECP_256, "P-256", 32, .quick = true),
	ECP(20, ECP_384, "P-384", 48),
	ECP(21, ECP_521, "P-521", 66),
	ECP(25, ECP_192, "P-192", 24, .weak = true),
	ECP(26, ECP_224, "P-224", 28),
	ECP(27, BRAINPOOL_224, "brainpoolP224r1", 28),
	ECP(28, BRAINPOOL_256, "brainpoolP256r1", 32),
	ECP(29, BRAINPOOL_384, "brainpoolP384r1", 48),
	ECP(30, BRAINPOOL_512, "brainpoolP512r1", 64),
	CURVE(31, CURVE25519, "X25519", 32, .quick = true),
	CURVE(32, CURVE448, "X448", 56),
	KEM(512, 800, 768),
	KEM(768, 1184, 1088),
	KEM(1024, 1568, 1568),
};

const struct alg_encr *alg_encr_row(unsigned int i)
{
	return i < N(encr_rows) ? &encr_rows[i] : NULL;
}

const struct alg_integ *alg_integ_row(unsigned int i)
{
	return i < N(integ_rows) ? &integ_rows[i] : NULL;
}

const struct alg_prf *alg_prf_row(unsigned int i)
{
	return i < N(prf_rows) ? &prf_rows[i] : NULL;
}

const struct alg_dh *alg_dh_row(unsigned int i)
{
	return i < N(dh_rows) ? &dh_rows[i] : NULL;
}

const struct alg_encr *alg_encr_by_id(uint16_t id, uint16_t key_bits)
{
	for (size_t i = 0; i < N(encr_rows); i++)
		if (encr_rows[i].id == id && encr_rows[i].key_bits == key_bits)
			return &encr_rows[i];
	return NULL;
}

const struct alg_integ *alg_integ_by_id(uint16_t id)
{
	for (size_t i = 0; i < N(integ_rows); i++)
		if (integ_rows[i].id == id)
			return &integ_rows[i];
	return NULL;
}

const struct alg_prf *alg_prf_by_id(uint16_t id)
{
	for (size_t i = 0; i < N(prf_rows); i++)
		if (prf_rows[i].id == id)
			return &prf_rows[i];
	return NULL;
}

const struct alg_dh *alg_dh_by_id(uint16_t id)
{
	for (size_t i = 0; i < N(dh_rows); i++)
		if (dh_rows[i].id == id)
			return &dh_rows[i];
	return NULL;
}

const struct alg_encr *alg_encr_by_conf(const char *word)
{
	for (size_t i = 0; i < N(encr_rows); i++)
		if (!strcmp(encr_rows[i].conf, word))
			return &encr_rows[i];
	return NULL;
}

const struct alg_integ *alg_integ_by_conf(const char *word)
{
	for (size_t i = 0; i < N(integ_rows); i++)
		if (!strcmp(integ_rows[i].conf, word))
			return &integ_rows[i];
	return NULL;
}

const struct alg_prf *alg_prf_by_conf(const char *word)
{
	for (size_t i = 0; i < N(prf_rows); i++)
		if (!strcmp(prf_rows[i].conf, word))
			return &prf_rows[i];
	return NULL;
}

const struct alg_dh *alg_dh_by_conf(const char *word)
{
	for (size_t i = 0; i < N(dh_rows); i++)
		if (!strcmp(dh_rows[i].conf, word))
			return &dh_rows[i];
	return NULL;
}
