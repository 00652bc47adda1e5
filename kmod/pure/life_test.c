// SPDX-License-Identifier: GPL-2.0
/* Tests of the limits of an SA; also compiled on the host. */
#include <kunit/test.h>
#include <linux/kernel.h>
#include "pure/life.h"

static void life_none_test(struct kunit *test)
{
	static const struct pantun_limits none;

	KUNIT_EXPECT_EQ(test, (int)pantun_life_check(&none, U64_MAX, U64_MAX, U64_MAX),
			(int)PANTUN_LIFE_OK);
	KUNIT_EXPECT_EQ(test, (int)pantun_life_check(&none, 0, 0, 0), (int)PANTUN_LIFE_OK);
}

static void life_bytes_test(struct kunit *test)
{
	static const struct pantun_limits limits = {
		.soft.bytes = 1000, .hard.bytes = 2000,
	};

	KUNIT_EXPECT_EQ(test, (int)pantun_life_check(&limits, 999, 9, 9), (int)PANTUN_LIFE_OK);
	KUNIT_EXPECT_EQ(test, (int)pantun_life_check(&limits, 1000, 9, 9),
			(int)PANTUN_LIFE_SOFT);
	KUNIT_EXPECT_EQ(test, (int)pantun_life_check(&limits, 2000, 9, 9),
			(int)PANTUN_LIFE_SOFT);
	KUNIT_EXPECT_EQ(test, (int)pantun_life_check(&limits, 2001, 9, 9),
			(int)PANTUN_LIFE_HARD);
}

static void life_packets_test(struct kunit *test)
{
	static const struct pantun_limits limits = {
		.soft.packets = 3, .hard.packets = 4,
	};

	KUNIT_EXPECT_EQ(test, (int)pantun_life_check(&limits, 9, 2, 9), (int)PANTUN_LIFE_OK);
	KUNIT_EXPECT_EQ(test, (int)pantun_life_check(&limits, 9, 3, 9), (int)PANTUN_LIFE_SOFT);
	KUNIT_EXPECT_EQ(test, (int)pantun_life_check(&limits, 9, 4, 9), (int)PANTUN_LIFE_SOFT);
	KUNIT_EXPECT_EQ(test, (int)pantun_life_check(&limits, 9, 5, 9), (int)PANTUN_LIFE_HARD);
}

/* Time passes by itself: at the limit it is over. */
static void life_seconds_test(struct kunit *test)
{
	static const struct pantun_limits limits = {
		.soft.seconds = 3000, .hard.seconds = 3600,
	};

	KUNIT_EXPECT_EQ(test, (int)pantun_life_check(&limits, 0, 0, 2999), (int)PANTUN_LIFE_OK);
	KUNIT_EXPECT_EQ(test, (int)pantun_life_check(&limits, 0, 0, 3000),
			(int)PANTUN_LIFE_SOFT);
	KUNIT_EXPECT_EQ(test, (int)pantun_life_check(&limits, 0, 0, 3599),
			(int)PANTUN_LIFE_SOFT);
	KUNIT_EXPECT_EQ(test, (int)pantun_life_check(&limits, 0, 0, 3600),
			(int)PANTUN_LIFE_HARD);
}

/* Each kind counts by itself, the hard ones first. */
static void life_mixed_test(struct kunit *test)
{
	static const struct pantun_limits limits = {
		.soft = { .bytes = 10, .packets = 10, .seconds = 10 },
		.hard = { .packets = 20 },
	};

	KUNIT_EXPECT_EQ(test, (int)pantun_life_check(&limits, 9, 9, 9), (int)PANTUN_LIFE_OK);
	KUNIT_EXPECT_EQ(test, (int)pantun_life_check(&limits, 9, 9, 10), (int)PANTUN_LIFE_SOFT);
	KUNIT_EXPECT_EQ(test, (int)pantun_life_check(&limits, U64_MAX, 1, U64_MAX),
			(int)PANTUN_LIFE_SOFT);
	KUNIT_EXPECT_EQ(test, (int)pantun_life_check(&limits, 10, 21, 10),
			(int)PANTUN_LIFE_HARD);
}

/* In time, the sender first. */
static void life_number_test(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, pantun_life_number_late(1, false));
	KUNIT_EXPECT_FALSE(test, pantun_life_number_late(0xbfffffff, false));
	KUNIT_EXPECT_TRUE(test, pantun_life_number_late(0xc0000000, false));
	KUNIT_EXPECT_TRUE(test, pantun_life_number_late(U32_MAX, false));
	KUNIT_EXPECT_FALSE(test, pantun_life_number_late(0xdfffffff, true));
	KUNIT_EXPECT_TRUE(test, pantun_life_number_late(0xe0000000, true));
	KUNIT_EXPECT_TRUE(test, pantun_life_number_late(U32_MAX, true));
}

static void life_invalid_test(struct kunit *test)
{
	struct pantun_limits limits = { .soft.seconds = 9 };

	KUNIT_EXPECT_NULL(test, pantun_life_invalid(&limits));
	limits.hard.seconds = 9;
	KUNIT_EXPECT_NULL(test, pantun_life_invalid(&limits));
	limits.hard.seconds = 8;
	KUNIT_EXPECT_NOT_NULL(test, pantun_life_invalid(&limits));
	limits = (struct pantun_limits){ .soft.bytes = 2, .hard.bytes = 1 };
	KUNIT_EXPECT_NOT_NULL(test, pantun_life_invalid(&limits));
	limits = (struct pantun_limits){ .soft.packets = 2, .hard.packets = 1 };
	KUNIT_EXPECT_NOT_NULL(test, pantun_life_invalid(&limits));
	limits = (struct pantun_limits){ .hard = { .bytes = 1, .packets = 1, .seconds = 1 } };
	KUNIT_EXPECT_NULL(test, pantun_life_invalid(&limits));
}

static struct kunit_case life_cases[] = {
	KUNIT_CASE(life_none_test),
	KUNIT_CASE(life_bytes_test),
	KUNIT_CASE(life_packets_test),
	KUNIT_CASE(life_seconds_test),
	KUNIT_CASE(life_mixed_test),
	KUNIT_CASE(life_number_test),
	KUNIT_CASE(life_invalid_test),
	{}
};

static struct kunit_suite life_suite = {
	.name = "pantun_life",
	.test_cases = life_cases,
};

kunit_test_suite(life_suite);
