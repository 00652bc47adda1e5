// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the codec refuses: everything cut off, every length and count wrong.  Octets
 * are handed over in memory that ends where they end, for ASan to see over-reads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire_samples.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* Reads a payload by its type; 0 also for types without structure. */
static int read_any(const struct wire_payload *payload, struct wire_error *error)
{
	union {
		struct wire_sa sa;
		struct wire_ke ke;
		struct wire_id id;
		struct wire_auth auth;
		struct wire_cert cert;
		struct wire_notify notify;
		struct wire_delete del;
		struct wire_ts_list ts;
		struct bytes nonce;
	} out;

	*error = (struct wire_error){ .code = WIRE_OK };
	switch (payload->type) {
	case IKE_PL_SA:
		return wire_read_sa(payload, &out.sa, error);
	case IKE_PL_KE:
		return wire_read_ke(payload, &out.ke, error);
	case IKE_PL_IDI:
	case IKE_PL_IDR:
		return wire_read_id(payload, &out.id, error);
	case IKE_PL_CERT:
	case IKE_PL_CERTREQ:
		return wire_read_cert(payload, &out.cert, error);
	case IKE_PL_AUTH:
		return wire_read_auth(payload, &out.auth, error);
	case IKE_PL_NONCE:
		return wire_read_nonce(payload, &out.nonce, error);
	case IKE_PL_NOTIFY:
		return wire_read_notify(payload, &out.notify, error);
	case IKE_PL_DELETE:
		return wire_read_delete(payload, &out.del, error);
	case IKE_PL_TSI:
	case IKE_PL_TSR:
		return wire_read_ts(payload, &out.ts, error);
	default:
		return 0;
	}
}

static int read_all(const struct wire_payloads *payloads, struct wire_error *error)
{
	unsigned int i;

	for (i = 0; i < payloads->n; i++)
		if (read_any(&payloads->list[i], error))
			return -1;
	return 0;
}

/* Parses a copy of @data that ends where its memory does. */
static int parse_message(struct bytes data, struct wire_error *error)
{
	uint8_t *tight = malloc(data.n + !data.n);
	struct wire_message m;
	int result;

	memcpy(tight, data.p, data.n);
	result = wire_message_parse(bytes_of(tight, data.n), &m, error);
	if (!result)
		result = read_all(&m.clear, error);
	free(tight);
	return result;
}

static int parse_inner(struct bytes data, struct wire_error *error)
{
	uint8_t *tight = malloc(data.n + !data.n);
	struct wire_payloads payloads;
	int result;

	memcpy(tight, data.p, data.n);
	result = wire_payloads_parse(IKE_PL_IDI, bytes_of(tight, data.n), &payloads, error);
	if (!result)
		result = read_all(&payloads, error);
	free(tight);
	return result;
}

typedef int parse_function(struct bytes data, struct wire_error *error);

/* ------------------------------------------------------------ truncation */

static void test_message_cut_off(void **state)
{
	uint8_t out[SAMPLE_MAX];
	struct bytes data = sample_init(out);
	struct wire_error error;
	size_t n;

	(void)state;
	assert_int_equal(parse_message(data, &error), 0);
	for (n = 0; n < data.n; n++) {
		assert_int_equal(parse_message(bytes_of(data.p, n), &error), -1);
		assert_int_equal(error.code, n < IKE_HDR_LEN ? WIRE_ERR_HDR_SHORT
							     : WIRE_ERR_LENGTH_BEYOND);
	}
}

/* Cut off, with a header that says so: it is the chain that is not whole. */
static void test_chain_cut_off(void **state)
{
	uint8_t out[SAMPLE_MAX];
	struct bytes data = sample_init(out);
	struct wire_error error;
	size_t n;

	(void)state;
	for (n = IKE_HDR_LEN; n < data.n; n++) {
		put_be32(out + 24, (uint32_t)n);
		assert_int_equal(parse_message(bytes_of(out, n), &error), -1);
		assert_true(error.code == WIRE_ERR_SHORT || error.code == WIRE_ERR_BEYOND);
	}
}

static void test_inner_cut_off(void **state)
{
	uint8_t out[SAMPLE_MAX];
	struct bytes data = sample_inner(out);
	struct wire_error error;
	size_t n;

	(void)state;
	assert_int_equal(parse_inner(data, &error), 0);
	for (n = 0; n < data.n; n++) {
		assert_int_equal(parse_inner(bytes_of(data.p, n), &error), -1);
		assert_true(error.code == WIRE_ERR_SHORT || error.code == WIRE_ERR_BEYOND);
	}
}

static bool is_free_form(uint8_t type)
{
	return type == IKE_PL_IDI || type == IKE_PL_CERT || type == IKE_PL_AUTH ||
	       type == IKE_PL_NOTIFY;
}

/* Each body shortened by itself: structured ones are refused at every length. */
static void test_bodies_cut_off(void **state)
{
	uint8_t out[SAMPLE_MAX];
	struct wire_payloads payloads;
	struct wire_error error;
	unsigned int i;
	size_t n;

	(void)state;
	assert_int_equal(wire_payloads_parse(IKE_PL_IDI, sample_inner(out), &payloads, &error), 0);
	for (i = 0; i < payloads.n; i++) {
		const struct wire_payload *whole = &payloads.list[i];

		for (n = 0; n < whole->body.n; n++) {
			struct wire_payload payload = *whole;
			uint8_t *tight = malloc(n + !n);

			memcpy(tight, whole->body.p, n);
			payload.body = bytes_of(tight, n);
			if (read_any(&payload, &error) == 0)
				assert_true(is_free_form(payload.type));
			free(tight);
		}
	}
}

static void test_octets_behind(void **state)
{
	uint8_t out[SAMPLE_MAX];
	struct bytes data = sample_init(out);
	struct wire_error error;

	(void)state;
	out[data.n] = 0;
	assert_int_equal(parse_message(bytes_of(out, data.n + 1), &error), -1);
	assert_int_equal(error.code, WIRE_ERR_LENGTH_BELOW);
	put_be32(out + 24, (uint32_t)data.n + 1);
	assert_int_equal(parse_message(bytes_of(out, data.n + 1), &error), -1);
	assert_int_equal(error.code, WIRE_ERR_TRAILING);
	assert_int_equal(error.offset, data.n);
	data = sample_inner(out);
	out[data.n] = 0;
	assert_int_equal(parse_inner(bytes_of(out, data.n + 1), &error), -1);
	assert_int_equal(error.code, WIRE_ERR_TRAILING);
}

/* --------------------------------------------------- lengths and counts */

/* Sets the field of @width octets at @at to what it must not be. */
static void try_field(struct bytes data, size_t at, size_t width, parse_function *parse)
{
	uint32_t right = width == 1 ? data.p[at] : get_be16(data.p + at);
	const uint32_t wrong[] = { 0, 3, right - 1, right + 1, 0xffff };
	uint8_t copy[SAMPLE_MAX];
	struct wire_error error;
	size_t i;

	for (i = 0; i < COUNT(wrong); i++) {
		uint16_t v = (uint16_t)(width == 1 ? wrong[i] & 0xff : wrong[i]);

		if (v == right)
			continue;
		memcpy(copy, data.p, data.n);
		if (width == 1)
			copy[at] = (uint8_t)v;
		else
			put_be16(copy + at, v);
		if (parse(bytes_of(copy, data.n), &error) == 0)
			fail_msg("octet %zu: %u instead of %u passes", at, v, right);
	}
}

static void try_sa_fields(struct bytes data, const struct wire_payload *payload,
			  parse_function *parse)
{
	size_t at = wire_payload_body_offset(payload);
	size_t end = at + payload->body.n;

	while (at < end) {
		size_t next = at + get_be16(data.p + at + 2);
		size_t t = at + 8 + data.p[at + 6];

		try_field(data, at + 2, 2, parse);
		try_field(data, at + 6, 1, parse);
		try_field(data, at + 7, 1, parse);
		for (; t < next; t += get_be16(data.p + t + 2))
			try_field(data, t + 2, 2, parse);
		at = next;
	}
}

static void try_ts_fields(struct bytes data, const struct wire_payload *payload,
			  parse_function *parse)
{
	size_t at = wire_payload_body_offset(payload);
	size_t end = at + payload->body.n;

	try_field(data, at, 1, parse);
	for (at += 4; at < end; at += get_be16(data.p + at + 2))
		try_field(data, at + 2, 2, parse);
}

static void try_fields(struct bytes data, const struct wire_payloads *payloads,
		       parse_function *parse)
{
	unsigned int i;

	for (i = 0; i < payloads->n; i++) {
		const struct wire_payload *payload = &payloads->list[i];
		size_t body = wire_payload_body_offset(payload);

		try_field(data, payload->offset + 2, 2, parse);
		if (payload->type == IKE_PL_SA)
			try_sa_fields(data, payload, parse);
		if (payload->type == IKE_PL_TSI || payload->type == IKE_PL_TSR)
			try_ts_fields(data, payload, parse);
		if (payload->type == IKE_PL_DELETE) {
			try_field(data, body + 1, 1, parse);
			try_field(data, body + 2, 2, parse);
		}
	}
}

static void test_message_fields(void **state)
{
	uint8_t out[SAMPLE_MAX];
	struct bytes data = sample_init(out);
	struct wire_message m;
	struct wire_error error;

	(void)state;
	assert_int_equal(wire_message_parse(data, &m, &error), 0);
	try_field(data, 26, 2, parse_message);
	try_fields(data, &m.clear, parse_message);
}

static void test_inner_fields(void **state)
{
	uint8_t out[SAMPLE_MAX];
	struct bytes data = sample_inner(out);
	struct wire_payloads payloads;
	struct wire_error error;

	(void)state;
	assert_int_equal(wire_payloads_parse(IKE_PL_IDI, data, &payloads, &error), 0);
	try_fields(data, &payloads, parse_inner);
}

/* A notification's SPI may take what is there, and no more. */
static void test_notify_spi_size(void **state)
{
	uint8_t body[] = { 3, 0, 0, 1, 5, 6, 7, 8 };
	struct wire_payload payload = {
		.type = IKE_PL_NOTIFY,
		.body = bytes_of(body, sizeof(body)),
	};
	struct wire_notify notify;
	struct wire_error error;
	unsigned int n;

	(void)state;
	for (n = 0; n < 256; n++) {
		body[1] = (uint8_t)n;
		assert_int_equal(wire_read_notify(&payload, &notify, &error), n <= 4 ? 0 : -1);
		if (n > 4)
			assert_int_equal(error.code, WIRE_ERR_BEYOND);
		else
			assert_int_equal(notify.spi.n + notify.data.n, 4);
	}
}

/* --------------------------------------------- each error by its own name */

struct bad_body {
	uint8_t type;
	enum wire_error_code code;
	size_t n;
	uint8_t body[64];
};

static const struct bad_body bad_bodies[] = {
	{ IKE_PL_SA, WIRE_ERR_SHORT, 0, { 0 } },
	{ IKE_PL_SA, WIRE_ERR_SHORT, 7, { 0, 0, 0, 7, 1, 1, 0 } },
	{ IKE_PL_SA, WIRE_ERR_MIN, 8, { 0, 0, 0, 7, 1, 1, 0, 0 } },
	{ IKE_PL_SA, WIRE_ERR_BEYOND, 8, { 0, 0, 0, 9, 1, 1, 0, 0 } },
	{ IKE_PL_SA, WIRE_ERR_MORE_FLAG, 8, { 2, 0, 0, 8, 1, 1, 0, 0 } },
	{ IKE_PL_SA, WIRE_ERR_MORE_FLAG, 16,
	  { 0, 0, 0, 8, 1, 1, 0, 0, 0, 0, 0, 8, 2, 1, 0, 0 } },
	{ IKE_PL_SA, WIRE_ERR_BEYOND, 8, { 0, 0, 0, 8, 1, 1, 8, 0 } },
	{ IKE_PL_SA, WIRE_ERR_SPI_SIZE, 12, { 0, 0, 0, 12, 1, 1, 4, 0 } },
	{ IKE_PL_SA, WIRE_ERR_SPI_SIZE, 8, { 0, 0, 0, 8, 1, 3, 0, 0 } },
	{ IKE_PL_SA, WIRE_ERR_COUNT, 8, { 0, 0, 0, 8, 1, 1, 0, 1 } },
	{ IKE_PL_SA, WIRE_ERR_COUNT, 16, { 0, 0, 0, 16, 1, 1, 0, 0, 0, 0, 0, 8, 1, 0, 0, 1 } },
	{ IKE_PL_SA, WIRE_ERR_SHORT, 12, { 0, 0, 0, 12, 1, 1, 0, 1, 0, 0, 0, 8 } },
	{ IKE_PL_SA, WIRE_ERR_MIN, 16, { 0, 0, 0, 16, 1, 1, 0, 1, 0, 0, 0, 7 } },
	{ IKE_PL_SA, WIRE_ERR_BEYOND, 16, { 0, 0, 0, 16, 1, 1, 0, 1, 0, 0, 0, 9 } },
	{ IKE_PL_SA, WIRE_ERR_MORE_FLAG, 16, { 0, 0, 0, 16, 1, 1, 0, 1, 3, 0, 0, 8 } },
	{ IKE_PL_SA, WIRE_ERR_SHORT, 18, { 0, 0, 0, 18, 1, 1, 0, 1, 0, 0, 0, 10, 1 } },
	{ IKE_PL_SA, WIRE_ERR_BEYOND, 20,
	  { 0, 0, 0, 20, 1, 1, 0, 1, 0, 0, 0, 12, 1, 0, 0, 1, 0, 14, 0, 1 } },
	{ IKE_PL_KE, WIRE_ERR_SHORT, 3, { 0, 14, 0 } },
	{ IKE_PL_IDI, WIRE_ERR_SHORT, 3, { 1, 0, 0 } },
	{ IKE_PL_IDI, WIRE_ERR_VALUE, 7, { 1, 0, 0, 0, 10, 0, 0 } },
	{ IKE_PL_IDR, WIRE_ERR_VALUE, 8, { 5, 0, 0, 0, 10, 0, 0, 1 } },
	{ IKE_PL_CERT, WIRE_ERR_SHORT, 0, { 0 } },
	{ IKE_PL_AUTH, WIRE_ERR_SHORT, 3, { 2, 0, 0 } },
	{ IKE_PL_NONCE, WIRE_ERR_VALUE, 15, { 0 } },
	{ IKE_PL_NOTIFY, WIRE_ERR_SHORT, 3, { 0 } },
	{ IKE_PL_NOTIFY, WIRE_ERR_BEYOND, 4, { 3, 4, 0, 1 } },
	{ IKE_PL_DELETE, WIRE_ERR_SHORT, 3, { 0 } },
	{ IKE_PL_DELETE, WIRE_ERR_VALUE, 4, { 0, 0, 0, 0 } },
	{ IKE_PL_DELETE, WIRE_ERR_VALUE, 4, { 4, 4, 0, 0 } },
	{ IKE_PL_DELETE, WIRE_ERR_SPI_SIZE, 4, { 1, 8, 0, 0 } },
	{ IKE_PL_DELETE, WIRE_ERR_SPI_SIZE, 4, { 3, 0, 0, 1 } },
	{ IKE_PL_DELETE, WIRE_ERR_COUNT, 4, { 1, 0, 0, 1 } },
	{ IKE_PL_DELETE, WIRE_ERR_COUNT, 8, { 3, 4, 0, 2 } },
	{ IKE_PL_DELETE, WIRE_ERR_COUNT, 8, { 3, 4, 0xff, 0xff } },
	{ IKE_PL_DELETE, WIRE_ERR_COUNT, 8, { 3, 4, 1, 1 } },
	{ IKE_PL_TSI, WIRE_ERR_SHORT, 3, { 1, 0, 0 } },
	{ IKE_PL_TSI, WIRE_ERR_COUNT, 4, { 0 } },
	{ IKE_PL_TSI, WIRE_ERR_SHORT, 7, { 1, 0, 0, 0, 7, 0, 0 } },
	{ IKE_PL_TSI, WIRE_ERR_MIN, 8, { 1, 0, 0, 0, 9, 0, 0, 3 } },
	{ IKE_PL_TSR, WIRE_ERR_BEYOND, 8, { 1, 0, 0, 0, 7, 0, 0, 16 } },
	{ IKE_PL_TSR, WIRE_ERR_VALUE, 20, { 1, 0, 0, 0, 8, 0, 0, 16 } },
	{ IKE_PL_TSR, WIRE_ERR_VALUE, 12, { 1, 0, 0, 0, 7, 0, 0, 8 } },
	{ IKE_PL_TSR, WIRE_ERR_TRAILING, 21, { 1, 0, 0, 0, 7, 0, 0, 16 } },
};

static void test_bad_bodies(void **state)
{
	struct wire_error error;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad_bodies); i++) {
		const struct bad_body *bad = &bad_bodies[i];
		uint8_t *tight = malloc(bad->n + !bad->n);
		struct wire_payload payload = {
			.type = bad->type,
			.body = bytes_of(tight, bad->n),
		};

		memcpy(tight, bad->body, bad->n);
		if (read_any(&payload, &error) == 0 || error.code != bad->code)
			fail_msg("row %zu: %s", i, wire_error_name(error.code));
		assert_int_equal(error.payload, bad->type);
		free(tight);
	}
}

/* One payload of a type without structure, with each length in its header. */
static void test_payload_length(void **state)
{
	uint8_t octets[8] = { 0 };
	struct wire_payloads payloads;
	struct wire_error error;
	unsigned int n;

	(void)state;
	for (n = 0; n < 300; n++) {
		enum wire_error_code want = WIRE_OK;

		if (n < 4)
			want = WIRE_ERR_MIN;
		else if (n != 8)
			want = n < 8 ? WIRE_ERR_TRAILING : WIRE_ERR_BEYOND;
		put_be16(octets + 2, (uint16_t)n);
		wire_payloads_parse(IKE_PL_VENDOR, bytes_of(octets, 8), &payloads, &error);
		assert_int_equal(error.code, want);
	}
	assert_int_equal(wire_payloads_parse(IKE_PL_VENDOR, bytes_of(octets, 3), &payloads, &error),
			 -1);
	assert_int_equal(error.code, WIRE_ERR_SHORT);
}

static void test_nonce_sizes(void **state)
{
	static const uint8_t zero[IKE_NONCE_MAX + 1];
	struct wire_payload payload = { .type = IKE_PL_NONCE };
	struct wire_error error;
	struct bytes nonce;
	size_t n;

	(void)state;
	for (n = 0; n <= sizeof(zero); n++) {
		payload.body = bytes_of(zero, n);
		assert_int_equal(wire_read_nonce(&payload, &nonce, &error),
				 n >= 16 && n <= 256 ? 0 : -1);
	}
}

/* ------------------------------------------------------------ the header */

static void bad_header(size_t at, uint8_t value, enum wire_error_code code)
{
	uint8_t out[SAMPLE_MAX];
	struct bytes data = sample_init(out);
	struct wire_message m;
	struct wire_error error;

	out[at] = value;
	assert_int_equal(wire_message_parse(data, &m, &error), -1);
	assert_int_equal(error.code, code);
	assert_int_equal(m.header.spi_r[0], 0xb2);
	assert_int_equal(m.header.message_id, 0x01020304);
}

static void test_header(void **state)
{
	uint8_t out[SAMPLE_MAX];
	struct bytes data = sample_init(out);
	struct wire_message m;
	struct wire_error error;

	(void)state;
	bad_header(17, 0x10, WIRE_ERR_VERSION);
	bad_header(17, 0x30, WIRE_ERR_VERSION);
	bad_header(17, 0x00, WIRE_ERR_VERSION);
	bad_header(24, 0x80, WIRE_ERR_LENGTH_BEYOND);
	bad_header(27, data.p[27] + 1, WIRE_ERR_LENGTH_BEYOND);
	bad_header(27, data.p[27] - 1, WIRE_ERR_LENGTH_BELOW);
	put_be32(out + 24, IKE_HDR_LEN - 1);
	assert_int_equal(wire_message_parse(data, &m, &error), -1);
	assert_int_equal(error.code, WIRE_ERR_LENGTH_MIN);
	data = sample_init(out);
	memset(out, 0, IKE_SPI_LEN);
	assert_int_equal(wire_message_parse(data, &m, &error), -1);
	assert_int_equal(error.code, WIRE_ERR_SPI_ZERO);
}

/* ---------------------------------------------------------------- limits */

static void test_too_many_payloads(void **state)
{
	struct wire_payloads payloads;
	struct wire_error error;
	uint8_t out[SAMPLE_MAX];
	struct wire_writer w;
	unsigned int n;

	(void)state;
	wire_begin_bare(&w, out, sizeof(out));
	for (n = 1; n <= WIRE_PAYLOADS_MAX + 1; n++) {
		wire_put_vendor(&w, bytes_of(NULL, 0));
		assert_int_equal(wire_payloads_parse(IKE_PL_VENDOR, wire_end(&w), &payloads,
						     &error),
				 n <= WIRE_PAYLOADS_MAX ? 0 : -1);
	}
	assert_int_equal(error.code, WIRE_ERR_TOO_MANY);
}

/* An SA payload of @proposals with @transforms each; what reading it gives. */
static enum wire_error_code many_parts(unsigned int proposals, unsigned int transforms)
{
	static uint8_t body[8192];
	struct wire_payload payload = { .type = IKE_PL_SA };
	struct wire_error error;
	struct wire_sa sa;
	struct wbuf w;
	unsigned int i, j;

	wbuf_init(&w, body, sizeof(body));
	for (i = 1; i <= proposals; i++) {
		wbuf_be16(&w, i < proposals ? 0x0200 : 0);
		wbuf_be16(&w, (uint16_t)(8 + 8 * transforms));
		wbuf_be32(&w, i << 24 | IKE_PROTO_IKE << 16 | transforms);
		for (j = 1; j <= transforms; j++) {
			wbuf_be32(&w, j < transforms ? 0x03000008 : 8);
			wbuf_be32(&w, IKE_TRANSFORM_ENCR << 24 | IKE_ENCR_AES_CBC);
		}
	}
	payload.body = wbuf_view(&w);
	assert_false(w.overflow);
	wire_read_sa(&payload, &sa, &error);
	return error.code;
}

static void test_too_many_parts(void **state)
{
	(void)state;
	assert_int_equal(many_parts(WIRE_PROPOSALS_MAX, 2), WIRE_OK);
	assert_int_equal(many_parts(WIRE_PROPOSALS_MAX + 1, 2), WIRE_ERR_TOO_MANY);
	assert_int_equal(many_parts(2, WIRE_TRANSFORMS_MAX / 2), WIRE_OK);
	assert_int_equal(many_parts(2, WIRE_TRANSFORMS_MAX / 2 + 1), WIRE_ERR_TOO_MANY);
}

static void test_too_many_selectors(void **state)
{
	uint8_t body[4 + 16 * (WIRE_TS_MAX + 1)] = { 0 };
	struct wire_payload payload = { .type = IKE_PL_TSI };
	struct wire_ts_list list;
	struct wire_error error;
	unsigned int n;

	(void)state;
	for (n = 1; n <= WIRE_TS_MAX + 1; n++) {
		body[0] = (uint8_t)n;
		put_be32(body + 4 + 16 * (n - 1), 0x07000010);
		payload.body = bytes_of(body, 4 + 16 * n);
		assert_int_equal(wire_read_ts(&payload, &list, &error),
				 n <= WIRE_TS_MAX ? 0 : -1);
	}
	assert_int_equal(error.code, WIRE_ERR_TOO_MANY);
}

static void test_sk_in_the_wrong_place(void **state)
{
	static const uint8_t nested[] = { 0, 0, 0, 4, 0, 0, 0, 4 };
	struct wire_payloads payloads;
	uint8_t out[SAMPLE_MAX];
	struct bytes data = sample_protected(out, IKE_EXCH_IKE_AUTH, 0);
	struct wire_message m;
	struct wire_error error;

	(void)state;
	assert_int_equal(wire_payloads_parse(IKE_PL_SK, bytes_of(nested, 4), &payloads, &error),
			 -1);
	assert_int_equal(error.code, WIRE_ERR_SK_NESTED);
	assert_int_equal(wire_payloads_parse(IKE_PL_SKF, bytes_of(nested, 4), &payloads, &error),
			 -1);
	assert_int_equal(error.code, WIRE_ERR_SK_NESTED);
	/* SK is the last: its end must be the message's */
	put_be16(out + 30, (uint16_t)(data.n - 28 - 4));
	assert_int_equal(wire_message_parse(data, &m, &error), -1);
	assert_int_equal(error.code, WIRE_ERR_TRAILING);
}

/* RFC 7383 section 2.5: from 1 to the total, and what it begins with in the first alone. */
static void test_fragment(void **state)
{
	static const struct {
		uint8_t next, body[4], n;
		bool good;
	} rows[] = {
		{ IKE_PL_SA, { 0, 1, 0, 1 }, 4, true },
		{ IKE_PL_NONE, { 0, 1, 0, 2 }, 4, true },
		{ IKE_PL_NONE, { 0, 2, 0, 2 }, 4, true },
		{ IKE_PL_SA, { 0, 2, 0, 2 }, 4, false },
		{ IKE_PL_NONE, { 0, 0, 0, 2 }, 4, false },
		{ IKE_PL_NONE, { 0, 3, 0, 2 }, 4, false },
		{ IKE_PL_NONE, { 0, 0, 0, 0 }, 4, false },
		{ IKE_PL_SA, { 0, 1, 0, 0 }, 3, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct wire_payload payload = {
			.type = IKE_PL_SKF, .next = rows[i].next,
			.body = bytes_of(rows[i].body, rows[i].n), .offset = 28,
		};
		struct wire_error error;
		struct wire_skf skf;

		assert_int_equal(wire_read_skf(&payload, &skf, &error), rows[i].good ? 0 : -1);
		if (rows[i].good)
			assert_int_equal(skf.body, 36);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fragment),
		cmocka_unit_test(test_message_cut_off),
		cmocka_unit_test(test_chain_cut_off),
		cmocka_unit_test(test_inner_cut_off),
		cmocka_unit_test(test_bodies_cut_off),
		cmocka_unit_test(test_octets_behind),
		cmocka_unit_test(test_message_fields),
		cmocka_unit_test(test_inner_fields),
		cmocka_unit_test(test_notify_spi_size),
		cmocka_unit_test(test_bad_bodies),
		cmocka_unit_test(test_payload_length),
		cmocka_unit_test(test_nonce_sizes),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_too_many_payloads),
		cmocka_unit_test(test_too_many_parts),
		cmocka_unit_test(test_too_many_selectors),
		cmocka_unit_test(test_sk_in_the_wrong_place),
	};

	return cmocka_run_group_tests_name("wire_lengths", tests, NULL, NULL);
}
