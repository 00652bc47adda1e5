// SPDX-License-Identifier: GPL-2.0-or-later
/* The collision matrix is whole: each of its cases is played by the test of its suite. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/crossings.h"

static unsigned int count(const char *const *names)
{
	unsigned int n = 0;

	while (n < CROSSINGS_MOST && names[n])
		n++;
	return n;
}

static void test_whole(void **state)
{
	unsigned int n = 0;

	(void)state;
	for (unsigned int i = 0; i < CROSSINGS_SUITES; i++)
		n += count(crossings[i].names) + count(crossings[i].unspoken);
	assert_int_equal(n, CROSSINGS_ALL);
}

static void test_played(void **state)
{
	char path[256];

	(void)state;
	for (unsigned int i = 0; i < CROSSINGS_SUITES; i++) {
		if (!count(crossings[i].names))
			continue;
		snprintf(path, sizeof(path), "%s/daemon/tests/test_crossing_%s.c",
			 access("daemon", F_OK) ? ".." : ".", crossings[i].suite);
		if (access(path, R_OK))
			fail_msg("%s is not there", path);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_played),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
