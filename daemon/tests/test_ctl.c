// SPDX-License-Identifier: GPL-2.0-or-later
/* The control socket: its verbs, and its manners towards bad and slow peers. */
#include <errno.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/buffer.h>
#include <event2/event.h>

#include "conf/conf.h"
#include "ctl/show.h"
#include "ctl/verbs.h"
#include "tests/ctl_stage.h"

#define EVENTS_MANY	20000
#define USER_MAX	16	/* connections of one user */
#define NO_GROUP	((gid_t)-1)

/* ----------------------------------------------------------------- verbs */

static void shows_ike(void *ctx, const struct ike_sa_info *sa)
{
	show_ike(ctx, sa);
}

static void shows_child(void *ctx, const struct ike_child_info *child)
{
	show_child(ctx, child);
}

static void shows_gateway(void *ctx, const struct ike_gateway_info *gateway)
{
	show_gateway(ctx, gateway);
}

/* What IKE makes of a question. */
static json_t *replied(const struct ctl_question *question)
{
	struct show *show = show_new();
	const struct answer_rows rows = { show, shows_ike, shows_child, shows_gateway };
	struct ctl_reply reply;
	struct evbuffer *text;
	json_t *json;

	assert_int_not_equal(question->kind, 0);
	if (question->kind == CTL_RELOAD) {
		show_free(show);
		stage_ops.reload(NULL, 0);
		return verbs_reloaded(stage_said());
	}
	assert_non_null(show);
	reply = stage_reply(question, &rows);
	if (question->kind == CTL_SHOW) {
		text = show_text(show, verbs_daemon(&stage_ops));
		assert_non_null(text);
		json = json_loadb((char *)evbuffer_pullup(text, -1), evbuffer_get_length(text), 0,
				  NULL);
		evbuffer_free(text);
	} else {
		json = verbs_reply(&stage_ops, question, &reply);
	}
	show_free(show);
	return json;
}

/* The answer to a request as text; "" for none.  Valid until the next call. */
static const char *ask(const char *request, bool root)
{
	static char text[STAGE_ANSWER_ROOM];
	struct ctl_follow follow;
	json_t *json;
	size_t n;

	memset(&stage.asked.called, 0, sizeof(stage.asked.called));
	json = verbs_answer(&stage_ops, bytes_of(request, strlen(request)), root, &follow);
	if (!json)
		json = replied(&follow.question);
	assert_non_null(json);
	n = json_dumpb(json, text, sizeof(text) - 1, JSON_COMPACT | JSON_SORT_KEYS);
	assert_true(n < sizeof(text));
	text[n] = '\0';
	json_decref(json);
	return text;
}

static void test_verbs(void **state)
{
	(void)state;
	stage.asked.fail = false;
	assert_string_equal(ask("{\"verb\":\"initiate\"}", true),
			    "{\"count\":3,\"ok\":true,\"passive\":0,\"up\":0}");
	assert_string_equal(stage.asked.name, "(all)");
	ask("{\"verb\":\"initiate\",\"tunnel\":\"hq\"}", true);
	assert_string_equal(stage.asked.called, "initiate");
	assert_string_equal(stage.asked.name, "hq");
	ask("{\"verb\":\"clear\",\"what\":\"ike-sa\",\"name\":\"g\"}", true);
	assert_string_equal(stage.asked.called, "clear_ike");
	assert_string_equal(stage.asked.name, "g");
	ask("{\"verb\":\"clear\",\"what\":\"ipsec-sa\"}", true);
	assert_string_equal(stage.asked.called, "clear_ipsec");
	assert_string_equal(stage.asked.name, "(all)");
	assert_string_equal(ask("{\"verb\":\"reload\"}", true),
			    "{\"changes\":[\"gateway g: added\",\"tunnel t: changed\"],\"ok\":true,"
			    "\"warnings\":[\"f:3:1: odd\"]}");
	assert_string_equal(stage.asked.called, "reload");
}

static void test_failures(void **state)
{
	(void)state;
	stage.asked.fail = true;
	assert_string_equal(ask("{\"verb\":\"initiate\",\"tunnel\":\"x\"}", true),
			    "{\"error\":\"there is no tunnel \\\"x\\\" in " CTL_STAGE_CONFIG
			    "; \\\"pantunctl show\\\" lists them\",\"ok\":false}");
	assert_string_equal(ask("{\"verb\":\"initiate\",\"tunnel\":\"by-hand\"}", true),
			    "{\"error\":\"tunnel \\\"by-hand\\\" has manual keys: its SAs come "
			    "from the configuration, not from IKE\",\"ok\":false}");
	assert_string_equal(ask("{\"verb\":\"clear\",\"what\":\"ike-sa\",\"name\":\"x\"}", true),
			    "{\"error\":\"there is no gateway \\\"x\\\" in " CTL_STAGE_CONFIG
			    "; \\\"pantunctl show ike-sa\\\" lists them\",\"ok\":false}");
	assert_string_equal(ask("{\"verb\":\"reload\"}", true),
			    "{\"error\":\"f:1:1: bad\\nf:2:2: worse\",\"ok\":false}");
	stage.asked.fail = false;
}

/* A name of 64 octets, or of none, is nobody's: neither is cut off, nor taken for all. */
static void test_names(void **state)
{
	static const char *const requests[] = {
		"{\"verb\":\"initiate\",\"tunnel\":\"%s\"}",
		"{\"verb\":\"clear\",\"what\":\"ike-sa\",\"name\":\"%s\"}",
		"{\"verb\":\"clear\",\"what\":\"ipsec-sa\",\"name\":\"%s\"}",
	};
	char name[POLICY_NAME + 1], request[256];

	(void)state;
	memset(name, 'n', sizeof(name));
	memset(&stage.asked, 0, sizeof(stage.asked));
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		for (size_t n = 0; n <= POLICY_NAME; n += n ? 1 : POLICY_NAME - 1) {
			bool nobody = !n || n == POLICY_NAME;
			const char *said;

			name[n] = '\0';
			snprintf(request, sizeof(request), requests[i], name);
			said = ask(request, true);
			assert_int_equal(strstr(said, "there is no") != NULL, nobody);
			assert_string_equal(stage.asked.name, nobody ? "" : name);
			memset(&stage.asked, 0, sizeof(stage.asked));
			name[n] = 'n';
		}
	}
}

static void test_only_root_changes(void **state)
{
	static const char *const requests[] = {
		"{\"verb\":\"initiate\"}", "{\"verb\":\"clear\",\"what\":\"ike-sa\"}",
		"{\"verb\":\"reload\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		assert_string_equal(ask(requests[i], false),
				    "{\"error\":\"that needs root; members of the socket's group "
				    "may look: show, monitor\",\"ok\":false}");
		assert_string_equal(stage.asked.called, "");
	}
	assert_non_null(strstr(ask("{\"verb\":\"show\"}", false), "\"ok\":true"));
	assert_string_equal(ask("{\"verb\":\"monitor\"}", false), "{\"ok\":true}");
}

static void test_bad_requests(void **state)
{
	static const char *const requests[] = {
		"", "{", "[]", "3", "null", "\"show\"", "{}", "{\"verb\":3}",
		"{\"verb\":\"shwo\"}", "{\"verb\":\"show\",\"verb\":\"show\"}",
		"{\"verb\":\"show\",\"x\":\"y\"}", "{\"verb\":\"initiate\",\"tunnel\":3}",
		"{\"verb\":\"initiate\",\"tunnel\":null}", "{\"verb\":\"clear\"}",
		"{\"verb\":\"clear\",\"what\":\"all\"}", "{\"verb\":\"show\"} x",
		"{\"verb\":\"kernel\"}",
		"{\"verb\":\"\\u0000show\"}", "\xff\xfe",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		assert_non_null(strstr(ask(requests[i], true), "\"ok\":false"));
		assert_string_equal(stage.asked.called, "");
	}
}

static void test_show(void **state)
{
	json_t *json, *children, *child;
	struct conf_report report = { 0 };
	struct policy *policy;
	char text[] = "set network ike gateway g peer-address ip 192.0.2.9\n"
		      "set network ike gateway g authentication pre-shared-key key 0123456789\n"
		      "set network tunnel ipsec t tunnel-interface tunnel7\n"
		      "set network tunnel ipsec t start on-demand\n"
		      "set network tunnel ipsec t auto-key ike-gateway g\n"
		      "set network tunnel ipsec t auto-key proxy-id L local 10.0.0.0/8\n";
	const char *said;

	(void)state;
	policy = conf_parse(text, strlen(text), &report);
	assert_non_null(policy);
	ike_core_set_policy(stage.core, NOW, policy);
	said = ask("{\"verb\":\"show\"}", false);
	/* No key, whatever it shows. */
	assert_null(strstr(said, "0123456789"));
	json = json_loads(said, 0, NULL);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "daemon"),
							    "uptime")), 42);
	assert_int_equal(json_array_size(json_object_get(json, "ike_sas")), 0);
	children = json_object_get(json, "children");
	assert_int_equal(json_array_size(children), 1);
	child = json_array_get(children, 0);
	assert_string_equal(json_string_value(json_object_get(child, "gateway")), "g");
	assert_string_equal(json_string_value(json_object_get(child, "tunnel")), "t");
	assert_string_equal(json_string_value(json_object_get(child, "interface")), "tunnel7");
	assert_string_equal(json_string_value(json_object_get(child, "proxy")), "L");
	assert_string_equal(json_string_value(json_object_get(child, "spi_in")), "");
	json_decref(json);
}

static json_int_t number(const json_t *json, const char *member)
{
	return json_integer_value(json_object_get(json, member));
}

/* A row for each process; the kernel's part is of ours, and missing of one that has ended. */
static void test_daemon(void **state)
{
	static const char *const members[] = { "uid", "capabilities", "threads", "memory" };
	json_t *json = json_loads(ask("{\"verb\":\"daemon\"}", false), 0, NULL), *all, *row;

	(void)state;
	row = json_object_get(json, "strangers");
	assert_int_equal(number(row, "half_open"), 3);
	assert_int_equal(number(row, "missed"), 4);
	assert_true(json_is_true(json_object_get(row, "cookies")));
	assert_int_equal(number(row, "cookies_from"), 500);
	assert_int_equal(number(row, "per_source"), 64);
	assert_int_equal(number(row, "most"), 4096);
	assert_int_equal(number(row, "asked"), 1LL << 33);
	assert_int_equal(number(row, "dropped"), 5);
	all = json_object_get(json, "processes");
	assert_int_equal(json_array_size(all), 2);
	row = json_array_get(all, 0);
	assert_string_equal(json_string_value(json_object_get(row, "name")), "parent");
	assert_string_equal(json_string_value(json_object_get(row, "may")), "all");
	assert_int_equal(number(row, "pid"), getpid());
	assert_int_equal(number(row, "since"), 61);
	assert_int_equal(number(row, "starts"), 1);
	assert_int_equal(number(row, "uid"), geteuid());
	assert_in_range(number(row, "threads"), 1, 9);
	assert_in_range(number(row, "memory"), 1 << 20, 1LL << 40);
	assert_true(json_is_string(json_object_get(row, "capabilities")));
	row = json_array_get(all, 1);
	assert_int_equal(number(row, "starts"), 5);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		assert_null(json_object_get(row, members[i]));
	json_decref(json);
}

static void test_certificates(void **state)
{
	json_t *json = json_loads(ask("{\"verb\":\"certificates\"}", false), 0, NULL), *all, *row;

	(void)state;
	all = json_object_get(json, "certificates");
	assert_int_equal(json_array_size(all), 1);
	row = json_array_get(all, 0);
	assert_string_equal(json_string_value(json_object_get(row, "gateway")), "hq");
	assert_string_equal(json_string_value(json_object_get(row, "use")), "own");
	assert_string_equal(json_string_value(json_object_get(row, "subject")), "CN=hq");
	assert_string_equal(json_string_value(json_object_get(row, "issuer")), "CN=root");
	assert_string_equal(json_string_value(json_object_get(row, "identities")),
			    "CN=hq, hq.example");
	assert_int_equal(number(row, "gateways"), 2);
	assert_int_equal(number(row, "until"), 1LL << 33);
	assert_int_equal(number(row, "days"), -3);
	json_decref(json);
}

/* ---------------------------------------------------------------- socket */

static void test_socket(void **state)
{
	struct stat st;
	int fd = stage_dial();

	(void)state;
	assert_int_equal(stat(stage.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
	assert_int_equal(st.st_gid, stage.group);
	/* Two requests at once, and the second in two pieces. */
	stage_ask(fd, "{\"verb\":\"show\"}");
	stage_put(fd, 18, "{\"verb\"", 7);
	assert_non_null(strstr(stage_message(fd), "\"daemon\""));
	assert_int_equal(write(fd, ":\"monitor\"}", 11), 11);
	assert_string_equal(stage_message(fd), "{\"ok\":true}");
	close(fd);
	event_base_loop(stage.base, EVLOOP_NONBLOCK);
}

/* A user who is not root has no more than so many connections, and root gets in beside. */
static void test_connections_of_a_user(void **state)
{
	int fds[USER_MAX + 1], root;

	(void)state;
	for (int i = 0; i <= USER_MAX; i++) {
		fds[i] = stage_dial_as_other();
		assert_int_equal(read(fds[i], (char[1]){ 0 }, 1), i < USER_MAX ? -1 : 0);
	}
	if (!geteuid()) {
		root = stage_dial();
		stage_ask(root, "{\"verb\":\"reload\"}");
		assert_non_null(strstr(stage_message(root), "\"ok\":true"));
		stage_ask(fds[0], "{\"verb\":\"reload\"}");
		assert_non_null(strstr(stage_message(fds[0]), "needs root"));
		close(root);
	}
	stage_close_all(fds, USER_MAX + 1);
}

/*
 * However many connections ask at once, a round of the loop, in which IKE has its turn, answers
 * one; what root asks is answered before.
 */
static void test_turns(void **state)
{
	enum { OTHERS = USER_MAX - 1 };
	int fds[OTHERS + 1];

	(void)state;
	for (int i = 0; i < OTHERS; i++)
		fds[i] = stage_dial_as_other();
	fds[OTHERS] = stage_dial();
	event_base_loop(stage.base, EVLOOP_NONBLOCK);
	for (int i = 0; i < OTHERS; i++)
		stage_ask(fds[i], "{\"verb\":\"show\"}");
	stage_ask(fds[OTHERS], "{\"verb\":\"reload\"}");
	memset(&stage.asked, 0, sizeof(stage.asked));
	stage.shown = 0;
	for (unsigned int before = 0, i = 0; i < STAGE_ROUNDS && stage.shown < OTHERS; i++) {
		event_base_loop(stage.base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
		assert_in_range(stage.shown, before, before + 1);
		before = stage.shown;
		if (stage.shown && !geteuid())
			assert_string_equal(stage.asked.called, "reload");
	}
	assert_int_equal(stage.shown, OTHERS);
	stage_close_all(fds, OTHERS + 1);
}

static void test_oversized_request(void **state)
{
	int fd = stage_dial();

	(void)state;
	stage_put(fd, CTL_REQUEST_MAX + 1, "{", 1);
	assert_null(stage_message(fd));
	close(fd);
}

static void on_busy(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	*(bool *)ctx = true;
	event_base_loopbreak(stage.base);
}

/* The loop has nothing to do; otherwise it would not come to an end. */
static void assert_idle(void)
{
	const struct timeval patience = { .tv_sec = 2 };
	bool busy = false;
	struct event *end = event_new(stage.base, -1, 0, on_busy, &busy);

	event_add(end, &patience);
	event_base_loop(stage.base, EVLOOP_NONBLOCK);
	event_free(end);
	assert_false(busy);
}

/* Asks until nothing more is taken, without reading; how often. */
static unsigned int ask_on(int fd)
{
	static const uint8_t request[] = "\0\0\0\x0f{\"verb\":\"show\"}";
	unsigned int sent = 0;

	for (int i = 0; i < STAGE_ROUNDS; i++) {
		if (write(fd, request, sizeof(request) - 1) > 0)
			sent++;
		assert_idle();
	}
	assert_true(sent < STAGE_ROUNDS);
	return sent;
}

/* Who asks on without reading waits for its answers: no more are made, nor requests read. */
static void test_unread_answers(void **state)
{
	unsigned int sent;
	int fd = stage_dial();

	(void)state;
	stage.shown = 0;
	sent = ask_on(fd);
	assert_in_range(stage.shown, 1, sent - 1);
	while (sent--)
		assert_non_null(strstr(stage_message(fd), "\"daemon\""));
	close(fd);
	event_base_loop(stage.base, EVLOOP_NONBLOCK);
}

/* What else it says depends on the kernel. */
static void assert_ok(const char *said)
{
	assert_non_null(said);
	assert_int_equal(strncmp(said, "{\"ok\":true", 10), 0);
}

/* One message of netlink with nothing in it, as the kernel's. */
static void put_kernel(uint16_t type)
{
	const struct nlmsghdr header = { .nlmsg_len = sizeof(header), .nlmsg_type = type };

	assert_int_equal(write(stage.kernel, &header, sizeof(header)), sizeof(header));
}

/* A dump is passed on piece by piece to somebody who is not root; requests wait for its end. */
static void test_kernel(void **state)
{
	const char *said;
	int fd = stage_dial();

	(void)state;
	stage_ask(fd, "{\"verb\":\"kernel\",\"what\":\"tunnel\"}");
	stage_ask(fd, "{\"verb\":\"kernel\",\"what\":\"keys\"}");
	assert_ok(stage_message(fd));
	assert_string_equal(stage.asked.name, "tunnel");
	put_kernel(NLMSG_MIN_TYPE);
	put_kernel(NLMSG_DONE);
	if (htonl(1) == 1)
		skip();
	assert_string_equal(stage_message(fd),
			    "{\"netlink\":\"10000000100000000000000000000000\"}");
	assert_string_equal(stage_message(fd),
			    "{\"netlink\":\"10000000030000000000000000000000\"}");
	said = stage_message(fd);
	assert_non_null(strstr(said, "\"ok\":false"));
	assert_string_equal(stage.asked.name, "keys");
	/* The daemon let go of the kernel's socket. */
	assert_int_equal(read(stage.kernel, (char[1]){ 0 }, 1), 0);
	close(stage.kernel);
	close(fd);
	event_base_loop(stage.base, EVLOOP_NONBLOCK);
}

/* Requests that wait for the end of a dump are not read without end. */
static void test_requests_during_dump(void **state)
{
	int fd = stage_dial();

	(void)state;
	stage_ask(fd, "{\"verb\":\"kernel\",\"what\":\"tunnel\"}");
	assert_ok(stage_message(fd));
	stage.shown = 0;
	ask_on(fd);
	assert_int_equal(stage.shown, 0);
	put_kernel(NLMSG_DONE);
	assert_non_null(strstr(stage_message(fd), "netlink"));
	assert_non_null(strstr(stage_message(fd), "\"daemon\""));
	close(stage.kernel);
	close(fd);
	event_base_loop(stage.base, EVLOOP_NONBLOCK);
}

/* No more is read of the kernel than the asker takes, and nothing once it is gone. */
static void test_slow_reader_of_kernel(void **state)
{
	struct nlmsghdr message[512] = { 0 };
	int fd = stage_dial(), taken = 0;

	(void)state;
	message[0].nlmsg_len = sizeof(message);
	message[0].nlmsg_type = NLMSG_MIN_TYPE;
	stage_ask(fd, "{\"verb\":\"kernel\",\"what\":\"tunnel\"}");
	assert_ok(stage_message(fd));
	for (int i = 0; i < STAGE_ROUNDS; i++) {
		if (write(stage.kernel, message, sizeof(message)) > 0)
			taken++;
		event_base_loop(stage.base, EVLOOP_NONBLOCK);
	}
	assert_true(taken < STAGE_ROUNDS / 2);
	close(fd);
	for (int i = 0; i < 2; i++)
		event_base_loop(stage.base, EVLOOP_NONBLOCK);
	assert_int_equal(write(stage.kernel, message, sizeof(message)), -1);
	assert_int_not_equal(errno, EAGAIN);
	close(stage.kernel);
}

static const struct ike_event event = {
	.kind = "child-up", .gateway = "g", .tunnel = "t", .text = "with \x1b and \xff in it",
};

static void test_monitor(void **state)
{
	int fd = stage_dial(), other = stage_dial();
	const char *text;
	json_t *json;

	(void)state;
	stage_ask(fd, "{\"verb\":\"monitor\"}");
	stage_ask(other, "{\"verb\":\"show\"}");
	assert_string_equal(stage_message(fd), "{\"ok\":true}");
	assert_non_null(stage_message(other));
	ctl_event(stage.ctl, &event);
	text = stage_message(fd);
	assert_non_null(text);
	json = json_loads(text, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(json, "event")), "child-up");
	assert_string_equal(json_string_value(json_object_get(json, "tunnel")), "t");
	assert_true(json_is_null(json_object_get(json, "proxy")));
	assert_string_equal(json_string_value(json_object_get(json, "text")),
			    "with \x1b and  in it");
	assert_true(json_real_value(json_object_get(json, "time")) > 1e9);
	json_decref(json);
	/* Who did not ask gets nothing. */
	event_base_loop(stage.base, EVLOOP_NONBLOCK);
	assert_int_equal(read(other, (char[1]){ 0 }, 1), -1);
	close(fd);
	close(other);
	event_base_loop(stage.base, EVLOOP_NONBLOCK);
}

/* A reader that stands still is cut off, and nobody waits for it. */
static void test_slow_monitor(void **state)
{
	int fd = stage_dial(), n = 0;

	(void)state;
	stage_ask(fd, "{\"verb\":\"monitor\"}");
	assert_string_equal(stage_message(fd), "{\"ok\":true}");
	for (int i = 0; i < EVENTS_MANY; i++) {
		ctl_event(stage.ctl, &event);
		event_base_loop(stage.base, EVLOOP_NONBLOCK);
	}
	while (stage_message(fd))
		n++;
	assert_true(n < EVENTS_MANY);
	close(fd);
}

static void test_leftover_socket(void **state)
{
	struct ctl *second;

	(void)state;
	/* One that is listened at stays. */
	assert_null(ctl_open(stage.base, stage.path, NO_GROUP, &stage_ops));
	ctl_close(stage.ctl);
	/* One that is not, as after a kill, is replaced. */
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	memcpy(addr.sun_path, stage.path, strlen(stage.path));
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	close(fd);
	second = ctl_open(stage.base, stage.path, NO_GROUP, &stage_ops);
	assert_non_null(second);
	stage.ctl = second;
	/* What is no socket is not touched. */
	assert_null(ctl_open(stage.base, stage.dir, NO_GROUP, &stage_ops));
}

/* A daemon that is stopped, or late, with as many callers as may wait: it is not waited for. */
static void test_full_socket(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), waits = socket(AF_UNIX, SOCK_STREAM, 0);
	char path[sizeof(addr.sun_path)];
	struct stat st;

	(void)state;
	snprintf(path, sizeof(path), "%s/full", stage.dir);
	memcpy(addr.sun_path, path, strlen(path));
	assert_int_equal(bind(listener, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(listener, 0), 0);
	assert_int_equal(connect(waits, (struct sockaddr *)&addr, sizeof(addr)), 0);
	alarm(10);
	assert_null(ctl_open(stage.base, path, NO_GROUP, &stage_ops));
	alarm(0);
	assert_int_equal(lstat(path, &st), 0);
	close(waits);
	close(listener);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verbs),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_only_root_changes),
		cmocka_unit_test(test_bad_requests),
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_daemon),
		cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_socket),
		cmocka_unit_test(test_connections_of_a_user),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_oversized_request),
		cmocka_unit_test(test_unread_answers),
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_requests_during_dump),
		cmocka_unit_test(test_slow_reader_of_kernel),
		cmocka_unit_test(test_monitor),
		cmocka_unit_test(test_slow_monitor),
		cmocka_unit_test(test_leftover_socket),
		cmocka_unit_test(test_full_socket),
	};

	return cmocka_run_group_tests(tests, stage_open, stage_close);
}
