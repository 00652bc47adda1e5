// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names of the transforms that peers may offer, with or without a row in the
 * registry (IANA "Internet Key Exchange Version 2 (IKEv2) Parameters").
 */
#include <stdio.h>

#include "prop/alg_registry.h"

struct transform_name {
	uint8_t type;
	uint16_t id;
	const char *name;
};

static const struct transform_name names[] = {
	{ 1, 1, "DES_IV64" }, { 1, 2, "DES" }, { 1, 3, "3DES" }, { 1, 5, "IDEA" },
	{ 1, 6, "CAST" }, { 1, 7, "BLOWFISH" }, { 1, 11, "NULL" }, { 1, 12, "AES_CBC" },
	{ 1, 13, "AES_CTR" }, { 1, 14, "AES_CCM_8" }, { 1, 15, "AES_CCM_12" },
	{ 1, 16, "AES_CCM_16" }, { 1, 18, "AES_GCM_8" }, { 1, 19, "AES_GCM_12" },
	{ 1, 20, "AES_GCM_16" }, { 1, 21, "NULL_AUTH_AES_GMAC" }, { 1, 23, "CAMELLIA_CBC" },
	{ 1, 24, "CAMELLIA_CTR" }, { 1, 25, "CAMELLIA_CCM_8" }, { 1, 26, "CAMELLIA_CCM_12" },
	{ 1, 27, "CAMELLIA_CCM_16" }, { 1, 28, "CHACHA20_POLY1305" },
	{ 1, 29, "AES_CCM_8_IIV" }, { 1, 30, "AES_GCM_16_IIV" },
	{ 1, 31, "CHACHA20_POLY1305_IIV" },

	{ 2, 1, "PRF_HMAC_MD5" }, { 2, 2, "PRF_HMAC_SHA1" }, { 2, 4, "PRF_AES128_XCBC" },
	{ 2, 5, "PRF_HMAC_SHA2_256" }, { 2, 6, "PRF_HMAC_SHA2_384" },
	{ 2, 7, "PRF_HMAC_SHA2_512" }, { 2, 8, "PRF_AES128_CMAC" },

	{ 3, 0, "NONE" }, { 3, 1, "HMAC_MD5_96" }, { 3, 2, "HMAC_SHA1_96" },
	{ 3, 5, "AES_XCBC_96" }, { 3, 6, "HMAC_MD5_128" }, { 3, 7, "HMAC_SHA1_160" },
	{ 3, 8, "AES_CMAC_96" }, { 3, 9, "AES_128_GMAC" }, { 3, 10, "AES_192_GMAC" },
	{ 3, 11, "AES_256_GMAC" }, { 3, 12, "HMAC_SHA2_256_128" },
	{ 3, 13, "HMAC_SHA2_384_192" }, { 3, 14, "HMAC_SHA2_512_256" },

	{ 4, 0, "NONE" }, { 4, 1, "MODP_768" }, { 4, 2, "MODP_1024" }, { 4, 5, "MODP_1536" },
	{ 4, 14, "MODP_2048" }, { 4, 15, "MODP_3072" }, { 4, 16, "MODP_4096" },
	{ 4, 17, "MODP_6144" }, { 4, 18, "MODP_8192" }, { 4, 19, "ECP_256" },
	{ 4, 20, "ECP_384" }, { 4, 21, "ECP_521" }, { 4, 22, "MODP_1024_160" },
	{ 4, 23, "MODP_2048_224" }, { 4, 24, "MODP_2048_256" }, { 4, 25, "ECP_192" },
	{ 4, 26, "ECP_224" }, { 4, 27, "BRAINPOOL_224" }, { 4, 28, "BRAINPOOL_256" },
	{ 4, 29, "BRAINPOOL_384" }, { 4, 30, "BRAINPOOL_512" }, { 4, 31, "CURVE25519" },
	{ 4, 32, "CURVE448" }, { 4, 35, "ML_KEM_512" }, { 4, 36, "ML_KEM_768" },
	{ 4, 37, "ML_KEM_1024" },

	{ 5, 0, "NO_ESN" }, { 5, 1, "ESN" },
};

static const char *const kinds[] = {
	"transform", "encryption", "PRF", "integrity", "group", "sequence numbers",
};

const char *alg_transform_text(uint8_t type, uint16_t id, uint16_t key_bits, char *out, size_t n)
{
	const char *kind = kinds[type < sizeof(kinds) / sizeof(kinds[0]) ? type : 0];
	const char *name = NULL;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].type == type && names[i].id == id)
			name = names[i].name;
	if (name && key_bits)
		snprintf(out, n, "%s-%u", name, key_bits);
	else if (name)
		snprintf(out, n, "%s", name);
	else if (key_bits)
		snprintf(out, n, "%s %u-%u", kind, id, key_bits);
	else
		snprintf(out, n, "%s %u", kind, id);
	return out;
}
