// SPDX-License-Identifier: GPL-2.0
/* Tests of packet sizes; also compiled on the host. */
#include <kunit/test.h>
#include <linux/kernel.h>
#include "pure/mtu.h"

#define GCM	.header = 16, .block = 4, .trailer = 2, .icv = 16
#define CBC	.header = 24, .block = 16, .trailer = 2, .icv = 16

static const struct pantun_overhead sizes[] = {
	{ .outer = 20, GCM },
	{ .outer = 28, GCM },
	{ .outer = 40, GCM },
	{ .outer = 20, CBC },
	{ .outer = 28, CBC },
	{ .outer = 20, .header = 8, .block = 4, .trailer = 2, .icv = 12 },
	/* GRE inside; transport mode; AH in tunnel and transport mode */
	{ .outer = 20, GCM, .inside = 24 },
	{ .outer = 20, GCM, .inside = -20 },
	{ .outer = 40, .header = 24, .block = 1 },
	{ .outer = 20, .header = 24, .block = 1, .inside = -20 },
};

/* Worked out by hand from RFC 4303 section 2. */
static void mtu_known_test(struct kunit *test)
{
	/* 1500 - 20 - 16 - 16 = 1448, a multiple of 4; less the trailer of 2 */
	KUNIT_EXPECT_EQ(test, pantun_mtu_inner(&sizes[0], 1500), 1446U);
	KUNIT_EXPECT_EQ(test, pantun_mtu_inner(&sizes[1], 1500), 1438U);
	/* 1500 - 20 - 24 - 16 = 1440 = 90 blocks; less 2 */
	KUNIT_EXPECT_EQ(test, pantun_mtu_inner(&sizes[3], 1500), 1438U);
	/* 1500 - 28 - 24 - 16 = 1432, 89 blocks are 1424; less 2 */
	KUNIT_EXPECT_EQ(test, pantun_mtu_inner(&sizes[4], 1500), 1422U);
	KUNIT_EXPECT_EQ(test, pantun_mtu_outer(&sizes[0], 84), 20U + 16 + 88 + 16);
	KUNIT_EXPECT_EQ(test, pantun_mtu_outer(&sizes[3], 84), 20U + 24 + 96 + 16);
	KUNIT_EXPECT_EQ(test, pantun_mtu_padding(&sizes[0], 84), 2U);
	KUNIT_EXPECT_EQ(test, pantun_mtu_padding(&sizes[3], 84), 10U);
	KUNIT_EXPECT_EQ(test, pantun_mtu_padding(&sizes[3], 94), 0U);
	KUNIT_EXPECT_EQ(test, pantun_mtu_padding(&sizes[3], 95), 15U);
}

static void mtu_padding_test(struct kunit *test)
{
	u32 payload, padding;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (payload = 60; payload < 2000; payload++) {
			padding = pantun_mtu_padding(&sizes[i], payload);
			KUNIT_ASSERT_EQ(test, (payload + padding + sizes[i].trailer) %
					sizes[i].block, 0U);
			KUNIT_ASSERT_GT(test, (u32)sizes[i].block, padding);
			KUNIT_ASSERT_EQ(test, pantun_mtu_outer(&sizes[i],
							       payload - sizes[i].inside),
					sizes[i].outer + sizes[i].header + payload + padding +
					sizes[i].trailer + sizes[i].icv);
		}
	}
}

/* The largest that fits and has a payload, found by trying every size. */
static u32 try_all(const struct pantun_overhead *o, u32 path_mtu)
{
	u32 inner, best = 0;

	for (inner = max(1, 1 - o->inside); inner <= path_mtu; inner++)
		if (pantun_mtu_outer(o, inner) <= path_mtu)
			best = inner;
	return best;
}

static void mtu_inner_test(struct kunit *test)
{
	size_t i;
	u32 mtu;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (mtu = 0; mtu < 300; mtu++)
			KUNIT_ASSERT_EQ(test, pantun_mtu_inner(&sizes[i], mtu),
					try_all(&sizes[i], mtu));
		for (mtu = 1480; mtu <= 1520; mtu++)
			KUNIT_ASSERT_EQ(test, pantun_mtu_inner(&sizes[i], mtu),
					try_all(&sizes[i], mtu));
		KUNIT_ASSERT_EQ(test, pantun_mtu_inner(&sizes[i], 65535),
				try_all(&sizes[i], 65535));
	}
}

static struct kunit_case mtu_cases[] = {
	KUNIT_CASE(mtu_known_test),
	KUNIT_CASE(mtu_padding_test),
	KUNIT_CASE(mtu_inner_test),
	{}
};

static struct kunit_suite mtu_suite = {
	.name = "pantun_mtu",
	.test_cases = mtu_cases,
};

kunit_test_suite(mtu_suite);
