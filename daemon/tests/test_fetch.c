// SPDX-License-Identifier: GPL-2.0-or-later
/* The process `fetch`, between a parent that is this test, and a name server that is, too. */
#include <arpa/inet.h>
#include <event2/dns.h>
#include <event2/dns_struct.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/text.h"
#include "fetch/process.h"
#include "fetch/resolver.h"
#include "loop/resolv.h"
#include "msg/basic.h"
#include "msg/chan.h"
#include "tests/child_stage.h"
#include "tests/peers_site.h"

#define ROUNDS	2000	/* of the loop, at most */

static struct event_base *base;

/* --- a name server --- */

static struct evdns_server_port *server;
static uint16_t port;
static unsigned int questions;

static void answer_one(struct evdns_server_request *req, const struct evdns_server_question *q)
{
	const struct addr v4 = site_address("192.0.2.9"), other = site_address("192.0.2.10");
	const struct addr v6 = site_address("2001:db8::9");
	static const uint8_t many[4 * (NAME_ADDRS + 2)] = { 32, 1, 13, 184 };
	uint8_t two[8];

	memcpy(two, v4.b, 4);
	memcpy(two + 4, other.b, 4);
	if (!strcasecmp(q->name, "both.example") && q->type == EVDNS_TYPE_A)
		evdns_server_request_add_a_reply(req, q->name, 2, two, 300);
	else if (!strcasecmp(q->name, "both.example") && q->type == EVDNS_TYPE_AAAA)
		evdns_server_request_add_aaaa_reply(req, q->name, 1, v6.b, 120);
	else if (!strcasecmp(q->name, "full.example") && q->type == EVDNS_TYPE_A)
		evdns_server_request_add_a_reply(req, q->name, NAME_ADDRS + 2, many, 300);
	else if (!strcasecmp(q->name, "full.example") && q->type == EVDNS_TYPE_AAAA)
		evdns_server_request_add_aaaa_reply(req, q->name, 2, many, 300);
	else if (!strcasecmp(q->name, "four.example") && q->type == EVDNS_TYPE_A)
		evdns_server_request_add_a_reply(req, q->name, 1, v4.b, 7);
}

static void on_question(struct evdns_server_request *req, void *ctx)
{
	const struct evdns_server_question *q = req->questions[0];
	int error = 0;

	(void)ctx;
	questions++;
	if (!strcasecmp(q->name, "silent.example")) {
		evdns_server_request_drop(req);
		return;
	}
	if (!strcasecmp(q->name, "none.example"))
		error = DNS_ERR_NOTEXIST;
	else if (!strcasecmp(q->name, "broken.example"))
		error = DNS_ERR_SERVERFAILED;
	else
		answer_one(req, q);
	assert_int_equal(evdns_server_request_respond(req, error), 0);
}

static int serve(void **state)
{
	struct sockaddr_in name = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(name);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	(void)state;
	questions = 0;
	base = event_base_new();
	assert_non_null(base);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &n), 0);
	port = ntohs(name.sin_port);
	server = evdns_add_server_port_with_base(base, fd, 0, on_question, NULL);
	assert_non_null(server);
	return 0;
}

static int end_service(void **state)
{
	(void)state;
	evdns_close_server_port(server);
	event_base_loop(base, EVLOOP_NONBLOCK);
	event_base_free(base);
	return 0;
}

/* --- the resolver --- */

static struct resolver *resolver;
static struct name_answer seen;
static unsigned int answers;

static void on_answer(void *ctx, const struct name_answer *answer)
{
	assert_ptr_equal(ctx, &seen);
	assert_true(name_answer_whole(answer));
	seen = *answer;
	answers++;
}

static void use_server(void)
{
	struct msg_servers servers = { .n = 1, .addrs = { site_address("127.0.0.1") } };

	resolver_use(resolver, &servers, port);
}

static int set_up(void **state)
{
	serve(state);
	answers = 0;
	resolver = resolver_new(base, RESOLVER_MS);
	assert_non_null(resolver);
	use_server();
	return 0;
}

static int tear_down(void **state)
{
	resolver_free(resolver);
	return end_service(state);
}

static void begin(const char *name, uint64_t ticket)
{
	struct name_question question = { .ticket = ticket };

	snprintf(question.name, sizeof(question.name), "%s", name);
	resolver_ask(resolver, &question, on_answer, &seen);
}

static const struct name_answer *ask(const char *name)
{
	static uint64_t ticket = 41;
	unsigned int before = answers;

	begin(name, ++ticket);
	while (answers == before)
		event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(answers, before + 1);
	assert_int_equal(seen.ticket, ticket);
	return &seen;
}

static void assert_addr(const struct addr *addr, const char *text)
{
	char out[ADDR_TEXT];

	assert_string_equal(addr_text(addr, out), text);
}

static void test_addresses(void **state)
{
	(void)state;
	assert_int_equal(ask("both.example")->failure, NAME_FOUND);
	assert_int_equal(seen.n, 3);
	assert_addr(&seen.addrs[0], "192.0.2.9");
	assert_addr(&seen.addrs[1], "192.0.2.10");
	assert_addr(&seen.addrs[2], "2001:db8::9");
	assert_int_equal(seen.ttl, 120);
	assert_int_equal(ask("four.example.")->n, 1);
	assert_int_equal(seen.ttl, 7);
}

/* Of more than there is room for, both kinds are there. */
static void test_shares(void **state)
{
	unsigned int v4 = 0;

	(void)state;
	assert_int_equal(ask("full.example")->n, NAME_ADDRS);
	while (v4 < seen.n && seen.addrs[v4].family == AF_INET)
		v4++;
	assert_int_equal(v4, NAME_ADDRS - 2);
	assert_int_equal(seen.addrs[v4].family, AF_INET6);
	assert_int_equal(seen.addrs[v4 + 1].family, AF_INET6);
}

static void test_failures(void **state)
{
	(void)state;
	assert_int_equal(ask("none.example")->failure, NAME_UNKNOWN);
	assert_int_equal(ask("bare.example")->failure, NAME_BARE);
	/* It is asked again, as the next time it may not fail. */
	assert_int_equal(ask("broken.example")->failure, NAME_UNANSWERED);
	assert_int_equal(ask("silent.example")->failure, NAME_UNANSWERED);
	assert_int_equal(ask("four.example")->failure, NAME_FOUND);
}

/* More than are asked at a time. */
static void test_many(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 200; i++)
		begin("four.example", 1000 + i);
	while (answers < 200)
		event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(questions, 400);
}

/* What is under way goes on with other servers; what is at its end is not answered. */
static void test_servers(void **state)
{
	struct msg_servers servers = { .n = 1, .addrs = { site_address("127.0.0.1") } };

	(void)state;
	resolver_use(resolver, &servers, 9);
	begin("four.example", 7);
	resolver_use(resolver, &servers, port);
	while (!answers)
		event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(seen.failure, NAME_FOUND);
	begin("silent.example", 8);
	event_base_loop(base, EVLOOP_NONBLOCK);
}

/* Neither without servers nor with one that says nothing does anybody wait any longer. */
static void test_late(void **state)
{
	const struct timeval most = { .tv_sec = 60 };

	(void)state;
	resolver_free(resolver);
	resolver = resolver_new(base, 50);
	assert_non_null(resolver);
	for (int served = 0; served <= 1; served++) {
		unsigned int before = answers;

		begin("silent.example", 9);
		event_base_loopexit(base, &most);
		while (answers == before && !event_base_got_exit(base))
			event_base_loop(base, EVLOOP_ONCE);
		assert_int_equal(answers, before + 1);
		assert_int_equal(seen.failure, NAME_UNANSWERED);
		assert_false(event_base_got_exit(base));
		use_server();
	}
	/* What evdns says of it afterwards is nobody's. */
	for (int i = 0; i < 10; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(answers, 2);
}

/* --- the process --- */

static struct child_stage stage;
static struct fetch_process *process;

static void on_looked_up(void *ctx, struct bytes body, int fd)
{
	(void)ctx;
	(void)fd;
	on_answer(&seen, (const void *)body.p);
}

static chan_handler *const handlers[MSG_TYPES] = {
	[MSG_READY] = child_stage_ready, [MSG_LOG] = child_stage_ignore,
	[MSG_LOOKED_UP] = on_looked_up, [MSG_HTTP_DONE] = child_stage_ignore,
};

static void begin_process(void)
{
	int ends[2];

	base = event_base_new();
	assert_int_equal(chan_pair(ends), 0);
	child_stage_open(&stage, base, ends[0], MSG_FETCH, handlers);
	process = fetch_process_new(base, ends[1]);
	assert_non_null(process);
}

static void end_process(void)
{
	fetch_process_free(process);
	child_stage_close(&stage);
	event_base_free(base);
}

/* Whether it still serves its parent. */
static bool goes_on(void)
{
	for (int i = 0; i < ROUNDS && !event_base_got_break(base); i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	return !event_base_got_break(base);
}

static void check_refused(enum msg_type type, const void *body, size_t n)
{
	begin_process();
	if (msg_rows[type].fd)
		chan_send_fd(stage.chan, type, body, n, STDERR_FILENO);
	else
		chan_send(stage.chan, type, body, n);
	assert_false(goes_on());
	end_process();
}

static void test_nonsense(void **state)
{
	struct msg_servers servers = { .n = SERVERS_MOST + 1 };
	struct name_question question = { .ticket = 0, .name = "a" };
	const struct msg_peer peer = { .role = MSG_IKE };

	(void)state;
	check_refused(MSG_SERVERS, &servers, sizeof(servers));
	servers.n = 0;
	check_refused(MSG_SERVERS, &servers, sizeof(servers));
	servers.n = 1;
	check_refused(MSG_SERVERS, &servers, sizeof(servers));
	check_refused(MSG_LOOK_UP, &question, sizeof(question));
	question.ticket = 1;
	memset(question.name, 'a', sizeof(question.name));
	check_refused(MSG_LOOK_UP, &question, sizeof(question));
	question.name[0] = '\0';
	check_refused(MSG_LOOK_UP, &question, sizeof(question));
	check_refused(MSG_PEER, &peer, sizeof(peer));
}

static void test_end(void **state)
{
	(void)state;
	begin_process();
	assert_true(goes_on());
	chan_send(stage.chan, MSG_STOP, NULL, 0);
	assert_false(goes_on());
	end_process();
	begin_process();
	child_stage_close(&stage);
	assert_false(goes_on());
	end_process();
}

/* Confined, it can do what it is for; a server where none is answers nothing. */
static void test_process(void **state)
{
	const struct msg_servers servers = { .n = 2, .addrs = { site_address("127.0.0.1"),
								site_address("::1") } };
	const struct name_question question = { .ticket = 5, .name = "four.example" };
	int end = child_stage_fork(&stage, MSG_FETCH, fetch_process_run);

	(void)state;
	answers = 0;
	base = event_base_new();
	child_stage_open(&stage, base, end, MSG_FETCH, handlers);
	chan_send(stage.chan, MSG_SERVERS, &servers, sizeof(servers));
	chan_send(stage.chan, MSG_LOOK_UP, &question, sizeof(question));
	child_stage_until(&stage, &answers);
	assert_int_equal(stage.ready, 1);
	assert_int_equal(answers, 1);
	assert_int_equal(seen.ticket, 5);
	child_stage_stop(&stage);
	event_base_free(base);
}

/* --- the servers of this host --- */

static void check_servers(const char *text, const char *wanted)
{
	char path[] = "/tmp/test_resolv.XXXXXX", room[256], one[ADDR_TEXT];
	struct msg_servers servers;
	int fd = mkstemp(path);
	struct text all;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	resolv_read(path, &servers);
	unlink(path);
	text_init(&all, room, sizeof(room));
	for (unsigned int i = 0; i < servers.n; i++)
		text_add(&all, "%s%s", i ? " " : "", addr_text(&servers.addrs[i], one));
	assert_string_equal(room, wanted);
}

static void test_resolv(void **state)
{
	struct msg_servers servers;

	(void)state;
	check_servers("search example\nnameserver 192.0.2.53\n\tnameserver\t2001:db8::53 # it\n"
		      "options ndots:2\n", "192.0.2.53 2001:db8::53");
	check_servers("nameserver 1.1.1.1\nnameserver 2.2.2.2\nnameserver 3.3.3.3\n"
		      "nameserver 4.4.4.4\n", "1.1.1.1 2.2.2.2 3.3.3.3");
	check_servers("# nameserver 1.1.1.1\nnameserver\nnameserver x\n;\n\n", "127.0.0.1");
	resolv_read("/nonexistent", &servers);
	assert_int_equal(servers.n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_addresses, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_shares, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_failures, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_many, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_servers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_late, set_up, tear_down),
		cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_process),
		cmocka_unit_test(test_resolv),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests_name("fetch", tests, NULL, NULL);
}
