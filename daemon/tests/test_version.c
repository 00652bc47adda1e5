// SPDX-License-Identifier: GPL-2.0-or-later
/* Which versions work together, and what is said where they differ. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/version.h"

static unsigned long ours_major(void)
{
	return strtoul(PANTUN_VERSION, NULL, 10);
}

static void test_same(void **state)
{
	char text[64] = "left over";

	(void)state;
	assert_int_equal(version_of_module("it", PANTUN_VERSION, text, sizeof(text)), VERSION_SAME);
	assert_string_equal(text, "");
}

static void test_semantic(void **state)
{
	const char *at = PANTUN_VERSION;
	size_t digits;

	(void)state;
	for (unsigned int part = 0; part < 3; part++) {
		digits = strspn(at, "0123456789");
		assert_true(digits > 0);
		at += digits;
		if (part < 2)
			assert_int_equal(*at++, '.');
	}
	assert_int_equal(*at, '\0');
}

/* Says both versions and what to do. */
static void assert_explained(const char *text, const char *theirs, const char *remedy)
{
	assert_non_null(strstr(text, "it is version " PANTUN_VERSION));
	assert_non_null(strstr(text, theirs));
	assert_non_null(strstr(text, remedy));
}

static void test_differs(void **state)
{
	char theirs[VERSION_TEXT], text[512];

	(void)state;
	snprintf(theirs, sizeof(theirs), "%lu.99.7", ours_major());
	assert_int_equal(version_of_module("it", theirs, text, sizeof(text)), VERSION_DIFFERS);
	assert_explained(text, theirs, "modprobe -r pantun");
	assert_null(strstr(text, "not work together"));
	assert_int_equal(version_of_daemon("it", theirs, text, sizeof(text)), VERSION_DIFFERS);
	assert_explained(text, theirs, "systemctl restart pantund");
	assert_int_equal(version_of_module("it", "", text, sizeof(text)), VERSION_DIFFERS);
	assert_explained(text, "unknown", "reboot");
}

static void test_foreign(void **state)
{
	char next[VERSION_TEXT], longer[VERSION_TEXT], text[512];
	const char *const foreign[] = { next, longer, "no number", ".", "-" };

	(void)state;
	snprintf(next, sizeof(next), "%lu.0.0", ours_major() + 1);
	/* the same first digits are not the same number */
	snprintf(longer, sizeof(longer), "%lu0.1.0", ours_major());
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		assert_int_equal(version_of_module("it", foreign[i], text, sizeof(text)),
				 VERSION_FOREIGN);
		assert_explained(text, foreign[i], "install the same version");
		assert_non_null(strstr(text, "not work together"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_semantic),
		cmocka_unit_test(test_differs),
		cmocka_unit_test(test_foreign),
	};

	return cmocka_run_group_tests_name("version", tests, NULL, NULL);
}
