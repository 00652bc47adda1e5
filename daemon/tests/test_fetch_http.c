// SPDX-License-Identifier: GPL-2.0-or-later
/* Documents from web servers that are this test, in a network of its own. */
#include <event2/buffer.h>
#include <event2/dns.h>
#include <event2/dns_struct.h>
#include <event2/event.h>
#include <event2/http.h>
#include <net/if.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "fetch/http.h"
#include "fetch/reach.h"
#include "fetch/resolver.h"
#include "msg/chan.h"
#include "tests/child_stage.h"
#include "tests/own_network.h"
#include "tests/peers_site.h"

#define OUTSIDE	"198.51.100.1"	/* addresses of this host, that look like others' */
#define PRIVATE	"10.9.9.9"
#define PORT	8080
#define TICKET	77
#define DNS_PORT	5300

static struct event_base *base;
static struct evhttp *server;
static struct resolver *resolver;
static struct http *http;
static unsigned int results, requests;
static struct evhttp_request *open_ones[2 * HTTP_AT_ONCE];	/* not answered to the end */
static unsigned int n_open;
static struct {
	struct http_result head;
	char body[HTTP_MOST + 1];
} seen;

/* --- the server --- */

static void send_more(struct evhttp_request *req)
{
	struct evbuffer *chunk = evbuffer_new();

	evbuffer_add_printf(chunk, "%01000d", 0);
	evhttp_send_reply_chunk(req, chunk);
	evbuffer_free(chunk);
}

static void on_sent(struct evhttp_connection *connection, void *ctx)
{
	struct evbuffer *chunk = evbuffer_new();

	(void)connection;
	evbuffer_add_printf(chunk, "%01000d", 0);
	evhttp_send_reply_chunk_with_cb(ctx, chunk, on_sent, ctx);
	evbuffer_free(chunk);
}

static void redirect(struct evhttp_request *req, const char *where)
{
	evhttp_add_header(evhttp_request_get_output_headers(req), "Location", where);
	evhttp_send_reply(req, 302, "Found", NULL);
}

static void reply(struct evhttp_request *req, const char *text)
{
	struct evbuffer *out = evbuffer_new();

	evbuffer_add(out, text, strlen(text));
	evhttp_send_reply(req, 200, "OK", out);
	evbuffer_free(out);
}

static void post_back(struct evhttp_request *req)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(req);
	const char *type = evhttp_find_header(evhttp_request_get_input_headers(req),
					      "Content-Type");
	struct evbuffer *out = evbuffer_new();

	evbuffer_add_printf(out, "%s ", type ? type : "");
	evbuffer_add_buffer(out, in);
	evhttp_send_reply(req, 200, "OK", out);
	evbuffer_free(out);
}

static void on_request(struct evhttp_request *req, void *ctx)
{
	const char *uri = evhttp_request_get_uri(req);

	(void)ctx;
	requests++;
	if (!strcmp(uri, "/silent") || !strcmp(uri, "/endless"))
		open_ones[n_open++] = req;
	if (!strcmp(uri, "/doc")) {
		reply(req, "a document");
	} else if (!strcmp(uri, "/post")) {
		post_back(req);
	} else if (!strcmp(uri, "/endless")) {
		evhttp_send_reply_start(req, 200, "OK");
		send_more(req);
		on_sent(NULL, req);
	} else if (!strcmp(uri, "/inside")) {
		redirect(req, "http://127.0.0.1:8080/doc");
	} else if (!strcmp(uri, "/private")) {
		redirect(req, "http://" PRIVATE ":8080/doc");
	} else if (!strcmp(uri, "/round")) {
		redirect(req, "/round");
	} else if (!strcmp(uri, "/moved")) {
		redirect(req, "/doc");
	} else if (!strcmp(uri, "/file")) {
		redirect(req, "file:///etc/passwd");
	} else if (strcmp(uri, "/silent") != 0) {
		evhttp_send_error(req, 404, NULL);
	}
}

/* --- the stage --- */

static void add_address(const char *label, const char *text)
{
	struct ifreq request = { .ifr_flags = 0 };
	struct sockaddr_in *addr = (void *)&request.ifr_addr;
	struct addr parsed = site_address(text);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", label);
	addr->sin_family = AF_INET;
	memcpy(&addr->sin_addr, parsed.b, 4);
	assert_int_equal(ioctl(fd, SIOCSIFADDR, &request), 0);
	close(fd);
}

static void on_done(void *ctx, const struct http_result *result)
{
	assert_ptr_equal(ctx, &seen);
	assert_true(http_result_whole(result, sizeof(*result) + result->n));
	assert_int_equal(result->ticket, TICKET);
	memset(&seen, 0, sizeof(seen));
	memcpy(&seen.head, result, sizeof(*result));
	memcpy(seen.body, result->body, result->n);
	results++;
}

static int set_up(void **state)
{
	static bool there;

	(void)state;
	if (!there) {
		own_network();
		add_address("lo:1", OUTSIDE);
		add_address("lo:2", PRIVATE);
		there = true;
	}
	results = 0;
	requests = 0;
	base = event_base_new();
	server = evhttp_new(base);
	assert_int_equal(evhttp_bind_socket(server, "0.0.0.0", PORT), 0);
	evhttp_set_allowed_methods(server, EVHTTP_REQ_GET | EVHTTP_REQ_POST);
	evhttp_set_gencb(server, on_request, NULL);
	resolver = resolver_new(base, RESOLVER_MS);
	http = http_new(base, resolver, on_done, &seen);
	assert_non_null(http);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	resolver_free(resolver);
	http_free(http);
	event_base_loop(base, EVLOOP_NONBLOCK);
	while (n_open)
		evhttp_send_reply_end(open_ones[--n_open]);
	evhttp_free(server);
	event_base_loop(base, EVLOOP_NONBLOCK);
	event_base_free(base);
	return 0;
}

static struct {
	struct http_request head;
	char body[16];
} wanted;

static void begin(const char *url, uint32_t most, uint32_t ms)
{
	wanted.head.ticket = TICKET;
	wanted.head.most = most;
	wanted.head.ms = ms;
	snprintf(wanted.head.url, sizeof(wanted.head.url), "%s", url);
	assert_true(http_request_whole(&wanted.head, sizeof(wanted.head) + wanted.head.n));
	http_begin(http, &wanted.head);
}

static void get_within(const char *url, uint32_t most, uint32_t ms)
{
	results = 0;
	begin(url, most, ms);
	while (!results)
		event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(results, 1);
}

static void get(const char *url)
{
	memset(&wanted, 0, sizeof(wanted));
	get_within(url, 2000, 5000);
}

static void assert_refused(const char *why)
{
	if (!strstr(seen.head.why, why))
		fail_msg("refused for \"%s\"", seen.head.why);
	assert_int_equal(seen.head.n, 0);
}

/* --- the tests --- */

static void test_documents(void **state)
{
	(void)state;
	get("http://" OUTSIDE ":8080/doc");
	assert_string_equal(seen.head.why, "");
	assert_int_equal(seen.head.status, 200);
	assert_string_equal(seen.body, "a document");
	get("http://" OUTSIDE ":8080/moved");
	assert_string_equal(seen.body, "a document");
	/* A private network is one like any other, where no redirect leads there. */
	get("http://" PRIVATE ":8080/doc");
	assert_string_equal(seen.body, "a document");
	memset(&wanted, 0, sizeof(wanted));
	wanted.head.n = 5;
	memcpy(wanted.head.body, "hello", 5);
	snprintf(wanted.head.type, sizeof(wanted.head.type), "application/ocsp-request");
	get_within("http://" OUTSIDE ":8080/post", 100, 5000);
	assert_string_equal(seen.body, "application/ocsp-request hello");
}

static void test_reach(void **state)
{
	(void)state;
	get("http://127.0.0.1:8080/doc");
	assert_refused("127.0.0.1 is this host itself");
	get("http://0x7f.1:8080/doc");
	assert_refused("127.0.0.1 is this host itself");
	get("http://[::1]:8080/doc");
	assert_refused("::1 is this host itself");
	get("http://169.254.169.254/doc");
	assert_refused("169.254.169.254 is link-local");
	get("http://" OUTSIDE ":8080/inside");
	assert_refused("127.0.0.1 is this host itself");
	get("http://" OUTSIDE ":8080/private");
	assert_refused(PRIVATE " is in a private network");
	assert_int_equal(requests, 2);
	/* Where it is configured: but no redirect leads there all the same. */
	memset(&wanted, 0, sizeof(wanted));
	wanted.head.local = 1;
	get_within("http://127.0.0.1:8080/doc", 100, 5000);
	assert_string_equal(seen.body, "a document");
	get_within("http://127.0.0.1:8080/moved", 100, 5000);
	assert_refused("127.0.0.1 is this host itself");
}

static void test_bounds(void **state)
{
	(void)state;
	memset(&wanted, 0, sizeof(wanted));
	get_within("http://" OUTSIDE ":8080/doc", 10, 5000);
	assert_string_equal(seen.body, "a document");
	get_within("http://" OUTSIDE ":8080/doc", 9, 5000);
	assert_refused("it is longer than 9 octets");
	get_within("http://" OUTSIDE ":8080/endless", HTTP_MOST, 20000);
	assert_refused("it is longer than 65536 octets");
	get_within("http://" OUTSIDE ":8080/silent", 100, 300);
	assert_refused("it takes too long");
	get("http://" OUTSIDE ":8080/round");
	assert_refused("too many redirects");
	get("http://" OUTSIDE ":8080/none");
	assert_refused("the server answers with status 404");
	get("http://" OUTSIDE ":8081/doc");
	assert_refused("connect");
}

static void test_urls(void **state)
{
	(void)state;
	get("https://" OUTSIDE "/doc");
	assert_refused("not a URL of HTTP");
	get("file:///etc/passwd");
	assert_refused("not a URL of HTTP");
	get("nonsense of all kinds");
	assert_refused("not a URL of HTTP");
	get("http://" OUTSIDE ":8080/file");
	assert_refused("not a URL of HTTP");
}

/* There is no name server: who asked is told in time, and a late answer is nobody's. */
static void test_names(void **state)
{
	struct msg_servers servers = { .n = 1, .addrs = { site_address("127.0.0.1") } };

	(void)state;
	resolver_use(resolver, &servers, 9);
	memset(&wanted, 0, sizeof(wanted));
	get_within("http://a.example/doc", 100, 100);
	assert_refused("it takes too long");
	get_within("http://a.example/doc", 100, 30000);
	assert_refused("a.example: the name server does not answer");
}

static void on_question(struct evdns_server_request *req, void *ctx)
{
	const struct evdns_server_question *q = req->questions[0];

	if (q->type == EVDNS_TYPE_A)
		evdns_server_request_add_a_reply(req, q->name, 2, ctx, 300);
	evdns_server_request_respond(req, 0);
}

/* Of two addresses of a host one is refused, and the other will do, whichever comes first. */
static void test_some_refused(void **state)
{
	struct msg_servers servers = { .n = 1, .addrs = { site_address("127.0.0.1") } };
	struct addr inside = site_address("127.0.0.1"), outside = site_address(OUTSIDE);
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(DNS_PORT) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct evdns_server_port *names;
	uint8_t both[8];

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	names = evdns_add_server_port_with_base(base, fd, 0, on_question, both);
	resolver_use(resolver, &servers, DNS_PORT);
	for (int first = 0; first <= 1; first++) {
		memcpy(both + (first ? 4 : 0), inside.b, 4);
		memcpy(both + (first ? 0 : 4), outside.b, 4);
		get("http://b.example:8080/doc");
		assert_string_equal(seen.head.why, "");
		assert_string_equal(seen.body, "a document");
	}
	memcpy(both, inside.b, 4);
	memcpy(both + 4, inside.b, 4);
	get("http://b.example:8080/doc");
	assert_refused("127.0.0.1 is this host itself");
	evdns_close_server_port(names);
}

static void test_many(void **state)
{
	(void)state;
	memset(&wanted, 0, sizeof(wanted));
	for (unsigned int i = 0; i < HTTP_AT_ONCE; i++)
		begin("http://" OUTSIDE ":8080/silent", 100, 300);
	assert_int_equal(results, 0);
	begin("http://" OUTSIDE ":8080/doc", 100, 300);
	assert_int_equal(results, 1);
	assert_refused("too many requests at a time");
	while (results <= HTTP_AT_ONCE)
		event_base_loop(base, EVLOOP_ONCE);
	get("http://" OUTSIDE ":8080/doc");
	assert_string_equal(seen.body, "a document");
	/* What is under way at the end is not told. */
	begin("http://" OUTSIDE ":8080/silent", 100, 5000);
}

static void test_whole(void **state)
{
	struct http_request request = { .ticket = 1, .most = 1, .ms = 1, .url = "x" };

	(void)state;
	assert_true(http_request_whole(&request, sizeof(request)));
	request.n = 1;
	snprintf(request.type, sizeof(request.type), "a/b");
	assert_true(http_request_whole(&request, sizeof(request) + 1));
	assert_false(http_request_whole(&request, sizeof(request)));
	/* Another line of the header would follow. */
	snprintf(request.type, sizeof(request.type), "a/b\r\nHost: c");
	assert_false(http_request_whole(&request, sizeof(request) + 1));
	request = (struct http_request){ .ticket = 1, .most = HTTP_MOST + 1, .ms = 1 };
	assert_false(http_request_whole(&request, sizeof(request)));
	request = (struct http_request){ .ticket = 1, .most = 1, .ms = HTTP_MS_MOST + 1 };
	assert_false(http_request_whole(&request, sizeof(request)));
	request = (struct http_request){ .ticket = 1, .most = 1, .ms = 1, .local = 2 };
	assert_false(http_request_whole(&request, sizeof(request)));
}

static void test_addresses(void **state)
{
	static const char *const never[] = { "0.0.0.0", "0.1.2.3", "127.9.9.9", "169.254.0.1",
					     "224.0.0.1", "255.255.255.255", "::", "::1",
					     "fe80::1", "ff02::1", "::ffff:127.0.0.1" };
	static const char *const behind[] = { "10.0.0.1", "172.16.0.1", "172.31.255.255",
					      "192.168.1.1", "100.64.0.1", "fd00::1", "fc00::1" };
	static const char *const fine[] = { "172.32.0.1", "100.128.0.1", "192.0.2.1", "9.9.9.9",
					    "2001:db8::1" };
	struct addr addr;

	(void)state;
	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++) {
		addr = site_address(never[i]);
		assert_non_null(reach_refuses(&addr, false));
	}
	for (size_t i = 0; i < sizeof(behind) / sizeof(*behind); i++) {
		addr = site_address(behind[i]);
		assert_null(reach_refuses(&addr, false));
		assert_non_null(reach_refuses(&addr, true));
	}
	for (size_t i = 0; i < sizeof(fine) / sizeof(*fine); i++) {
		addr = site_address(fine[i]);
		assert_null(reach_refuses(&addr, true));
	}
}

/* --- the program itself --- */

static struct child_stage stage;
static unsigned int named;

static void on_named(void *ctx, struct bytes body, int fd)
{
	(void)ctx;
	(void)body;
	(void)fd;
	named++;
}

static void on_result(void *ctx, struct bytes body, int fd)
{
	(void)ctx;
	(void)fd;
	on_done(&seen, (const void *)body.p);
}

static chan_handler *const handlers[MSG_TYPES] = {
	[MSG_READY] = child_stage_ready, [MSG_LOG] = child_stage_ignore,
	[MSG_LOOKED_UP] = on_named, [MSG_HTTP_DONE] = on_result,
};

static void get_by(const char *url)
{
	memset(&wanted, 0, sizeof(wanted));
	wanted.head.ticket = TICKET;
	wanted.head.most = 2000;
	wanted.head.ms = 30000;
	snprintf(wanted.head.url, sizeof(wanted.head.url), "%s", url);
	results = 0;
	chan_send(stage.chan, MSG_HTTP, &wanted.head, sizeof(wanted.head));
	child_stage_until(&stage, &results);
}

/* As pantund starts it: confined, with the system calls of its list alone. */
static void test_program(void **state)
{
	const struct msg_servers servers = { .n = 1, .addrs = { site_address("127.0.0.1") } };
	const struct name_question question = { .ticket = 1, .name = "a.example" };
	int end = child_stage_spawn(&stage, MSG_FETCH, "pantund-fetch");

	(void)state;
	child_stage_open(&stage, base, end, MSG_FETCH, handlers);
	child_stage_until(&stage, &stage.ready);
	get_by("http://" OUTSIDE ":8080/moved");
	assert_string_equal(seen.body, "a document");
	get_by("http://" OUTSIDE ":8080/inside");
	assert_refused("127.0.0.1 is this host itself");
	get_by("http://" OUTSIDE ":8080/endless");
	assert_refused("it is longer than 2000 octets");
	get_by("http://" OUTSIDE ":8081/doc");
	assert_refused("connect");
	get_by("http://[2001:db8::1]/doc");
	assert_refused("connect");
	chan_send(stage.chan, MSG_SERVERS, &servers, sizeof(servers));
	chan_send(stage.chan, MSG_LOOK_UP, &question, sizeof(question));
	child_stage_until(&stage, &named);
	get_by("http://a.example/doc");
	assert_refused("a.example: the name server does not answer");
	child_stage_stop(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_documents, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_reach, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bounds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_urls, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_some_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_many, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_program, set_up, tear_down),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_addresses),
	};

	/* The server here writes to clients that may have gone. */
	signal(SIGPIPE, SIG_IGN);
	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests_name("fetch, HTTP", tests, NULL, NULL);
}
