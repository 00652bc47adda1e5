// SPDX-License-Identifier: GPL-2.0-or-later
/* When lists of revoked certificates are asked for, and when no longer waited for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "crypto/cert_lists.h"
#include "tests/pki.h"

#define URL		"http://192.0.2.1/list"
#define PATIENCE	5
#define FAILED_KEPT	30

static struct documents *documents;
static time_t start;

static enum document_state state_at(time_t now)
{
	return cert_lists_get(documents, URL, now, PATIENCE).state;
}

/* The ticket of the one question that is to be put now. */
static uint64_t asked(void)
{
	struct document_question question;
	uint64_t ticket;

	assert_true(documents_next(documents, &question));
	assert_string_equal(question.url, URL);
	assert_int_equal(question.patience, PATIENCE);
	ticket = question.ticket;
	assert_false(documents_next(documents, &question));
	return ticket;
}

static void not_asked(void)
{
	struct document_question question;

	assert_false(documents_next(documents, &question));
}

static int set_up(void **state)
{
	(void)state;
	documents = documents_new();
	start = time(NULL);
	return !documents;
}

static int tear_down(void **state)
{
	(void)state;
	documents_free(documents);
	return 0;
}

/* Whoever asks meanwhile waits for the same answer; after a failure nobody asks for a while. */
static void test_fails(void **state)
{
	uint64_t ticket;

	(void)state;
	assert_int_equal(state_at(start), DOCUMENT_ASKED);
	ticket = asked();
	assert_int_equal(state_at(start), DOCUMENT_ASKED);
	not_asked();
	documents_answer(documents, ticket + 1, bytes_of(NULL, 0), "not this one", start);
	assert_int_equal(state_at(start), DOCUMENT_ASKED);
	documents_answer(documents, ticket, bytes_of(NULL, 0), "no route", start);
	assert_int_equal(state_at(start + FAILED_KEPT - 1), DOCUMENT_FAILED);
	assert_string_equal(cert_lists_get(documents, URL, start, PATIENCE).why, "no route");
	not_asked();
	assert_int_equal(state_at(start + FAILED_KEPT), DOCUMENT_ASKED);
	assert_int_not_equal(asked(), ticket);
}

static void test_late(void **state)
{
	(void)state;
	state_at(start);
	asked();
	assert_false(documents_late(documents, start + PATIENCE));
	assert_true(documents_late(documents, start + PATIENCE + 1));
	assert_false(documents_late(documents, start + PATIENCE + 1));
	assert_int_equal(state_at(start + PATIENCE + 1), DOCUMENT_FAILED);
}

/* Nothing lasts longer because the clock was set back. */
static void test_clock(void **state)
{
	const time_t before = start - 1000 * PKI_DAY;

	(void)state;
	state_at(start);
	asked();
	assert_true(documents_late(documents, before));
	assert_int_equal(state_at(before), DOCUMENT_FAILED);
	assert_int_equal(state_at(before + FAILED_KEPT), DOCUMENT_ASKED);
	documents_answer(documents, asked(), bytes_of(NULL, 0), "no route", start);
	assert_int_equal(state_at(start), DOCUMENT_FAILED);
	assert_int_equal(state_at(before), DOCUMENT_ASKED);
}

/* A list counts until the next is due, but for a minute at least, and a day at most. */
static void test_due(void **state)
{
	const struct pki_wish wish = { .kind = "P-256", .name = "root", .authority = true,
				       .until = 100 * PKI_DAY };
	static const long until[] = { 10, 3600, 10 * PKI_DAY }, kept[] = { 60, 3600, PKI_DAY };
	struct pki root = pki_make(&wish);

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		struct secret *list = pki_list(&root, NULL, until[i], false);

		documents_free(documents);
		documents = documents_new();
		assert_non_null(documents);
		state_at(start);
		documents_answer(documents, asked(), secret_bytes(list), NULL, start);
		assert_int_equal(state_at(start + kept[i] - 2), DOCUMENT_THERE);
		not_asked();
		/* The former one stays in use until the next has come. */
		assert_int_equal(state_at(start + kept[i] + 2), DOCUMENT_ASKED);
		assert_non_null(cert_lists_get(documents, URL, start + kept[i] + 2, PATIENCE).list);
		asked();
		secret_free(list);
	}
	pki_free(&root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_fails, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_late, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_clock, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_due, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("lists of revoked certificates", tests, NULL, NULL);
}
