// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of the log that another process sends to the parent: which are printed, and how. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>

#include "msg/basic.h"
#include "msg/chan.h"
#include "msg/log_relay.h"

#define ROUNDS	10	/* of the loop, for one message */

static struct event_base *base;
static struct chan *parent, *ike;
static char reason[CHAN_REASON];	/* for which the parent has given up */

static struct {
	unsigned int n;
	enum log_level level;
	char subject[256], text[1024];
} logged;

static void on_log(void *ctx, enum log_level level, const char *subject, const char *text)
{
	(void)ctx;
	logged.n++;
	logged.level = level;
	snprintf(logged.subject, sizeof(logged.subject), "%s", subject ? subject : "(none)");
	snprintf(logged.text, sizeof(logged.text), "%s", text);
}

static void on_line(void *ctx, struct bytes body, int fd)
{
	static struct log_relay relay;

	(void)ctx;
	(void)fd;
	log_relay_take(&relay, parent, body);
}

static void on_other(void *ctx, struct bytes body, int fd)
{
	(void)ctx;
	(void)body;
	(void)fd;
	fail_msg("not a line of the log");
}

static void on_gone(void *ctx, const char *why)
{
	(void)ctx;
	snprintf(reason, sizeof(reason), "%s", why);
}

static int set_up(void **state)
{
	static chan_handler *handlers[MSG_TYPES];
	int ends[2];

	(void)state;
	for (enum msg_type type = 0; type < MSG_TYPES; type++)
		handlers[type] = type == MSG_LOG ? on_line : on_other;
	base = event_base_new();
	if (!base || chan_pair(ends))
		return -1;
	parent = chan_new(base, ends[0], MSG_PARENT, MSG_IKE, handlers, NULL, on_gone);
	ike = chan_new(base, ends[1], MSG_IKE, MSG_PARENT, handlers, NULL, on_gone);
	memset(&logged, 0, sizeof(logged));
	reason[0] = '\0';
	log_set_sink(on_log, NULL);
	return parent && ike ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	log_set_sink(NULL, NULL);
	chan_free(ike);
	chan_free(parent);
	event_base_free(base);
	return 0;
}

static int end(void **state)
{
	(void)state;
	libevent_global_shutdown();
	return 0;
}

static void run(void)
{
	for (int i = 0; i < ROUNDS; i++)
		event_base_loop(base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
}

static void test_line(void **state)
{
	(void)state;
	log_relay_send(ike, LOG_LEVEL_WARNING, "gateway hq", "is \x01 away");
	run();
	assert_int_equal(logged.n, 1);
	assert_int_equal(logged.level, LOG_LEVEL_WARNING);
	assert_string_equal(logged.subject, "gateway hq");
	assert_string_equal(logged.text, "is \\x01 away");
	log_relay_send(ike, LOG_LEVEL_ERROR, NULL, "%n%s");
	run();
	assert_string_equal(logged.subject, "(none)");
	assert_string_equal(logged.text, "%n%s");
}

static void assert_refused(const struct msg_log *line)
{
	chan_send(ike, MSG_LOG, line, sizeof(*line));
	run();
	assert_int_equal(logged.n, 0);
	assert_ptr_equal(strstr(reason, "LOG: "), reason);
}

static void test_level(void **state)
{
	const struct msg_log line = { .level = LOG_LEVEL_DEBUG + 1 };

	(void)state;
	assert_refused(&line);
}

static void test_endless_subject(void **state)
{
	struct msg_log line = { .level = LOG_LEVEL_INFO };

	(void)state;
	memset(line.subject, 'x', sizeof(line.subject));
	assert_refused(&line);
}

static void test_endless_text(void **state)
{
	struct msg_log line = { .level = LOG_LEVEL_INFO };

	(void)state;
	memset(line.text, 'x', sizeof(line.text));
	assert_refused(&line);
}

#define WITH_CHANNEL(test)	cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CHANNEL(test_line),
		WITH_CHANNEL(test_level),
		WITH_CHANNEL(test_endless_subject),
		WITH_CHANNEL(test_endless_text),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
