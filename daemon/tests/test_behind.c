// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How much waits in a channel whose peer does not read: CHAN_BEHIND, but a configuration whole.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "msg/basic.h"
#include "msg/chan.h"

#define ROUNDS	100000
#define SOCKET_TAKES	(4U << 20)	/* more than its buffer ever holds */

static struct event_base *base;
static struct chan *parent, *ike;
static unsigned int handled, gone;
static char reason[CHAN_REASON];
static const uint8_t body[MSG_MOST];

static void took(void *ctx, enum msg_type type, struct bytes octets, int fd)
{
	(void)ctx;
	(void)type;
	(void)octets;
	(void)fd;
	handled++;
}

#include "tests/each_type.h"

static void on_gone(void *ctx, const char *why)
{
	(void)ctx;
	gone++;
	snprintf(reason, sizeof(reason), "%s", why);
}

static int setup(void **state)
{
	int ends[2];

	(void)state;
	handled = 0;
	gone = 0;
	base = event_base_new();
	if (!base || chan_pair(ends))
		return -1;
	parent = chan_new(base, ends[0], MSG_PARENT, MSG_IKE, each_type, NULL, on_gone);
	ike = chan_new(base, ends[1], MSG_IKE, MSG_PARENT, each_type, NULL, on_gone);
	return parent && ike ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	chan_free(parent);
	chan_free(ike);
	event_base_free(base);
	return 0;
}

/* Until @wanted messages have been handled, or an end has ended. */
static void run(unsigned int wanted)
{
	for (int i = 0; i < ROUNDS && handled < wanted && !gone; i++)
		event_base_loop(base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
}

/* Both ends live; the parent sends @octets while `ike` does not read.  Then it has to have all. */
static void piles_up(enum msg_type type, size_t octets)
{
	unsigned int sent = octets / msg_rows[type].most;

	handled = 0;
	for (unsigned int i = 0; i < sent; i++)
		chan_send(parent, type, body, msg_rows[type].most);
	assert_true(chan_pending(parent) > octets - SOCKET_TAKES);
	run(sent);
	assert_int_equal(gone, 0);
	assert_int_equal(handled, sent);
	assert_int_equal(chan_pending(parent), 0);
}

static void test_configuration(void **state)
{
	(void)state;
	/* `ike` has only been started, and had no time to read. */
	piles_up(MSG_POLICY_GATEWAY, CHAN_BEHIND + CHAN_BEHIND / 4);
	/* What it has read does not count any more. */
	piles_up(MSG_ACQUIRE, CHAN_BEHIND / 4 * 3);
	piles_up(MSG_ACQUIRE, CHAN_BEHIND / 4 * 3);
}

/* Sends @type, twice as much as may wait; the most that waited. */
static size_t floods(struct chan *chan, enum msg_type type)
{
	size_t most = 0;

	for (size_t n = 0; n < 2 * (size_t)CHAN_BEHIND; n += msg_rows[type].most) {
		chan_send(chan, type, body, msg_rows[type].most);
		if (chan_pending(chan) > most)
			most = chan_pending(chan);
	}
	return most;
}

static void is_closed(const struct chan *chan)
{
	assert_int_equal(chan_pending(chan), 0);
	/* Not out of chan_send(). */
	assert_int_equal(gone, 0);
	run(~0U);
	assert_int_equal(gone, 1);
	assert_non_null(strstr(reason, "does not read"));
}

static void test_does_not_read(void **state)
{
	size_t most = floods(ike, MSG_LOG);

	(void)state;
	assert_true(most <= CHAN_BEHIND + CHAN_BATCH_OCTETS &&
		    most > CHAN_BEHIND - 2 * CHAN_BATCH_OCTETS);
	is_closed(ike);
}

/* A datagram that also has another message counts, or one could hide among the configuration's. */
static void test_mixed(void **state)
{
	(void)state;
	for (size_t n = 0; n < 2 * (size_t)CHAN_BEHIND; n += msg_rows[MSG_POLICY_PROXY].most) {
		chan_send(parent, MSG_POLICY_PROXY, body, msg_rows[MSG_POLICY_PROXY].most);
		chan_send(parent, MSG_ACQUIRE, body, msg_rows[MSG_ACQUIRE].most);
	}
	is_closed(parent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_configuration, setup, teardown),
		cmocka_unit_test_setup_teardown(test_does_not_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mixed, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
