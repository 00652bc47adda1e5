// SPDX-License-Identifier: GPL-2.0-or-later
/* When a configuration that is read comes into force, between `auth`, `ike` and the parent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "loop/config.h"
#include "msg/auth_msg.h"
#include "talk/ike_msg.h"
#include "talk/policy_msg.h"
#include "tests/ctl_stage.h"
#include "tests/parent_stage.h"

#define KEYS	32	/* numbers that are kept count of */

static struct parent_fake *parent;
static struct chan *ike, *auth;

/* What the two have been told. */
static struct {
	unsigned int policies;		/* whole ones */
	uint64_t number;		/* of the last */
	uint64_t key;			/* of its gateway */
	bool keys[KEYS];		/* that `auth` has */
	uint64_t marks[KEYS];		/* that it has not answered */
	unsigned int n_marks;
} told;

static void ended(void *ctx, const char *reason)
{
	fail_msg("%s: %s", (const char *)ctx, reason);
}

static void expected(void *ctx, const char *reason)
{
	(void)ctx;
	(void)reason;
}

static void rounds(void)
{
	parent_stage_rounds(parent);
}

static void took(void *ctx, enum msg_type type, struct bytes body, int fd)
{
	const struct msg_auth_key *key = (const void *)body.p;
	const struct msg_auth_forget *forget = (const void *)body.p;
	const struct msg_auth_mark *mark = (const void *)body.p;

	(void)ctx;
	assert_int_equal(fd, -1);
	if (type == MSG_POLICY_BEGIN) {
		told.number = ((const struct msg_policy *)(const void *)body.p)->number;
	} else if (type == MSG_POLICY_GATEWAY) {
		told.key = ((const struct msg_gateway *)(const void *)body.p)->gateway.key;
		/* This is what `ike` may ask for from now on. */
		assert_in_range(told.key, 1, KEYS - 1);
		assert_true(told.keys[told.key]);
	} else if (type == MSG_POLICY_END) {
		told.policies++;
	} else if (type == MSG_AUTH_KEY) {
		assert_in_range(key->number, 1, KEYS - 1);
		told.keys[key->number] = true;
	} else if (type == MSG_AUTH_FORGET) {
		assert_in_range(forget->number, 1, KEYS - 1);
		told.keys[forget->number] = false;
	} else if (type == MSG_AUTH_MARK) {
		assert_in_range(told.n_marks, 0, KEYS - 1);
		told.marks[told.n_marks++] = mark->number;
	}
}

#include "tests/each_type.h"

static void configure(const char *key)
{
	char text[512];

	snprintf(text, sizeof(text), "set network ike gateway g peer-address ip 192.0.2.9\n"
		 "set network ike gateway g authentication pre-shared-key key %s\n"
		 "set network tunnel ipsec t tunnel-interface tunnel1\n"
		 "set network tunnel ipsec t auto-key ike-gateway g\n", key);
	parent_stage_configure(text);
}

/* `auth` says that it has the keys of the oldest mark. */
static void answer_mark(void)
{
	const struct msg_auth_mark mark = { .number = told.marks[0] };

	assert_int_not_equal(told.n_marks, 0);
	memmove(told.marks, told.marks + 1, --told.n_marks * sizeof(*told.marks));
	chan_send(auth, MSG_AUTH_MARKED, &mark, sizeof(mark));
	rounds();
}

static void take_policy(uint64_t number)
{
	const struct msg_policy_set set = { .number = number };

	chan_send(ike, MSG_POLICY_SET, &set, sizeof(set));
	rounds();
}

/* A new one of that role, at the end @end of its channel. */
static void meet(struct chan **chan, enum msg_role role, char *name, int end)
{
	parent_stage_meet(parent, chan, role, end, each_type);
	chan_on_end(*chan, ended, name);
	rounds();
}

static void meet_auth(void)
{
	meet(&auth, MSG_AUTH, "auth", parent_fake_auth(parent));
}

static void meet_ike(void)
{
	meet(&ike, MSG_IKE, "ike", parent_fake_ike(parent));
}

/* The first configuration is in force. */
static int set_up(void **state)
{
	(void)state;
	memset(&told, 0, sizeof(told));
	configure("\"the first secret\"");
	parent = parent_stage_begin();
	meet_auth();
	meet_ike();
	assert_int_equal(told.policies, 1);
	take_policy(told.number);
	assert_non_null(parent->d.policy);
	assert_non_null(parent->d.ctl);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	chan_free(ike);
	chan_free(auth);
	ike = NULL;
	auth = NULL;
	parent_stage_end(parent);
	return 0;
}

/* --- who asks at the control socket --- */

static int ask_to_reload(void)
{
	int fd = stage_dial_at(parent->options.ctl);

	stage_ask(fd, "{\"verb\":\"reload\"}");
	rounds();
	return fd;
}

static bool answered(int fd)
{
	return recv(fd, (char[1]){ 0 }, 1, MSG_PEEK) == 1;
}

static void assert_said(int fd, const char *what)
{
	char text[512] = "";

	assert_true(answered(fd));
	assert_true(read(fd, text, sizeof(text) - 1) > CTL_HEADER);
	assert_non_null(strstr(text + CTL_HEADER, what));
}

/* --- tests --- */

/* `ike` hears of a key once `auth` has it, however late that is. */
static void test_key_first(void **state)
{
	(void)state;
	configure("\"the second secret\"");
	config_reload(&parent->d, 0);
	rounds();
	assert_int_equal(told.policies, 1);
	assert_int_equal(told.n_marks, 1);
	/* Nor does an `ike` that is started meanwhile: it gets what is in force. */
	meet_ike();
	assert_int_equal(told.policies, 2);
	assert_int_equal(told.number, 0);
	take_policy(0);
	answer_mark();
	assert_int_equal(told.policies, 3);
	assert_int_equal(told.key, 2);
	assert_true(told.keys[1]);
	take_policy(told.number);
	assert_false(told.keys[1]);
	assert_true(told.keys[2]);
}

/* An `auth` that ends is not waited for; the next has all keys. */
static void test_auth_ends(void **state)
{
	(void)state;
	configure("\"the second secret\"");
	config_reload(&parent->d, 0);
	rounds();
	assert_int_equal(told.policies, 1);
	told.n_marks = 0;
	meet_auth();
	assert_int_equal(told.n_marks, 0);
	assert_true(told.keys[1] && told.keys[2]);
	config_keyed_all(&parent->d);
	rounds();
	assert_int_equal(told.policies, 2);
	take_policy(told.number);
	assert_false(told.keys[1]);
}

/* One comes into force while the next is on its way: `auth` keeps the keys of both. */
static void test_overtaken(void **state)
{
	(void)state;
	configure("\"the second secret\"");
	config_reload(&parent->d, 0);
	configure("\"the third secret\"");
	config_reload(&parent->d, 0);
	rounds();
	assert_int_equal(told.n_marks, 2);
	answer_mark();
	take_policy(told.number);
	assert_false(told.keys[1]);
	assert_true(told.keys[2]);
	assert_true(told.keys[3]);
	answer_mark();
	take_policy(told.number);
	assert_false(told.keys[2]);
	assert_true(told.keys[3]);
}

/* Whoever asks is answered when it is in force, and no sooner. */
static void test_answer(void **state)
{
	int fd;

	(void)state;
	if (geteuid())
		skip();
	configure("\"the second secret\"");
	fd = ask_to_reload();
	assert_false(answered(fd));
	answer_mark();
	assert_false(answered(fd));
	/* Another `ike` changes nothing about it. */
	meet_ike();
	take_policy(0);
	assert_false(answered(fd));
	assert_int_equal(parent->d.policy->gateways[0].key, 1);
	take_policy(told.number);
	assert_int_equal(parent->d.policy->gateways[0].key, 2);
	assert_said(fd, "gateway g: changed");
	close(fd);

	/* Errors need nobody else. */
	configure("short\nset nonsense");
	fd = ask_to_reload();
	assert_said(fd, "\"ok\":false");
	assert_int_equal(told.n_marks, 0);
	assert_int_equal(parent->d.policy->gateways[0].key, 2);
	close(fd);
}

/* `ike` has no memory for it. */
static void test_no_memory(void **state)
{
	struct msg_policy_set set = { .failed = 1 };
	int fd;

	(void)state;
	if (geteuid())
		skip();
	configure("\"the second secret\"");
	fd = ask_to_reload();
	answer_mark();
	set.number = told.number;
	chan_send(ike, MSG_POLICY_SET, &set, sizeof(set));
	rounds();
	assert_said(fd, "out of memory");
	assert_int_equal(parent->d.policy->gateways[0].key, 1);
	close(fd);
}

/* A mark, or a configuration, that was not sent is a lie. */
static void test_lies(void **state)
{
	const struct msg_policy_set set = { .number = 2 };
	const struct msg_auth_mark mark = { .number = 7 };

	(void)state;
	configure("\"the second secret\"");
	config_reload(&parent->d, 0);
	rounds();
	chan_on_end(ike, expected, NULL);
	chan_send(ike, MSG_POLICY_SET, &set, sizeof(set));
	rounds();
	assert_non_null(parent->ike_gone);
	assert_string_equal(parent->ike_gone, "POLICY_SET: not the one that was sent");
	assert_int_equal(parent->d.policy->gateways[0].key, 1);
	chan_on_end(auth, expected, NULL);
	chan_send(auth, MSG_AUTH_MARKED, &mark, sizeof(mark));
	rounds();
	assert_non_null(parent->auth_gone);
	assert_string_equal(parent->auth_gone, "AUTH_MARKED: not one that was sent");
	assert_int_equal(told.policies, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_key_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_auth_ends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_overtaken, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_answer, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_memory, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lies, set_up, tear_down),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests_name("reload", tests, parent_stage_open, parent_stage_close);
}
