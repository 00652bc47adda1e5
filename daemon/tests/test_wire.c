// SPDX-License-Identifier: GPL-2.0-or-later
/* What the codec writes and reads where nothing is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "wire_samples.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* ------------------------------------------------------ known octets */

/* Drawn by hand after the figures of RFC 7296 section 3. */
static const uint8_t known_init[] = {
	0xa1, 0xa1, 0xa1, 0xa1, 0xa1, 0xa1, 0xa1, 0xa1,
	0xb2, 0xb2, 0xb2, 0xb2, 0xb2, 0xb2, 0xb2, 0xb2,
	33, 0x20, 34, 0x08, 1, 2, 3, 4, 0, 0, 0, 112,
	/* SA: one proposal */
	34, 0, 0, 48, 0, 0, 0, 44, 1, 1, 0, 4,
	3, 0, 0, 12, 1, 0, 0, 12, 0x80, 14, 0, 128,
	3, 0, 0, 8, 2, 0, 0, 5,
	3, 0, 0, 8, 3, 0, 0, 12,
	0, 0, 0, 8, 4, 0, 0, 14,
	/* KE */
	40, 0, 0, 11, 0, 14, 0, 0, 7, 8, 9,
	/* Nonce */
	41, 0, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
	/* Notify */
	0, 0, 0, 5, 9,
};

static const uint8_t known_inner[] = {
	/* IDi */
	39, 0, 0, 12, 1, 0, 0, 0, 192, 0, 2, 1,
	/* AUTH */
	44, 0, 0, 10, 2, 0, 0, 0, 5, 6,
	/* TSi */
	45, 0, 0, 24, 1, 0, 0, 0, 7, 17, 0, 16, 0, 53, 0, 54, 10, 0, 0, 0, 10, 0, 0, 255,
	/* TSr */
	41, 0, 0, 48, 1, 0, 0, 0, 8, 0, 0, 40, 0, 0, 255, 255,
	0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9,
	/* Notify */
	42, 0, 0, 13, 3, 4, 0x40, 9, 1, 2, 3, 4, 77,
	/* Delete */
	42, 0, 0, 16, 3, 4, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8,
	/* Delete of the IKE SA */
	0, 0, 0, 8, 1, 0, 0, 0,
};

static void test_known_init(void **state)
{
	struct wire_header header = sample_header(IKE_EXCH_IKE_SA_INIT, IKE_FLAG_INITIATOR);
	static const struct wire_sa sa = {
		.n_proposals = 1,
		.n_transforms = 4,
		.proposals = { { .number = 1, .protocol = IKE_PROTO_IKE, .n = 4 } },
		.transforms = {
			{ IKE_TRANSFORM_ENCR, IKE_ENCR_AES_CBC, 128, false },
			{ IKE_TRANSFORM_PRF, IKE_PRF_HMAC_SHA2_256, 0, false },
			{ IKE_TRANSFORM_INTEG, IKE_INTEG_HMAC_SHA2_256_128, 0, false },
			{ IKE_TRANSFORM_DH, IKE_DH_MODP_2048, 0, false },
		},
	};
	static const uint8_t nonce[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
	uint8_t out[SAMPLE_MAX];
	struct wire_writer w;
	struct bytes message;

	(void)state;
	wire_begin(&w, out, sizeof(out), &header);
	wire_put_sa(&w, &sa);
	wire_put_ke(&w, 14, bytes_of("\7\10\11", 3));
	wire_put_nonce(&w, bytes_of(nonce, sizeof(nonce)));
	wire_payload_begin(&w, IKE_PL_NOTIFY);
	wbuf_u8(&w.buf, 9);
	wire_payload_end(&w);
	message = wire_end(&w);
	assert_int_equal(message.n, sizeof(known_init));
	assert_memory_equal(message.p, known_init, sizeof(known_init));
}

static void test_known_inner(void **state)
{
	static const uint32_t spis[] = { 0x01020304, 0x05060708 };
	struct wire_ts_list v4 = {
		.n = 1,
		.ts = { { IKE_TS_IPV4_ADDR_RANGE, 17, 53, 54, { AF_INET, { 10 } },
			  { AF_INET, { 10, 0, 0, 255 } } } },
	};
	struct wire_ts_list v6 = {
		.n = 1,
		.ts = { { IKE_TS_IPV6_ADDR_RANGE, 0, 0, 65535,
			  { AF_INET6, { 0x20, 1, 0x0d, 0xb8 } },
			  { AF_INET6, { 0x20, 1, 0x0d, 0xb8, [15] = 9 } } } },
	};
	uint8_t out[SAMPLE_MAX];
	struct wire_writer w;
	struct bytes plain;

	(void)state;
	wire_begin_bare(&w, out, sizeof(out));
	wire_put_id(&w, IKE_PL_IDI, IKE_ID_IPV4_ADDR, bytes_of("\300\0\2\1", 4));
	wire_put_auth(&w, IKE_AUTH_PSK, bytes_of("\5\6", 2));
	wire_put_ts(&w, IKE_PL_TSI, &v4);
	wire_put_ts(&w, IKE_PL_TSR, &v6);
	wire_put_notify_spi(&w, IKE_PROTO_ESP, bytes_of("\1\2\3\4", 4), IKE_N_REKEY_SA,
			    bytes_of("M", 1));
	wire_put_delete(&w, IKE_PROTO_ESP, spis, COUNT(spis));
	wire_put_delete_ike(&w);
	plain = wire_end(&w);
	assert_int_equal(plain.n, sizeof(known_inner));
	assert_memory_equal(plain.p, known_inner, sizeof(known_inner));
}

/* ------------------------------------------------------------- reading */

static void same_transforms(const struct wire_sa *a, const struct wire_sa *b)
{
	unsigned int i;

	assert_int_equal(a->n_transforms, b->n_transforms);
	for (i = 0; i < a->n_transforms; i++) {
		assert_int_equal(a->transforms[i].type, b->transforms[i].type);
		assert_int_equal(a->transforms[i].id, b->transforms[i].id);
		assert_int_equal(a->transforms[i].key_bits, b->transforms[i].key_bits);
		assert_int_equal(a->transforms[i].odd, b->transforms[i].odd);
	}
}

static void same_sa(const struct wire_payload *payload, uint8_t protocol)
{
	struct wire_error error;
	struct wire_sa want, sa;
	unsigned int i;

	sample_sa(&want, protocol);
	assert_int_equal(wire_read_sa(payload, &sa, &error), 0);
	assert_int_equal(sa.n_proposals, want.n_proposals);
	for (i = 0; i < sa.n_proposals; i++) {
		assert_int_equal(sa.proposals[i].number, want.proposals[i].number);
		assert_int_equal(sa.proposals[i].protocol, protocol);
		assert_true(bytes_equal(sa.proposals[i].spi, want.proposals[i].spi));
		assert_int_equal(sa.proposals[i].first, want.proposals[i].first);
		assert_int_equal(sa.proposals[i].n, want.proposals[i].n);
	}
	same_transforms(&sa, &want);
}

static void same_ts(const struct wire_payload *payload)
{
	struct wire_ts_list want, list;
	struct wire_error error;
	unsigned int i;

	sample_ts(&want);
	assert_int_equal(wire_read_ts(payload, &list, &error), 0);
	assert_int_equal(list.n, want.n);
	assert_int_equal(list.unknown, 0);
	for (i = 0; i < list.n; i++) {
		assert_int_equal(list.ts[i].type, want.ts[i].type);
		assert_int_equal(list.ts[i].proto, want.ts[i].proto);
		assert_int_equal(list.ts[i].port_first, want.ts[i].port_first);
		assert_int_equal(list.ts[i].port_last, want.ts[i].port_last);
		assert_true(addr_equal(&list.ts[i].first, &want.ts[i].first));
		assert_true(addr_equal(&list.ts[i].last, &want.ts[i].last));
	}
}

static void test_reads_init(void **state)
{
	uint8_t out[SAMPLE_MAX];
	struct wire_message m;
	struct wire_notify notify;
	struct wire_error error;
	struct bytes nonce;
	struct wire_ke ke;

	(void)state;
	assert_int_equal(wire_message_parse(sample_init(out), &m, &error), 0);
	assert_int_equal(m.header.exchange, IKE_EXCH_IKE_SA_INIT);
	assert_int_equal(m.header.message_id, 0x01020304);
	assert_true(wire_from_initiator(&m.header));
	assert_false(wire_is_response(&m.header));
	assert_int_equal(m.clear.n, 6);
	assert_null(wire_message_sk(&m));
	same_sa(wire_payload_find(&m.clear, IKE_PL_SA), IKE_PROTO_IKE);
	assert_int_equal(wire_read_ke(wire_payload_find(&m.clear, IKE_PL_KE), &ke, &error), 0);
	assert_int_equal(ke.group, IKE_DH_CURVE25519);
	assert_int_equal(ke.data.n, 32);
	assert_int_equal(wire_read_nonce(&m.clear.list[2], &nonce, &error), 0);
	assert_int_equal(nonce.n, 24);
	assert_true(wire_notify_find(&m.clear, IKE_N_NAT_DETECTION_SOURCE_IP, &notify));
	assert_int_equal(notify.data.n, 20);
	assert_int_equal(notify.spi.n, 0);
	assert_true(wire_notify_find(&m.clear, IKE_N_FRAGMENTATION_SUPPORTED, &notify));
	assert_false(wire_notify_find(&m.clear, IKE_N_COOKIE, &notify));
	assert_false(wire_notify_find_error(&m.clear, &notify));
	assert_memory_equal(m.clear.list[5].body.p, "pantun", 6);
}

static void check_inner_ids(const struct wire_payloads *p)
{
	struct wire_error error;
	struct wire_cert cert;
	struct wire_auth auth;
	struct wire_id id;

	assert_int_equal(wire_read_id(wire_payload_find(p, IKE_PL_IDI), &id, &error), 0);
	assert_int_equal(id.type, IKE_ID_FQDN);
	assert_memory_equal(id.data.p, "a.example", 9);
	assert_int_equal(id.rest.n, 13);
	assert_memory_equal(id.rest.p, "\2\0\0\0a.example", 13);
	assert_int_equal(wire_read_cert(wire_payload_find(p, IKE_PL_CERT), &cert, &error), 0);
	assert_int_equal(cert.encoding, 4);
	assert_int_equal(cert.data.n, 40);
	assert_int_equal(wire_read_auth(wire_payload_find(p, IKE_PL_AUTH), &auth, &error), 0);
	assert_int_equal(auth.method, IKE_AUTH_PSK);
	assert_int_equal(auth.data.n, 32);
}

static void check_inner_spis(const struct wire_payloads *p)
{
	struct wire_notify notify;
	struct wire_delete del;
	struct wire_error error;

	assert_true(wire_notify_find(p, IKE_N_REKEY_SA, &notify));
	assert_int_equal(notify.protocol, IKE_PROTO_ESP);
	assert_true(bytes_equal(notify.spi, bytes_of("\300\1\2\3", 4)));
	assert_true(bytes_equal(notify.data, bytes_of("data", 4)));
	assert_int_equal(wire_read_delete(wire_payload_find(p, IKE_PL_DELETE), &del, &error), 0);
	assert_int_equal(del.protocol, IKE_PROTO_ESP);
	assert_int_equal(del.count, 2);
	assert_int_equal(wire_delete_spi(&del, 0), 0xc0010203);
	assert_int_equal(wire_delete_spi(&del, 1), 0x100);
	assert_int_equal(wire_read_delete(&p->list[p->n - 1], &del, &error), 0);
	assert_int_equal(del.protocol, IKE_PROTO_IKE);
	assert_int_equal(del.count, 0);
}

static void test_reads_inner(void **state)
{
	uint8_t out[SAMPLE_MAX];
	struct wire_payloads p;
	struct wire_error error;

	(void)state;
	assert_int_equal(wire_payloads_parse(IKE_PL_IDI, sample_inner(out), &p, &error), 0);
	assert_int_equal(p.n, 9);
	check_inner_ids(&p);
	same_sa(wire_payload_find(&p, IKE_PL_SA), IKE_PROTO_ESP);
	same_ts(wire_payload_find(&p, IKE_PL_TSI));
	same_ts(wire_payload_find(&p, IKE_PL_TSR));
	check_inner_spis(&p);
}

/* ------------------------------------------------------------ SK framing */

static void test_protected(void **state)
{
	uint8_t out[SAMPLE_MAX], plain[SAMPLE_MAX];
	const struct wire_payload *sk;
	struct bytes inner = sample_inner(plain);
	struct wire_payloads payloads;
	struct wire_message m;
	struct wire_error error;
	struct bytes data;

	(void)state;
	data = sample_protected(out, IKE_EXCH_IKE_AUTH, IKE_FLAG_INITIATOR);
	assert_int_equal(wire_message_parse(data, &m, &error), 0);
	assert_int_equal(m.clear.n, 1);
	sk = wire_message_sk(&m);
	assert_non_null(sk);
	assert_int_equal(sk->next, IKE_PL_IDI);
	assert_int_equal(wire_payload_body_offset(sk), 32);
	assert_int_equal(sk->body.n, 8 + inner.n + 4 + 16);
	assert_memory_equal(sk->body.p, "\0\0\0\0\0\0\0\0", 8);
	assert_memory_equal(sk->body.p + 8, inner.p, inner.n);
	assert_memory_equal(sk->body.p + 8 + inner.n, "\0\0\0\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
			    20);
	inner = bytes_of(sk->body.p + 8, inner.n);
	assert_int_equal(wire_payloads_parse(sk->next, inner, &payloads, &error), 0);
	assert_int_equal(payloads.n, 9);
}

static void test_protected_empty(void **state)
{
	struct wire_header header = sample_header(IKE_EXCH_INFORMATIONAL, IKE_FLAG_RESPONSE);
	uint8_t out[SAMPLE_MAX];
	struct wire_payloads payloads;
	struct wire_message m;
	struct wire_error error;
	struct wire_writer w;

	(void)state;
	wire_begin(&w, out, sizeof(out), &header);
	wire_sk_begin(&w, 16);
	assert_int_equal(wire_sk_plain_len(&w), 0);
	assert_int_equal(wire_sk_body(&w), 32);
	wire_sk_end(&w, 16, 16);
	assert_int_equal(wire_message_parse(wire_end(&w), &m, &error), 0);
	assert_int_equal(wire_message_sk(&m)->next, IKE_PL_NONE);
	assert_int_equal(m.data.n, 28 + 4 + 16 + 16 + 16);
	assert_int_equal(out[28 + 4 + 16 + 15], 15);
	assert_int_equal(wire_payloads_parse(0, bytes_of(out, 0), &payloads, &error), 0);
	assert_int_equal(payloads.n, 0);
}

static void test_protected_plain_len(void **state)
{
	struct wire_header header = sample_header(IKE_EXCH_IKE_AUTH, 0);
	uint8_t out[SAMPLE_MAX];
	struct wire_writer w;

	(void)state;
	wire_begin(&w, out, sizeof(out), &header);
	wire_put_vendor(&w, bytes_of("in clear", 8));
	wire_sk_begin(&w, 8);
	assert_int_equal(wire_sk_body(&w), 28 + 12 + 4);
	wire_put_vendor(&w, bytes_of("abc", 3));
	assert_int_equal(wire_sk_plain_len(&w), 7);
	wire_put_vendor(&w, bytes_of("abc", 3));
	assert_int_equal(wire_sk_plain_len(&w), 14);
}

/* ---------------------------------------------- what is to be tolerated */

static void test_reserved_and_unknown_bits(void **state)
{
	uint8_t out[SAMPLE_MAX];
	struct bytes data = sample_init(out);
	struct wire_message m;
	struct wire_error error;

	(void)state;
	out[17] = 0x2f;			/* minor version */
	out[19] |= 0xc7;		/* flags */
	out[28 + 1] = 0x7f;		/* reserved bits of a payload */
	out[28 + 4 + 1] = 0xff;		/* of a proposal */
	assert_int_equal(wire_message_parse(data, &m, &error), 0);
	assert_false(m.clear.list[0].critical);
	assert_false(wire_is_response(&m.header));
	same_sa(&m.clear.list[0], IKE_PROTO_IKE);
	out[28 + 1] = 0x80;
	assert_int_equal(wire_message_parse(data, &m, &error), 0);
	assert_true(m.clear.list[0].critical);
}

/* A transform with an attribute we don't know is marked, the others stay. */
static void test_odd_attributes(void **state)
{
	static const uint8_t body[] = {
		0, 0, 0, 61, 1, 1, 0, 5,
		3, 0, 0, 12, 1, 0, 0, 12, 0x80, 14, 0, 128,
		3, 0, 0, 13, 1, 0, 0, 12, 0, 99, 0, 1, 5,
		3, 0, 0, 12, 1, 0, 0, 12, 0x80, 14, 0, 0,
		3, 0, 0, 8, 2, 0, 0, 5,
		0, 0, 0, 8, 4, 0, 0, 14,
	};
	const struct wire_payload payload = {
		.type = IKE_PL_SA,
		.body = bytes_of(body, sizeof(body)),
	};
	struct wire_error error;
	struct wire_sa sa;

	(void)state;
	assert_int_equal(wire_read_sa(&payload, &sa, &error), 0);
	assert_int_equal(sa.n_transforms, 5);
	assert_false(sa.transforms[0].odd);
	assert_true(sa.transforms[1].odd);
	assert_true(sa.transforms[2].odd);
	assert_false(sa.transforms[3].odd);
	assert_false(sa.transforms[4].odd);
}

static void test_unknown_selector(void **state)
{
	static const uint8_t body[] = {
		2, 0, 0, 0,
		10, 0, 0, 7, 1, 2, 3,
		7, 0, 0, 16, 0, 0, 255, 255, 10, 0, 0, 0, 10, 0, 0, 1,
	};
	struct wire_payload payload = {
		.type = IKE_PL_TSI,
		.body = bytes_of(body, sizeof(body)),
	};
	struct wire_ts_list list;
	struct wire_error error;

	(void)state;
	assert_int_equal(wire_read_ts(&payload, &list, &error), 0);
	assert_int_equal(list.n, 1);
	assert_int_equal(list.unknown, 1);
	assert_int_equal(list.ts[0].last.b[3], 1);
}

/* --------------------------------------------------------------- writer */

/* At every size that is too small: nothing comes out, nothing is written behind. */
static void test_writer_overflow(void **state)
{
	uint8_t out[SAMPLE_MAX];
	size_t full = sample_protected(out, IKE_EXCH_IKE_AUTH, 0).n;
	struct wire_header header = sample_header(IKE_EXCH_IKE_AUTH, 0);
	size_t n;

	(void)state;
	for (n = 0; n <= full; n++) {
		uint8_t *tight = malloc(n + !n);
		struct wire_writer w;
		struct bytes message;

		wire_begin(&w, tight, n, &header);
		wire_sk_begin(&w, 8);
		sample_put_inner(&w);
		wire_sk_end(&w, 4, 16);
		message = wire_end(&w);
		assert_int_equal(message.n, n == full ? full : 0);
		if (n == full)
			assert_memory_equal(message.p, out, full);
		free(tight);
	}
}

static void test_writer_payload_too_long(void **state)
{
	static uint8_t zero[UINT16_MAX], out[2 * UINT16_MAX];
	struct wire_writer w;

	(void)state;
	wire_begin_bare(&w, out, sizeof(out));
	wire_put_vendor(&w, bytes_of(zero, UINT16_MAX - 4));
	assert_int_equal(wire_end(&w).n, UINT16_MAX);
	wire_begin_bare(&w, out, sizeof(out));
	wire_put_vendor(&w, bytes_of(zero, UINT16_MAX - 3));
	assert_int_equal(wire_end(&w).n, 0);
}

/* ---------------------------------------------------------------- names */

static void test_names(void **state)
{
	char text[WIRE_ERROR_TEXT];
	struct wire_error error;

	(void)state;
	assert_string_equal(ike_exchange_name(IKE_EXCH_IKE_AUTH), "IKE_AUTH");
	assert_string_equal(ike_payload_name(IKE_PL_TSR), "TSr");
	assert_null(ike_exchange_name(33));
	assert_null(ike_payload_name(IKE_PL_NONE));
	assert_int_equal(wire_fail(&error, WIRE_ERR_MIN, IKE_PL_KE, 40), -1);
	assert_string_equal(wire_error_text(&error, text),
			    "KE payload at octet 40: a length is below its minimum");
	wire_fail(&error, WIRE_ERR_CRITICAL, 200, 28);
	assert_string_equal(wire_error_text(&error, text),
			    "payload of type 200 at octet 28: unknown but critical");
	wire_fail(&error, WIRE_ERR_MISSING, IKE_PL_NONCE, 0);
	assert_string_equal(wire_error_text(&error, text), "Nonce payload is missing");
	wire_fail(&error, WIRE_ERR_VERSION, IKE_PL_NONE, 17);
	assert_string_equal(wire_error_text(&error, text), "message: not that version of IKE");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_init),
		cmocka_unit_test(test_known_inner),
		cmocka_unit_test(test_reads_init),
		cmocka_unit_test(test_reads_inner),
		cmocka_unit_test(test_protected),
		cmocka_unit_test(test_protected_empty),
		cmocka_unit_test(test_protected_plain_len),
		cmocka_unit_test(test_reserved_and_unknown_bits),
		cmocka_unit_test(test_odd_attributes),
		cmocka_unit_test(test_unknown_selector),
		cmocka_unit_test(test_writer_overflow),
		cmocka_unit_test(test_writer_payload_too_long),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
