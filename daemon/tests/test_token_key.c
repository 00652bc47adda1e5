// SPDX-License-Identifier: GPL-2.0-or-later
/* The secret that proves a restart: drawn once, kept in a file, for nobody else to read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "loop/token_key.h"

static char dir[64], path[128];
static unsigned int warnings;

static void count_warnings(void *ctx, enum log_level level, const char *subject, const char *text)
{
	(void)ctx;
	(void)subject;
	(void)text;
	warnings += level == LOG_LEVEL_WARNING;
}

static int setup(void **state)
{
	static char top[32];

	snprintf(top, sizeof(top), "/tmp/token_key.XXXXXX");
	assert_non_null(mkdtemp(top));
	snprintf(dir, sizeof(dir), "%s/state", top);
	snprintf(path, sizeof(path), "%s/restart.key", dir);
	*state = top;
	warnings = 0;
	log_set_sink(count_warnings, NULL);
	return 0;
}

static int teardown(void **state)
{
	log_set_sink(NULL, NULL);
	unlink(path);
	rmdir(dir);
	return rmdir(*state);
}

static void load(uint8_t key[IKE_TOKEN_KEY_N])
{
	memset(key, 0, IKE_TOKEN_KEY_N);
	assert_true(token_key_load(dir, key));
}

static void test_kept(void **state)
{
	uint8_t first[IKE_TOKEN_KEY_N], again[IKE_TOKEN_KEY_N];
	struct stat st;

	(void)state;
	load(first);
	load(again);
	assert_memory_equal(first, again, sizeof(first));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(warnings, 0);
	unlink(path);
	load(again);
	assert_memory_not_equal(first, again, sizeof(first));
}

/* What others may have read or written is not used, and not replaced either. */
static void test_untrusted(void **state)
{
	uint8_t first[IKE_TOKEN_KEY_N], again[IKE_TOKEN_KEY_N];

	(void)state;
	load(first);
	assert_int_equal(chmod(path, 0640), 0);
	load(again);
	assert_int_equal(warnings, 1);
	assert_memory_not_equal(first, again, sizeof(first));
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(truncate(path, IKE_TOKEN_KEY_N - 1), 0);
	load(again);
	assert_int_equal(warnings, 2);
	assert_memory_not_equal(first, again, IKE_TOKEN_KEY_N - 1);
	assert_int_equal(truncate(path, IKE_TOKEN_KEY_N + 1), 0);
	load(again);
	assert_int_equal(warnings, 3);
}

/* Without a place for it there is one for as long as the daemon runs. */
static void test_no_place(void **state)
{
	uint8_t first[IKE_TOKEN_KEY_N], again[IKE_TOKEN_KEY_N];

	(void)state;
	assert_true(token_key_load("/proc/nowhere/state", first));
	assert_int_equal(warnings, 1);
	assert_true(token_key_load(NULL, again));
	assert_int_equal(warnings, 1);
	assert_memory_not_equal(first, again, sizeof(first));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(test_untrusted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_place, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
