// SPDX-License-Identifier: GPL-2.0-or-later
/* The parent between an `ike` that wants names looked up and a `fetch` that does it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "loop/guard.h"
#include "loop/names.h"
#include "msg/fetch_msg.h"
#include "talk/ike_msg.h"
#include "tests/parent_stage.h"
#include "tests/peers_site.h"

#define NAME	"peer.example"
#define OPEN_MOST	8192	/* as names.c has it */
#define LINES \
	"set network ike gateway g peer-address fqdn " NAME "\n" \
	"set network ike gateway g authentication pre-shared-key key 0123456789abcdefghij\n" \
	"set network tunnel ipsec t tunnel-interface tunnel1\n" \
	"set network tunnel ipsec t auto-key ike-gateway g\n"

static struct parent_fake *parent;
static struct chan *ike, *fetch;
static struct name_answer answer;	/* the last that ike got, */
static struct name_question question;	/* and fetch */
static unsigned int answers, questions, told;

static void took(void *ctx, enum msg_type type, struct bytes body, int fd)
{
	(void)ctx;
	(void)fd;
	if (type == MSG_NAMED) {
		memcpy(&answer, body.p, sizeof(answer));
		answers++;
	} else if (type == MSG_LOOK_UP) {
		memcpy(&question, body.p, sizeof(question));
		questions++;
	} else if (type == MSG_SERVERS) {
		told++;
	}
}

#include "tests/each_type.h"

static void rounds(void)
{
	parent_stage_rounds(parent);
}

static void meet_ike(void)
{
	parent_stage_meet(parent, &ike, MSG_IKE, parent_fake_ike(parent), each_type);
	parent_stage_take_policy(parent, ike);
}

static void meet_fetch(void)
{
	parent_stage_meet(parent, &fetch, MSG_FETCH, parent_fake_fetch(parent), each_type);
	rounds();
}

static int set_up(void **state)
{
	(void)state;
	answers = 0;
	questions = 0;
	told = 0;
	parent_stage_configure(LINES);
	parent = parent_stage_begin();
	meet_ike();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	chan_free(ike);
	chan_free(fetch);
	ike = NULL;
	fetch = NULL;
	parent_stage_end(parent);
	return 0;
}

static void ask(uint64_t ticket, const char *name)
{
	struct name_question body = { .ticket = ticket };

	snprintf(body.name, sizeof(body.name), "%s", name);
	chan_send(ike, MSG_NAME, &body, sizeof(body));
	rounds();
}

static void say(uint64_t ticket, const char *address)
{
	struct name_answer body = { .ticket = ticket, .n = 1, .ttl = 60,
				    .addrs = { site_address(address) } };

	chan_send(fetch, MSG_LOOKED_UP, &body, sizeof(body));
	rounds();
}

/* An answer goes to who asked, with his own ticket; a new `fetch` is asked what the last was. */
static void test_relay(void **state)
{
	uint64_t first;

	(void)state;
	ask(7, NAME);
	assert_int_equal(questions, 0);
	meet_fetch();
	assert_int_equal(told, 1);
	assert_int_equal(questions, 1);
	assert_string_equal(question.name, NAME);
	meet_fetch();
	assert_int_equal(told, 2);
	assert_int_equal(questions, 2);
	first = question.ticket;
	say(question.ticket, "192.0.2.9");
	assert_int_equal(answers, 1);
	assert_int_equal(answer.ticket, 7);
	/* Nobody waits for it any more. */
	say(first, "192.0.2.10");
	assert_int_equal(answers, 1);
	ask(8, NAME);
	assert_int_equal(questions, 3);
	assert_int_equal(told, 2);
	first = question.ticket;
	/* Another `ike` has asked nothing yet, and its tickets are like those of the one before. */
	meet_ike();
	say(first, "192.0.2.11");
	assert_int_equal(answers, 1);
	ask(8, NAME);
	assert_true(question.ticket != first);
	say(question.ticket, "192.0.2.12");
	assert_int_equal(answers, 2);
	assert_int_equal(answer.ticket, 8);
	assert_null(parent->ike_gone);
	assert_null(parent->fetch_gone);
}

/* While there is no `fetch`, for days maybe, the oldest questions are forgotten. */
static void test_unanswered(void **state)
{
	struct name_question body = { .name = NAME };

	(void)state;
	for (body.ticket = 1; body.ticket <= OPEN_MOST + 1; body.ticket++)
		assert_true(names_ask(&parent->d, &body));
	meet_fetch();
	assert_int_equal(questions, OPEN_MOST);
	/* It is asked by now, and would be asked without end. */
	assert_false(names_ask(&parent->d, &body));
	say(question.ticket, "192.0.2.9");
	assert_int_equal(answer.ticket, OPEN_MOST + 1);
	assert_true(names_ask(&parent->d, &body));
	assert_null(parent->fetch_gone);
}

static void check_refused(uint64_t ticket, const char *name)
{
	meet_fetch();
	questions = 0;
	ask(ticket, name);
	assert_non_null(parent->ike_gone);
	assert_int_equal(questions, 0);
	meet_ike();
}

/* The world is not told what `ike` knows by what DNS is asked. */
static void test_not_configured(void **state)
{
	(void)state;
	check_refused(1, "secret." NAME);
	check_refused(1, "");
	check_refused(0, NAME);
}

static void check_fetch_refused(const struct name_answer *body)
{
	meet_fetch();
	chan_send(fetch, MSG_LOOKED_UP, body, sizeof(*body));
	rounds();
	assert_non_null(parent->fetch_gone);
}

static void test_fetch_nonsense(void **state)
{
	struct name_answer body = { .ticket = 1, .n = NAME_ADDRS + 1 };

	(void)state;
	check_fetch_refused(&body);
	body = (struct name_answer){ .ticket = 1 };
	check_fetch_refused(&body);
	body = (struct name_answer){ .ticket = 1, .n = 1 };
	check_fetch_refused(&body);
	body = (struct name_answer){ .ticket = 1, .failure = NAME_FAILURES };
	check_fetch_refused(&body);
	assert_int_equal(answers, 0);
}

/* SAs may be with addresses that DNS gave, now or before, and with no other. */
static void test_guard(void **state)
{
	const struct policy_tunnel *tunnel = policy_tunnel_on(parent->d.policy, "tunnel1", NULL);
	struct ike_sa_spec sa = {
		.token = 0x100001001, .inbound = true, .spi = 0x1001, .ifname = "tunnel1",
		.proxy = tunnel->proxies[0].name, .encr = tunnel->esp.prop[0].encr[0],
		.ts = tunnel->proxies[0].ts, .replay_window = tunnel->replay_window,
		.hard_seconds = tunnel->life_seconds, .hard_bytes = 2 * tunnel->life_bytes,
		.local.addr = site_address("192.0.2.1"), .remote.addr = site_address("192.0.2.9"),
	};

	(void)state;
	meet_fetch();
	assert_string_equal(guard_refuses(parent->d.policy, parent->d.names, &sa),
			    "its addresses are not those of the gateway and its peer");
	assert_non_null(guard_refuses(parent->d.policy, NULL, &sa));
	ask(1, NAME);
	say(question.ticket, "192.0.2.9");
	assert_null(guard_refuses(parent->d.policy, parent->d.names, &sa));
	ask(2, NAME);
	say(question.ticket, "192.0.2.10");
	assert_null(guard_refuses(parent->d.policy, parent->d.names, &sa));
	sa.remote.addr = site_address("192.0.2.11");
	assert_non_null(guard_refuses(parent->d.policy, parent->d.names, &sa));
	/* Of many the oldest are forgotten. */
	for (unsigned int i = 0; i < 64; i++) {
		char address[ADDR_TEXT];

		snprintf(address, sizeof(address), "203.0.113.%u", i);
		ask(10 + i, NAME);
		say(question.ticket, address);
	}
	sa.remote.addr = site_address("192.0.2.9");
	assert_non_null(guard_refuses(parent->d.policy, parent->d.names, &sa));
	sa.remote.addr = site_address("203.0.113.63");
	assert_null(guard_refuses(parent->d.policy, parent->d.names, &sa));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_relay, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unanswered, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_not_configured, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_fetch_nonsense, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_guard, set_up, tear_down),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests_name("names, in the parent", tests, parent_stage_open,
					   parent_stage_close);
}
