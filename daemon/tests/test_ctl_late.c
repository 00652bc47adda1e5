// SPDX-License-Identifier: GPL-2.0-or-later
/* The control socket, where IKE's answers come later, too late, or not at all. */
#include <errno.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "conf/conf.h"
#include "tests/ctl_stage.h"

static void on_busy(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	*(bool *)ctx = true;
	event_base_loopbreak(stage.base);
}

/* From now on the test answers. */
static void hold(void)
{
	memset(&stage.held, 0, sizeof(stage.held));
	memset(&stage.asked, 0, sizeof(stage.asked));
	stage.held.wait = true;
}

static void rounds(void)
{
	for (int i = 0; i < 20; i++)
		event_base_loop(stage.base, EVLOOP_NONBLOCK);
}

/* Nothing has come, and the connection stands. */
static void assert_silent(int fd)
{
	assert_int_equal(read(fd, (char[1]){ 0 }, 1), -1);
	assert_int_equal(errno, EAGAIN);
}

static void reply_count(uint64_t ticket, uint32_t count)
{
	const struct ctl_reply reply = { .count = count };

	ctl_answered(stage.ctl, ticket, &reply);
}

static int dial_and_put(const char *request)
{
	int fd = stage_dial();

	stage_ask(fd, request);
	rounds();
	return fd;
}

#define CLEAR "{\"verb\":\"clear\",\"what\":\"ike-sa\",\"name\":\"g\"}"

/* The answer comes when there is one, and not before the next request is read. */
static void test_late_answer(void **state)
{
	int fd, other;

	(void)state;
	if (geteuid())
		skip();
	hold();
	fd = dial_and_put(CLEAR);
	stage_ask(fd, "{\"verb\":\"reload\"}");
	rounds();
	assert_int_equal(stage.held.n, 1);
	assert_int_equal(stage.held.last.kind, CTL_CLEAR_IKE);
	assert_string_equal(stage.held.last.name, "g");
	assert_string_equal(stage.asked.called, "");
	assert_silent(fd);
	/* Others are served, and ask, meanwhile. */
	other = dial_and_put("{\"verb\":\"monitor\"}");
	stage_ask(other, "{\"verb\":\"show\"}");
	assert_string_equal(stage_message(other), "{\"ok\":true}");
	rounds();
	assert_int_equal(stage.held.n, 2);
	reply_count(stage.held.tickets[0], 5);
	assert_string_equal(stage_message(fd), "{\"ok\":true,\"count\":5}");
	assert_non_null(strstr(stage_message(fd), "gateway g: added"));
	assert_silent(other);
	reply_count(stage.held.tickets[1], 0);
	assert_non_null(strstr(stage_message(other), "\"children\":[]"));
	close(fd);
	close(other);
	rounds();
}

static const struct ike_child_info child_row = { .tunnel = "t", .proxy = "\xff" "L" };

static const struct ike_sa_info ike_row = { .gateway = "g" };

static const struct ike_gateway_info gateway_row = {
	.gateway = "g", .last_error = "no, \"no\"",
};

/* Rows of several answers, in any order, get to those who asked. */
static void test_rows(void **state)
{
	const char *text;
	int fd, other;

	(void)state;
	if (geteuid())
		skip();
	hold();
	fd = dial_and_put("{\"verb\":\"show\"}");
	other = dial_and_put("{\"verb\":\"show\"}");
	assert_int_equal(stage.held.n, 2);
	ctl_show_gateway(stage.ctl, stage.held.tickets[0], &gateway_row);
	ctl_show_child(stage.ctl, stage.held.tickets[1], &child_row);
	ctl_show_child(stage.ctl, stage.held.tickets[0], &child_row);
	ctl_show_ike(stage.ctl, stage.held.tickets[0], &ike_row);
	ctl_show_child(stage.ctl, stage.held.tickets[0], &child_row);
	ctl_show_child(stage.ctl, 12345, &child_row);
	reply_count(12345, 0);
	reply_count(stage.held.tickets[1], 0);
	reply_count(stage.held.tickets[0], 0);
	for (int i = 0; i < 2; i++) {
		json_t *json, *child;

		text = stage_message(i ? other : fd);
		assert_non_null(text);
		json = json_loads(text, 0, NULL);
		assert_int_equal(json_array_size(json_object_get(json, "ike_sas")), !i);
		assert_int_equal(json_array_size(json_object_get(json, "children")), i ? 1 : 2);
		assert_int_equal(json_array_size(json_object_get(json, "gateways")), !i);
		child = json_array_get(json_object_get(json, "children"), 0);
		assert_string_equal(json_string_value(json_object_get(child, "proxy")), "L");
		json_decref(json);
	}
	/* They had their answers: no other one comes. */
	ctl_show_child(stage.ctl, stage.held.tickets[0], &child_row);
	reply_count(stage.held.tickets[0], 0);
	rounds();
	assert_silent(fd);
	close(fd);
	close(other);
	rounds();
}

/* Who hangs up while he waits is forgotten, and his answer is dropped. */
static void test_hangs_up(void **state)
{
	static const char *const requests[] = { "{\"verb\":\"show\"}", CLEAR };

	(void)state;
	if (geteuid())
		skip();
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		int fd;

		hold();
		fd = dial_and_put(requests[i]);
		assert_int_equal(stage.held.n, 1);
		ctl_show_child(stage.ctl, stage.held.tickets[0], &child_row);
		close(fd);
		rounds();
		ctl_show_child(stage.ctl, stage.held.tickets[0], &child_row);
		reply_count(stage.held.tickets[0], 1);
		/* And the server goes on. */
		fd = dial_and_put(CLEAR);
		assert_int_equal(stage.held.n, 2);
		reply_count(stage.held.tickets[0], 1);
		reply_count(stage.held.tickets[1], 2);
		assert_string_equal(stage_message(fd), "{\"ok\":true,\"count\":2}");
		close(fd);
		rounds();
	}
}

/* Of those who are not root IKE is asked one after the other, and root beside them. */
static void test_one_after_the_other(void **state)
{
	enum { OTHERS = 4 };
	int fds[OTHERS], root, first;

	(void)state;
	if (geteuid())
		skip();
	hold();
	first = dial_and_put("{\"verb\":\"show\"}");
	for (int i = 0; i < OTHERS; i++) {
		fds[i] = stage_dial_as_other();
		stage_ask(fds[i], "{\"verb\":\"show\"}");
		rounds();
	}
	assert_int_equal(stage.held.n, 2);
	root = dial_and_put("{\"verb\":\"show\"}");
	assert_int_equal(stage.held.n, 3);
	/* What IKE is at when he leaves keeps the next waiting; one who waits leaves no trace. */
	close(fds[0]);
	close(fds[1]);
	rounds();
	assert_int_equal(stage.held.n, 3);
	reply_count(stage.held.tickets[1], 0);
	assert_int_equal(stage.held.n, 4);
	reply_count(stage.held.tickets[3], 0);
	assert_non_null(strstr(stage_message(fds[2]), "\"ok\":true"));
	assert_int_equal(stage.held.n, 5);
	assert_silent(fds[3]);
	reply_count(stage.held.tickets[4], 0);
	assert_non_null(strstr(stage_message(fds[3]), "\"ok\":true"));
	reply_count(stage.held.tickets[2], 0);
	assert_non_null(strstr(stage_message(root), "\"ok\":true"));
	reply_count(stage.held.tickets[0], 0);
	assert_non_null(strstr(stage_message(first), "\"ok\":true"));
	close(first);
	close(root);
	stage_close_all(fds + 2, OTHERS - 2);
}

/* The IKE process has ended: all who wait are told, and the next may ask again. */
static void test_process_dead(void **state)
{
	static const char refusal[] = "{\"ok\":false,\"error\":\"" CTL_RESTARTED "\"}";
	int fds[4];

	(void)state;
	if (geteuid())
		skip();
	hold();
	for (int i = 0; i < 2; i++) {
		fds[i] = stage_dial_as_other();
		stage_ask(fds[i], "{\"verb\":\"show\"}");
		rounds();
	}
	fds[2] = dial_and_put(CLEAR);
	fds[3] = dial_and_put("{\"verb\":\"monitor\"}");
	assert_string_equal(stage_message(fds[3]), "{\"ok\":true}");
	assert_int_equal(stage.held.n, 2);
	ctl_unanswered(stage.ctl, CTL_RESTARTED);
	for (int i = 0; i < 3; i++)
		assert_string_equal(stage_message(fds[i]), refusal);
	assert_silent(fds[3]);
	/* No question is open, nor was one asked for somebody who had been refused. */
	assert_int_equal(stage.held.n, 2);
	stage.held.refuse = true;
	stage_ask(fds[1], "{\"verb\":\"show\"}");
	assert_string_equal(stage_message(fds[1]), refusal);
	stage.held.refuse = false;
	stage_ask(fds[1], "{\"verb\":\"show\"}");
	rounds();
	assert_int_equal(stage.held.n, 3);
	reply_count(stage.held.tickets[0], 0);
	reply_count(stage.held.tickets[2], 0);
	assert_non_null(strstr(stage_message(fds[1]), "\"ok\":true"));
	stage_close_all(fds, 4);
}

/* What was read is in force later; an IKE process that is started meanwhile hears of it, too. */
static void test_reload(void **state)
{
	static const char request[] = "{\"verb\":\"reload\"}";
	int fd;

	(void)state;
	if (geteuid())
		skip();
	hold();
	stage.held.reload = true;
	fd = dial_and_put(request);
	assert_string_equal(stage.asked.called, "reload");
	assert_int_equal(stage.held.n, 0);
	assert_silent(fd);
	ctl_unanswered(stage.ctl, CTL_RESTARTED);
	rounds();
	assert_silent(fd);
	/* An answer of IKE's is not what is waited for. */
	reply_count(stage.reload, 7);
	rounds();
	assert_silent(fd);
	stage_reloaded(stage.reload);
	assert_non_null(strstr(stage_message(fd), "\"changes\":[\"gateway g: added\""));
	stage_reloaded(stage.reload);
	rounds();
	assert_silent(fd);
	stage_ask(fd, request);
	rounds();
	stage.asked.fail = true;
	stage_reloaded(stage.reload);
	assert_non_null(strstr(stage_message(fd), "f:2:2: worse"));
	/* Who hangs up is forgotten. */
	stage_ask(fd, request);
	rounds();
	close(fd);
	rounds();
	stage_reloaded(stage.reload);
}

/* An answer that does not come within its time is not waited for, and comes too late. */
static void test_time_limit(void **state)
{
	struct ctl_ops hasty = stage_ops;
	int fds[3];

	(void)state;
	if (geteuid())
		skip();
	hold();
	stage.held.reload = true;
	hasty.patience_ms = 50;
	ctl_close(stage.ctl);
	stage.ctl = ctl_open(stage.base, stage.path, stage.group, &hasty);
	assert_non_null(stage.ctl);
	fds[0] = dial_and_put(CLEAR);
	fds[1] = stage_dial_as_other();
	stage_ask(fds[1], "{\"verb\":\"show\"}");
	fds[2] = dial_and_put("{\"verb\":\"reload\"}");
	for (int i = 0; i < 3; i++) {
		const struct timeval patience = { .tv_sec = 10 };
		bool late = false;
		struct event *end = event_new(stage.base, -1, 0, on_busy, &late);
		const char *said = NULL;

		event_add(end, &patience);
		while (!late && recv(fds[i], (char[1]){ 0 }, 1, MSG_PEEK) < 0)
			event_base_loop(stage.base, EVLOOP_ONCE);
		event_free(end);
		assert_false(late);
		said = stage_message(fds[i]);
		assert_non_null(said);
		assert_non_null(strstr(said, "\"ok\":false"));
		assert_non_null(strstr(said, i < 2 ? "has not answered for" :
						     "it is in force when it has"));
	}
	for (unsigned int i = 0; i < stage.held.n; i++)
		reply_count(stage.held.tickets[i], 7);
	rounds();
	assert_silent(fds[0]);
	stage_close_all(fds, 3);
	ctl_close(stage.ctl);
	stage.ctl = ctl_open(stage.base, stage.path, stage.group, &stage_ops);
	assert_non_null(stage.ctl);
}

/* IKE's part, with the real core. */
static void test_answers(void **state)
{
	const struct answer_rows none = { 0 };
	const struct ctl_question all = { .kind = CTL_INITIATE };
	struct ctl_question question = { .kind = CTL_CLEAR_IPSEC, .name = "nope" };
	char text[] = "set network ike gateway g peer-address ip 192.0.2.9\n"
		      "set network ike gateway g authentication pre-shared-key key 0123456789\n"
		      "set network tunnel ipsec t tunnel-interface tunnel7\n"
		      "set network tunnel ipsec t start on-demand\n"
		      "set network tunnel ipsec t auto-key ike-gateway g\n";
	struct conf_report report = { 0 };
	struct policy *policy = conf_parse(text, strlen(text), &report);

	(void)state;
	assert_non_null(policy);
	ike_core_set_policy(stage.core, NOW, policy);
	assert_int_equal(answer_question(stage.core, NOW, &question, &none).error, -ENOENT);
	question.kind = CTL_CLEAR_IKE;
	assert_int_equal(answer_question(stage.core, NOW, &question, &none).error, -ENOENT);
	question.kind = CTL_INITIATE;
	assert_int_equal(answer_question(stage.core, NOW, &question, &none).error, -ENOENT);
	question.kind = 77;
	assert_int_equal(answer_question(stage.core, NOW, &question, &none).error, -EINVAL);
	memset(question.name, 'n', sizeof(question.name));
	question.kind = CTL_CLEAR_IKE;
	assert_int_equal(answer_question(stage.core, NOW, &question, &none).error, -EINVAL);
	question = (struct ctl_question){ .kind = CTL_CLEAR_IKE, .name = "g" };
	assert_int_equal(answer_question(stage.core, NOW, &question, &none).error, 0);
	assert_string_equal(stage.logged, "clear ike-sa of g by command: 0 SAs deleted");
	question = (struct ctl_question){ .kind = CTL_CLEAR_IPSEC };
	assert_int_equal(answer_question(stage.core, NOW, &question, &none).error, 0);
	assert_string_equal(stage.logged,
			    "clear ipsec-sa of all tunnels by command: 0 SAs deleted");
	assert_int_equal(answer_question(stage.core, NOW, &all, &none).count, 1);
	assert_string_equal(stage.logged, "test of all tunnels by command: 1 negotiation started");
}

static int let_go(void **state)
{
	(void)state;
	memset(&stage.held, 0, sizeof(stage.held));
	stage.asked.fail = false;
	return 0;
}

#define LATE(test)	cmocka_unit_test_teardown(test, let_go)

/* What a process says before there is a socket leads nowhere. */
static void test_no_socket(void **state)
{
	const struct ike_sa_info sa = { .gateway = "hq" };
	const struct ike_child_info child = { .gateway = "hq" };
	const struct ike_gateway_info gateway = { .gateway = "hq" };
	const struct ctl_reply reply = { 0 };

	(void)state;
	ctl_show_ike(NULL, 1, &sa);
	ctl_show_child(NULL, 1, &child);
	ctl_show_gateway(NULL, 1, &gateway);
	ctl_answered(NULL, 1, &reply);
	ctl_unanswered(NULL, CTL_RESTARTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LATE(test_late_answer),
		LATE(test_rows),
		LATE(test_hangs_up),
		LATE(test_one_after_the_other),
		LATE(test_process_dead),
		LATE(test_reload),
		LATE(test_time_limit),
		cmocka_unit_test(test_no_socket),
		cmocka_unit_test(test_answers),
	};

	return cmocka_run_group_tests(tests, stage_open, stage_close);
}
