/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of KUnit that the tests of pure files use, on top of cmocka: the same
 * tests run here under the address and undefined behaviour sanitizers.
 */
#ifndef _HOST_KUNIT_TEST_H
#define _HOST_KUNIT_TEST_H

#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

struct kunit {
	const char *name;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char *name;
	struct kunit_case *test_cases;
};

#define KUNIT_CASE(function)	{ .run_case = function, .name = #function }

/* A test ends at its first failure, be it EXPECT or ASSERT. */
#define host_expect(test, condition, text, ...) do {				\
	if (!(condition)) {							\
		print_error("%s: " text "\n", (test)->name, ##__VA_ARGS__);	\
		_fail(__FILE__, __LINE__);					\
	}									\
} while (0)

#define KUNIT_EXPECT_EQ_MSG(test, a, b, ...)	host_expect(test, (a) == (b), __VA_ARGS__)
#define KUNIT_ASSERT_EQ_MSG(test, a, b, ...)	host_expect(test, (a) == (b), __VA_ARGS__)
#define host_compare(test, a, op, b) \
	host_expect(test, (a) op (b), "%s", "expected " #a " " #op " " #b)

#define KUNIT_EXPECT_EQ(test, a, b)	host_compare(test, a, ==, b)
#define KUNIT_ASSERT_EQ(test, a, b)	host_compare(test, a, ==, b)
#define KUNIT_EXPECT_LT(test, a, b)	host_compare(test, a, <, b)
#define KUNIT_EXPECT_GT(test, a, b)	host_compare(test, a, >, b)
#define KUNIT_ASSERT_GT(test, a, b)	host_compare(test, a, >, b)
#define KUNIT_EXPECT_TRUE(test, a)	host_compare(test, a, ==, true)
#define KUNIT_EXPECT_FALSE(test, a)	host_compare(test, a, ==, false)
#define KUNIT_EXPECT_NULL(test, a)	host_compare(test, a, ==, NULL)
#define KUNIT_EXPECT_NOT_NULL(test, a)	host_compare(test, a, !=, NULL)
#define KUNIT_ASSERT_NOT_NULL(test, a)	host_compare(test, a, !=, NULL)

static inline void host_run_case(void **state)
{
	struct kunit_case *test_case = *state;
	struct kunit test = { .name = test_case->name };

	test_case->run_case(&test);
}

static inline int host_run_suite(struct kunit_suite *suite)
{
	struct CMUnitTest tests[64] = {};
	size_t count = 0;

	for (; suite->test_cases[count].run_case; count++) {
		tests[count].name = suite->test_cases[count].name;
		tests[count].test_func = host_run_case;
		tests[count].initial_state = &suite->test_cases[count];
	}
	return _cmocka_run_group_tests(suite->name, tests, count, NULL, NULL);
}

#define kunit_test_suite(suite)			\
	int main(void)				\
	{					\
		return host_run_suite(&(suite));	\
	}					\
	struct kunit

#endif
