// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the table of algorithms: what the RFCs say of each encryption and each
 * authentication, and that the table has all pairs of them, and no other row.
 */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/pantun.h>
#include <linux/socket.h>
#include "core/alg.h"

#define AES	(PANTUN_KEY_128 | PANTUN_KEY_192 | PANTUN_KEY_256)

struct encryption {
	const char *name;
	u32 keys;		/* PANTUN_KEY_*, those whose octets are listed in lengths[] */
	u8 salt, iv, block;
	u8 icv;			/* 0: an authentication does that */
	bool counter_iv, weak;
};

static const struct encryption encryptions[] = {
	/* RFC 3602: IV and block of 16 octets */
	[PANTUN_ENC_AES_CBC] = { "aes-cbc", AES, 0, 16, 16, 0, false, false },
	/* RFC 4106: IV of 8 octets, 32-bit alignment, salt of 4 */
	[PANTUN_ENC_AES_GCM_16] = { "aes-gcm-16", AES, 4, 8, 4, 16, true, false },
	[PANTUN_ENC_AES_GCM_12] = { "aes-gcm-12", AES, 4, 8, 4, 12, true, false },
	[PANTUN_ENC_AES_GCM_8] = { "aes-gcm-8", AES, 4, 8, 4, 8, true, false },
	/* RFC 4309: IV of 8 octets, 32-bit alignment, salt of 3 */
	[PANTUN_ENC_AES_CCM_16] = { "aes-ccm-16", AES, 3, 8, 4, 16, true, false },
	[PANTUN_ENC_AES_CCM_12] = { "aes-ccm-12", AES, 3, 8, 4, 12, true, false },
	[PANTUN_ENC_AES_CCM_8] = { "aes-ccm-8", AES, 3, 8, 4, 8, true, false },
	/* RFC 4543: as RFC 4106 */
	[PANTUN_ENC_AES_GMAC] = { "aes-gmac", AES, 4, 8, 4, 16, true, false },
	/* RFC 7634: key of 32 octets, salt of 4, IV of 8 */
	[PANTUN_ENC_CHACHA20_POLY1305] = { "chacha20-poly1305", PANTUN_KEY_256, 4, 8, 4, 16,
					   true, false },
	/* RFC 3686: salt of 4 octets, IV of 8 */
	[PANTUN_ENC_AES_CTR] = { "aes-ctr", AES, 4, 8, 4, 0, true, false },
	/* RFC 2410: nothing, but 32-bit alignment as of RFC 4303 section 2.4 */
	[PANTUN_ENC_NULL] = { "null", PANTUN_KEY_NONE, 0, 0, 4, 0, false, false },
	/* RFC 2451: key of 24 octets, IV and block of 8 */
	[PANTUN_ENC_3DES_CBC] = { "3des-cbc", PANTUN_KEY_192, 0, 8, 8, 0, false, true },
	/* RFC 2405: all of 8 octets */
	[PANTUN_ENC_DES_CBC] = { "des-cbc", PANTUN_KEY_64, 0, 8, 8, 0, false, true },
};

struct authentication {
	const char *name;
	u8 key, icv;
	bool weak;
};

static const struct authentication authentications[] = {
	/* RFC 4868 section 2.3 */
	[PANTUN_AUTH_HMAC_SHA2_256_128] = { "hmac-sha2-256-128", 32, 16, false },
	[PANTUN_AUTH_HMAC_SHA2_384_192] = { "hmac-sha2-384-192", 48, 24, false },
	[PANTUN_AUTH_HMAC_SHA2_512_256] = { "hmac-sha2-512-256", 64, 32, false },
	/* RFC 2404, RFC 2403 */
	[PANTUN_AUTH_HMAC_SHA1_96] = { "hmac-sha1-96", 20, 12, false },
	[PANTUN_AUTH_HMAC_MD5_96] = { "hmac-md5-96", 16, 12, true },
	/* draft-ietf-ipsec-ciph-sha-256-00 */
	[PANTUN_AUTH_HMAC_SHA2_256_96] = { "hmac-sha2-256-96", 32, 12, true },
	/* RFC 3566, RFC 4494 */
	[PANTUN_AUTH_AES_XCBC_96] = { "aes-xcbc-96", 16, 12, false },
	[PANTUN_AUTH_AES_CMAC_96] = { "aes-cmac-96", 16, 12, false },
};

/* Keys of the right length only. */
static void check_keys(struct kunit *test, const struct pantun_alg *alg, u32 keys, u32 auth_key)
{
	static const struct { u32 key; unsigned int len; } lengths[] = {
		{ PANTUN_KEY_NONE, 0 }, { PANTUN_KEY_64, 8 }, { PANTUN_KEY_128, 16 },
		{ PANTUN_KEY_192, 24 }, { PANTUN_KEY_256, 32 },
	};
	unsigned int len, i;

	for (len = 0; len <= PANTUN_KEY_LEN_MAX; len++) {
		bool known = false;

		for (i = 0; i < ARRAY_SIZE(lengths); i++)
			known |= (keys & lengths[i].key) && len == lengths[i].len;
		KUNIT_EXPECT_EQ_MSG(test, pantun_alg_key_len_ok(alg, len), known,
				    "%s: %u octets", alg->name, len);
		KUNIT_EXPECT_EQ_MSG(test, pantun_alg_auth_key_len_ok(alg, len), len == auth_key,
				    "%s: %u octets", alg->name, len);
	}
}

/* @e with @a, which is NULL for one that authenticates, too. */
static void check_esp(struct kunit *test, const struct pantun_alg *alg,
		      const struct encryption *e, const struct authentication *a)
{
	struct pantun_overhead sizes;
	char name[64];

	snprintf(name, sizeof(name), a ? "%s %s" : "%s", e->name, a ? a->name : "");
	KUNIT_EXPECT_STREQ(test, alg->name, name);
	pantun_alg_overhead(alg, AF_INET, 20, &sizes);
	KUNIT_EXPECT_EQ_MSG(test, sizes.outer, 20, "%s", name);
	KUNIT_EXPECT_EQ_MSG(test, sizes.header, 8 + e->iv, "%s", name);
	KUNIT_EXPECT_EQ_MSG(test, sizes.block, e->block, "%s", name);
	KUNIT_EXPECT_EQ_MSG(test, sizes.trailer, 2, "%s", name);
	KUNIT_EXPECT_EQ_MSG(test, sizes.icv, a ? a->icv : e->icv, "%s", name);
	KUNIT_EXPECT_EQ_MSG(test, alg->salt_len, e->salt, "%s", name);
	KUNIT_EXPECT_EQ_MSG(test, alg->counter_iv, e->counter_iv, "%s", name);
	KUNIT_EXPECT_EQ_MSG(test, alg->weak, e->weak || (a && a->weak), "%s", name);
	check_keys(test, alg, e->keys, a ? a->key : 0);
}

static void esp_has_all_pairs_and_no_other_row(struct kunit *test)
{
	u32 enc, auth;

	for (enc = 0; enc <= PANTUN_ENC_MAX + 1; enc++) {
		const struct encryption *e =
			enc && enc < ARRAY_SIZE(encryptions) ? &encryptions[enc] : NULL;

		for (auth = 0; auth <= PANTUN_AUTH_MAX + 1; auth++) {
			const struct authentication *a =
				auth && auth < ARRAY_SIZE(authentications) ?
				&authentications[auth] : NULL;
			const struct pantun_alg *alg = pantun_alg_find(IPPROTO_ESP, enc, auth);

			KUNIT_ASSERT_EQ_MSG(test, !!alg, e && (e->icv ? !auth : !!a),
					    "%u with %u", enc, auth);
			if (alg)
				check_esp(test, alg, e, a);
		}
	}
}

static void check_ah_size(struct kunit *test, const struct pantun_alg *alg, u8 family,
			  unsigned int header)
{
	struct pantun_overhead sizes;

	pantun_alg_overhead(alg, family, 40, &sizes);
	KUNIT_EXPECT_EQ_MSG(test, sizes.outer, 40, "%s", alg->name);
	KUNIT_EXPECT_EQ_MSG(test, sizes.header, header, "%s", alg->name);
	KUNIT_EXPECT_EQ_MSG(test, sizes.block, 1, "%s", alg->name);
	KUNIT_EXPECT_EQ_MSG(test, sizes.trailer + sizes.icv, 0, "%s", alg->name);
}

/* RFC 4302 section 2: 12 octets and the ICV, a multiple of 4, of 8 in IPv6 */
static void ah_has_all_authentications(struct kunit *test)
{
	u32 auth;

	KUNIT_EXPECT_NULL(test, pantun_alg_find(IPPROTO_AH, 0, 0));
	KUNIT_EXPECT_NULL(test, pantun_alg_find(IPPROTO_AH, PANTUN_ENC_AES_GCM_16, 0));
	KUNIT_EXPECT_NULL(test, pantun_alg_find(IPPROTO_AH, PANTUN_ENC_NULL,
						PANTUN_AUTH_HMAC_SHA1_96));
	for (auth = 1; auth < ARRAY_SIZE(authentications); auth++) {
		const struct authentication *a = &authentications[auth];
		const struct pantun_alg *alg = pantun_alg_find(IPPROTO_AH, 0, auth);

		KUNIT_ASSERT_NOT_NULL_MSG(test, alg, "%s", a->name);
		KUNIT_EXPECT_STREQ(test, alg->name, a->name);
		KUNIT_EXPECT_EQ_MSG(test, alg->icv_len, a->icv, "%s", a->name);
		KUNIT_EXPECT_EQ_MSG(test, alg->weak, a->weak, "%s", a->name);
		check_ah_size(test, alg, AF_INET, 12 + a->icv);
		check_ah_size(test, alg, AF_INET6, round_up(12 + a->icv, 8));
		check_keys(test, alg, PANTUN_KEY_NONE, a->key);
	}
}

/* RFC 4543: salt of 4 octets, IV of 8, ICV of 16; any key of AES */
static void ah_has_gmac(struct kunit *test)
{
	const struct pantun_alg *alg = pantun_alg_find(IPPROTO_AH, 0, PANTUN_AUTH_AES_GMAC);
	unsigned int len;

	KUNIT_ASSERT_NOT_NULL(test, alg);
	KUNIT_EXPECT_STREQ(test, alg->name, "aes-gmac");
	KUNIT_EXPECT_EQ(test, alg->salt_len, 4);
	KUNIT_EXPECT_EQ(test, alg->icv_len, 16);
	KUNIT_EXPECT_TRUE(test, alg->counter_iv);
	check_ah_size(test, alg, AF_INET, 12 + 8 + 16);
	check_ah_size(test, alg, AF_INET6, 40);
	for (len = 0; len <= PANTUN_KEY_LEN_MAX; len++)
		KUNIT_EXPECT_EQ(test, pantun_alg_auth_key_len_ok(alg, len),
				len == 16 || len == 24 || len == 32);
}

static struct kunit_case alg_cases[] = {
	KUNIT_CASE(esp_has_all_pairs_and_no_other_row),
	KUNIT_CASE(ah_has_all_authentications),
	KUNIT_CASE(ah_has_gmac),
	{}
};

static struct kunit_suite alg_suite = {
	.name = "pantun_alg",
	.test_cases = alg_cases,
};

kunit_test_suite(alg_suite);
