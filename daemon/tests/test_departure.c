// SPDX-License-Identifier: GPL-2.0-or-later
/* Datagrams that wait for what the parent does first: when they leave, in which order. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/engine_priv.h"
#include "tests/steps.h"

#define FEW	1000
#define TIMES	8

static struct engine e;
static struct endpoint here, there;
static int receiver;

static int bound(uint16_t *port)
{
	struct sockaddr_in name = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(name);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&name, n), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &n), 0);
	*port = ntohs(name.sin_port);
	return fd;
}

static int setup(void **state)
{
	int fds[PORTS];

	(void)state;
	memset(&e, 0, sizeof(e));
	memset(fds, 0xff, sizeof(fds));
	assert_int_equal(addr_parse("127.0.0.1", &here.addr), 0);
	there = here;
	here.port = IKE_PORT;
	receiver = bound(&there.port);
	fds[0] = bound(&(uint16_t){ 0 });
	e.udp = udp_new(fds);
	assert_non_null(e.udp);
	departures_init(&e.departures);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	departures_drop(&e.departures);
	udp_free(e.udp);
	close(receiver);
	return 0;
}

static void add(const char *text, uint64_t after)
{
	departure_add(&e, &here, &there, bytes_of(text, strlen(text)), 0, after);
}

/* What has been received, one after another. */
static const char *left(void)
{
	static char text[256];
	size_t n = 0;
	ssize_t more;

	while ((more = recv(receiver, text + n, sizeof(text) - 1 - n, 0)) > 0)
		n += (size_t)more;
	text[n] = '\0';
	return text;
}

static void carried(uint64_t count)
{
	e.carried = count;
	departures_go(&e);
}

static void test_waits(void **state)
{
	(void)state;
	add("a", 0);
	assert_string_equal(left(), "a");
	add("b", 2);
	add("c", 1);
	add("d", 2);
	add("e", 0);
	assert_string_equal(left(), "e");
	assert_int_equal(e.departures.n, 3);
	carried(1);
	assert_string_equal(left(), "c");
	carried(2);
	assert_string_equal(left(), "bd");
	assert_int_equal(e.departures.n, 0);
	add("f", 2);
	assert_string_equal(left(), "f");
}

/* Several wishes at once, some of which nothing waits for, and more than there are rows. */
static void test_far_behind(void **state)
{
	(void)state;
	carried(5);
	add("c", 10 + DEPARTURE_ROWS);
	add("d", 10 + 2 * DEPARTURE_ROWS);
	add("a", 10);
	add("b", 10 + DEPARTURE_ROWS - 1);
	carried(9);
	assert_string_equal(left(), "");
	carried(10);
	assert_string_equal(left(), "a");
	carried(10 + DEPARTURE_ROWS);
	assert_string_equal(left(), "bc");
	carried(UINT64_MAX);
	assert_string_equal(left(), "d");
	add("e", UINT64_MAX);
	assert_string_equal(left(), "e");
}

/* What is due goes before what is added. */
static void test_due_first(void **state)
{
	(void)state;
	add("a", 1);
	e.carried = 1;
	add("b", 1);
	assert_string_equal(left(), "ab");
}

/* Half of them for wishes that are older than those before; one wish after another is done. */
static uint64_t steps_of(uint64_t n)
{
	uint64_t before = steps(), done = e.carried;

	for (uint64_t i = 1; i <= n; i++)
		add("x", done + (i & 1 ? n + i : n - i + 1));
	for (uint64_t i = 1; i <= 2 * n; i++)
		carried(done + i);
	assert_int_equal(e.departures.n, 0);
	return steps() - before;
}

static void test_many(void **state)
{
	uint64_t few = steps_of(FEW), many = steps_of(FEW * TIMES);

	(void)state;
	print_message("# %llu steps for %d, %llu for %d\n", (unsigned long long)few, FEW,
		      (unsigned long long)many, FEW * TIMES);
	assert_in_range(few, FEW, UINT64_MAX);
	assert_in_range(many, few, few * TIMES * 5 / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_waits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_far_behind, setup, teardown),
		cmocka_unit_test_setup_teardown(test_due_first, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
