// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "conf_lines.h"
#include "conf_try.h"

#define KEY_IN_LINES	"put it into a key-file"

void good(const char *lines, const char *said)
{
	struct policy *policy = conf_lines(lines, KEY_IN_LINES);

	assert_string_equal(conf_said, said);
	assert_non_null(policy);
	policy_free(policy);
}

void bad(const char *lines, const char *said)
{
	assert_null(conf_lines(lines, KEY_IN_LINES));
	assert_string_equal(conf_said, said);
}
