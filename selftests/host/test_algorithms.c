// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module's table of algorithms (kmod/core/alg.c), the tools' (tools/algorithms.c), the
 * daemon's (daemon/prop/alg_registry.c) and the tables of README.md say the same.  Runs in the
 * top directory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/kernel.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../tools/algorithms.h"
#include "core/alg.h"
#include "model.h"
#include "prop/alg_registry.h"

#define README		"README.md"
#define SECTION		"\n## Algorithms and modes\n"
#define README_MAX	65536	/* octets */
#define ROW_MAX		256	/* octets of a row of README.md */
#define ROWS_MAX	64
#define LENGTH_MAX	64	/* octets of the longest key */
#define LENGTHS_MAX	8	/* key lengths of one algorithm */

/* What README.md says of an algorithm. */
struct row {
	const char *name;
	unsigned int bits[LENGTHS_MAX];	/* of keys; 0: no more */
	unsigned int salt, icv;		/* octets; 0: none */
	bool weak;
	const char *note;
};

struct rows {
	char line[ROWS_MAX][ROW_MAX];
	size_t n;
};

/* "| `aes-gcm-16` | 128, 192, 256 | 4 | 16 | |" */
static void row_text(const struct row *row, char *out)
{
	char bits[64] = "", number[2][16] = { "-", "-" }, note[64] = "";
	size_t used = 0;

	for (size_t i = 0; row->bits[i]; i++)
		used += (size_t)snprintf(bits + used, sizeof(bits) - used, "%s%u",
					 i ? ", " : "", row->bits[i]);
	if (row->salt)
		snprintf(number[0], sizeof(number[0]), "%u", row->salt);
	if (row->icv)
		snprintf(number[1], sizeof(number[1]), "%u", row->icv);
	if (row->weak || *row->note)
		snprintf(note, sizeof(note), "%s%s%s ", row->note,
			 row->weak && *row->note ? "; " : "", row->weak ? "weak" : "");
	snprintf(out, ROW_MAX, "| `%s` | %s | %s | %s | %s|", row->name, *bits ? bits : "-",
		 number[0], number[1], note);
}

/* The row of the module for an encryption, alone or with an authentication. */
static const struct pantun_alg *enc_alg(u32 enc)
{
	const struct pantun_alg *alg = pantun_alg_find(IPPROTO_ESP, enc, 0);

	return alg ? alg : pantun_alg_find(IPPROTO_ESP, enc, PANTUN_AUTH_HMAC_SHA1_96);
}

static struct row enc_row(u32 enc)
{
	const struct pantun_alg *alg = enc_alg(enc);
	struct row row = { .note = "" };
	size_t n = 0;

	assert_non_null(alg);
	row.name = algorithm_enc(enc)->name;
	for (unsigned int octets = 1; octets <= LENGTH_MAX; octets++) {
		if (pantun_alg_key_len_ok(alg, octets))
			row.bits[n++] = 8 * octets;
	}
	row.salt = alg->salt_len;
	row.icv = alg->auth ? 0 : alg->icv_len;
	row.weak = alg->weak;
	if (enc == PANTUN_ENC_NULL || enc == PANTUN_ENC_AES_GMAC)
		row.note = "not encrypted";
	return row;
}

static struct row auth_row(u32 auth)
{
	const struct pantun_alg *alg = pantun_alg_find(IPPROTO_AH, 0, auth);
	bool esp = pantun_alg_find(IPPROTO_ESP, PANTUN_ENC_NULL, auth);
	struct row row = { .note = esp ? "ESP and AH" : "AH only" };
	size_t n = 0;

	assert_non_null(alg);
	row.name = alg->name;
	for (unsigned int octets = 1; octets <= LENGTH_MAX; octets++) {
		if (pantun_alg_auth_key_len_ok(alg, octets))
			row.bits[n++] = 8 * octets;
	}
	row.salt = alg->salt_len;
	row.icv = alg->icv_len;
	row.weak = alg->weak;
	return row;
}

static void rows_add(struct rows *rows, const struct row *row)
{
	assert_true(rows->n < ROWS_MAX);
	row_text(row, rows->line[rows->n++]);
}

static void rows_add_names(struct rows *rows, const char *what, const char *const *names,
			   size_t n)
{
	size_t used;
	char *line;

	assert_true(rows->n < ROWS_MAX);
	line = rows->line[rows->n++];
	used = (size_t)snprintf(line, ROW_MAX, "| `%s` |", what);
	for (size_t i = 0; i < n; i++)
		used += (size_t)snprintf(line + used, ROW_MAX - used, "%s `%s`", i ? "," : "",
					 names[i]);
	snprintf(line + used, ROW_MAX - used, " |");
}

/* What README.md has to have, by the code. */
static struct rows wanted_rows(void)
{
	const char *protos[] = { ipsec_proto_name(IPPROTO_ESP), ipsec_proto_name(IPPROTO_AH) };
	const char *modes[PANTUN_MODE_MAX];
	struct rows rows = { .n = 0 };
	struct row row;

	for (u32 enc = 1; enc <= PANTUN_ENC_MAX; enc++) {
		row = enc_row(enc);
		rows_add(&rows, &row);
	}
	for (u32 auth = 1; auth <= PANTUN_AUTH_MAX; auth++) {
		row = auth_row(auth);
		rows_add(&rows, &row);
	}
	for (u32 mode = 1; mode <= PANTUN_MODE_MAX; mode++)
		modes[mode - 1] = mode_name(mode);
	rows_add_names(&rows, "proto", protos, ARRAY_SIZE(protos));
	rows_add_names(&rows, "mode", modes, ARRAY_SIZE(modes));
	return rows;
}

/* The rows of README.md's section that begin with a word in backquotes. */
static struct rows readme_rows(void)
{
	static char text[README_MAX];
	FILE *from = fopen(README, "r");
	struct rows rows = { .n = 0 };
	char *at, *end, *rest = NULL;

	assert_non_null(from);
	text[fread(text, 1, sizeof(text) - 1, from)] = '\0';
	fclose(from);
	at = strstr(text, SECTION);
	assert_non_null(at);
	at += strlen(SECTION);
	end = strstr(at, "\n## ");
	if (end)
		*end = '\0';
	for (char *line = strtok_r(at, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (strncmp(line, "| `", 3))
			continue;
		assert_true(rows.n < ROWS_MAX);
		snprintf(rows.line[rows.n++], ROW_MAX, "%s", line);
	}
	return rows;
}

static size_t occurrences(const struct rows *rows, const char *line)
{
	size_t n = 0;

	for (size_t i = 0; i < rows->n; i++)
		n += !strcmp(rows->line[i], line);
	return n;
}

/* How many rows one of them has and the other has not. */
static size_t differences(const struct rows *wanted, const struct rows *got, bool tell)
{
	size_t n = 0;

	for (size_t i = 0; i < wanted->n; i++) {
		if (occurrences(got, wanted->line[i]) == 1)
			continue;
		n++;
		if (tell)
			print_error("%s lacks, or has twice: %s\n", README, wanted->line[i]);
	}
	for (size_t i = 0; i < got->n; i++) {
		if (occurrences(wanted, got->line[i]))
			continue;
		n++;
		if (tell)
			print_error("%s has, but the code has not: %s\n", README, got->line[i]);
	}
	return n;
}

static void test_readme(void **state)
{
	struct rows wanted = wanted_rows(), got = readme_rows();

	(void)state;
	assert_int_equal(differences(&wanted, &got, true), 0);
}

/* Every octet of every row counts: a change of one, or a row less or twice, is seen. */
static void test_readme_mutated(void **state)
{
	struct rows wanted = wanted_rows(), got = readme_rows(), less;

	(void)state;
	assert_true(got.n > 0);
	for (size_t i = 0; i < got.n; i++) {
		for (char *c = got.line[i]; *c; c++) {
			*c ^= 1;
			assert_true(differences(&wanted, &got, false) >= 1);
			*c ^= 1;
		}
		less = got;
		memmove(less.line[i], less.line[--less.n], ROW_MAX);
		assert_true(differences(&wanted, &less, false) >= 1);
		less = got;
		memmove(less.line[less.n++], less.line[i], ROW_MAX);
		assert_true(differences(&wanted, &less, false) >= 1);
	}
}

/* README.md no longer fits where the code changes a property of an algorithm. */
static void test_code_mutated(void **state)
{
	struct rows got = readme_rows();
	char line[ROW_MAX];

	(void)state;
	for (u32 enc = 1; enc <= PANTUN_ENC_MAX; enc++) {
		struct row row = enc_row(enc), changed = row;

		row_text(&row, line);
		assert_int_equal(occurrences(&got, line), 1);
		changed.weak = !row.weak;
		row_text(&changed, line);
		assert_int_equal(occurrences(&got, line), 0);
		changed = row;
		changed.salt++;
		row_text(&changed, line);
		assert_int_equal(occurrences(&got, line), 0);
		changed = row;
		changed.icv++;
		row_text(&changed, line);
		assert_int_equal(occurrences(&got, line), 0);
		changed = row;
		changed.bits[0] += 8;
		row_text(&changed, line);
		assert_int_equal(occurrences(&got, line), 0);
	}
}

/* The tools know an algorithm by the name, the sizes and the weakness of the module. */
static void test_tools_rows(void **state)
{
	(void)state;
	for (u32 enc = 1; enc <= PANTUN_ENC_MAX; enc++) {
		const struct pantun_alg *alg = enc_alg(enc);
		const struct algorithm *tool = algorithm_enc(enc);

		assert_non_null(tool);
		assert_memory_equal(alg->name, tool->name, strlen(tool->name));
		assert_int_equal(alg->name[strlen(tool->name)], alg->auth ? ' ' : '\0');
		assert_int_equal(alg->auth ? 0 : alg->icv_len, tool->icv);
		assert_int_equal(alg->weak, !!tool->weak);
	}
	for (u32 auth = 1; auth <= PANTUN_AUTH_MAX; auth++) {
		const struct pantun_alg *alg = pantun_alg_find(IPPROTO_AH, 0, auth);
		const struct algorithm *tool = algorithm_auth(auth);

		assert_non_null(tool);
		assert_string_equal(alg->name, tool->name);
		assert_int_equal(alg->icv_len, tool->icv);
		assert_int_equal(alg->weak, !!tool->weak);
	}
	assert_null(algorithm_enc(PANTUN_ENC_MAX + 1));
	assert_null(algorithm_auth(PANTUN_AUTH_MAX + 1));
}

static bool takes_key(const struct algorithm *tool, unsigned int octets)
{
	for (size_t i = 0; i < KEY_LENGTHS_MAX; i++)
		if (tool->key[i] == octets)
			return true;
	return false;
}

/* The daemon negotiates what the module has, with the same sizes and weakness. */
static void test_daemon_rows(void **state)
{
	unsigned int encs[PANTUN_ENC_MAX + 1] = { 0 }, auths[PANTUN_AUTH_MAX + 1] = { 0 };
	const struct alg_integ *integ;
	const struct alg_encr *encr;

	(void)state;
	for (unsigned int i = 0; (encr = alg_encr_row(i)); i++) {
		const struct algorithm *tool = algorithm_enc(encr->kernel);

		assert_non_null(tool);
		encs[encr->kernel]++;
		assert_true(takes_key(tool, encr->key_n));
		assert_int_equal(encr->salt_n, tool->salt);
		assert_int_equal(encr->icv_n, tool->icv);
		assert_int_equal(encr->weak, !!tool->weak);
	}
	for (unsigned int i = 0; (integ = alg_integ_row(i)); i++) {
		const struct algorithm *tool = algorithm_auth(integ->kernel);

		assert_non_null(tool);
		auths[integ->kernel]++;
		assert_true(takes_key(tool, integ->key_n));
		assert_int_equal(integ->icv_n, tool->icv);
		assert_int_equal(integ->weak, !!tool->weak);
	}
	for (u32 enc = 1; enc <= PANTUN_ENC_MAX; enc++)
		for (size_t i = 0; i < KEY_LENGTHS_MAX; i++)
			encs[enc] -= i == 0 || algorithm_enc(enc)->key[i];
	for (u32 enc = 1; enc <= PANTUN_ENC_MAX; enc++)
		assert_int_equal(encs[enc], 0);
	/* AH with GMAC has no transform of its own in the daemon. */
	for (u32 auth = 1; auth <= PANTUN_AUTH_MAX; auth++)
		assert_int_equal(auths[auth], !algorithm_auth(auth)->ah_only);
}

/* All lengths of keys and salts of one pair, module against tools. */
static void same_lengths(const struct pantun_alg *alg)
{
	struct keys keys = { .enc.n = 0 };
	char text[256];

	for (keys.enc.n = 0; keys.enc.n <= LENGTH_MAX; keys.enc.n++) {
		for (keys.auth.n = 0; keys.auth.n <= LENGTH_MAX; keys.auth.n++) {
			for (keys.salt.n = 0; keys.salt.n <= 4; keys.salt.n++) {
				bool fits = pantun_alg_key_len_ok(alg, keys.enc.n) &&
					    pantun_alg_auth_key_len_ok(alg, keys.auth.n) &&
					    keys.salt.n == alg->salt_len;
				bool unfit = keys_unfit(alg->enc, alg->auth, &keys, text,
							sizeof(text));

				if (fits == unfit)
					fail_msg("%s: enc %zu, auth %zu, salt %zu octets: %s",
						 alg->name, keys.enc.n, keys.auth.n, keys.salt.n,
						 fits ? text : "only the tools take it");
			}
		}
	}
}

/* What goes together, in both protocols, and with which keys. */
static void test_tools_combinations(void **state)
{
	static const u8 protos[] = { IPPROTO_ESP, IPPROTO_AH };
	char text[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(protos); i++) {
		for (u32 enc = 0; enc <= PANTUN_ENC_MAX; enc++) {
			for (u32 auth = 0; auth <= PANTUN_AUTH_MAX; auth++) {
				const struct pantun_alg *alg =
					pantun_alg_find(protos[i], enc, auth);
				bool unfit = algorithms_unfit(protos[i], enc, auth, text,
							      sizeof(text));

				assert_int_equal(!alg, unfit);
				if (alg)
					same_lengths(alg);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_readme),
		cmocka_unit_test(test_readme_mutated),
		cmocka_unit_test(test_code_mutated),
		cmocka_unit_test(test_tools_rows),
		cmocka_unit_test(test_daemon_rows),
		cmocka_unit_test(test_tools_combinations),
	};

	return cmocka_run_group_tests_name("algorithms", tests, NULL, NULL);
}
