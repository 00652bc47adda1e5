// SPDX-License-Identifier: GPL-2.0-or-later
/* What lines look like on standard error: in a file, on a terminal, in the journal. */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"

static int saved;	/* the test's own standard error */

/* Standard error is @fd from now on, as it was when the process began. */
static void begin(int fd)
{
	saved = dup(STDERR_FILENO);
	assert_true(saved >= 0 && fd >= 0);
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	log_open();
}

static void end(void)
{
	assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
	close(saved);
	unsetenv("JOURNAL_STREAM");
	log_open();
}

/* Reads @lines lines from @fd into @out.  A terminal hands them over when the kernel's worker
 * has brought them, so that one read() may get the first alone.
 */
static void read_lines(int fd, int lines, char *out, size_t room)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	size_t length = 0;

	while (lines > 0) {
		ssize_t n;

		assert_int_equal(poll(&readable, 1, 60000), 1);
		n = read(fd, out + length, room - 1 - length);
		assert_true(n > 0);
		for (; n; n--)
			lines -= out[length++] == '\n';
	}
	out[length] = '\0';
}

static void write_some(void)
{
	log_error(NULL, "one");
	log_warning("gateway hq", "two");
	log_info(NULL, "three");
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("tunnel hq:lan", "four");
	log_set_level(LOG_LEVEL_INFO);
}

/* JOURNAL_STREAM for @fd, or, with @other, for another file. */
static void name_journal(int fd, unsigned int other)
{
	char text[64];
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	snprintf(text, sizeof(text), "%llu:%llu", (unsigned long long)st.st_dev,
		 (unsigned long long)st.st_ino + other);
	assert_int_equal(setenv("JOURNAL_STREAM", text, 1), 0);
}

static const char plain[] = "pantund: error: one\n"
			    "pantund: warning: gateway hq: two\n"
			    "pantund: info: three\n"
			    "pantund: debug: tunnel hq:lan: four\n";

static void test_journal(void **state)
{
	int ends[2];
	char text[512];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	name_journal(ends[0], 0);
	begin(ends[0]);
	write_some();
	end();
	read_lines(ends[1], 4, text, sizeof(text));
	assert_string_equal(text, "<3>one\n<4>gateway hq: two\n<6>three\n<7>tunnel hq:lan: four\n");
	close(ends[0]);
	close(ends[1]);
}

/* As `pantund 2>file` in a unit: the journal is named, but not written to. */
static void test_redirected(void **state)
{
	int ends[2];
	char text[512];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	name_journal(ends[1], 1);
	begin(ends[1]);
	write_some();
	end();
	read_lines(ends[0], 4, text, sizeof(text));
	assert_string_equal(text, plain);
	close(ends[0]);
	close(ends[1]);
}

/* Each line of a terminal begins with the time, in the zone of whoever looks. */
static void test_terminal(void **state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;
	char text[512], *line;
	struct tm tm;

	(void)state;
	assert_true(master >= 0);
	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	begin(slave);
	log_error(NULL, "one");
	log_warning("gateway hq", "two");
	end();
	read_lines(master, 2, text, sizeof(text));
	line = strptime(text, "%Y-%m-%d %T.", &tm);
	assert_non_null(line);
	assert_int_equal(line - text, strlen("2026-11-29 13:45:01."));
	line = strstr(line, " pantund: ");
	assert_non_null(line);
	assert_int_equal(line - text, strlen("2026-11-29 13:45:01.042"));
	assert_memory_equal(line, " pantund: error: one\r\n", strlen(" pantund: error: one\r\n"));
	line = strchr(line, '\n');
	assert_non_null(strstr(line, " pantund: warning: gateway hq: two\r\n"));
	close(slave);
	close(master);
}

static unsigned int woken;

static void on_kept(void *ctx)
{
	assert_ptr_equal(ctx, &woken);
	woken++;
}

/* The next write is @text. */
static void assert_written(int fd, const char *text)
{
	char got[512];
	ssize_t n = recv(fd, got, sizeof(got) - 1, MSG_DONTWAIT);

	assert_true(n >= 0);
	got[n] = '\0';
	assert_string_equal(got, text);
}

static void assert_nothing_written(int fd)
{
	char octet;

	assert_int_equal(recv(fd, &octet, 1, MSG_DONTWAIT), -1);
}

/* Lines leave together, in their order, and none waits for long behind what is urgent. */
static void test_hold(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
	begin(ends[0]);
	woken = 0;
	log_hold(on_kept, &woken);
	log_info(NULL, "one");
	log_info("gateway hq", "two");
	assert_int_equal(woken, 1);
	assert_nothing_written(ends[1]);
	log_flush();
	assert_written(ends[1], "pantund: info: one\npantund: info: gateway hq: two\n");
	log_info(NULL, "three");
	assert_int_equal(woken, 2);
	log_warning(NULL, "four");
	assert_written(ends[1], "pantund: info: three\n");
	assert_written(ends[1], "pantund: warning: four\n");
	log_info(NULL, "five");
	log_hold(NULL, NULL);
	assert_written(ends[1], "pantund: info: five\n");
	log_info(NULL, "six");
	assert_written(ends[1], "pantund: info: six\n");
	assert_int_equal(woken, 3);
	end();
	close(ends[0]);
	close(ends[1]);
}

/* So many lines were written. */
static unsigned int written(int fd)
{
	unsigned int lines = 0;
	char got[32 << 10];
	ssize_t n;

	while ((n = recv(fd, got, sizeof(got), MSG_DONTWAIT)) > 0)
		for (ssize_t at = 0; at < n; at++)
			lines += got[at] == '\n';
	return lines;
}

/* However many are said in a round, none is lost. */
static void test_hold_many(void **state)
{
	enum { LINES = 2000 };
	unsigned int lines = 0;
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
	begin(ends[0]);
	log_hold(on_kept, &woken);
	for (unsigned int i = 0; i < LINES; i++) {
		log_info("gateway hq", "line %u", i);
		lines += written(ends[1]);
	}
	assert_true(lines && lines < LINES);
	log_hold(NULL, NULL);
	assert_int_equal(lines + written(ends[1]), LINES);
	end();
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_journal),
		cmocka_unit_test(test_redirected),
		cmocka_unit_test(test_terminal),
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_hold_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
