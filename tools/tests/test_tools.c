// SPDX-License-Identifier: GPL-2.0-or-later
/* What pantunctl reads from people: key files, selectors, words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/text.h"
#include "algorithms.h"
#include "keyfile.h"
#include "model.h"
#include "selector.h"
#include "words.h"

struct file {
	char path[64];
	char error[MODEL_ERROR];
	struct keys keys;
};

static int file_setup(void **state)
{
	struct file *file = calloc(1, sizeof(*file));
	int fd;

	assert_non_null(file);
	text_copy(file->path, sizeof(file->path), "/tmp/pantun-keys-XXXXXX");
	fd = mkstemp(file->path);
	assert_true(fd >= 0);
	close(fd);
	*state = file;
	return 0;
}

static int file_teardown(void **state)
{
	struct file *file = *state;

	unlink(file->path);
	free(file);
	return 0;
}

static int read_text(struct file *file, const char *text)
{
	FILE *to = fopen(file->path, "w");

	assert_non_null(to);
	fputs(text, to);
	fclose(to);
	return keyfile_read(file->path, &file->keys, file->error, sizeof(file->error));
}

static void assert_refused(struct file *file, const char *text, const char *why)
{
	file->error[0] = '\0';
	if (read_text(file, text) != -1 || !strstr(file->error, why))
		fail_msg("\"%s\" is told: %s\nwanted: %s", text, file->error, why);
}

struct refusal {
	const char *text, *why;
};

static void assert_all_refused(struct file *file, const struct refusal *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_refused(file, rows[i].text, rows[i].why);
}

static void test_keys_good(void **state)
{
	struct file *file = *state;

	assert_int_equal(read_text(file, "# by hand\n\nenc 000102030405060708090a0b0c0d0e0f\n"
				   "\tsalt  0xAABBCCDD  # of the nonce\r\n"), 0);
	assert_int_equal(file->keys.enc.n, 16);
	assert_int_equal(file->keys.enc.b[15], 15);
	assert_int_equal(file->keys.salt.n, 4);
	assert_int_equal(file->keys.salt.b[0], 0xaa);
	assert_int_equal(file->keys.auth.n, 0);
}

static void test_keys_last_line_open(void **state)
{
	struct file *file = *state;

	assert_int_equal(read_text(file, "auth 0102\nenc ff"), 0);
	assert_int_equal(file->keys.auth.n, 2);
	assert_int_equal(file->keys.enc.b[0], 0xff);
}

static void test_keys_bad(void **state)
{
	static const struct refusal rows[] = {
		{ "", "no line \"enc HEX\" or \"auth HEX\"" },
		{ "salt 01020304\n", "no line \"enc HEX\" or \"auth HEX\"" },
		{ "enc 012\n", ":1: a key must be an even count" },
		{ "\nenc 01zz\n", ":2: a key must be an even count" },
		{ "enc\n", ":1: a key must follow" },
		{ "enc 0x\n", ":1: a key must follow" },
		{ "key 0102\n", ":1: a line must begin with" },
		{ "enc 01 02\n", ":1: one word and one key" },
		{ "enc 01\nenc 02\n", ":2: this key was given before" },
		{ "enc 01\nsalt 0102030405\n", ":2: a key longer" },
	};
	char text[300] = "enc ";

	assert_all_refused(*state, rows, sizeof(rows) / sizeof(rows[0]));
	memset(text + 4, '0', 2 * (PANTUN_KEY_LEN_MAX + 1));
	assert_refused(*state, text, ":1: a key longer");
}

/* As PAN-OS writes keys. */
static void test_keys_groups(void **state)
{
	static const struct refusal rows[] = {
		{ "enc 00010203-0405060\n", ":1: a key with '-' must be groups" },
		{ "enc 00010203-\n", ":1: a key with '-' must be groups" },
		{ "enc -00010203\n", ":1: a key with '-' must be groups" },
		{ "enc 00010203--04050607\n", ":1: a key with '-' must be groups" },
		{ "enc 0001020304050607-08090a0b\n", ":1: a key with '-' must be" },
		{ "enc 0001020x-04050607\n", ":1: a key with '-' must be groups" },
		{ "enc 0x00010203-04050607\n", ":1: a key must be an even count" },
		{ "salt 00010203-04050607\n", ":1: a key longer" },
	};
	struct file *file = *state;

	assert_int_equal(read_text(file, "auth 00010203-04050607-08090A0b-0c0d0e0f-10111213\n"
				   "salt aabbccdd\n"), 0);
	assert_int_equal(file->keys.auth.n, 20);
	for (uint8_t i = 0; i < 20; i++)
		assert_int_equal(file->keys.auth.b[i], i);
	assert_int_equal(file->keys.salt.n, 4);
	assert_all_refused(file, rows, sizeof(rows) / sizeof(rows[0]));
}

/* What is wrong is said without the key. */
static void test_keys_error_hides_key(void **state)
{
	struct file *file = *state;

	assert_refused(file, "enc 4b1db4b1d00d4b1x\n", "even count");
	assert_null(strstr(file->error, "4b1d"));
}

static void test_keys_permissions(void **state)
{
	static const mode_t open_modes[] = { 0640, 0604, 0620, 0602, 0610, 0666 };
	struct file *file = *state;

	assert_int_equal(read_text(file, "enc 01\n"), 0);
	for (size_t i = 0; i < sizeof(open_modes) / sizeof(open_modes[0]); i++) {
		assert_int_equal(chmod(file->path, open_modes[i]), 0);
		assert_refused(file, "enc 01\n", "chmod 600");
		assert_int_equal(file->keys.enc.n, 0);
	}
	assert_int_equal(chmod(file->path, 0600), 0);
	assert_int_equal(read_text(file, "enc 01\n"), 0);
}

static void test_keys_no_plain_file(void **state)
{
	struct file *file = *state;
	static char text[4097];

	assert_int_equal(keyfile_read("/dev/zero", &file->keys, file->error,
				      sizeof(file->error)), -1);
	assert_non_null(strstr(file->error, "not a regular file"));
	assert_int_equal(keyfile_read("/nonexistent/keys", &file->keys, file->error,
				      sizeof(file->error)), -1);
	assert_non_null(strstr(file->error, "No such file"));
	memset(text, '#', sizeof(text) - 1);
	assert_refused(file, text, "too long for a key file");
	text[4095] = '\0';
	assert_refused(file, text, "no line \"enc HEX\"");
}

static void assert_text(const struct genl_selector *s, bool local, const char *addresses,
			const char *service)
{
	char text[SELECTOR_TEXT];

	assert_string_equal(selector_addresses(s, local, text, sizeof(text)), addresses);
	assert_string_equal(selector_service(s, local, text), service);
}

static void test_selector_any(void **state)
{
	struct genl_selector s = { 0 };

	(void)state;
	assert_null(selector_take_address(&s, true, "any"));
	assert_null(selector_take_proto(&s, "any"));
	assert_null(selector_finish(&s));
	assert_int_equal(s.local4.first.family, 0);
	assert_int_equal(s.remote6.first.family, 0);
	assert_text(&s, true, "any", "any");
}

static void test_selector_full(void **state)
{
	struct genl_selector s = { 0 };

	(void)state;
	assert_null(selector_take_address(&s, true, "10.1.0.0/16"));
	assert_null(selector_take_address(&s, true, "fd00::1-fd00::9"));
	assert_null(selector_take_address(&s, false, "10.2.0.7"));
	assert_null(selector_take_address(&s, false, "fd01::/64"));
	assert_null(selector_take_proto(&s, "tcp"));
	assert_null(selector_take_port(&s, true, "1024-2047"));
	assert_null(selector_take_port(&s, false, "443"));
	assert_null(selector_finish(&s));
	assert_text(&s, true, "10.1.0.0/16, fd00::1-fd00::9", "tcp 1024-2047");
	assert_text(&s, false, "10.2.0.7, fd01::/64", "tcp 443");
}

static void test_selector_everything(void **state)
{
	struct genl_selector s = { 0 };

	(void)state;
	assert_null(selector_take_address(&s, true, "0.0.0.0/0"));
	assert_text(&s, true, "0.0.0.0/0", "any");
	assert_null(selector_take_address(&s, true, "::/0"));
	assert_text(&s, true, "any", "any");
}

/* A side left out is any address, of the families of the other side alone. */
static void test_selector_one_side(void **state)
{
	struct genl_selector s = { 0 };

	(void)state;
	assert_null(selector_take_address(&s, false, "10.2.0.0/16"));
	assert_null(selector_take_address(&s, true, "any"));
	assert_null(selector_finish(&s));
	assert_text(&s, true, "0.0.0.0/0", "any");
	assert_int_equal(s.local6.first.family, 0);
	assert_int_equal(s.remote6.first.family, 0);
}

static void test_selector_refused(void **state)
{
	static const char *const addresses[] = { "10.1.0.0/33", "10.1.0.9-10.1.0.1",
						 "10.1.0.1-fd00::1", "lan" };
	static const char *const protos[] = { "256", "tcpp" };
	static const char *const bad_ports[] = { "65536", "20-10", "-1", "1-" };
	struct genl_selector s = { 0 }, ports = { 0 }, cross = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		if (!selector_take_address(&s, true, addresses[i]))
			fail_msg("address %s is taken", addresses[i]);
	for (size_t i = 0; i < sizeof(protos) / sizeof(protos[0]); i++)
		if (!selector_take_proto(&s, protos[i]))
			fail_msg("protocol %s is taken", protos[i]);
	for (size_t i = 0; i < sizeof(bad_ports) / sizeof(bad_ports[0]); i++)
		if (!selector_take_port(&s, true, bad_ports[i]))
			fail_msg("port %s is taken", bad_ports[i]);
	assert_null(selector_take_address(&s, true, "10.1.0.0/16"));
	assert_non_null(selector_take_address(&s, true, "10.2.0.0/16"));
	assert_null(selector_take_port(&ports, true, "80"));
	assert_non_null(strstr(selector_finish(&ports), "ports need a protocol"));
	assert_null(selector_take_address(&cross, true, "10.0.0.0/8"));
	assert_null(selector_take_address(&cross, false, "fd00::/8"));
	assert_non_null(strstr(selector_finish(&cross), "same families"));
}

static void test_nearest(void **state)
{
	static const char *const list[] = { "show", "test", "clear", "monitor", "sa" };

	(void)state;
	assert_string_equal(words_nearest("shwo", list, 5), "show");
	assert_string_equal(words_nearest("claer", list, 5), "clear");
	assert_string_equal(words_nearest("mon", list, 5), "monitor");
	assert_string_equal(words_nearest("as", list, 5), "sa");
	assert_null(words_nearest("xyzzy", list, 5));
	assert_null(words_nearest("a-word-longer-than-any-that-this-program-knows", list, 5));
}

static const char *take_twice(void *ctx, char *const *values)
{
	text_add(ctx, "%s%s", values[0], values[1]);
	return strcmp(values[0], "bad") ? NULL : "is bad";
}

static const char *take_flag(void *ctx, char *const *values)
{
	(void)values;
	text_add(ctx, "!");
	return NULL;
}

static void test_keywords(void **state)
{
	static const struct keyword table[] = {
		{ "pair", "two words", 2, take_twice },
		{ "flag", "", 0, take_flag },
		{ NULL, NULL, 0, NULL },
	};
	char *good[] = { "pair", "a", "b", "flag" }, *unknown[] = { "flog" };
	char *bad[] = { "pair", "bad", "b" };
	char octets[64];
	struct text seen;

	(void)state;
	text_init(&seen, octets, sizeof(octets));
	assert_int_equal(keywords_take("here", table, &seen, 4, good), 0);
	assert_string_equal(octets, "ab!");
	assert_int_equal(keywords_take("here", table, &seen, 0, NULL), 0);
	assert_int_equal(keywords_take("here", table, &seen, 2, good), EXIT_USAGE);
	assert_int_equal(keywords_take("here", table, &seen, 1, unknown), EXIT_USAGE);
	assert_int_equal(keywords_take("here", table, &seen, 3, bad), EXIT_USAGE);
}

static void test_numbers(void **state)
{
	uint64_t n = 0;

	(void)state;
	assert_true(number_take("0x1001", 256, UINT32_MAX, &n) && n == 0x1001);
	assert_true(number_take("4294967295", 256, UINT32_MAX, &n) && n == UINT32_MAX);
	assert_false(number_take("255", 256, UINT32_MAX, &n));
	assert_false(number_take("0x100000000", 256, UINT32_MAX, &n));
	assert_false(number_take("99999999999999999999", 0, UINT64_MAX, &n));
	assert_false(number_take("-1", 0, UINT64_MAX, &n));
	assert_false(number_take("0x", 0, UINT64_MAX, &n));
	assert_false(number_take("12z", 0, UINT64_MAX, &n));
	assert_false(number_take("", 0, UINT64_MAX, &n));
}

static void test_names(void **state)
{
	struct sa sa = { .enc = PANTUN_ENC_AES_CBC, .auth = PANTUN_AUTH_HMAC_SHA2_256_128,
			 .key_bits = 256, .dir = PANTUN_DIR_OUT };
	char text[64];

	(void)state;
	assert_string_equal(sa_algorithm(&sa, text, sizeof(text)),
			    "aes-cbc-256/hmac-sha2-256-128");
	sa.enc = PANTUN_ENC_NULL;
	assert_string_equal(sa_algorithm(&sa, text, sizeof(text)), "null/hmac-sha2-256-128");
	sa.enc = PANTUN_ENC_CHACHA20_POLY1305;
	sa.auth = 0;
	assert_string_equal(sa_algorithm(&sa, text, sizeof(text)), "chacha20-poly1305");
	sa.enc = 0;
	assert_string_equal(sa_algorithm(&sa, text, sizeof(text)), "-");
	sa.auth = PANTUN_AUTH_HMAC_SHA1_96;
	assert_string_equal(sa_algorithm(&sa, text, sizeof(text)), "hmac-sha1-96");
	sa.auth = PANTUN_AUTH_MAX + 1;
	assert_string_equal(sa_algorithm(&sa, text, sizeof(text)), "?");
	assert_string_equal(sa_state(&sa), "old");
	sa.standby = true;
	assert_string_equal(sa_state(&sa), "standby");
	sa.expired = true;
	assert_string_equal(sa_state(&sa), "expired");
	assert_int_equal(enc_number("aes-gcm-16"), PANTUN_ENC_AES_GCM_16);
	assert_int_equal(enc_number("aes"), 0);
	assert_int_equal(auth_number("aes-gmac"), PANTUN_AUTH_AES_GMAC);
	assert_int_equal(auth_number("hmac-sha2-256"), 0);
	assert_int_equal(mode_number("transport"), PANTUN_MODE_TRANSPORT);
	assert_int_equal(df_number("clear"), PANTUN_DF_CLEAR);
	assert_int_equal(ipsec_proto_number("ah"), 51);
	assert_int_equal(ipsec_proto_number("icmp"), 0);
	assert_string_equal(ipsec_proto_name(50), "esp");
	assert_string_equal(ipsec_proto_name(0), "?");
	assert_string_equal(tos_name(PANTUN_TOS_COPY), "copy");
	assert_int_equal(start_number("on-demand"), PANTUN_START_ON_DEMAND);
	assert_string_equal(state_name(99), "?");
	assert_string_equal(state_name(PANTUN_STATE_UNSPEC), "?");
}

static void test_monitored(void **state)
{
	struct tunnel_monitor monitors[2] = {
		{ .tunnel_id = 7, .action = PANTUN_MONITOR_WAIT_RECOVER },
		{ .tunnel_id = 8, .action = PANTUN_MONITOR_FAIL_OVER },
	};
	const struct model model = { .monitors = monitors, .monitors_n = 2 };
	struct tunnel tunnel = { .id = 7, .state = PANTUN_STATE_HALF_UP, .path = PANTUN_PATH_DOWN };
	char text[MONITOR_HISTORY];
	struct index index;

	(void)state;
	model_index_monitors(&model, &index);
	assert_string_equal(model_tunnel_state(&index, &tunnel), "degraded");
	assert_string_equal(model_tunnel_monitor(&index, &tunnel), "down");
	tunnel.id = 8;
	assert_string_equal(model_tunnel_state(&index, &tunnel), "down");
	tunnel.path = PANTUN_PATH_UP;
	assert_string_equal(model_tunnel_state(&index, &tunnel), "half-up");
	assert_string_equal(model_tunnel_monitor(&index, &tunnel), "up");
	tunnel.path = PANTUN_PATH_UNKNOWN;
	assert_string_equal(model_tunnel_monitor(&index, &tunnel), "unknown");
	tunnel.id = 9;
	assert_string_equal(model_tunnel_monitor(&index, &tunnel), "off");
	index_free(&index);

	assert_string_equal(monitor_history(monitors, text, sizeof(text)), "");
	monitors[0].received = 3;
	monitors[0].lost = 2;
	monitors[0].history = 0x19;
	assert_string_equal(monitor_history(monitors, text, sizeof(text)), "10011");
	assert_string_equal(monitor_history(monitors, text, 4), "100");
	monitors[0].lost = 1000;
	assert_int_equal(strlen(monitor_history(monitors, text, sizeof(text))), 64);
	assert_string_equal(monitor_action_name(PANTUN_MONITOR_FAIL_OVER), "fail-over");
	for (uint32_t error = 1; error <= PANTUN_MONITOR_ERROR_MAX; error++)
		assert_true(strlen(monitor_error_name(error)) > 1);
	assert_string_equal(monitor_error_name(0), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_keys_good, file_setup, file_teardown),
		cmocka_unit_test_setup_teardown(test_keys_last_line_open, file_setup,
						file_teardown),
		cmocka_unit_test_setup_teardown(test_keys_bad, file_setup, file_teardown),
		cmocka_unit_test_setup_teardown(test_keys_groups, file_setup, file_teardown),
		cmocka_unit_test_setup_teardown(test_keys_error_hides_key, file_setup,
						file_teardown),
		cmocka_unit_test_setup_teardown(test_keys_permissions, file_setup,
						file_teardown),
		cmocka_unit_test_setup_teardown(test_keys_no_plain_file, file_setup,
						file_teardown),
		cmocka_unit_test(test_selector_any),
		cmocka_unit_test(test_selector_full),
		cmocka_unit_test(test_selector_everything),
		cmocka_unit_test(test_selector_one_side),
		cmocka_unit_test(test_selector_refused),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_keywords),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_monitored),
	};

	return cmocka_run_group_tests_name("tools", tests, NULL, NULL);
}
