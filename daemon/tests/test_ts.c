// SPDX-License-Identifier: GPL-2.0-or-later
/* Traffic selectors: intersection against a naive model, text, payloads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "prop/ts_wire.h"
#include "wire/v2_build.h"

/* "RANGE PROTO FIRST LAST" */
static struct ts ts_of(const char *text)
{
	struct ts ts = { .port_last = UINT16_MAX };
	size_t n = strcspn(text, " ");
	char range[128];
	char *at;

	snprintf(range, sizeof(range), "%.*s", (int)n, text);
	assert_int_equal(addr_range_parse(range, &ts.first, &ts.last), 0);
	ts.proto = (uint8_t)strtoul(text + n, &at, 10);
	if (*at == ' ') {
		ts.port_first = (uint16_t)strtoul(at, &at, 10);
		ts.port_last = (uint16_t)strtoul(at, &at, 10);
	}
	return ts;
}

/* Selectors parted by ";". */
static struct ts_list list_of(const char *text)
{
	struct ts_list list = { .n = 0 };
	char copy[1024], *part, *rest;

	snprintf(copy, sizeof(copy), "%s", text);
	for (part = strtok_r(copy, ";", &rest); part; part = strtok_r(NULL, ";", &rest))
		list.ts[list.n++] = ts_of(part);
	return list;
}

struct row {
	const char *a, *b, *common;	/* text; NULL: nothing */
};

static const struct row rows[] = {
	{ "0.0.0.0/0;::/0", "10.1.0.0/16", "10.1.0.0/16" },
	{ "10.1.0.0/16", "10.1.2.0/24", "10.1.2.0/24" },
	{ "10.1.0.0/16", "10.2.0.0/16", NULL },
	{ "10.1.0.0/16", "::/0", NULL },
	{ "2001:db8::/32", "2001:db8:1::/48", "2001:db8:1::/48" },
	{ "10.0.0.1-10.0.0.9", "10.0.0.5-10.0.0.20", "10.0.0.5-10.0.0.9" },
	{ "10.1.0.0/16 6 443 443", "0.0.0.0/0", "10.1.0.0/16 tcp 443" },
	{ "10.1.0.0/16 6 443 443", "0.0.0.0/0 17", NULL },
	{ "10.1.0.0/16 6 1000 2000", "0.0.0.0/0 6 1500 3000", "10.1.0.0/16 tcp 1500-2000" },
	{ "10.1.0.0/16 6 1000 2000", "0.0.0.0/0 6 2001 3000", NULL },
	{ "0.0.0.0/0 1", "0.0.0.0/0", "0.0.0.0/0 icmp" },
	{ "::/0 58", "::/0", "::/0 icmp6" },
	{ "0.0.0.0/0 47", "0.0.0.0/0", "0.0.0.0/0 gre" },
	{ "0.0.0.0/0 50", "0.0.0.0/0", "0.0.0.0/0 50" },
	/* OPAQUE ports are not any ports */
	{ "0.0.0.0/0 6 65535 0", "0.0.0.0/0", NULL },
	/* the packet that a peer names first lies within its network */
	{ "10.1.0.5/32 6 80 80;10.1.0.0/24", "0.0.0.0/0", "10.1.0.0/24" },
	{ "10.1.0.0/24;10.2.0.0/24", "10.2.0.0/16;10.1.0.0/16", "10.1.0.0/24, 10.2.0.0/24" },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ts_list a = list_of(rows[i].a), b = list_of(rows[i].b), out;
		char text[512];
		bool any = ts_list_intersect(&a, &b, &out);

		assert_int_equal(any, !!rows[i].common);
		assert_string_equal(ts_list_text(&out, text, sizeof(text)),
				    rows[i].common ? rows[i].common : "none");
		assert_int_equal(ts_list_intersect(&b, &a, &out), any);
		assert_true(ts_list_within(&out, &a));
		assert_true(ts_list_within(&out, &b));
	}
}

/* A generator of numbers that repeats itself (Knuth's MMIX). */
static uint32_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(*seed >> 33);
}

/* Small ranges, so that they meet often: addresses 10.0.0.0 to .15, ports 0 to 7. */
#define ADDRS	16
#define PORTS	8

static struct addr small_addr(uint32_t host)
{
	return (struct addr){ .family = AF_INET, .b = { 10, 0, 0, (uint8_t)host } };
}

static struct ts random_ts(uint64_t *seed)
{
	uint32_t a = next(seed) % ADDRS, b = next(seed) % ADDRS;
	uint32_t p = next(seed) % PORTS, q = next(seed) % PORTS;

	return (struct ts){
		.proto = (uint8_t)(next(seed) % 3),
		.port_first = (uint16_t)(p < q ? p : q),
		.port_last = (uint16_t)(p < q ? q : p),
		.first = small_addr(a < b ? a : b),
		.last = small_addr(a < b ? b : a),
	};
}

static struct ts_list random_list(uint64_t *seed)
{
	struct ts_list list = { .n = next(seed) % 3 };

	for (unsigned int i = 0; i < list.n; i++)
		list.ts[i] = random_ts(seed);
	return list;
}

/* The naive model: is this packet selected? */
static bool selects(const struct ts_list *list, uint8_t proto, uint16_t port, uint32_t host)
{
	for (unsigned int i = 0; i < list->n; i++) {
		const struct ts *ts = &list->ts[i];

		if ((!ts->proto || ts->proto == proto) && port >= ts->port_first &&
		    port <= ts->port_last && host >= ts->first.b[3] && host <= ts->last.b[3])
			return true;
	}
	return false;
}

static void compare(const struct ts_list *a, const struct ts_list *b, const struct ts_list *out)
{
	for (uint8_t proto = 1; proto < 4; proto++)
		for (uint16_t port = 0; port < PORTS; port++)
			for (uint32_t host = 0; host < ADDRS; host++)
				assert_int_equal(selects(out, proto, port, host),
						 selects(a, proto, port, host) &&
						 selects(b, proto, port, host));
}

static void test_model(void **state)
{
	unsigned int empty = 0;
	uint64_t seed = 1;

	(void)state;
	for (unsigned int round = 0; round < 5000; round++) {
		struct ts_list a = random_list(&seed), b = random_list(&seed), out;

		empty += !ts_list_intersect(&a, &b, &out);
		compare(&a, &b, &out);
		assert_true(ts_list_within(&out, &a));
		assert_true(ts_list_within(&out, &b));
		for (unsigned int i = 0; i < out.n; i++) {
			struct ts_list one = { .n = 1, .ts = { out.ts[i] } };
			struct ts_list rest = out;

			rest.ts[i] = rest.ts[--rest.n];
			assert_false(ts_list_within(&one, &rest));
		}
	}
	assert_in_range(empty, 500, 4500);
}

/* More than there is room for: a part of it, never something else. */
static void test_overfull(void **state)
{
	struct ts_list a = { .n = TS_MAX }, b = { .n = TS_MAX }, out;

	(void)state;
	for (unsigned int i = 0; i < TS_MAX; i++) {
		a.ts[i] = ts_of("10.0.0.0/8 6");
		a.ts[i].first.b[1] = (uint8_t)(10 * i);
		a.ts[i].last.b[1] = (uint8_t)(10 * i + 5);
		b.ts[i] = ts_of("10.0.0.0/8 6");
		b.ts[i].port_first = (uint16_t)(100 * i);
		b.ts[i].port_last = (uint16_t)(100 * i + 50);
	}
	assert_true(ts_list_intersect(&a, &b, &out));
	assert_int_equal(out.n, TS_MAX);
	assert_true(ts_list_within(&out, &a));
	assert_true(ts_list_within(&out, &b));
}

static void test_any(void **state)
{
	struct ts_list list = list_of("10.0.0.0/8 17 53 53;2001:db8::1"), out;
	struct ts_pair pair;
	char text[128];

	(void)state;
	ts_pair_any(&pair);
	assert_string_equal(ts_list_text(&pair.local, text, sizeof(text)), "0.0.0.0/0, ::/0");
	assert_true(ts_list_equal(&pair.local, &pair.remote));
	assert_true(ts_list_intersect(&list, &pair.local, &out));
	assert_true(ts_list_equal(&list, &out));
	assert_false(ts_list_equal(&list, &pair.local));
	assert_string_equal(ts_list_text(&list, text, sizeof(text)),
			    "10.0.0.0/8 udp 53, 2001:db8::1");
}

/* Through the octets of a payload and back, cut down to what we allow. */
static void test_payload(void **state)
{
	struct ts_list list = list_of("10.1.0.0/16 6 443 443;2001:db8::/32;10.2.0.0/16");
	struct ts_list allowed = list_of("10.0.0.0/8;2001:db8:1::/48"), out;
	struct wire_payload payload = { .type = IKE_PL_TSI };
	static struct wire_ts_list wire, seen;
	struct wire_error error;
	struct wire_writer w;
	struct bytes written;
	uint8_t octets[512];
	struct ts_pair any;
	char text[256];

	(void)state;
	ts_list_to_wire(&list, &wire);
	wire_begin_bare(&w, octets, sizeof(octets));
	wire_put_ts(&w, IKE_PL_TSI, &wire);
	written = wire_end(&w);
	payload.body = bytes_of(written.p + 4, written.n - 4);
	assert_int_equal(wire_read_ts(&payload, &seen, &error), 0);
	assert_string_equal(ts_wire_text(&seen, text, sizeof(text)),
			    "10.1.0.0/16 tcp 443, 2001:db8::/32, 10.2.0.0/16");
	ts_pair_any(&any);
	assert_true(ts_list_from_wire(&seen, &any.local, &out));
	assert_true(ts_list_equal(&out, &list));
	assert_true(ts_list_from_wire(&seen, &allowed, &out));
	assert_string_equal(ts_list_text(&out, text, sizeof(text)),
			    "10.1.0.0/16 tcp 443, 2001:db8:1::/48, 10.2.0.0/16");
	allowed = list_of("192.0.2.0/24");
	assert_false(ts_list_from_wire(&seen, &allowed, &out));
	assert_string_equal(ts_list_text(&out, text, sizeof(text)), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_overfull),
		cmocka_unit_test(test_any),
		cmocka_unit_test(test_payload),
	};

	return cmocka_run_group_tests_name("ts", tests, NULL, NULL);
}
