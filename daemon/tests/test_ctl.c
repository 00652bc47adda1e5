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
#include <event2/buffer.h>
#include <event2/event.h>

#include "base/log.h"
#include "conf/conf.h"
#include "ctl/show.h"
#include "ctl/verbs.h"
#include "ike/versions/versions.h"
#include "loop/answer.h"

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

static unsigned int shown;	/* requests to show that IKE was asked */

/* Questions that are not answered at once, for the test to do it. */
static struct {
	bool wait, refuse;
	unsigned int n;
	uint64_t tickets[32];
	struct ctl_question last;
} held;

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

/* IKE's part: rows from the core, and replies of our own. */
static struct ctl_reply reply_to(const struct ctl_question *question,
				 const struct answer_rows *rows)
{
	static const char *const calls[] = {
		[CTL_INITIATE] = "initiate", [CTL_CLEAR_IKE] = "clear_ike",
		[CTL_CLEAR_IPSEC] = "clear_ipsec",
	};
	int count;

	if (question->kind == CTL_SHOW)
		return answer_question(core, NOW, question, rows);
	count = note(calls[question->kind], *question->name ? question->name : NULL);
	return (struct ctl_reply){ .error = count < 0 ? -ENOENT : 0, .count = (uint32_t)count };
}

static void row_ike(void *ctx, const struct ike_sa_info *sa)
{
	ctl_show_ike(ctl, *(const uint64_t *)ctx, sa);
}

static void row_child(void *ctx, const struct ike_child_info *child)
{
	ctl_show_child(ctl, *(const uint64_t *)ctx, child);
}

static void row_gateway(void *ctx, const struct ike_gateway_info *gateway)
{
	ctl_show_gateway(ctl, *(const uint64_t *)ctx, gateway);
}

static void answer_now(uint64_t ticket, const struct ctl_question *question)
{
	const struct answer_rows rows = { &ticket, row_ike, row_child, row_gateway };
	struct ctl_reply reply = reply_to(question, &rows);

	ctl_answered(ctl, ticket, &reply);
}

static bool do_ask(void *ctx, uint64_t ticket, const struct ctl_question *question)
{
	(void)ctx;
	shown += question->kind == CTL_SHOW;
	if (held.refuse)
		return false;
	if (!held.wait) {
		answer_now(ticket, question);
		return true;
	}
	assert_in_range(held.n, 0, sizeof(held.tickets) / sizeof(held.tickets[0]) - 1);
	held.tickets[held.n++] = ticket;
	held.last = *question;
	return true;
}

static bool is_manual(void *ctx, const char *tunnel)
{
	(void)ctx;
	return !strcmp(tunnel, "by-hand");
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

static void do_processes(void *ctx, void (*each)(void *to, const struct ctl_process *process),
			 void *to)
{
	const struct ctl_process parent = { "parent", getpid(), 61, 1, "all" };
	const struct ctl_process ike = { "ike", 0, 2, 5, "IKE" };

	(void)ctx;
	each(to, &parent);
	each(to, &ike);
}

static const struct ctl_ops ops = {
	.now = get_now, .config = CONFIG, .started = NOW - 42000, .patience_ms = CTL_PATIENCE_MS,
	.ask = do_ask, .manual = is_manual, .reload = do_reload,
	.processes = do_processes, .kernel = do_kernel,
};

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

	assert_non_null(show);
	assert_int_not_equal(question->kind, 0);
	reply = reply_to(question, &rows);
	if (question->kind == CTL_SHOW) {
		text = show_text(show, verbs_daemon(&ops));
		assert_non_null(text);
		json = json_loadb((char *)evbuffer_pullup(text, -1), evbuffer_get_length(text), 0,
				  NULL);
		evbuffer_free(text);
	} else {
		json = verbs_reply(&ops, question, &reply);
	}
	show_free(show);
	return json;
}

/* The answer to a request as text; "" for none.  Valid until the next call. */
static const char *ask(const char *request, bool root)
{
	static char text[ANSWER_ROOM];
	struct ctl_follow follow;
	json_t *json;
	size_t n;

	memset(&asked.called, 0, sizeof(asked.called));
	json = verbs_answer(&ops, bytes_of(request, strlen(request)), root, &follow);
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
	asked.fail = false;
	assert_string_equal(ask("{\"verb\":\"initiate\"}", true),
			    "{\"count\":3,\"ok\":true,\"passive\":0,\"up\":0}");
	assert_string_equal(asked.name, "(all)");
	ask("{\"verb\":\"initiate\",\"tunnel\":\"hq\"}", true);
	assert_string_equal(asked.called, "initiate");
	assert_string_equal(asked.name, "hq");
	ask("{\"verb\":\"clear\",\"what\":\"ike-sa\",\"name\":\"g\"}", true);
	assert_string_equal(asked.called, "clear_ike");
	assert_string_equal(asked.name, "g");
	ask("{\"verb\":\"clear\",\"what\":\"ipsec-sa\"}", true);
	assert_string_equal(asked.called, "clear_ipsec");
	assert_string_equal(asked.name, "(all)");
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
	assert_string_equal(ask("{\"verb\":\"initiate\",\"tunnel\":\"by-hand\"}", true),
			    "{\"error\":\"tunnel \\\"by-hand\\\" has manual keys: its SAs come "
			    "from the configuration, not from IKE\",\"ok\":false}");
	assert_string_equal(ask("{\"verb\":\"clear\",\"what\":\"ike-sa\",\"name\":\"x\"}", true),
			    "{\"error\":\"there is no gateway \\\"x\\\" in " CONFIG
			    "; \\\"pantunctl show ike-sa\\\" lists them\",\"ok\":false}");
	assert_string_equal(ask("{\"verb\":\"reload\"}", true),
			    "{\"error\":\"f:1:1: bad\\nf:2:2: worse\",\"ok\":false}");
	asked.fail = false;
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
	memset(&asked, 0, sizeof(asked));
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		for (size_t n = 0; n <= POLICY_NAME; n += n ? 1 : POLICY_NAME - 1) {
			bool nobody = !n || n == POLICY_NAME;
			const char *said;

			name[n] = '\0';
			snprintf(request, sizeof(request), requests[i], name);
			said = ask(request, true);
			assert_int_equal(strstr(said, "there is no") != NULL, nobody);
			assert_string_equal(asked.name, nobody ? "" : name);
			memset(&asked, 0, sizeof(asked));
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

/* ------------------------------------------- answers that come later */

/* From now on the test answers. */
static void hold(void)
{
	memset(&held, 0, sizeof(held));
	memset(&asked, 0, sizeof(asked));
	held.wait = true;
}

static void rounds(void)
{
	for (int i = 0; i < 20; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
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

	ctl_answered(ctl, ticket, &reply);
}

static int dial_and_put(const char *request)
{
	int fd = dial();

	put_request(fd, request);
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
	put_request(fd, "{\"verb\":\"reload\"}");
	rounds();
	assert_int_equal(held.n, 1);
	assert_int_equal(held.last.kind, CTL_CLEAR_IKE);
	assert_string_equal(held.last.name, "g");
	assert_string_equal(asked.called, "");
	assert_silent(fd);
	/* Others are served, and ask, meanwhile. */
	other = dial_and_put("{\"verb\":\"monitor\"}");
	put_request(other, "{\"verb\":\"show\"}");
	assert_string_equal(get_message(other), "{\"ok\":true}");
	rounds();
	assert_int_equal(held.n, 2);
	reply_count(held.tickets[0], 5);
	assert_string_equal(get_message(fd), "{\"ok\":true,\"count\":5}");
	assert_non_null(strstr(get_message(fd), "gateway g: added"));
	assert_silent(other);
	reply_count(held.tickets[1], 0);
	assert_non_null(strstr(get_message(other), "\"children\":[]"));
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
	assert_int_equal(held.n, 2);
	ctl_show_gateway(ctl, held.tickets[0], &gateway_row);
	ctl_show_child(ctl, held.tickets[1], &child_row);
	ctl_show_child(ctl, held.tickets[0], &child_row);
	ctl_show_ike(ctl, held.tickets[0], &ike_row);
	ctl_show_child(ctl, held.tickets[0], &child_row);
	ctl_show_child(ctl, 12345, &child_row);
	reply_count(12345, 0);
	reply_count(held.tickets[1], 0);
	reply_count(held.tickets[0], 0);
	for (int i = 0; i < 2; i++) {
		json_t *json, *child;

		text = get_message(i ? other : fd);
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
	ctl_show_child(ctl, held.tickets[0], &child_row);
	reply_count(held.tickets[0], 0);
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
		assert_int_equal(held.n, 1);
		ctl_show_child(ctl, held.tickets[0], &child_row);
		close(fd);
		rounds();
		ctl_show_child(ctl, held.tickets[0], &child_row);
		reply_count(held.tickets[0], 1);
		/* And the server goes on. */
		fd = dial_and_put(CLEAR);
		assert_int_equal(held.n, 2);
		reply_count(held.tickets[0], 1);
		reply_count(held.tickets[1], 2);
		assert_string_equal(get_message(fd), "{\"ok\":true,\"count\":2}");
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
		fds[i] = dial_as_other();
		put_request(fds[i], "{\"verb\":\"show\"}");
		rounds();
	}
	assert_int_equal(held.n, 2);
	root = dial_and_put("{\"verb\":\"show\"}");
	assert_int_equal(held.n, 3);
	/* What IKE is at when he leaves keeps the next waiting; one who waits leaves no trace. */
	close(fds[0]);
	close(fds[1]);
	rounds();
	assert_int_equal(held.n, 3);
	reply_count(held.tickets[1], 0);
	assert_int_equal(held.n, 4);
	reply_count(held.tickets[3], 0);
	assert_non_null(strstr(get_message(fds[2]), "\"ok\":true"));
	assert_int_equal(held.n, 5);
	assert_silent(fds[3]);
	reply_count(held.tickets[4], 0);
	assert_non_null(strstr(get_message(fds[3]), "\"ok\":true"));
	reply_count(held.tickets[2], 0);
	assert_non_null(strstr(get_message(root), "\"ok\":true"));
	reply_count(held.tickets[0], 0);
	assert_non_null(strstr(get_message(first), "\"ok\":true"));
	close(first);
	close(root);
	close_all(fds + 2, OTHERS - 2);
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
		fds[i] = dial_as_other();
		put_request(fds[i], "{\"verb\":\"show\"}");
		rounds();
	}
	fds[2] = dial_and_put(CLEAR);
	fds[3] = dial_and_put("{\"verb\":\"monitor\"}");
	assert_string_equal(get_message(fds[3]), "{\"ok\":true}");
	assert_int_equal(held.n, 2);
	ctl_unanswered(ctl, CTL_RESTARTED);
	for (int i = 0; i < 3; i++)
		assert_string_equal(get_message(fds[i]), refusal);
	assert_silent(fds[3]);
	/* No question is open, nor was one asked for somebody who had been refused. */
	assert_int_equal(held.n, 2);
	held.refuse = true;
	put_request(fds[1], "{\"verb\":\"show\"}");
	assert_string_equal(get_message(fds[1]), refusal);
	held.refuse = false;
	put_request(fds[1], "{\"verb\":\"show\"}");
	rounds();
	assert_int_equal(held.n, 3);
	reply_count(held.tickets[0], 0);
	reply_count(held.tickets[2], 0);
	assert_non_null(strstr(get_message(fds[1]), "\"ok\":true"));
	close_all(fds, 4);
}

/* An answer that does not come within its time is not waited for, and comes too late. */
static void test_time_limit(void **state)
{
	struct ctl_ops hasty = ops;
	int fds[2];

	(void)state;
	if (geteuid())
		skip();
	hold();
	hasty.patience_ms = 50;
	ctl_close(ctl);
	ctl = ctl_open(base, path, group, &hasty);
	assert_non_null(ctl);
	fds[0] = dial_and_put(CLEAR);
	fds[1] = dial_as_other();
	put_request(fds[1], "{\"verb\":\"show\"}");
	for (int i = 0; i < 2; i++) {
		const struct timeval patience = { .tv_sec = 10 };
		bool late = false;
		struct event *end = event_new(base, -1, 0, on_busy, &late);
		const char *said = NULL;

		event_add(end, &patience);
		while (!late && recv(fds[i], (char[1]){ 0 }, 1, MSG_PEEK) < 0)
			event_base_loop(base, EVLOOP_ONCE);
		event_free(end);
		assert_false(late);
		said = get_message(fds[i]);
		assert_non_null(said);
		assert_non_null(strstr(said, "\"ok\":false"));
		assert_non_null(strstr(said, "has not answered for"));
	}
	for (unsigned int i = 0; i < held.n; i++)
		reply_count(held.tickets[i], 7);
	rounds();
	assert_silent(fds[0]);
	close_all(fds, 2);
	ctl_close(ctl);
	ctl = ctl_open(base, path, group, &ops);
	assert_non_null(ctl);
}

/* IKE's part, with the real core. */
static void test_answers(void **state)
{
	const struct answer_rows none = { 0 };
	const struct ctl_question all = { .kind = CTL_INITIATE };
	struct ctl_question question = { .kind = CTL_CLEAR_IPSEC, .name = "nope" };

	(void)state;
	assert_int_equal(answer_question(core, NOW, &question, &none).error, -ENOENT);
	question.kind = CTL_CLEAR_IKE;
	assert_int_equal(answer_question(core, NOW, &question, &none).error, -ENOENT);
	question.kind = CTL_INITIATE;
	assert_int_equal(answer_question(core, NOW, &question, &none).error, -ENOENT);
	question.kind = 77;
	assert_int_equal(answer_question(core, NOW, &question, &none).error, -EINVAL);
	memset(question.name, 'n', sizeof(question.name));
	question.kind = CTL_CLEAR_IKE;
	assert_int_equal(answer_question(core, NOW, &question, &none).error, -EINVAL);
	question = (struct ctl_question){ .kind = CTL_CLEAR_IKE, .name = "g" };
	assert_int_equal(answer_question(core, NOW, &question, &none).error, 0);
	assert_string_equal(logged, "clear ike-sa of g by command: 0 SAs deleted");
	question = (struct ctl_question){ .kind = CTL_CLEAR_IPSEC };
	assert_int_equal(answer_question(core, NOW, &question, &none).error, 0);
	assert_string_equal(logged, "clear ipsec-sa of all tunnels by command: 0 SAs deleted");
	assert_int_equal(answer_question(core, NOW, &all, &none).count, 1);
	assert_string_equal(logged, "test of all tunnels by command: 1 negotiation started");
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

static int let_go(void **state)
{
	(void)state;
	memset(&held, 0, sizeof(held));
	return 0;
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
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_only_root_changes),
		cmocka_unit_test(test_bad_requests),
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_daemon),
		cmocka_unit_test(test_socket),
		cmocka_unit_test(test_connections_of_a_user),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_oversized_request),
		cmocka_unit_test(test_unread_answers),
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_requests_during_dump),
		cmocka_unit_test(test_slow_reader_of_kernel),
		cmocka_unit_test_teardown(test_late_answer, let_go),
		cmocka_unit_test_teardown(test_rows, let_go),
		cmocka_unit_test_teardown(test_hangs_up, let_go),
		cmocka_unit_test_teardown(test_one_after_the_other, let_go),
		cmocka_unit_test_teardown(test_process_dead, let_go),
		cmocka_unit_test_teardown(test_time_limit, let_go),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_monitor),
		cmocka_unit_test(test_slow_monitor),
		cmocka_unit_test(test_leftover_socket),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
