// SPDX-License-Identifier: GPL-2.0-or-later
/* Which payloads a message may, must and must not have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire/payload_rules.h"
#include "wire_samples.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define REQUEST		IKE_FLAG_INITIATOR
#define RESPONSE	IKE_FLAG_RESPONSE
#define N_ERROR		200	/* in the tables below: a notification of an error, */
#define N_STATUS	201	/* of a status, */
#define N_COOKIE	202	/* of COOKIE; */
#define CRITICAL	203	/* an unknown payload with the critical bit, */
#define UNKNOWN		204	/* without it */
#define LIST_MAX	12

struct row {
	const char *story;
	uint8_t exchange;
	uint8_t flags;
	uint8_t list[LIST_MAX];		/* payloads, up to a 0 */
	enum wire_error_code code;
	uint8_t payload;		/* that the error names */
};

static void put_notify(struct wire_writer *w, uint16_t type)
{
	wire_put_notify(w, type, bytes_of(NULL, 0));
}

static void put_listed(struct wire_writer *w, uint8_t what)
{
	switch (what) {
	case N_ERROR:
		put_notify(w, IKE_N_NO_PROPOSAL_CHOSEN);
		return;
	case N_STATUS:
		put_notify(w, IKE_N_MOBIKE_SUPPORTED);
		return;
	case N_COOKIE:
		put_notify(w, IKE_N_COOKIE);
		return;
	case CRITICAL:
		wire_payload_begin(w, CRITICAL);
		if (!w->buf.overflow)
			w->buf.p[w->payload + 1] = 0x80;
		wire_payload_end(w);
		return;
	default:
		wire_payload_begin(w, what);
		wire_payload_end(w);
	}
}

static void put_list(struct wire_writer *w, const uint8_t *list)
{
	for (size_t i = 0; i < LIST_MAX && list[i]; i++)
		put_listed(w, list[i]);
}

static uint8_t first_of(const uint8_t *list)
{
	return list[0] >= N_ERROR && list[0] <= N_COOKIE ? IKE_PL_NOTIFY : list[0];
}

static void judge(const struct row *row, int result, const struct wire_error *error)
{
	assert_int_equal(result, row->code == WIRE_OK ? 0 : -1);
	if (error->code != row->code || error->payload != row->payload)
		fail_msg("%s: %s (payload %u)", row->story, wire_error_name(error->code),
			 error->payload);
}

/* The row's payloads in clear. */
static void judge_clear(const struct row *row)
{
	struct wire_header header = sample_header(row->exchange, row->flags);
	uint8_t out[SAMPLE_MAX];
	struct wire_message m;
	struct wire_error error;
	struct wire_writer w;

	wire_begin(&w, out, sizeof(out), &header);
	put_list(&w, row->list);
	assert_int_equal(wire_message_parse(wire_end(&w), &m, &error), 0);
	judge(row, wire_rules_check_clear(&m, &error), &error);
}

/* The row's payloads within SK. */
static void judge_inner(const struct row *row)
{
	uint8_t out[SAMPLE_MAX], plain[SAMPLE_MAX];
	struct wire_payloads inner;
	struct wire_message m;
	struct wire_error error;
	struct wire_writer w;

	assert_int_equal(wire_message_parse(sample_protected(out, row->exchange, row->flags), &m,
					    &error), 0);
	assert_int_equal(wire_rules_check_clear(&m, &error), 0);
	wire_begin_bare(&w, plain, sizeof(plain));
	put_list(&w, row->list);
	assert_int_equal(wire_payloads_parse(first_of(row->list), wire_end(&w), &inner, &error),
			 0);
	judge(row, wire_rules_check(&m, &inner, &error), &error);
}

/* ------------------------------------------------------------ IKE_SA_INIT */

static const struct row init_rows[] = {
	{ "request", IKE_EXCH_IKE_SA_INIT, REQUEST,
	  { IKE_PL_SA, IKE_PL_KE, IKE_PL_NONCE }, WIRE_OK, 0 },
	{ "request with all that may be", IKE_EXCH_IKE_SA_INIT, REQUEST,
	  { N_COOKIE, IKE_PL_SA, IKE_PL_KE, IKE_PL_NONCE, N_STATUS, N_STATUS, UNKNOWN,
	    IKE_PL_VENDOR, IKE_PL_VENDOR }, WIRE_OK, 0 },
	{ "request in another order", IKE_EXCH_IKE_SA_INIT, REQUEST,
	  { IKE_PL_NONCE, IKE_PL_KE, IKE_PL_SA }, WIRE_OK, 0 },
	{ "request without SA", IKE_EXCH_IKE_SA_INIT, REQUEST,
	  { IKE_PL_KE, IKE_PL_NONCE }, WIRE_ERR_MISSING, IKE_PL_SA },
	{ "request without KE", IKE_EXCH_IKE_SA_INIT, REQUEST,
	  { IKE_PL_SA, IKE_PL_NONCE }, WIRE_ERR_MISSING, IKE_PL_KE },
	{ "request without nonce", IKE_EXCH_IKE_SA_INIT, REQUEST,
	  { IKE_PL_SA, IKE_PL_KE }, WIRE_ERR_MISSING, IKE_PL_NONCE },
	{ "empty request", IKE_EXCH_IKE_SA_INIT, REQUEST, { 0 }, WIRE_ERR_MISSING, IKE_PL_SA },
	{ "an error does not excuse a request", IKE_EXCH_IKE_SA_INIT, REQUEST,
	  { IKE_PL_SA, N_ERROR }, WIRE_ERR_MISSING, IKE_PL_KE },
	{ "two SA", IKE_EXCH_IKE_SA_INIT, REQUEST,
	  { IKE_PL_SA, IKE_PL_SA, IKE_PL_KE, IKE_PL_NONCE }, WIRE_ERR_DUPLICATE, IKE_PL_SA },
	{ "two KE", IKE_EXCH_IKE_SA_INIT, REQUEST,
	  { IKE_PL_SA, IKE_PL_KE, IKE_PL_KE, IKE_PL_NONCE }, WIRE_ERR_DUPLICATE, IKE_PL_KE },
	{ "two nonces", IKE_EXCH_IKE_SA_INIT, RESPONSE,
	  { IKE_PL_SA, IKE_PL_KE, IKE_PL_NONCE, IKE_PL_NONCE }, WIRE_ERR_DUPLICATE, IKE_PL_NONCE },
	{ "CERTREQ in a request", IKE_EXCH_IKE_SA_INIT, REQUEST,
	  { IKE_PL_SA, IKE_PL_KE, IKE_PL_NONCE, IKE_PL_CERTREQ },
	  WIRE_ERR_UNEXPECTED, IKE_PL_CERTREQ },
	{ "CERTREQ in a response", IKE_EXCH_IKE_SA_INIT, RESPONSE,
	  { IKE_PL_SA, IKE_PL_KE, IKE_PL_NONCE, IKE_PL_CERTREQ }, WIRE_OK, 0 },
	{ "AUTH in clear", IKE_EXCH_IKE_SA_INIT, REQUEST,
	  { IKE_PL_SA, IKE_PL_KE, IKE_PL_NONCE, IKE_PL_AUTH },
	  WIRE_ERR_UNEXPECTED, IKE_PL_AUTH },
	{ "SK", IKE_EXCH_IKE_SA_INIT, REQUEST,
	  { IKE_PL_SA, IKE_PL_KE, IKE_PL_NONCE, IKE_PL_SK }, WIRE_ERR_UNEXPECTED, IKE_PL_SK },
	{ "response", IKE_EXCH_IKE_SA_INIT, RESPONSE,
	  { IKE_PL_SA, IKE_PL_KE, IKE_PL_NONCE, N_STATUS }, WIRE_OK, 0 },
	{ "refusal", IKE_EXCH_IKE_SA_INIT, RESPONSE, { N_ERROR }, WIRE_OK, 0 },
	{ "COOKIE asked for", IKE_EXCH_IKE_SA_INIT, RESPONSE, { N_COOKIE }, WIRE_OK, 0 },
	{ "a status does not excuse", IKE_EXCH_IKE_SA_INIT, RESPONSE,
	  { N_STATUS }, WIRE_ERR_MISSING, IKE_PL_SA },
	{ "critical unknown payload", IKE_EXCH_IKE_SA_INIT, REQUEST,
	  { IKE_PL_SA, IKE_PL_KE, IKE_PL_NONCE, CRITICAL }, WIRE_ERR_CRITICAL, CRITICAL },
	{ "critical goes before the rest", IKE_EXCH_IKE_SA_INIT, REQUEST,
	  { IKE_PL_SA, IKE_PL_SA, CRITICAL }, WIRE_ERR_CRITICAL, CRITICAL },
};

static void test_init(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(init_rows); i++)
		judge_clear(&init_rows[i]);
}

/* ---------------------------------------------------- protected exchanges */

static const struct row clear_rows[] = {
	{ "IKE_AUTH in clear", IKE_EXCH_IKE_AUTH, REQUEST,
	  { IKE_PL_IDI, IKE_PL_AUTH, IKE_PL_SA, IKE_PL_TSI, IKE_PL_TSR },
	  WIRE_ERR_CLEAR, IKE_PL_IDI },
	{ "a refusal in clear", IKE_EXCH_IKE_AUTH, RESPONSE, { N_ERROR },
	  WIRE_ERR_CLEAR, IKE_PL_NOTIFY },
	{ "deletion in clear", IKE_EXCH_INFORMATIONAL, REQUEST, { IKE_PL_DELETE },
	  WIRE_ERR_CLEAR, IKE_PL_DELETE },
	{ "liveness in clear", IKE_EXCH_INFORMATIONAL, REQUEST, { 0 }, WIRE_ERR_SK_MISSING, 0 },
	{ "nonce besides SK", IKE_EXCH_CREATE_CHILD_SA, REQUEST, { IKE_PL_NONCE, IKE_PL_SK },
	  WIRE_ERR_CLEAR, IKE_PL_NONCE },
	{ "what has no place in it besides SK", IKE_EXCH_INFORMATIONAL, REQUEST,
	  { IKE_PL_KE, IKE_PL_SK }, WIRE_ERR_UNEXPECTED, IKE_PL_KE },
	{ "unknown besides SK", IKE_EXCH_INFORMATIONAL, REQUEST, { UNKNOWN, IKE_PL_SK },
	  WIRE_OK, 0 },
	{ "critical besides SK", IKE_EXCH_INFORMATIONAL, REQUEST, { CRITICAL, IKE_PL_SK },
	  WIRE_ERR_CRITICAL, CRITICAL },
	{ "a fragment", IKE_EXCH_IKE_AUTH, REQUEST, { IKE_PL_SKF }, WIRE_OK, 0 },
	{ "a fragment of the first message", IKE_EXCH_IKE_SA_INIT, REQUEST, { IKE_PL_SKF },
	  WIRE_ERR_UNEXPECTED, IKE_PL_SKF },
	{ "critical besides a fragment", IKE_EXCH_IKE_AUTH, REQUEST, { CRITICAL, IKE_PL_SKF },
	  WIRE_ERR_CRITICAL, CRITICAL },
	{ "IDi besides a fragment", IKE_EXCH_IKE_AUTH, REQUEST, { IKE_PL_IDI, IKE_PL_SKF },
	  WIRE_ERR_CLEAR, IKE_PL_IDI },
	{ "unknown exchange", 38, REQUEST, { IKE_PL_SK }, WIRE_ERR_EXCHANGE, 0 },
	{ "exchange of IKEv1", 2, REQUEST, { IKE_PL_SA }, WIRE_ERR_EXCHANGE, 0 },
};

static const struct row auth_rows[] = {
	{ "request", IKE_EXCH_IKE_AUTH, REQUEST,
	  { IKE_PL_IDI, IKE_PL_AUTH, IKE_PL_SA, IKE_PL_TSI, IKE_PL_TSR }, WIRE_OK, 0 },
	{ "request with all that may be", IKE_EXCH_IKE_AUTH, REQUEST,
	  { IKE_PL_IDI, IKE_PL_CERT, IKE_PL_CERTREQ, IKE_PL_IDR, IKE_PL_AUTH, IKE_PL_CP,
	    IKE_PL_SA, IKE_PL_TSI, IKE_PL_TSR, N_STATUS, IKE_PL_VENDOR, UNKNOWN }, WIRE_OK, 0 },
	{ "request without IDi", IKE_EXCH_IKE_AUTH, REQUEST,
	  { IKE_PL_AUTH, IKE_PL_SA, IKE_PL_TSI, IKE_PL_TSR }, WIRE_ERR_MISSING, IKE_PL_IDI },
	{ "request without AUTH", IKE_EXCH_IKE_AUTH, REQUEST,
	  { IKE_PL_IDI, IKE_PL_SA, IKE_PL_TSI, IKE_PL_TSR }, WIRE_ERR_MISSING, IKE_PL_AUTH },
	{ "an error does not excuse a request", IKE_EXCH_IKE_AUTH, REQUEST,
	  { IKE_PL_IDI, N_ERROR }, WIRE_ERR_MISSING, IKE_PL_AUTH },
	{ "request without TSr", IKE_EXCH_IKE_AUTH, REQUEST,
	  { IKE_PL_IDI, IKE_PL_AUTH, IKE_PL_SA, IKE_PL_TSI }, WIRE_ERR_MISSING, IKE_PL_TSR },
	{ "request without a child", IKE_EXCH_IKE_AUTH, REQUEST,
	  { IKE_PL_IDI, IKE_PL_AUTH }, WIRE_OK, 0 },
	{ "request without SA", IKE_EXCH_IKE_AUTH, REQUEST,
	  { IKE_PL_IDI, IKE_PL_AUTH, IKE_PL_TSI, IKE_PL_TSR }, WIRE_ERR_MISSING, IKE_PL_SA },
	{ "two IDi", IKE_EXCH_IKE_AUTH, REQUEST,
	  { IKE_PL_IDI, IKE_PL_IDI }, WIRE_ERR_DUPLICATE, IKE_PL_IDI },
	{ "two AUTH", IKE_EXCH_IKE_AUTH, RESPONSE,
	  { IKE_PL_IDR, IKE_PL_AUTH, IKE_PL_AUTH }, WIRE_ERR_DUPLICATE, IKE_PL_AUTH },
	{ "EAP", IKE_EXCH_IKE_AUTH, REQUEST, { IKE_PL_EAP }, WIRE_ERR_UNEXPECTED, IKE_PL_EAP },
	{ "KE", IKE_EXCH_IKE_AUTH, REQUEST, { IKE_PL_KE }, WIRE_ERR_UNEXPECTED, IKE_PL_KE },
	{ "response", IKE_EXCH_IKE_AUTH, RESPONSE,
	  { IKE_PL_IDR, IKE_PL_AUTH, IKE_PL_SA, IKE_PL_TSI, IKE_PL_TSR }, WIRE_OK, 0 },
	{ "response with IDi", IKE_EXCH_IKE_AUTH, RESPONSE,
	  { IKE_PL_IDI, IKE_PL_AUTH, IKE_PL_SA, IKE_PL_TSI, IKE_PL_TSR },
	  WIRE_ERR_UNEXPECTED, IKE_PL_IDI },
	{ "response without AUTH", IKE_EXCH_IKE_AUTH, RESPONSE,
	  { IKE_PL_IDR, IKE_PL_SA, IKE_PL_TSI, IKE_PL_TSR }, WIRE_ERR_MISSING, IKE_PL_AUTH },
	{ "refusal", IKE_EXCH_IKE_AUTH, RESPONSE, { N_ERROR }, WIRE_OK, 0 },
	{ "refusal of the child alone", IKE_EXCH_IKE_AUTH, RESPONSE,
	  { IKE_PL_IDR, IKE_PL_AUTH, N_ERROR }, WIRE_OK, 0 },
	{ "critical", IKE_EXCH_IKE_AUTH, REQUEST, { IKE_PL_IDI, CRITICAL },
	  WIRE_ERR_CRITICAL, CRITICAL },
};

static const struct row later_rows[] = {
	{ "new child", IKE_EXCH_CREATE_CHILD_SA, REQUEST,
	  { IKE_PL_SA, IKE_PL_NONCE, IKE_PL_KE, IKE_PL_TSI, IKE_PL_TSR }, WIRE_OK, 0 },
	{ "rekeyed IKE SA", IKE_EXCH_CREATE_CHILD_SA, REQUEST,
	  { IKE_PL_SA, IKE_PL_NONCE, IKE_PL_KE }, WIRE_OK, 0 },
	{ "rekeyed child", IKE_EXCH_CREATE_CHILD_SA, REQUEST,
	  { N_STATUS, IKE_PL_SA, IKE_PL_NONCE, IKE_PL_TSI, IKE_PL_TSR }, WIRE_OK, 0 },
	{ "without nonce", IKE_EXCH_CREATE_CHILD_SA, REQUEST,
	  { IKE_PL_SA, IKE_PL_KE }, WIRE_ERR_MISSING, IKE_PL_NONCE },
	{ "two TSi", IKE_EXCH_CREATE_CHILD_SA, REQUEST,
	  { IKE_PL_SA, IKE_PL_NONCE, IKE_PL_TSI, IKE_PL_TSI }, WIRE_ERR_DUPLICATE, IKE_PL_TSI },
	{ "identity", IKE_EXCH_CREATE_CHILD_SA, REQUEST,
	  { IKE_PL_IDI }, WIRE_ERR_UNEXPECTED, IKE_PL_IDI },
	{ "refusal", IKE_EXCH_CREATE_CHILD_SA, RESPONSE, { N_ERROR }, WIRE_OK, 0 },
	{ "empty response", IKE_EXCH_CREATE_CHILD_SA, RESPONSE, { 0 },
	  WIRE_ERR_MISSING, IKE_PL_SA },
	{ "liveness", IKE_EXCH_INFORMATIONAL, REQUEST, { 0 }, WIRE_OK, 0 },
	{ "answer to it", IKE_EXCH_INFORMATIONAL, RESPONSE, { 0 }, WIRE_OK, 0 },
	{ "deletions and notifications", IKE_EXCH_INFORMATIONAL, REQUEST,
	  { IKE_PL_DELETE, IKE_PL_DELETE, N_STATUS, N_ERROR, UNKNOWN }, WIRE_OK, 0 },
	{ "further key exchange", IKE_EXCH_IKE_INTERMEDIATE, REQUEST, { IKE_PL_KE }, WIRE_OK, 0 },
	{ "its answer", IKE_EXCH_IKE_INTERMEDIATE, RESPONSE, { IKE_PL_KE, N_STATUS }, WIRE_OK, 0 },
	{ "its refusal", IKE_EXCH_IKE_INTERMEDIATE, RESPONSE, { N_ERROR }, WIRE_OK, 0 },
	{ "without KE", IKE_EXCH_IKE_INTERMEDIATE, REQUEST, { N_STATUS },
	  WIRE_ERR_MISSING, IKE_PL_KE },
	{ "two KE", IKE_EXCH_IKE_INTERMEDIATE, REQUEST, { IKE_PL_KE, IKE_PL_KE },
	  WIRE_ERR_DUPLICATE, IKE_PL_KE },
	{ "with AUTH", IKE_EXCH_IKE_INTERMEDIATE, REQUEST, { IKE_PL_KE, IKE_PL_AUTH },
	  WIRE_ERR_UNEXPECTED, IKE_PL_AUTH },
	{ "the same at a rekey", IKE_EXCH_IKE_FOLLOWUP_KE, REQUEST, { IKE_PL_KE, N_STATUS },
	  WIRE_OK, 0 },
	{ "without KE at a rekey", IKE_EXCH_IKE_FOLLOWUP_KE, RESPONSE, { N_STATUS },
	  WIRE_ERR_MISSING, IKE_PL_KE },
	{ "SA", IKE_EXCH_INFORMATIONAL, REQUEST, { IKE_PL_SA }, WIRE_ERR_UNEXPECTED, IKE_PL_SA },
	{ "two CP", IKE_EXCH_INFORMATIONAL, REQUEST,
	  { IKE_PL_CP, IKE_PL_CP }, WIRE_ERR_DUPLICATE, IKE_PL_CP },
	{ "critical", IKE_EXCH_INFORMATIONAL, REQUEST, { CRITICAL },
	  WIRE_ERR_CRITICAL, CRITICAL },
};

static void test_protected_in_clear(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(clear_rows); i++)
		judge_clear(&clear_rows[i]);
}

static void test_auth(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(auth_rows); i++)
		judge_inner(&auth_rows[i]);
}

static void test_later_exchanges(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(later_rows); i++)
		judge_inner(&later_rows[i]);
}

/* Known payloads may have the critical bit: it says nothing then (section 2.5). */
static void test_critical_bit_of_known_payload(void **state)
{
	uint8_t out[SAMPLE_MAX];
	struct bytes data = sample_init(out);
	struct wire_message m;
	struct wire_error error;

	(void)state;
	out[29] = 0x80;
	assert_int_equal(wire_message_parse(data, &m, &error), 0);
	assert_true(m.clear.list[0].critical);
	assert_int_equal(wire_rules_check_clear(&m, &error), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_init),
		cmocka_unit_test(test_protected_in_clear),
		cmocka_unit_test(test_auth),
		cmocka_unit_test(test_later_exchanges),
		cmocka_unit_test(test_critical_bit_of_known_payload),
	};

	return cmocka_run_group_tests_name("wire_rules", tests, NULL, NULL);
}
