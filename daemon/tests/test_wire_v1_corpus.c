// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages of IKEv1 that others wrote: the fuzz corpus, replayed under ASan, and what the codec
 * has to make of it.  Run it at the root of the tree.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* the target itself is used below */
#include "fuzz/fuzz_wire_v1.c" /* NOLINT(bugprone-suspicious-include) */

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define CORPUS		"daemon/fuzz/corpus/wire_v1"

/* The seed of that name in memory that ends where it does; freed with free(). */
static struct bytes load_v1_seed(const char *name)
{
	uint8_t *p = malloc(OCTETS_MAX);
	char path[512];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", CORPUS, name);
	file = fopen(path, "rb");
	if (!file || !p) {
		fprintf(stderr, "%s is not there\n", path);
		abort();
	}
	n = fread(p, 1, OCTETS_MAX, file);
	fclose(file);
	return bytes_of(realloc(p, n + !n), n);
}

/* The seed, and the seed cut off everywhere and with each octet turned over. */
static void replay_v1(struct bytes data)
{
	uint8_t *copy = malloc(data.n + !data.n);

	assert_non_null(copy);
	LLVMFuzzerTestOneInput(data.p, data.n);
	memcpy(copy, data.p, data.n);
	for (size_t i = 0; i < data.n; i++) {
		uint8_t *tight = malloc(i + !i);

		assert_non_null(tight);
		memcpy(tight, data.p, i);
		LLVMFuzzerTestOneInput(tight, i);
		free(tight);
		copy[i] ^= 0xff;
		LLVMFuzzerTestOneInput(copy, data.n);
		copy[i] ^= 0xff;
	}
	free(copy);
}

static void test_replay_v1(void **state)
{
	DIR *dir = opendir(CORPUS);
	struct dirent *entry;
	unsigned int n = 0;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		struct bytes data;

		if (entry->d_name[0] == '.')
			continue;
		data = load_v1_seed(entry->d_name);
		replay_v1(data);
		free((void *)data.p);
		n++;
	}
	closedir(dir);
	assert_true(n > 30);
}

/* ------------------------------------------------- captured exchanges */

struct captured {
	const char *name;
	uint8_t exchange;	/* enum isakmp_exchange */
	const char *types;	/* its payloads, an octet each */
	size_t padding;		/* octets behind them */
};

#define SA		"\1"
#define KE		"\4"
#define ID		"\5"
#define CERTREQ		"\7"
#define HASH		"\10"
#define NONCE		"\12"
#define NOTIFY		"\13"
#define VENDOR		"\15"
#define NATD		"\24"
#define NATD_DRAFT	"\17"	/* of the drafts 00 and 01 */

static const struct captured captures[] = {
	{ "ISAKMP_sa_setup_01", ISAKMP_EXCH_MAIN, SA VENDOR VENDOR VENDOR, 0 },
	{ "ISAKMP_sa_setup_02", ISAKMP_EXCH_MAIN, SA VENDOR, 0 },
	{ "ISAKMP_sa_setup_03", ISAKMP_EXCH_MAIN,
	  KE NONCE VENDOR VENDOR VENDOR VENDOR NATD_DRAFT NATD_DRAFT, 0 },
	{ "isakmp4500_03", ISAKMP_EXCH_MAIN,
	  SA VENDOR VENDOR VENDOR VENDOR VENDOR VENDOR, 0 },
	{ "isakmp4500_05", ISAKMP_EXCH_MAIN, KE NONCE NATD NATD, 0 },
	{ "ikev1-certs_01", ISAKMP_EXCH_MAIN, SA VENDOR VENDOR, 0 },
	{ "ikev1-certs_02", ISAKMP_EXCH_MAIN, SA VENDOR VENDOR VENDOR VENDOR VENDOR VENDOR
	  VENDOR VENDOR VENDOR, 0 },
	{ "ikev1-certs_03", ISAKMP_EXCH_MAIN, KE NONCE, 0 },
	{ "ikev1-certs_04", ISAKMP_EXCH_MAIN, KE NONCE CERTREQ, 0 },
	{ "ikev1-bug-12610_05_plain", ISAKMP_EXCH_MAIN, ID HASH, 32 },
	{ "ikev1-bug-12610_08_plain", ISAKMP_EXCH_INFORMATIONAL, HASH NOTIFY, 32 },
	{ "ikev1-bug-12610_14_plain", ISAKMP_EXCH_QUICK, HASH SA NONCE ID ID, 28 },
	{ "ikev1-bug-12610_15_plain", ISAKMP_EXCH_QUICK, HASH SA NONCE ID ID, 8 },
	{ "ikev1-bug-12610_16_plain", ISAKMP_EXCH_QUICK, HASH, 28 },
	{ "ikev1-bug-12620_01", ISAKMP_EXCH_AGGRESSIVE, SA KE NONCE ID VENDOR VENDOR VENDOR
	  VENDOR VENDOR VENDOR VENDOR VENDOR, 0 },
	{ "ikev1-bug-12620_02", ISAKMP_EXCH_AGGRESSIVE,
	  SA KE NONCE ID VENDOR VENDOR VENDOR NATD NATD HASH, 0 },
};

/* What there is of each type that we read can be read. */
static void read_each(const char *name, const struct isakmp_payloads *payloads)
{
	static struct isakmp_sa sa;
	struct isakmp_notify notify;
	struct wire_error error;
	struct isakmp_id id;
	struct bytes nonce;

	for (unsigned int i = 0; i < payloads->n; i++) {
		const struct isakmp_payload *payload = &payloads->list[i];
		int bad = 0;

		if (payload->type == ISAKMP_PL_SA)
			bad = isakmp_read_sa(payload, &sa, &error);
		else if (payload->type == ISAKMP_PL_ID)
			bad = isakmp_read_id(payload, &id, &error);
		else if (payload->type == ISAKMP_PL_NONCE)
			bad = isakmp_read_nonce(payload, &nonce, &error);
		else if (payload->type == ISAKMP_PL_NOTIFY)
			bad = isakmp_read_notify(payload, &notify, &error);
		if (bad)
			fail_msg("%s: payload %u: %s", name, i, wire_error_name(error.code));
	}
}

static void test_captures(void **state)
{
	static struct isakmp_payloads payloads;
	struct wire_header header;
	struct wire_error error;

	(void)state;
	for (size_t i = 0; i < COUNT(captures); i++) {
		const struct captured *row = &captures[i];
		struct bytes data = load_v1_seed(row->name);

		if (wire_header_parse_v1(data, &header, &error) ||
		    isakmp_payloads_parse(header.next, data, row->padding, &payloads, &error))
			fail_msg("%s: %s", row->name, wire_error_name(error.code));
		assert_int_equal(header.exchange, row->exchange);
		assert_int_equal(payloads.n, strlen(row->types));
		for (unsigned int j = 0; j < payloads.n; j++)
			assert_int_equal(payloads.list[j].type, row->types[j]);
		assert_int_equal(data.n - payloads.end, row->padding);
		read_each(row->name, &payloads);
		free((void *)data.p);
	}
}

/* ------------------------------------- packets that crashed other parsers */

struct v1_crasher {
	const char *name;
	enum wire_error_code code;
};

static const struct v1_crasher v1_crashers[] = {
	{ "ikev1_id_ipv6_addr_subnet-oobr_1", WIRE_ERR_LENGTH_BEYOND },
	{ "isakmp-delete-segfault_1", WIRE_ERR_VERSION },
	{ "isakmp-ikev1_n_print-oobr_1", WIRE_ERR_VERSION },
	{ "isakmp-no-none-np_01", WIRE_ERR_LENGTH_BELOW },
	{ "isakmp-pointer-loop_1", WIRE_ERR_LENGTH_MIN },
	{ "isakmp-various-oobr_1", WIRE_ERR_LENGTH_BEYOND },
	{ "isakmpv1-attr-oobr_1", WIRE_ERR_LENGTH_BEYOND },
};

static void test_v1_crashers(void **state)
{
	struct wire_header header;
	struct wire_error error;

	(void)state;
	for (size_t i = 0; i < COUNT(v1_crashers); i++) {
		struct bytes data = load_v1_seed(v1_crashers[i].name);

		assert_int_equal(wire_header_parse_v1(data, &header, &error), -1);
		if (error.code != v1_crashers[i].code)
			fail_msg("%s: %s", v1_crashers[i].name, wire_error_name(error.code));
		free((void *)data.p);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replay_v1),
		cmocka_unit_test(test_captures),
		cmocka_unit_test(test_v1_crashers),
	};

	return cmocka_run_group_tests_name("wire_v1_corpus", tests, NULL, NULL);
}
