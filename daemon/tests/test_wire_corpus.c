// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages that others wrote: the fuzz corpus, replayed under ASan, and what the
 * codec has to make of it.  With FILEs as arguments replays these alone.  Run it at
 * the root of the tree.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* the target's own functions are used below */
#include "fuzz/fuzz_wire.c" /* NOLINT(bugprone-suspicious-include) */
#include "wire_samples.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define CORPUS		"daemon/fuzz/corpus/wire"

/* The file's octets in memory that ends where they do; freed with free(). */
static struct bytes load(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *p = malloc(BUF_MAX);
	size_t n;

	if (!file) {
		free(p);
		return bytes_of(NULL, 0);
	}
	n = fread(p, 1, BUF_MAX, file);
	fclose(file);
	return bytes_of(realloc(p, n + !n), n);
}

static struct bytes load_seed(const char *name)
{
	char path[512];
	struct bytes data;

	snprintf(path, sizeof(path), "%s/%s", CORPUS, name);
	data = load(path);
	if (!data.p) {
		fprintf(stderr, "%s is not there\n", path);
		abort();
	}
	return data;
}

/* Calls for each seed; returns how many there are. */
static unsigned int each_seed(void (*use)(const char *name, struct bytes data))
{
	DIR *dir = opendir(CORPUS);
	unsigned int n = 0;
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		struct bytes data;

		if (entry->d_name[0] == '.')
			continue;
		data = load_seed(entry->d_name);
		use(entry->d_name, data);
		free((void *)data.p);
		n++;
	}
	closedir(dir);
	return n;
}

/* ---------------------------------------------------------------- replay */

/* The seed, and the seed cut off everywhere and with each octet turned over. */
static void replay(const char *name, struct bytes data)
{
	uint8_t *copy = malloc(data.n + !data.n);
	size_t i;

	(void)name;
	LLVMFuzzerTestOneInput(data.p, data.n);
	memcpy(copy, data.p, data.n);
	for (i = 0; i < data.n; i++) {
		uint8_t *tight = malloc(i + !i);

		memcpy(tight, data.p, i);
		LLVMFuzzerTestOneInput(tight, i);
		free(tight);
		copy[i] ^= 0xff;
		LLVMFuzzerTestOneInput(copy, data.n);
		copy[i] ^= 0xff;
	}
	free(copy);
}

static void test_replay(void **state)
{
	(void)state;
	assert_true(each_seed(replay) > 100);
}

/* ------------------------------------------------ written as it was read */

static unsigned int written;

/* What others wrote we would write alike, octet for octet. */
static void rewrite(const char *name, const struct wire_payloads *payloads)
{
	static uint8_t out[BUF_MAX];
	struct wire_writer w;
	unsigned int i;

	for (i = 0; i < payloads->n; i++) {
		const struct wire_payload *payload = &payloads->list[i];
		struct bytes again;

		wire_begin_bare(&w, out, sizeof(out));
		if (!rebuild(&w, payload))
			continue;
		again = wire_end(&w);
		if (again.n == 0 || get_be16(again.p + 2) != payload->body.n + 4 ||
		    memcmp(again.p + 4, payload->body.p, payload->body.n) != 0)
			fail_msg("%s: payload at %zu", name, payload->offset);
		written++;
	}
}

static void rewrite_seed(const char *name, struct bytes data)
{
	struct wire_message m;
	struct wire_error error;

	if (!wire_message_parse(data, &m, &error))
		rewrite(name, &m.clear);
}

static void test_written_as_read(void **state)
{
	(void)state;
	written = 0;
	each_seed(rewrite_seed);
	assert_true(written > 100);
}

/* ------------------------------------------------ messages and their inside */

static const char *const protected_seeds[] = {
	"ikev2-decrypt-aes256cbc_3", "ikev2-decrypt-aes256cbc_4", "ikev2-decrypt-aes256gcm16_3",
	"ikev2-decrypt-aes256gcm16_4", "ikev2-decrypt-aes256gcm16_5",
	"ikev2-decrypt-aes256gcm16_6", "rfc7634_appB",
};

static void test_protected(void **state)
{
	struct wire_payloads payloads;
	struct wire_message m;
	struct wire_error error;

	(void)state;
	for (size_t i = 0; i < COUNT(protected_seeds); i++) {
		struct bytes data = load_seed(protected_seeds[i]), inner;
		char name[64];

		snprintf(name, sizeof(name), "%s_inner", protected_seeds[i]);
		inner = load_seed(name);
		assert_int_equal(wire_message_parse(data, &m, &error), 0);
		assert_int_equal(wire_rules_check_clear(&m, &error), 0);
		assert_int_equal(wire_message_sk(&m)->next, inner.p[0]);
		assert_int_equal(wire_payloads_parse(inner.p[0],
						     bytes_of(inner.p + 1, inner.n - 1),
						     &payloads, &error), 0);
		assert_int_equal(wire_rules_check(&m, &payloads, &error), 0);
		rewrite(name, &payloads);
		free((void *)data.p);
		free((void *)inner.p);
	}
}

/* ------------------------------------- packets that crashed other parsers */

struct crasher {
	const char *name;
	enum wire_error_code code;
};

static const struct crasher crashers[] = {
	{ "cve-2009-0790_1", WIRE_ERR_VERSION },
	{ "cve-2015-3204_2", WIRE_ERR_VERSION },
	{ "ikev2-15-fuzzer_01", WIRE_ERR_EXCHANGE },
	{ "ikev2-15-fuzzer_03", WIRE_ERR_TRAILING },
	{ "ikev2-15-fuzzer_05", WIRE_ERR_TRAILING },
	{ "ikev2-15-fuzzer_07", WIRE_ERR_MISSING },
	{ "ikev2-id-short_01", WIRE_ERR_SPI_ZERO },
	{ "ikev2pI2-segfault_1", WIRE_ERR_BEYOND },
	{ "isakmp-delete-segfault_1", WIRE_ERR_VERSION },
	{ "isakmp-ikev1_n_print-oobr_1", WIRE_ERR_LENGTH_BEYOND },
	{ "isakmp-pointer-loop_1", WIRE_ERR_VERSION },
	{ "isakmpv1-attr-oobr_1", WIRE_ERR_VERSION },
	{ "weirdike-eastwest_1", WIRE_ERR_VERSION },
};

static void test_crashers(void **state)
{
	struct wire_message m;
	struct wire_error error;

	(void)state;
	for (size_t i = 0; i < COUNT(crashers); i++) {
		struct bytes data = load_seed(crashers[i].name);

		if (!wire_message_parse(data, &m, &error))
			wire_rules_check_clear(&m, &error);
		if (error.code != crashers[i].code)
			fail_msg("%s: %s", crashers[i].name, wire_error_name(error.code));
		free((void *)data.p);
	}
}

static int replay_files(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct bytes data = load(argv[i]);

		if (!data.p) {
			fprintf(stderr, "%s: can't be read\n", argv[i]);
			return 1;
		}
		LLVMFuzzerTestOneInput(data.p, data.n);
		free((void *)data.p);
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_written_as_read),
		cmocka_unit_test(test_protected),
		cmocka_unit_test(test_crashers),
	};

	if (argc > 1)
		return replay_files(argc, argv);
	return cmocka_run_group_tests_name("wire_corpus", tests, NULL, NULL);
}
