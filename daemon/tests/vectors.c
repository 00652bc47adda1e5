// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "vectors.h"

json_t *vectors_load(const char *name)
{
	json_error_t error;
	char path[256];
	json_t *root;

	snprintf(path, sizeof(path), "daemon/tests/vectors/%s", name);
	root = json_load_file(path, 0, &error);
	if (!root)
		fail_msg("%s: %s", path, error.text);
	return root;
}

const char *vector_text(json_t *row, const char *member)
{
	const char *text = json_string_value(json_object_get(row, member));

	if (!text)
		fail_msg("no member \"%s\"", member);
	return text;
}

static unsigned int digit_value(char digit)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = digit ? strchr(digits, digit) : NULL;

	if (!at)
		fail_msg("\"%c\" is no hex digit", digit);
	return (unsigned int)(at - digits);
}

struct bytes hex_octets(const char *hex, uint8_t out[VECTOR_MAX])
{
	size_t n = strlen(hex) / 2;

	assert_true(n <= VECTOR_MAX && strlen(hex) % 2 == 0);
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(digit_value(hex[2 * i]) << 4 | digit_value(hex[2 * i + 1]));
	return bytes_of(out, n);
}

struct bytes vector_hex(json_t *row, const char *member, uint8_t out[VECTOR_MAX])
{
	return hex_octets(vector_text(row, member), out);
}
