// SPDX-License-Identifier: GPL-2.0-or-later
/* The parent between an `auth` that wants lists of revoked certificates and a `fetch`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "msg/list_msg.h"
#include "tests/parent_stage.h"

#define URL	"http://lists.example/root.crl"
#define OPEN_MOST	64	/* as lists.c has it */

static struct parent_fake *parent;
static struct chan *auth, *fetch;
static struct http_request request;	/* the last that fetch got, */
static struct {
	struct msg_list head;
	char octets[8];
} list;					/* and auth */
static unsigned int requests, lists;

static void took(void *ctx, enum msg_type type, struct bytes body, int fd)
{
	(void)ctx;
	(void)fd;
	if (type == MSG_HTTP) {
		memcpy(&request, body.p, sizeof(request));
		requests++;
	} else if (type == MSG_LIST) {
		assert_true(body.n <= sizeof(list.head) + sizeof(list.octets));
		memset(&list, 0, sizeof(list));
		memcpy(&list.head, body.p, sizeof(list.head));
		memcpy(list.octets, body.p + sizeof(list.head), body.n - sizeof(list.head));
		lists++;
	}
}

#include "tests/each_type.h"

static void meet_auth(void)
{
	parent_stage_meet(parent, &auth, MSG_AUTH, parent_fake_auth(parent), each_type);
	parent_stage_rounds(parent);
}

static void meet_fetch(void)
{
	parent_stage_meet(parent, &fetch, MSG_FETCH, parent_fake_fetch(parent), each_type);
	parent_stage_rounds(parent);
}

static int set_up(void **state)
{
	(void)state;
	requests = 0;
	lists = 0;
	parent_stage_configure("");
	parent = parent_stage_begin();
	meet_auth();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	chan_free(auth);
	chan_free(fetch);
	auth = NULL;
	fetch = NULL;
	parent_stage_end(parent);
	return 0;
}

static void want(uint64_t ticket, uint32_t ms, const char *url)
{
	struct msg_list_wanted body = { .ticket = ticket, .ms = ms };

	snprintf(body.url, sizeof(body.url), "%s", url);
	chan_send(auth, MSG_LIST_WANTED, &body, sizeof(body));
	parent_stage_rounds(parent);
}

static void say(uint64_t ticket, const char *octets, const char *why)
{
	struct {
		struct http_result head;
		char octets[8];
	} body = { .head = { .ticket = ticket, .status = 200, .n = (uint32_t)strlen(octets) } };

	memcpy(body.head.body, octets, body.head.n);
	snprintf(body.head.why, sizeof(body.head.why), "%s", why);
	chan_send(fetch, MSG_HTTP_DONE, &body, sizeof(body.head) + body.head.n);
	parent_stage_rounds(parent);
}

/* A list goes to who asked, with his own ticket; a new `fetch` is asked what the last was. */
static void test_relay(void **state)
{
	(void)state;
	want(7, 1000, URL);
	assert_int_equal(requests, 0);
	meet_fetch();
	assert_int_equal(requests, 1);
	assert_string_equal(request.url, URL);
	assert_int_equal(request.ms, 1000);
	assert_int_equal(request.most, HTTP_MOST);
	/* A stranger has chosen it. */
	assert_int_equal(request.local, 0);
	meet_fetch();
	assert_int_equal(requests, 2);
	say(request.ticket, "list", "");
	assert_int_equal(lists, 1);
	assert_int_equal(list.head.ticket, 7);
	assert_int_equal(list.head.n, 4);
	assert_string_equal(list.octets, "list");
	/* Nobody waits for it any more. */
	say(request.ticket, "list", "");
	assert_int_equal(lists, 1);
	want(8, 1000, URL);
	assert_int_equal(requests, 3);
	say(request.ticket, "", "it takes too long");
	assert_int_equal(list.head.ticket, 8);
	assert_int_equal(list.head.n, 0);
	assert_string_equal(list.head.why, "it takes too long");
	/* Another `auth` has asked nothing yet. */
	want(9, 1000, URL);
	meet_auth();
	say(request.ticket, "list", "");
	assert_int_equal(lists, 2);
	assert_null(parent->auth_gone);
	assert_null(parent->fetch_gone);
}

/* What would be too many fails at once. */
static void test_most(void **state)
{
	(void)state;
	for (uint64_t ticket = 1; ticket <= OPEN_MOST; ticket++)
		want(ticket, 1000, URL);
	assert_int_equal(lists, 0);
	want(OPEN_MOST + 1, 1000, URL);
	assert_int_equal(lists, 1);
	assert_int_equal(list.head.ticket, OPEN_MOST + 1);
	assert_string_equal(list.head.why, "too many lists are fetched already");
	meet_fetch();
	assert_int_equal(requests, OPEN_MOST);
	say(request.ticket, "list", "");
	want(OPEN_MOST + 2, 1000, URL);
	assert_int_equal(requests, OPEN_MOST + 1);
}

static void check_refused(uint64_t ticket, uint32_t ms, const char *url)
{
	want(ticket, ms, url);
	assert_non_null(parent->auth_gone);
	meet_auth();
}

static void test_nonsense(void **state)
{
	(void)state;
	check_refused(0, 1000, URL);
	check_refused(1, 0, URL);
	check_refused(1, HTTP_MS_MOST + 1, URL);
	check_refused(1, 1000, "");
	check_refused(1, 1000, URL "\n");
	check_refused(1, 1000, "file:///etc/passwd");
	assert_int_equal(lists, 0);
	meet_fetch();
	assert_int_equal(requests, 0);
	say(1, "list", "");
	assert_non_null(parent->fetch_gone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_relay, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_most, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nonsense, set_up, tear_down),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests_name("lists on their way", tests, parent_stage_open,
					   parent_stage_close);
}
