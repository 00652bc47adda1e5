// SPDX-License-Identifier: GPL-2.0-or-later
/* Values of long JSON texts, one after the other, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "json_walk.h"

#define TEXT	256

/* "name=value;" of each, or "bad" behind those before it; of memory that ends with @text. */
static const char *walked(const char *text)
{
	static char out[TEXT];
	size_t n = strlen(text), at = 0;
	char *copy = malloc(n ? n : 1);
	struct json_walk walk;
	struct bytes name, value;

	assert_non_null(copy);
	memcpy(copy, text, n);
	walk = json_walk_begin(bytes_of(copy, n));
	out[0] = '\0';
	while (json_walk_next(&walk, &name, &value))
		at += (size_t)snprintf(out + at, TEXT - at, "%.*s=%.*s;", (int)name.n,
				       name.n ? (const char *)name.p : "", (int)value.n,
				       (const char *)value.p);
	if (walk.bad)
		snprintf(out + at, TEXT - at, "bad");
	free(copy);
	return out;
}

static void test_good(void **state)
{
	(void)state;
	assert_string_equal(walked("{}"), "");
	assert_string_equal(walked(" [ ] \n"), "");
	assert_string_equal(walked("{\"a\":1,\"b\":true}"), "a=1;b=true;");
	assert_string_equal(walked("{ \"a\" : -1.5e3 , \"b\" : null }"), "a=-1.5e3;b=null;");
	assert_string_equal(walked("[1,\"x,]\",{\"a\":[2,3]},[]]"),
			    "=1;=\"x,]\";={\"a\":[2,3]};=[];");
	assert_string_equal(walked("{\"a\\\"b\":\"\\\\\",\"c\":\"\\\"}\"}"),
			    "a\\\"b=\"\\\\\";c=\"\\\"}\";");
	assert_string_equal(walked("[[\"]\",\"\\\"]\"],{\"}\":\"}\"}]"),
			    "=[\"]\",\"\\\"]\"];={\"}\":\"}\"};");
}

/* Each may end anywhere. */
static void test_cut(void **state)
{
	static const char text[] = "{\"a\":[1,{\"b\":\"\\\"\"}] , \"c\":\"d\",\"e\":12}";
	char part[sizeof(text)];

	(void)state;
	assert_string_equal(walked(text), "a=[1,{\"b\":\"\\\"\"}];c=\"d\";e=12;");
	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		snprintf(part, sizeof(part), "%.*s", (int)n, text);
		assert_non_null(strstr(walked(part), "bad"));
	}
}

static void test_bad(void **state)
{
	static const char *const bad[] = {
		"1", "\"a\"", "x{}", "{}x", "[1]]", "[1}", "{\"a\":1]", "[,]", "[1,]", "[1 2]",
		"{1:2}", "{\"a\"1}", "{\"a\":}", "{\"a\":1,}", "{\"a\",\"b\"}", "]", "[:]x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!strstr(walked(bad[i]), "bad"))
			fail_msg("\"%s\" passed for \"%s\"", bad[i], walked(bad[i]));
}

static bool is_object(const char *text)
{
	struct json_walk walk = json_walk_begin(bytes_of(text, strlen(text)));

	return walk.object;
}

static void test_kind(void **state)
{
	(void)state;
	assert_true(is_object("{}"));
	assert_true(is_object(" {\"a\":1}"));
	assert_false(is_object("[{}]"));
	assert_false(is_object("[]"));
	assert_false(is_object("7"));
	assert_false(is_object(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_kind),
	};

	return cmocka_run_group_tests_name("JSON walk", tests, NULL, NULL);
}
