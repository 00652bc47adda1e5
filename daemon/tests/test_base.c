// SPDX-License-Identifier: GPL-2.0-or-later
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/addr.h"
#include "base/alarm.h"
#include "base/bytes.h"
#include "base/chorus.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/near.h"
#include "base/repeat.h"
#include "base/secret.h"
#include "base/service.h"
#include "base/table.h"
#include "base/text.h"
#include "base/wbuf.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* ------------------------------------------------------------- octets */

static void test_big_endian(void **state)
{
	uint8_t b[7] = { 0 };

	(void)state;
	put_be16(b + 1, 0xfe01);
	put_be32(b + 3, 0x80ffa501);
	assert_memory_equal(b, "\0\xfe\x01\x80\xff\xa5\x01", 7);
	assert_int_equal(get_be16(b + 1), 0xfe01);
	assert_int_equal(get_be32(b + 3), 0x80ffa501);
}

static void test_bytes_from_hex(void **state)
{
	static const char *const bad[] = { "", "0", "00", "001", "00-1", "00g1", "g011", "0 11" };
	uint8_t out[3] = { 0 };

	(void)state;
	assert_true(bytes_from_hex("", out, 0));
	assert_true(bytes_from_hex("09aFbeC", out, 3));
	assert_memory_equal(out, "\x09\xaf\xbe", 3);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(bytes_from_hex(bad[i], out, 2));
}

static void test_bytes_equal(void **state)
{
	(void)state;
	assert_true(bytes_equal(bytes_of(NULL, 0), bytes_of("", 0)));
	assert_false(bytes_equal(bytes_of("abc", 3), bytes_of("abc", 2)));
	assert_true(bytes_equal(bytes_of("abc", 2), bytes_of("abd", 2)));
	assert_false(bytes_equal(bytes_of("abc", 3), bytes_of("abd", 3)));
}

static void test_secret_equal(void **state)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 };
	size_t i;

	(void)state;
	assert_true(secret_equal(a, b, 0));
	assert_true(secret_equal(a, b, sizeof(a)));
	for (i = 0; i < sizeof(a); i++) {
		b[i] = 0x80;
		assert_false(secret_equal(a, b, sizeof(a)));
		assert_true(secret_equal(a, b, i));
		b[i] = 0;
	}
}

static void test_secret_wipe(void **state)
{
	uint8_t a[8], wiped[8] = { 0, 0, 0, 0, 0, 7, 7, 7 };

	(void)state;
	memset(a, 7, sizeof(a));
	secret_wipe(a, 5);
	secret_wipe(NULL, 0);
	assert_memory_equal(a, wiped, sizeof(a));
	secret_free(NULL);
	secret_free(secret_new(bytes_of(a, sizeof(a))));
	secret_free(secret_new(bytes_of(NULL, 0)));
}

/* -------------------------------------------------------------- writer */

static void test_wbuf_writes(void **state)
{
	uint8_t b[12];
	struct wbuf w;

	(void)state;
	wbuf_init(&w, b, sizeof(b));
	wbuf_u8(&w, 1);
	wbuf_be16(&w, 0x0203);
	wbuf_be32(&w, 0x04050607);
	wbuf_zero(&w, 2);
	wbuf_put(&w, "ab", 2);
	wbuf_bytes(&w, bytes_of("c", 1));
	wbuf_bytes(&w, bytes_of(NULL, 0));
	assert_false(w.overflow);
	assert_int_equal(wbuf_view(&w).n, 12);
	assert_memory_equal(b, "\1\2\3\4\5\6\7\0\0abc", 12);
}

/* What comes after the first that does not fit is left out as well. */
static void test_wbuf_overflow_sticks(void **state)
{
	uint8_t *b = malloc(4);
	struct wbuf w;

	(void)state;
	wbuf_init(&w, b, 4);
	wbuf_be16(&w, 1);
	wbuf_be32(&w, 2);
	assert_true(w.overflow);
	wbuf_u8(&w, 3);
	wbuf_zero(&w, SIZE_MAX);
	assert_int_equal(w.n, 2);
	assert_int_equal(wbuf_view(&w).n, 0);
	free(b);
}

/* ----------------------------------------------------------- addresses */

static void test_addr_text(void **state)
{
	static const char *const good[] = { "192.0.2.1", "0.0.0.0", "2001:db8::1", "::",
					    "::ffff:192.0.2.1", "fe80::1", "fe80::1%lo" };
	static const char *const bad[] = { "", "192.0.2", "192.0.2.256", "192.0.2.1 ", "host",
					   "2001:db8::1::", "fe80::1%nowhere", "fe80::1%",
					   "2001:db8::1%lo", "192.0.2.1%lo", "192.0.2.1/24" };
	char text[ADDR_TEXT];
	struct addr a;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++) {
		assert_int_equal(addr_parse(good[i], &a), 0);
		assert_string_equal(addr_text(&a, text), good[i]);
	}
	for (i = 0; i < COUNT(bad); i++)
		assert_int_equal(addr_parse(bad[i], &a), -1);
	memset(&a, 0, sizeof(a));
	assert_string_equal(addr_text(&a, text), "any");
}

static void test_addr_compare(void **state)
{
	static const char *const rising[] = { "9.255.0.0", "10.0.0.1", "10.0.0.2", "128.0.0.0",
					      "::", "::1", "2001:db8::", "ff00::" };
	struct addr a, b;
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(rising); i++) {
		for (j = 0; j < COUNT(rising); j++) {
			assert_int_equal(addr_parse(rising[i], &a), 0);
			assert_int_equal(addr_parse(rising[j], &b), 0);
			assert_int_equal(addr_compare(&a, &b) < 0, i < j);
			assert_int_equal(addr_compare(&a, &b) > 0, i > j);
			assert_int_equal(addr_equal(&a, &b), i == j);
		}
	}
}

static void test_endpoint(void **state)
{
	struct endpoint e = { .port = 4500 }, f;
	char text[ADDR_TEXT];

	(void)state;
	assert_int_equal(addr_parse("192.0.2.1", &e.addr), 0);
	assert_string_equal(endpoint_text(&e, text), "192.0.2.1:4500");
	f = e;
	assert_true(endpoint_equal(&e, &f));
	f.port = 500;
	assert_false(endpoint_equal(&e, &f));
	f = e;
	f.addr.b[3]++;
	assert_false(endpoint_equal(&e, &f));
	assert_int_equal(addr_parse("2001:db8::1", &e.addr), 0);
	assert_string_equal(endpoint_text(&e, text), "[2001:db8::1]:4500");
}

/* One address on two links is two; where its link is not known, it may be either. */
static void test_scope(void **state)
{
	struct endpoint a = { .port = 500 }, b;
	char text[ADDR_TEXT];

	(void)state;
	assert_int_equal(addr_parse("fe80::1%lo", &a.addr), 0);
	assert_string_equal(endpoint_text(&a, text), "[fe80::1%lo]:500");
	b = a;
	b.addr.scope++;
	assert_false(addr_equal(&a.addr, &b.addr));
	assert_false(endpoint_equal(&a, &b));
	b.addr.scope = 0;
	assert_true(addr_equal(&a.addr, &b.addr));
	assert_true(addr_is_link_local(&a.addr));
	assert_int_equal(addr_parse("fec0::1", &b.addr), 0);
	assert_false(addr_is_link_local(&b.addr));
}

struct range {
	const char *text, *first, *last, *again;
};

static void test_range(void **state)
{
	static const struct range ranges[] = {
		{ "10.0.0.0/8", "10.0.0.0", "10.255.255.255", "10.0.0.0/8" },
		{ "10.1.2.3/8", "10.0.0.0", "10.255.255.255", "10.0.0.0/8" },
		{ "0.0.0.0/0", "0.0.0.0", "255.255.255.255", "0.0.0.0/0" },
		{ "10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.1" },
		{ "10.0.0.1/32", "10.0.0.1", "10.0.0.1", "10.0.0.1" },
		{ "10.0.0.1-10.0.0.9", "10.0.0.1", "10.0.0.9", "10.0.0.1-10.0.0.9" },
		{ "10.0.0.8-10.0.0.15", "10.0.0.8", "10.0.0.15", "10.0.0.8/29" },
		{ "10.0.0.9-10.0.0.15", "10.0.0.9", "10.0.0.15", "10.0.0.9-10.0.0.15" },
		{ "10.0.0.8-10.0.0.14", "10.0.0.8", "10.0.0.14", "10.0.0.8-10.0.0.14" },
		{ "10.0.0.0/9", "10.0.0.0", "10.127.255.255", "10.0.0.0/9" },
		{ "::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0" },
		{ "2001:db8::/63", "2001:db8::", "2001:db8:0:1:ffff:ffff:ffff:ffff",
		  "2001:db8::/63" },
	};
	char text[2 * ADDR_TEXT];
	struct addr first, last;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(ranges); i++) {
		assert_int_equal(addr_range_parse(ranges[i].text, &first, &last), 0);
		assert_string_equal(addr_text(&first, text), ranges[i].first);
		assert_string_equal(addr_text(&last, text), ranges[i].last);
		assert_string_equal(addr_range_text(&first, &last, text), ranges[i].again);
	}
}

static void test_range_longest_text(void **state)
{
	static const char *const range = "1111:1111:1111:1111:1111:1111:1111:1111-"
					 "2222:2222:2222:2222:2222:2222:2222:2222";
	char text[2 * ADDR_TEXT];
	struct addr first, last;

	(void)state;
	assert_int_equal(addr_range_parse(range, &first, &last), 0);
	assert_string_equal(addr_range_text(&first, &last, text), range);
}

static void test_range_refused(void **state)
{
	static const char *const bad[] = {
		"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/ 8", "10.0.0.0/8x",
		"10.0.0.0/0008", "::/129", "10.0.0.9-10.0.0.1", "10.0.0.1-::1", "10.0.0.1-",
		"-10.0.0.1", "10.0.0.1-10.0.0.2-10.0.0.3", "10.0.0.0/8-10.0.0.1", "10.0.0.0/8/8",
		"1111111111111111111111111111111111111111111111111111111111111111111111111111",
	};
	struct addr first, last;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		assert_int_equal(addr_range_parse(bad[i], &first, &last), -1);
}

/* ----------------------------------------------------------------- log */

struct line {
	unsigned int n;
	enum log_level level;
	char subject[64];
	char text[1100];
};

static void keep_line(void *ctx, enum log_level level, const char *subject, const char *text)
{
	struct line *line = ctx;

	line->n++;
	line->level = level;
	strncpy(line->subject, subject ? subject : "(none)", sizeof(line->subject) - 1);
	strncpy(line->text, text, sizeof(line->text) - 1);
}

static void test_log(void **state)
{
	struct line line = { 0 };

	(void)state;
	log_set_sink(keep_line, &line);
	log_warning("gateway hq", "%s is %d", "it", 5);
	assert_int_equal(line.level, LOG_LEVEL_WARNING);
	assert_string_equal(line.subject, "gateway hq");
	assert_string_equal(line.text, "it is 5");
	log_debug(NULL, "left out");
	assert_int_equal(line.n, 1);
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug(NULL, "let in");
	assert_int_equal(line.n, 2);
	assert_string_equal(line.subject, "(none)");
	log_set_level(LOG_LEVEL_INFO);
	log_set_sink(NULL, NULL);
}

static void test_log_escapes(void **state)
{
	struct line line = { 0 };

	(void)state;
	log_set_sink(keep_line, &line);
	log_error("a\x1b[2J", "%s", "x\ny\r\x7f\xc2\x9b~");
	assert_string_equal(line.subject, "a\\x1b[2J");
	assert_string_equal(line.text, "x\\x0ay\\x0d\\x7f\\xc2\\x9b~");
	log_set_sink(NULL, NULL);
}

static void test_log_cuts_long_text(void **state)
{
	struct line line = { 0 };
	char longer[3000];

	(void)state;
	log_set_sink(keep_line, &line);
	memset(longer, '\n', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	log_error(NULL, "%s", longer);
	assert_in_range(strlen(line.text), 1000, 1023);
	assert_int_equal(strlen(line.text) % 4, 0);
	log_set_sink(NULL, NULL);
}

struct lines {
	unsigned int n;
	bool kept;			/* there was "at last" after its first lines */
	char last[1200];
};

static void on_line(void *ctx, enum log_level level, const char *subject, const char *text)
{
	struct lines *lines = ctx;

	lines->n++;
	lines->kept |= !strcmp(text, "at last (and 2 more)");
	snprintf(lines->last, sizeof(lines->last), "%d %s: %s", (int)level, subject, text);
}

/* Of a thousand that say the same the first are written, and how many more there were. */
static void test_chorus(void **state)
{
	static const char cause[] = "cause", other[] = "other", many[CHORUS_CAUSES];
	struct chorus chorus = { .of[0].cause = NULL };
	struct lines lines = { .n = 0 };
	char subject[32];

	(void)state;
	log_set_sink(on_line, &lines);
	for (unsigned int i = 0; i < 1000; i++) {
		snprintf(subject, sizeof(subject), "gateway g%u", i);
		chorus_log(&chorus, 500 + i, cause, LOG_LEVEL_ERROR, subject, "is gone");
	}
	assert_int_equal(lines.n, CHORUS_MOST);
	assert_int_equal(chorus_due(&chorus), 500 + CHORUS_MS);
	chorus_rest(&chorus, 499 + CHORUS_MS);
	assert_int_equal(lines.n, CHORUS_MOST);
	chorus_rest(&chorus, 500 + CHORUS_MS);
	assert_int_equal(lines.n, CHORUS_MOST + 1);
	assert_string_equal(lines.last, "0 gateway g999: is gone (and 989 more)");
	assert_true(chorus_due(&chorus) == UINT64_MAX);
	/* Another time; and another cause has lines of its own. */
	for (unsigned int i = 0; i <= CHORUS_MOST; i++) {
		chorus_log(&chorus, 20000, cause, LOG_LEVEL_WARNING, "a", "once more");
		chorus_log(&chorus, 20001, other, LOG_LEVEL_ERROR, "b", "as well");
	}
	assert_int_equal(lines.n, 3 * CHORUS_MOST + 1);
	chorus_rest(&chorus, 20000 + CHORUS_MS);
	assert_string_equal(lines.last, "1 a: once more");
	chorus_rest(&chorus, UINT64_MAX);
	assert_string_equal(lines.last, "0 b: as well");
	/* Nothing gets lost where there are more causes than places. */
	for (unsigned int i = 0; i < CHORUS_MOST + 3; i++)
		chorus_log(&chorus, 50000, cause, LOG_LEVEL_ERROR, "c", "at last");
	for (unsigned int i = 0; i < CHORUS_CAUSES; i++)
		chorus_log(&chorus, 50001 + i, &many[i], LOG_LEVEL_ERROR, "d", "else");
	assert_true(lines.kept);
	log_set_sink(NULL, NULL);
}

static void test_repeat(void **state)
{
	static const char *const causes[] = { "a", "b", "c", "d", "e" };
	struct repeat repeat = { 0 };
	char text[REPEAT_TEXT];
	unsigned int held;

	(void)state;
	assert_true(repeat_due(&repeat, 0, causes[0], "one", &held));
	assert_int_equal(held, 0);
	assert_false(repeat_due(&repeat, 59999, causes[0], "one", &held));
	assert_true(repeat_due(&repeat, 60000, causes[0], "one", &held));
	assert_int_equal(held, 1);
	/* Another line of that cause. */
	assert_false(repeat_due(&repeat, 64999, causes[0], "two", &held));
	assert_true(repeat_due(&repeat, 65000, causes[0], "two", &held));
	assert_int_equal(held, 1);
	/* Other causes have nothing to do with it, until there is no more room. */
	for (unsigned int i = 1; i < 4; i++)
		assert_true(repeat_due(&repeat, 65000 + i, causes[i], "two", &held));
	assert_false(repeat_due(&repeat, 65010, causes[0], "two", &held));
	assert_true(repeat_due(&repeat, 65010, causes[4], "two", &held));
	assert_false(repeat_due(&repeat, 65010, causes[1], "two", &held));
	assert_true(repeat_due(&repeat, 65010, causes[0], "two", &held));
	assert_int_equal(held, 0);
	assert_string_equal(repeat_text(0, text), "");
	assert_string_equal(repeat_text(1, text), " (1 such line was left out)");
	assert_string_equal(repeat_text(UINT_MAX, text),
			    " (4294967295 such lines were left out)");
}

/* ------------------------------------------------------------- tables */

struct thing {
	struct table_node node;
	unsigned int number;
};

static struct thing *find_thing(const struct table *table, uint64_t key, unsigned int number)
{
	struct table_node *node = table_find(table, key);

	while (node && container_of(node, struct thing, node)->number != number)
		node = table_next(node);
	return node ? container_of(node, struct thing, node) : NULL;
}

static void test_table(void **state)
{
	struct thing things[200];
	struct table table = { 0 };

	(void)state;
	assert_null(table_find(&table, 0));
	assert_int_equal(table_init(&table), 0);
	assert_null(table_find(&table, 0));
	/* Pairs with the same key, and more than there are buckets at first. */
	for (unsigned int i = 0; i < COUNT(things); i++) {
		things[i].number = i;
		table_add(&table, &things[i].node, i / 2);
	}
	assert_int_equal(table.n, COUNT(things));
	for (unsigned int i = 0; i < COUNT(things); i++)
		assert_ptr_equal(find_thing(&table, i / 2, i), &things[i]);
	for (unsigned int i = 0; i < COUNT(things); i += 2)
		table_remove(&table, &things[i].node);
	/* For the second time. */
	table_remove(&table, &things[0].node);
	assert_int_equal(table.n, COUNT(things) / 2);
	for (unsigned int i = 0; i < COUNT(things); i++)
		assert_ptr_equal(find_thing(&table, i / 2, i), i & 1 ? &things[i] : NULL);
	table_free(&table);
}

/* Objects with one key: the last is found first, however much is added meanwhile. */
static void test_table_order(void **state)
{
	struct thing things[300];
	struct table table;

	(void)state;
	assert_int_equal(table_init(&table), 0);
	for (unsigned int i = 0; i < COUNT(things); i++)
		table_add(&table, &things[i].node, i % 100);
	for (unsigned int i = 0; i < 100; i++) {
		struct table_node *node = table_find(&table, i);

		assert_ptr_equal(node, &things[200 + i].node);
		node = table_next(node);
		assert_ptr_equal(node, &things[100 + i].node);
		node = table_next(node);
		assert_ptr_equal(node, &things[i].node);
		assert_null(table_next(node));
	}
	table_free(&table);
}

static void test_table_text(void **state)
{
	uint64_t a = table_text(0, "a"), ab = table_text(0, "ab");

	(void)state;
	assert_true(ab == table_text(0, "ab"));
	assert_true(a != ab && a != table_text(0, ""));
	assert_true(table_text(ab, "c") != table_text(a, "bc"));
	assert_true(table_octets(0, "ab", 3) == ab && table_octets(0, "ab", 2) != ab);
}

/* -------------------------------------------------------------- text */

static void test_text_copy(void **state)
{
	char out[4] = "old";

	(void)state;
	text_copy(out, sizeof(out), "");
	assert_string_equal(out, "");
	text_copy(out, sizeof(out), "abc");
	assert_string_equal(out, "abc");
	text_copy(out, sizeof(out), "%sdefg");
	assert_string_equal(out, "%sd");
}

/* Names both ways, and what ports there are of them. */
static void test_service(void **state)
{
	static const struct {
		uint8_t proto;
		uint16_t first, last;
		const char *text;
	} rows[] = {
		{ 0, 0, 65535, "any" }, { 0, 443, 443, "any 443" }, { 6, 0, 65535, "tcp" },
		{ 17, 53, 53, "udp 53" }, { 132, 1024, 65535, "sctp 1024-65535" },
		{ 47, 0, 65535, "gre" }, { 58, 0, 65535, "icmp6" }, { 1, 0, 0, "icmp 0" },
		{ 50, 0, 65535, "50" }, { 255, 10000, 65535, "255 10000-65535" },
		{ 6, 65535, 0, "tcp opaque" },
	};
	char text[SERVICE_TEXT];
	uint8_t proto = 99;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(service_text(rows[i].proto, rows[i].first, rows[i].last, text),
				    rows[i].text);
	assert_true(service_proto("any", &proto));
	assert_int_equal(proto, 0);
	assert_true(service_proto("icmp6", &proto));
	assert_int_equal(proto, 58);
	assert_false(service_proto("icmpv6", &proto));
	assert_false(service_proto("", &proto));
	assert_int_equal(proto, 58);
}

static unsigned int distance(const char *a, const char *b)
{
	unsigned int n = near_distance(a, strlen(a), b, strlen(b));

	assert_int_equal(near_distance(b, strlen(b), a, strlen(a)), n);
	return n;
}

/* Whether the alarm rings within @ms. */
static bool rings(int fd, int ms)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };

	return poll(&readable, 1, ms) == 1;
}

static void test_alarm(void **state)
{
	int fd = alarm_open();
	uint64_t at;

	(void)state;
	assert_true(fd >= 0);
	assert_false(rings(fd, 0));
	alarm_set(fd, 0);
	assert_true(rings(fd, 60000));
	alarm_set(fd, UINT64_MAX);
	assert_false(rings(fd, 0));
	at = clock_ms() + 20;
	alarm_set(fd, at);
	assert_true(rings(fd, 60000));
	assert_true(clock_ms() >= at);
	alarm_set(fd, clock_ms() + 600000);
	assert_false(rings(fd, 0));
	close(fd);
}

static void test_near(void **state)
{
	(void)state;
	assert_int_equal(distance("tunnel", "tunnel"), 0);
	assert_int_equal(distance("tunel", "tunnel"), 1);
	assert_int_equal(distance("tunnle", "tunnel"), 1);
	assert_int_equal(distance("tonnel", "tunnel"), 1);
	assert_int_equal(distance("", "tunnel"), 6);
	assert_int_equal(distance("kitten", "sitting"), 3);
	/* Only so many octets count. */
	assert_int_equal(near_distance("abc", 2, "abd", 2), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_big_endian),
		cmocka_unit_test(test_bytes_equal),
		cmocka_unit_test(test_bytes_from_hex),
		cmocka_unit_test(test_secret_equal),
		cmocka_unit_test(test_secret_wipe),
		cmocka_unit_test(test_wbuf_writes),
		cmocka_unit_test(test_wbuf_overflow_sticks),
		cmocka_unit_test(test_addr_text),
		cmocka_unit_test(test_addr_compare),
		cmocka_unit_test(test_endpoint),
		cmocka_unit_test(test_scope),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_range_longest_text),
		cmocka_unit_test(test_range_refused),
		cmocka_unit_test(test_service),
		cmocka_unit_test(test_alarm),
		cmocka_unit_test(test_near),
		cmocka_unit_test(test_text_copy),
		cmocka_unit_test(test_chorus),
		cmocka_unit_test(test_repeat),
		cmocka_unit_test(test_table_order),
		cmocka_unit_test(test_table_text),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_log_escapes),
		cmocka_unit_test(test_log_cuts_long_text),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
