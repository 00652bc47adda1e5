// SPDX-License-Identifier: GPL-2.0-or-later
/* Notifications of IKEv2: how they are called, and what they mean in which message. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "ike/v2/v2.h"

/* A message with a notification of each of @types, and what is read of it. */
struct said {
	uint8_t octets[512];
	struct wire_message message;
	struct v2_in in;
};

static const struct v2_notes *read_of(struct said *said, uint8_t exchange, bool response,
				      const uint16_t *types, unsigned int n)
{
	struct wire_header header = { .exchange = exchange, .spi_i = { 1 },
				      .flags = response ? IKE_FLAG_RESPONSE : 0 };
	const uint8_t data[] = { 0, 19 }, other[] = { 0, 20 };
	struct wire_error error;
	struct wire_writer w;

	wire_begin(&w, said->octets, sizeof(said->octets), &header);
	for (unsigned int i = 0; i < n; i++)
		wire_put_notify(&w, types[i], bytes_of(i ? other : data, sizeof(data)));
	assert_int_equal(wire_message_parse(wire_end(&w), &said->message, &error), 0);
	said->in = (struct v2_in){ .message = &said->message, .payloads = &said->message.clear };
	/* What is left over of another message does not count. */
	memset(&said->in.notes, 0xff, sizeof(said->in.notes));
	v2_notify_read(&said->in);
	return &said->in.notes;
}

static const struct v2_notes *one(struct said *said, uint8_t exchange, bool response,
				  uint16_t type)
{
	return read_of(said, exchange, response, &type, 1);
}

static void test_names(void **state)
{
	char text[32];

	(void)state;
	assert_string_equal(v2_notify_text(IKE_N_TS_UNACCEPTABLE, text), "TS_UNACCEPTABLE");
	assert_string_equal(v2_notify_text(IKE_N_FRAGMENTATION_SUPPORTED, text),
			    "IKEV2_FRAGMENTATION_SUPPORTED");
	assert_string_equal(v2_notify_text(12, text), "notification 12");
}

/* Whether that of @type was taken for what it says. */
static bool meant(const struct v2_notes *notes, uint16_t type)
{
	switch (type) {
	case IKE_N_INVALID_KE_PAYLOAD:
		return notes->has_group;
	case IKE_N_INITIAL_CONTACT:
		return notes->initial_contact;
	case IKE_N_NAT_DETECTION_SOURCE_IP:
		return notes->natd_source;
	case IKE_N_NAT_DETECTION_DESTINATION_IP:
		return notes->natd_destination;
	case IKE_N_COOKIE:
		return notes->has_cookie;
	case IKE_N_USE_TRANSPORT_MODE:
		return notes->transport;
	case IKE_N_REKEY_SA:
		return notes->rekeys;
	case IKE_N_ESP_TFC_PADDING_NOT_SUPPORTED:
		return notes->no_tfc;
	case IKE_N_MOBIKE_SUPPORTED:
		return notes->mobike;
	case IKE_N_UPDATE_SA_ADDRESSES:
		return notes->update;
	case IKE_N_COOKIE2:
		return notes->cookie2.n;
	case IKE_N_NO_NATS_ALLOWED:
		return notes->has_no_nats;
	case IKE_N_INTERMEDIATE_EXCHANGE_SUPPORTED:
		return notes->intermediate;
	default:
		fail();
		return false;
	}
}

/* By RFC 7296 sections 3.10.1, 1.2 to 1.4, RFC 4555: requests from exchange 34, then responses. */
static void test_places(void **state)
{
	static const struct {
		uint16_t type;
		const char in[2][5];
	} rows[] = {
		{ IKE_N_INVALID_KE_PAYLOAD, { "....", "y..." } },
		{ IKE_N_INITIAL_CONTACT, { ".y..", "...." } },
		{ IKE_N_NAT_DETECTION_SOURCE_IP, { "y..y", "y..y" } },
		{ IKE_N_NAT_DETECTION_DESTINATION_IP, { "y..y", "y..y" } },
		{ IKE_N_MOBIKE_SUPPORTED, { ".y..", ".y.." } },
		{ IKE_N_UPDATE_SA_ADDRESSES, { "...y", "...." } },
		{ IKE_N_COOKIE2, { "...y", "...y" } },
		{ IKE_N_NO_NATS_ALLOWED, { ".y.y", "...." } },
		{ IKE_N_COOKIE, { "y...", "y..." } },
		{ IKE_N_USE_TRANSPORT_MODE, { ".yy.", ".yy." } },
		{ IKE_N_REKEY_SA, { "..y.", "...." } },
		{ IKE_N_ESP_TFC_PADDING_NOT_SUPPORTED, { ".yy.", ".yy." } },
		{ IKE_N_INTERMEDIATE_EXCHANGE_SUPPORTED, { "y...", "y..." } },
	};
	struct said said;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (unsigned int at = 0; at < 8; at++) {
			uint8_t exchange = (uint8_t)(IKE_EXCH_IKE_SA_INIT + at % 4);
			const struct v2_notes *notes = one(&said, exchange, at / 4, rows[i].type);

			if (meant(notes, rows[i].type) != (rows[i].in[at / 4][at % 4] == 'y'))
				fail_msg("notification %u in place %u", rows[i].type, at);
		}
	assert_false(one(&said, IKE_EXCH_INFORMATIONAL + 1, false, IKE_N_COOKIE)->has_cookie);
	assert_false(one(&said, IKE_EXCH_IKE_INTERMEDIATE, true, IKE_N_COOKIE)->has_cookie);
}

/* Of two of a kind the first counts, and what is no error is none. */
static void test_first(void **state)
{
	const uint16_t cookies[] = { IKE_N_COOKIE, IKE_N_COOKIE };
	const uint16_t errors[] = { IKE_N_MOBIKE_SUPPORTED, IKE_N_INVALID_SYNTAX, 12 };
	const struct v2_notes *notes;
	struct said said;

	(void)state;
	notes = read_of(&said, IKE_EXCH_IKE_SA_INIT, true, cookies, 2);
	assert_false(notes->failed);
	assert_int_equal(notes->cookie.n, 2);
	assert_int_equal(get_be16(notes->cookie.p), 19);
	notes = read_of(&said, IKE_EXCH_INFORMATIONAL, false, errors, 3);
	assert_true(notes->failed);
	assert_int_equal(notes->error.type, IKE_N_INVALID_SYNTAX);
	assert_true(one(&said, IKE_EXCH_IKE_AUTH, true, 12)->failed);
}

/* There may be several, and each is looked at. */
static void test_several(void **state)
{
	const uint16_t types[] = {
		IKE_N_NAT_DETECTION_SOURCE_IP, IKE_N_NAT_DETECTION_DESTINATION_IP,
		IKE_N_NAT_DETECTION_SOURCE_IP,
	};
	const struct v2_notes *notes;
	struct said said;

	(void)state;
	notes = read_of(&said, IKE_EXCH_IKE_SA_INIT, false, types, 3);
	assert_int_equal(notes->natd_source, 5);
	assert_int_equal(notes->natd_destination, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_several),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
