// SPDX-License-Identifier: GPL-2.0-or-later
/* The control socket: its verbs, and its manners towards bad and slow peers. */
#include <errno.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "base/log.h"
#include "conf/conf.h"
#include "ctl/verbs.h"
#include "ike/core.h"
#include "ike/versions/versions.h"

#define NOW		1000000	/* ike_time of all tests */
#define ROUNDS		2000	/* of the loop while an answer is waited for */
#define EVENTS_MANY	20000
#define ANSWER_ROOM	65536
#define USER_MAX	16	/* connections of one user */
#define OTHER_USER	4243	/* who is not root */
#define NO_GROUP	((gid_t)-1)
#define OTHER_GROUP	4242	/* that has no name and no members */
#define CONFIG		"/etc/pantun/pantun.conf"

static char dir[] = "/tmp/pantun-test-ctl-XXXXXX";
static char path[sizeof(dir) + 16];
static gid_t group;		/* of the socket */

/* What the daemon was asked to do. */
static struct {
	char called[64];
	char name[64];
	bool fail;
} asked;

/* The last line of the log. */
static char logged[256];

static struct ike_core *core;
static struct event_base *base;
static struct ctl *ctl;

static int zero_random(void *ctx, void *out, size_t n)
{
	static uint8_t next;

	(void)ctx;
	for (size_t i = 0; i < n; i++)
		((uint8_t *)out)[i] = ++next;
	return 0;
}

static int no_source(void *ctx, const struct addr *peer, struct addr *local)
{
	(void)ctx;
	(void)peer;
	return addr_parse("192.0.2.1", local);
}

static unsigned int shown;	/* requests to show that were answered */

static const struct ike_core *get_core(void *ctx)
{
	(void)ctx;
	shown++;
	return core;
}

static uint64_t get_now(void *ctx)
{
	(void)ctx;
	return NOW;
}

static int note(const char *called, const char *name)
{
	snprintf(asked.called, sizeof(asked.called), "%s", called);
	snprintf(asked.name, sizeof(asked.name), "%s", name ? name : "(all)");
	return asked.fail ? -1 : 3;
}

static int do_initiate(void *ctx, const char *name)
{
	(void)ctx;
	return note("initiate", name);
}

static int do_clear_ike(void *ctx, const char *name)
{
	(void)ctx;
	return note("clear_ike", name);
}

static int do_clear_ipsec(void *ctx, const char *name)
{
	(void)ctx;
	return note("clear_ipsec", name);
}

static int do_reload(void *ctx, struct ctl_reloaded *said)
{
	(void)ctx;
	note("reload", NULL);
	said->warnings = strdup("f:3:1: odd");
	if (asked.fail)
		said->errors = strdup("f:1:1: bad\nf:2:2: worse");
	else
		said->changes = strdup("gateway g: added\ntunnel t: changed");
	return asked.fail ? -1 : 0;
}

/* The kernel's end of the socket that do_kernel() gave away. */
static int kernel;

static int do_kernel(void *ctx, const char *what)
{
	int ends[2];

	(void)ctx;
	note("kernel", what);
	if (strcmp(what, "tunnel") != 0)
		return -EINVAL;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
	kernel = ends[1];
	return ends[0];
}

static const struct ctl_ops ops = {
	.core = get_core, .now = get_now, .config = CONFIG,
	.started = NOW - 42000, .initiate = do_initiate, .clear_ike = do_clear_ike,
	.clear_ipsec = do_clear_ipsec, .reload = do_reload, .kernel = do_kernel,
};

/* ----------------------------------------------------------------- verbs */

/* The answer to a request as text; "" for none.  Valid until the next call. */
static const char *ask(const char *request, bool root)
{
	static char text[ANSWER_ROOM];
	struct ctl_follow follow;
	json_t *json;
	size_t n;

	memset(&asked.called, 0, sizeof(asked.called));
	json = ctl_answer(&ops, bytes_of(request, strlen(request)), root, &follow);
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
	asked.fail = false;
	assert_string_equal(ask("{\"verb\":\"initiate\"}", true),
			    "{\"count\":3,\"ok\":true,\"passive\":0,\"up\":0}");
	assert_string_equal(logged, "test of all tunnels by command: 3 negotiations started");
	assert_string_equal(asked.name, "(all)");
	ask("{\"verb\":\"initiate\",\"tunnel\":\"hq\"}", true);
	assert_string_equal(asked.called, "initiate");
	assert_string_equal(asked.name, "hq");
	ask("{\"verb\":\"clear\",\"what\":\"ike-sa\",\"name\":\"g\"}", true);
	assert_string_equal(asked.called, "clear_ike");
	assert_string_equal(asked.name, "g");
	assert_string_equal(logged, "clear ike-sa of g by command: 3 SAs deleted");
	ask("{\"verb\":\"clear\",\"what\":\"ipsec-sa\"}", true);
	assert_string_equal(asked.called, "clear_ipsec");
	assert_string_equal(asked.name, "(all)");
	assert_string_equal(logged, "clear ipsec-sa of all tunnels by command: 3 SAs deleted");
	assert_string_equal(ask("{\"verb\":\"reload\"}", true),
			    "{\"changes\":[\"gateway g: added\",\"tunnel t: changed\"],\"ok\":true,"
			    "\"warnings\":[\"f:3:1: odd\"]}");
	assert_string_equal(asked.called, "reload");
}

static void test_failures(void **state)
{
	(void)state;
	asked.fail = true;
	assert_string_equal(ask("{\"verb\":\"initiate\",\"tunnel\":\"x\"}", true),
			    "{\"error\":\"there is no tunnel \\\"x\\\" in " CONFIG
			    "; \\\"pantunctl show\\\" lists them\",\"ok\":false}");
	assert_string_equal(ask("{\"verb\":\"clear\",\"what\":\"ike-sa\",\"name\":\"x\"}", true),
			    "{\"error\":\"there is no gateway \\\"x\\\" in " CONFIG
			    "; \\\"pantunctl show ike-sa\\\" lists them\",\"ok\":false}");
	assert_string_equal(ask("{\"verb\":\"reload\"}", true),
			    "{\"error\":\"f:1:1: bad\\nf:2:2: worse\",\"ok\":false}");
	asked.fail = false;
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
		assert_string_equal(asked.called, "");
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
		assert_string_equal(asked.called, "");
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
	ike_core_set_policy(core, NOW, policy);
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

/* ---------------------------------------------------------------- socket */

static int dial(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	memcpy(addr.sun_path, path, strlen(path));
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

static void put(int fd, uint32_t n, const char *text, size_t text_n)
{
	uint8_t header[CTL_HEADER];

	put_be32(header, n);
	assert_int_equal(write(fd, header, sizeof(header)), sizeof(header));
	assert_int_equal(write(fd, text, text_n), text_n);
}

static void put_request(int fd, const char *text)
{
	put(fd, (uint32_t)strlen(text), text, strlen(text));
}

/* Exactly @n octets while the loop runs; false where the other end closed before. */
static bool get(int fd, void *out, size_t n)
{
	size_t got = 0;
	ssize_t more;

	for (int i = 0; i < ROUNDS && got < n; i++) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		more = read(fd, (char *)out + got, n - got);
		if (more == 0)
			return false;
		if (more > 0)
			got += (size_t)more;
	}
	assert_int_equal(got, n);
	return true;
}

/* One message; NULL where the other end closed.  Valid until the next call. */
static const char *get_message(int fd)
{
	static char text[ANSWER_ROOM];
	uint8_t header[CTL_HEADER];
	size_t n;

	if (!get(fd, header, sizeof(header)))
		return NULL;
	n = get_be32(header);
	assert_true(n < sizeof(text));
	if (!get(fd, text, n))
		return NULL;
	text[n] = '\0';
	return text;
}

static void test_socket(void **state)
{
	struct stat st;
	int fd = dial();

	(void)state;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
	assert_int_equal(st.st_gid, group);
	/* Two requests at once, and the second in two pieces. */
	put_request(fd, "{\"verb\":\"show\"}");
	put(fd, 18, "{\"verb\"", 7);
	assert_non_null(strstr(get_message(fd), "\"daemon\""));
	assert_int_equal(write(fd, ":\"monitor\"}", 11), 11);
	assert_string_equal(get_message(fd), "{\"ok\":true}");
	close(fd);
	event_base_loop(base, EVLOOP_NONBLOCK);
}

/* A connection of a user who is not root, unless nobody here is. */
static int dial_as_other(void)
{
	bool root = !geteuid();
	int fd;

	assert_int_equal(chmod(dir, 0711), 0);
	assert_int_equal(chmod(path, 0666), 0);
	if (root)
		assert_int_equal(seteuid(OTHER_USER), 0);
	fd = dial();
	if (root)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(chmod(path, 0660), 0);
	event_base_loop(base, EVLOOP_NONBLOCK);
	return fd;
}

static void close_all(int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		close(fds[i]);
	event_base_loop(base, EVLOOP_NONBLOCK);
}

/* A user who is not root has no more than so many connections, and root gets in beside. */
static void test_connections_of_a_user(void **state)
{
	int fds[USER_MAX + 1], root;

	(void)state;
	for (int i = 0; i <= USER_MAX; i++) {
		fds[i] = dial_as_other();
		assert_int_equal(read(fds[i], (char[1]){ 0 }, 1), i < USER_MAX ? -1 : 0);
	}
	if (!geteuid()) {
		root = dial();
		put_request(root, "{\"verb\":\"reload\"}");
		assert_non_null(strstr(get_message(root), "\"ok\":true"));
		put_request(fds[0], "{\"verb\":\"reload\"}");
		assert_non_null(strstr(get_message(fds[0]), "needs root"));
		close(root);
	}
	close_all(fds, USER_MAX + 1);
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
		fds[i] = dial_as_other();
	fds[OTHERS] = dial();
	event_base_loop(base, EVLOOP_NONBLOCK);
	for (int i = 0; i < OTHERS; i++)
		put_request(fds[i], "{\"verb\":\"show\"}");
	put_request(fds[OTHERS], "{\"verb\":\"reload\"}");
	memset(&asked, 0, sizeof(asked));
	shown = 0;
	for (unsigned int before = 0, i = 0; i < ROUNDS && shown < OTHERS; before = shown, i++) {
		event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
		assert_in_range(shown, before, before + 1);
		if (shown && !geteuid())
			assert_string_equal(asked.called, "reload");
	}
	assert_int_equal(shown, OTHERS);
	close_all(fds, OTHERS + 1);
}

static void test_oversized_request(void **state)
{
	int fd = dial();

	(void)state;
	put(fd, CTL_REQUEST_MAX + 1, "{", 1);
	assert_null(get_message(fd));
	close(fd);
}

static void on_busy(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	*(bool *)ctx = true;
	event_base_loopbreak(base);
}

/* The loop has nothing to do; otherwise it would not come to an end. */
static void assert_idle(void)
{
	const struct timeval patience = { .tv_sec = 2 };
	bool busy = false;
	struct event *end = event_new(base, -1, 0, on_busy, &busy);

	event_add(end, &patience);
	event_base_loop(base, EVLOOP_NONBLOCK);
	event_free(end);
	assert_false(busy);
}

/* Asks until nothing more is taken, without reading; how often. */
static unsigned int ask_on(int fd)
{
	static const uint8_t request[] = "\0\0\0\x0f{\"verb\":\"show\"}";
	unsigned int sent = 0;

	for (int i = 0; i < ROUNDS; i++) {
		if (write(fd, request, sizeof(request) - 1) > 0)
			sent++;
		assert_idle();
	}
	assert_true(sent < ROUNDS);
	return sent;
}

/* Who asks on without reading waits for its answers: no more are made, nor requests read. */
static void test_unread_answers(void **state)
{
	unsigned int sent;
	int fd = dial();

	(void)state;
	shown = 0;
	sent = ask_on(fd);
	assert_in_range(shown, 1, sent - 1);
	while (sent--)
		assert_non_null(strstr(get_message(fd), "\"daemon\""));
	close(fd);
	event_base_loop(base, EVLOOP_NONBLOCK);
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

	assert_int_equal(write(kernel, &header, sizeof(header)), sizeof(header));
}

/* A dump is passed on piece by piece to somebody who is not root; requests wait for its end. */
static void test_kernel(void **state)
{
	const char *said;
	int fd = dial();

	(void)state;
	put_request(fd, "{\"verb\":\"kernel\",\"what\":\"tunnel\"}");
	put_request(fd, "{\"verb\":\"kernel\",\"what\":\"keys\"}");
	assert_ok(get_message(fd));
	assert_string_equal(asked.name, "tunnel");
	put_kernel(NLMSG_MIN_TYPE);
	put_kernel(NLMSG_DONE);
	if (htonl(1) == 1)
		skip();
	assert_string_equal(get_message(fd),
			    "{\"netlink\":\"10000000100000000000000000000000\"}");
	assert_string_equal(get_message(fd),
			    "{\"netlink\":\"10000000030000000000000000000000\"}");
	said = get_message(fd);
	assert_non_null(strstr(said, "\"ok\":false"));
	assert_string_equal(asked.name, "keys");
	/* The daemon let go of the kernel's socket. */
	assert_int_equal(read(kernel, (char[1]){ 0 }, 1), 0);
	close(kernel);
	close(fd);
	event_base_loop(base, EVLOOP_NONBLOCK);
}

/* Requests that wait for the end of a dump are not read without end. */
static void test_requests_during_dump(void **state)
{
	int fd = dial();

	(void)state;
	put_request(fd, "{\"verb\":\"kernel\",\"what\":\"tunnel\"}");
	assert_ok(get_message(fd));
	shown = 0;
	ask_on(fd);
	assert_int_equal(shown, 0);
	put_kernel(NLMSG_DONE);
	assert_non_null(strstr(get_message(fd), "netlink"));
	assert_non_null(strstr(get_message(fd), "\"daemon\""));
	close(kernel);
	close(fd);
	event_base_loop(base, EVLOOP_NONBLOCK);
}

/* No more is read of the kernel than the asker takes, and nothing once it is gone. */
static void test_slow_reader_of_kernel(void **state)
{
	struct nlmsghdr message[512] = { 0 };
	int fd = dial(), taken = 0;

	(void)state;
	message[0].nlmsg_len = sizeof(message);
	message[0].nlmsg_type = NLMSG_MIN_TYPE;
	put_request(fd, "{\"verb\":\"kernel\",\"what\":\"tunnel\"}");
	assert_ok(get_message(fd));
	for (int i = 0; i < ROUNDS; i++) {
		if (write(kernel, message, sizeof(message)) > 0)
			taken++;
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	assert_true(taken < ROUNDS / 2);
	close(fd);
	for (int i = 0; i < 2; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(write(kernel, message, sizeof(message)), -1);
	assert_int_not_equal(errno, EAGAIN);
	close(kernel);
}

static const struct ike_event event = {
	.kind = "child-up", .gateway = "g", .tunnel = "t", .text = "with \x1b and \xff in it",
};

static void test_monitor(void **state)
{
	int fd = dial(), other = dial();
	const char *text;
	json_t *json;

	(void)state;
	put_request(fd, "{\"verb\":\"monitor\"}");
	put_request(other, "{\"verb\":\"show\"}");
	assert_string_equal(get_message(fd), "{\"ok\":true}");
	assert_non_null(get_message(other));
	ctl_event(ctl, &event);
	text = get_message(fd);
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
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(read(other, (char[1]){ 0 }, 1), -1);
	close(fd);
	close(other);
	event_base_loop(base, EVLOOP_NONBLOCK);
}

/* A reader that stands still is cut off, and nobody waits for it. */
static void test_slow_monitor(void **state)
{
	int fd = dial(), n = 0;

	(void)state;
	put_request(fd, "{\"verb\":\"monitor\"}");
	assert_string_equal(get_message(fd), "{\"ok\":true}");
	for (int i = 0; i < EVENTS_MANY; i++) {
		ctl_event(ctl, &event);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	while (get_message(fd))
		n++;
	assert_true(n < EVENTS_MANY);
	close(fd);
}

static void test_leftover_socket(void **state)
{
	struct ctl *second;

	(void)state;
	/* One that is listened at stays. */
	assert_null(ctl_open(base, path, NO_GROUP, &ops));
	ctl_close(ctl);
	/* One that is not, as after a kill, is replaced. */
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	memcpy(addr.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	close(fd);
	second = ctl_open(base, path, NO_GROUP, &ops);
	assert_non_null(second);
	ctl = second;
	/* What is no socket is not touched. */
	assert_null(ctl_open(base, dir, NO_GROUP, &ops));
}

static void keep_log(void *ctx, enum log_level level, const char *subject, const char *text)
{
	(void)ctx;
	(void)level;
	(void)subject;
	snprintf(logged, sizeof(logged), "%s", text);
}

static int setup(void **state)
{
	const struct ike_hooks hooks = { .random = zero_random, .source = no_source };

	(void)state;
	log_set_sink(keep_log, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/sock", dir);
	/* Root may give it to any group, others to their own. */
	group = geteuid() ? getegid() : OTHER_GROUP;
	core = ike_core_new(&hooks, ike_versions);
	base = event_base_new();
	ctl = ctl_open(base, path, group, &ops);
	return core && base && ctl ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	ctl_close(ctl);
	event_base_free(base);
	libevent_global_shutdown();
	ike_core_free(core);
	/* The socket went with the server. */
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verbs),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_only_root_changes),
		cmocka_unit_test(test_bad_requests),
		cmocka_unit_test(test_show),
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
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
