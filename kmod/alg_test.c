// SPDX-License-Identifier: GPL-2.0
/* Tests of the table of algorithms. */
#include <kunit/test.h>
#include <linux/pantun.h>
#include "alg.h"

struct row {
	const char *name;
	u32 enc, auth;
	struct pantun_overhead sizes;	/* behind 20 octets of IPv4 */
	u8 auth_key_len, salt_len;
};

static const struct row rows[] = {
	/* RFC 4106: IV of 8 octets, 32-bit alignment, ICV of 16; RFC 4106 8.1: salt of 4 */
	{ "AES-GCM-16", PANTUN_ENC_AES_GCM_16, 0, { 20, 8 + 8, 4, 16 }, 0, 4 },
	/* RFC 3602: IV and block of 16 octets; RFC 4868: key of 32 octets, ICV of 16 */
	{ "AES-CBC with HMAC-SHA2-256-128", PANTUN_ENC_AES_CBC, PANTUN_AUTH_HMAC_SHA2_256_128,
	  { 20, 8 + 16, 16, 16 }, 32, 0 },
};

static void row_name(const struct row *row, char *name)
{
	strscpy(name, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(alg_rows, rows, row_name);

static void sizes_are_those_of_the_rfcs(struct kunit *test)
{
	const struct row *row = test->param_value;
	const struct pantun_alg *alg = pantun_alg_find(row->enc, row->auth);
	struct pantun_overhead sizes;

	KUNIT_ASSERT_NOT_NULL(test, alg);
	pantun_alg_overhead(alg, 20, &sizes);
	KUNIT_EXPECT_EQ(test, sizes.outer, row->sizes.outer);
	KUNIT_EXPECT_EQ(test, sizes.header, row->sizes.header);
	KUNIT_EXPECT_EQ(test, sizes.block, row->sizes.block);
	KUNIT_EXPECT_EQ(test, sizes.icv, row->sizes.icv);
	KUNIT_EXPECT_EQ(test, alg->auth_key_len, row->auth_key_len);
	KUNIT_EXPECT_EQ(test, alg->salt_len, row->salt_len);
}

static void keys_have_128_192_or_256_bits(struct kunit *test)
{
	const struct row *row = test->param_value;
	const struct pantun_alg *alg = pantun_alg_find(row->enc, row->auth);
	unsigned int len;

	KUNIT_ASSERT_NOT_NULL(test, alg);
	for (len = 0; len <= PANTUN_KEY_LEN_MAX; len++)
		KUNIT_EXPECT_EQ_MSG(test, pantun_alg_key_len_ok(alg, len),
				    len == 16 || len == 24 || len == 32, "%u octets", len);
}

static void no_other_combination_is_there(struct kunit *test)
{
	u32 enc, auth;
	size_t i;

	for (enc = 0; enc <= PANTUN_ENC_MAX + 1; enc++) {
		for (auth = 0; auth <= PANTUN_AUTH_MAX + 1; auth++) {
			bool known = false;

			for (i = 0; i < ARRAY_SIZE(rows); i++)
				known |= rows[i].enc == enc && rows[i].auth == auth;
			KUNIT_EXPECT_EQ_MSG(test, !!pantun_alg_find(enc, auth), known,
					    "%u with %u", enc, auth);
		}
	}
}

static struct kunit_case alg_cases[] = {
	KUNIT_CASE_PARAM(sizes_are_those_of_the_rfcs, alg_rows_gen_params),
	KUNIT_CASE_PARAM(keys_have_128_192_or_256_bits, alg_rows_gen_params),
	KUNIT_CASE(no_other_combination_is_there),
	{}
};

static struct kunit_suite alg_suite = {
	.name = "pantun_alg",
	.test_cases = alg_cases,
};

kunit_test_suite(alg_suite);
