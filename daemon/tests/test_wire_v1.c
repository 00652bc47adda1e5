// SPDX-License-Identifier: GPL-2.0-or-later
/* The codec of IKEv1: what it writes it reads, and what is cut or wrong it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/v1_build.h"

#define SEED	"daemon/fuzz/corpus/wire/ISAKMP_sa_setup_01"

static struct isakmp_payloads payloads;
static struct isakmp_sa sa;
static struct wire_error error;

static void begin(struct isakmp_writer *w, uint8_t *buf, size_t n)
{
	const struct wire_header header = {
		.spi_i = "cookie i", .spi_r = "cookie r", .exchange = ISAKMP_EXCH_QUICK,
		.flags = ISAKMP_FLAG_ENCRYPTED, .message_id = 0x12345678,
	};

	isakmp_begin(w, buf, n, &header);
}

/* Of what @w has, the only payload, whose octets end where its memory ends. */
static const struct isakmp_payload *only(struct isakmp_writer *w)
{
	struct bytes message = isakmp_end(w, 1);

	assert_true(message.n > 0);
	assert_int_equal(isakmp_payloads_parse(message.p[16], message, false, &payloads, &error),
			 0);
	assert_int_equal(payloads.n, 1);
	return &payloads.list[0];
}

static void put_two_proposals(struct isakmp_writer *w)
{
	isakmp_sa_begin(w);
	isakmp_proposal(w, 1, ISAKMP_PROTO_ESP, bytes_of("\1\2\3\4", 4));
	isakmp_transform(w, 1, 12);
	isakmp_attr(w, ISAKMP_P2_KEY_LENGTH, 256);
	isakmp_attr(w, ISAKMP_P2_LIFE_TYPE, ISAKMP_LIFE_SECONDS);
	isakmp_attr(w, ISAKMP_P2_LIFE, 3600);
	isakmp_attr(w, ISAKMP_P2_LIFE_TYPE, ISAKMP_LIFE_KILOBYTES);
	isakmp_attr(w, ISAKMP_P2_LIFE, 4608000);
	isakmp_attr(w, ISAKMP_P2_AUTH, 5);
	isakmp_attr(w, ISAKMP_P2_ENCAP, ISAKMP_ENCAP_UDP_TUNNEL);
	isakmp_transform(w, 2, 20);
	isakmp_attr(w, 99, 1);
	isakmp_proposal(w, 2, ISAKMP_PROTO_AH, bytes_of("\5\6\7\10", 4));
	isakmp_transform(w, 1, 5);
	/* A duration whose type is not right before it. */
	isakmp_attr(w, ISAKMP_P2_LIFE_TYPE, ISAKMP_LIFE_SECONDS);
	isakmp_attr(w, ISAKMP_P2_ENCAP, ISAKMP_ENCAP_TUNNEL);
	isakmp_attr(w, ISAKMP_P2_LIFE, 3600);
	isakmp_sa_end(w);
}

static void test_sa(void **state)
{
	const struct isakmp_attrs *attrs = &sa.transforms[0].attrs;
	struct isakmp_writer w;
	uint8_t buf[512];

	(void)state;
	begin(&w, buf, sizeof(buf));
	put_two_proposals(&w);
	assert_int_equal(isakmp_read_sa(only(&w), &sa, &error), 0);
	assert_int_equal(sa.n_proposals, 2);
	assert_int_equal(sa.n_transforms, 3);
	assert_int_equal(sa.proposals[0].n, 2);
	assert_memory_equal(sa.proposals[1].spi.p, "\5\6\7\10", 4);
	assert_int_equal(attrs->key_bits, 256);
	assert_int_equal(attrs->life_seconds, 3600);
	assert_int_equal(attrs->life_kilobytes, 4608000);
	assert_int_equal(attrs->integ, 5);
	assert_int_equal(attrs->encap, ISAKMP_ENCAP_UDP_TUNNEL);
	assert_false(attrs->odd);
	assert_true(sa.transforms[1].attrs.odd);
	assert_true(sa.transforms[2].attrs.odd);
}

/* Cut anywhere, or with any one octet changed, it is refused or read, within its memory. */
static void test_sa_broken(void **state)
{
	struct isakmp_writer w;
	struct isakmp_payload payload;
	uint8_t buf[512], *copy;

	(void)state;
	begin(&w, buf, sizeof(buf));
	put_two_proposals(&w);
	payload = *only(&w);
	for (size_t n = 0; n < payload.body.n; n++) {
		struct isakmp_payload cut = { .type = ISAKMP_PL_SA };

		copy = malloc(n + !n);
		assert_non_null(copy);
		memcpy(copy, payload.body.p, n);
		cut.body = bytes_of(copy, n);
		assert_int_equal(isakmp_read_sa(&cut, &sa, &error), -1);
		free(copy);
	}
	copy = malloc(payload.body.n + 1);
	assert_non_null(copy);
	memcpy(copy, payload.body.p, payload.body.n);
	for (size_t i = 0; i < 255 * payload.body.n; i++) {
		struct isakmp_payload changed = {
			.type = ISAKMP_PL_SA, .body = bytes_of(copy, payload.body.n),
		};
		uint8_t was = copy[i / 255];

		copy[i / 255] ^= (uint8_t)(i % 255 + 1);
		isakmp_read_sa(&changed, &sa, &error);
		copy[i / 255] = was;
	}
	free(copy);
}

static void test_fragment(void **state)
{
	const struct isakmp_fragment part = {
		.id = 0x1234, .number = 7, .last = true, .data = bytes_of("octets", 6),
	};
	struct isakmp_fragment read;
	struct isakmp_payload cut;
	struct isakmp_writer w;
	uint8_t buf[128];

	(void)state;
	begin(&w, buf, sizeof(buf));
	isakmp_put_fragment(&w, &part);
	cut = *only(&w);
	assert_int_equal(cut.type, ISAKMP_PL_FRAGMENT);
	assert_int_equal(isakmp_read_fragment(&cut, &read, &error), 0);
	assert_int_equal(read.id, 0x1234);
	assert_int_equal(read.number, 7);
	assert_true(read.last);
	assert_true(bytes_equal(read.data, part.data));
	for (cut.body.n = 0; cut.body.n <= 4; cut.body.n++)
		assert_int_equal(isakmp_read_fragment(&cut, &read, &error), -1);
	assert_int_equal(isakmp_read_fragment(&cut, &read, &error), 0);
	buf[cut.offset + IKE_PAYLOAD_HDR_LEN + 2] = 0;
	assert_int_equal(isakmp_read_fragment(&cut, &read, &error), -1);
	buf[cut.offset + IKE_PAYLOAD_HDR_LEN + 2] = 1;
	buf[cut.offset + IKE_PAYLOAD_HDR_LEN + 3] = 0xfe;
	assert_int_equal(isakmp_read_fragment(&cut, &read, &error), 0);
	assert_false(read.last);
}

static void check_range(const char *text, uint8_t type)
{
	struct addr first, last, a, b;
	struct isakmp_writer w;
	struct isakmp_id id;
	uint8_t buf[128];

	assert_int_equal(addr_range_parse(text, &first, &last), 0);
	begin(&w, buf, sizeof(buf));
	isakmp_put_range(&w, 6, 443, &first, &last);
	assert_int_equal(isakmp_read_id(only(&w), &id, &error), 0);
	assert_int_equal(id.type, type);
	assert_int_equal(id.protocol, 6);
	assert_int_equal(id.port, 443);
	assert_true(isakmp_id_range(&id, &a, &b));
	assert_true(addr_equal(&a, &first) && addr_equal(&b, &last));
	id.data.n--;
	assert_false(isakmp_id_range(&id, &a, &b));
}

static void test_range(void **state)
{
	const struct isakmp_id holes = {
		.type = ISAKMP_ID_IPV4_SUBNET, .data = bytes_of("\12\0\0\0\377\0\377\0", 8),
	};
	const struct isakmp_id backward = {
		.type = ISAKMP_ID_IPV4_RANGE, .data = bytes_of("\12\0\0\2\12\0\0\1", 8),
	};
	struct addr first, last;

	(void)state;
	check_range("10.1.0.0/16", ISAKMP_ID_IPV4_SUBNET);
	check_range("0.0.0.0/0", ISAKMP_ID_IPV4_SUBNET);
	check_range("10.1.2.3", ISAKMP_ID_IPV4_ADDR);
	check_range("10.1.2.3-10.1.2.9", ISAKMP_ID_IPV4_RANGE);
	check_range("10.1.2.1-10.1.2.2", ISAKMP_ID_IPV4_RANGE);
	check_range("2001:db8::/32", ISAKMP_ID_IPV6_SUBNET);
	check_range("2001:db8::1", ISAKMP_ID_IPV6_ADDR);
	assert_false(isakmp_id_range(&holes, &first, &last));
	assert_false(isakmp_id_range(&backward, &first, &last));
}

static void test_notify_delete(void **state)
{
	const struct isakmp_notify dpd = {
		.protocol = ISAKMP_PROTO_ISAKMP, .type = ISAKMP_N_R_U_THERE,
		.spi = bytes_of("0123456789abcdef", 16), .data = bytes_of("\0\0\0\7", 4),
	};
	struct isakmp_payload payload;
	struct isakmp_notify notify;
	struct isakmp_delete del;
	struct isakmp_writer w;
	uint8_t buf[128];

	(void)state;
	begin(&w, buf, sizeof(buf));
	isakmp_put_notify(&w, &dpd);
	payload = *only(&w);
	assert_int_equal(isakmp_read_notify(&payload, &notify, &error), 0);
	assert_int_equal(notify.type, ISAKMP_N_R_U_THERE);
	assert_true(bytes_equal(notify.spi, dpd.spi) && bytes_equal(notify.data, dpd.data));
	payload.body.n = 8 + 15;
	assert_int_equal(isakmp_read_notify(&payload, &notify, &error), -1);

	begin(&w, buf, sizeof(buf));
	isakmp_put_delete(&w, ISAKMP_PROTO_ESP, bytes_of("\1\2\3\4\5\6\7\10", 8), 4);
	payload = *only(&w);
	assert_int_equal(isakmp_read_delete(&payload, &del, &error), 0);
	assert_int_equal(del.count, 2);
	assert_int_equal(del.spi_n, 4);
	payload.body.n--;
	assert_int_equal(isakmp_read_delete(&payload, &del, &error), -1);
}

/* The first message of a capture: version, cookies, proposal. */
static void test_capture(void **state)
{
	FILE *file = fopen(SEED, "rb");
	struct wire_header header;
	struct bytes message;
	uint8_t buf[1024];

	(void)state;
	assert_non_null(file);
	message = bytes_of(buf, fread(buf, 1, sizeof(buf), file));
	fclose(file);
	assert_int_equal(wire_header_parse(message, &header, &error), -1);
	assert_int_equal(error.code, WIRE_ERR_VERSION);
	assert_int_equal(wire_header_parse_v1(message, &header, &error), 0);
	assert_int_equal(header.exchange, ISAKMP_EXCH_MAIN);
	assert_int_equal(isakmp_payloads_parse(header.next, message, false, &payloads, &error), 0);
	assert_int_equal(isakmp_read_sa(isakmp_find(&payloads, ISAKMP_PL_SA, NULL), &sa, &error),
			 0);
	assert_int_equal(sa.proposals[0].protocol, ISAKMP_PROTO_ISAKMP);
	assert_int_equal(sa.transforms[0].id, ISAKMP_KEY_IKE);
	assert_int_equal(sa.transforms[0].attrs.auth, ISAKMP_AUTH_PSK);
	for (size_t n = IKE_HDR_LEN; n < message.n; n++)
		assert_int_equal(isakmp_payloads_parse(header.next, bytes_of(buf, n), true,
						       &payloads, &error), -1);
}

/* Padding is up to whole blocks; without room for it there is no message. */
static void test_end(void **state)
{
	struct isakmp_writer w;
	uint8_t buf[64];

	(void)state;
	begin(&w, buf, sizeof(buf));
	isakmp_put(&w, ISAKMP_PL_NONCE, bytes_of("12345678", 8));
	assert_int_equal(isakmp_end(&w, 16).n, IKE_HDR_LEN + 16);
	assert_int_equal(isakmp_payloads_parse(buf[16], bytes_of(buf, w.buf.n), true, &payloads,
					       &error), 0);
	assert_int_equal(payloads.end, IKE_HDR_LEN + 12);
	assert_int_equal(isakmp_payloads_parse(buf[16], bytes_of(buf, w.buf.n), false, &payloads,
					       &error), -1);
	begin(&w, buf, IKE_HDR_LEN + 12);
	isakmp_put(&w, ISAKMP_PL_NONCE, bytes_of("12345678", 8));
	assert_int_equal(isakmp_end(&w, 16).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sa),
		cmocka_unit_test(test_sa_broken),
		cmocka_unit_test(test_fragment),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_notify_delete),
		cmocka_unit_test(test_capture),
		cmocka_unit_test(test_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
