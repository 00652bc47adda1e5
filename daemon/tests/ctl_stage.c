// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/ctl_stage.h"

#include <errno.h>
#include <event2/event.h>
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

#include "base/log.h"
#include "versions/versions.h"

#define OTHER_USER	4243	/* who is not root */
#define OTHER_GROUP	4242	/* that has no name and no members */

struct ctl_stage stage = { .dir = "/tmp/pantun-test-ctl-XXXXXX" };

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

static uint64_t get_now(void *ctx)
{
	(void)ctx;
	return NOW;
}

static int note(const char *called, const char *name)
{
	snprintf(stage.asked.called, sizeof(stage.asked.called), "%s", called);
	snprintf(stage.asked.name, sizeof(stage.asked.name), "%s", name ? name : "(all)");
	return stage.asked.fail ? -1 : 3;
}

struct ctl_reply stage_reply(const struct ctl_question *question, const struct answer_rows *rows)
{
	static const char *const calls[] = {
		[CTL_INITIATE] = "initiate", [CTL_CLEAR_IKE] = "clear_ike",
		[CTL_CLEAR_IPSEC] = "clear_ipsec",
	};
	int count;

	if (question->kind == CTL_SHOW)
		return answer_question(stage.core, NOW, question, rows);
	count = note(calls[question->kind], *question->name ? question->name : NULL);
	return (struct ctl_reply){ .error = count < 0 ? -ENOENT : 0, .count = (uint32_t)count };
}

static void row_ike(void *ctx, const struct ike_sa_info *sa)
{
	ctl_show_ike(stage.ctl, *(const uint64_t *)ctx, sa);
}

static void row_child(void *ctx, const struct ike_child_info *child)
{
	ctl_show_child(stage.ctl, *(const uint64_t *)ctx, child);
}

static void row_gateway(void *ctx, const struct ike_gateway_info *gateway)
{
	ctl_show_gateway(stage.ctl, *(const uint64_t *)ctx, gateway);
}

static void answer_now(uint64_t ticket, const struct ctl_question *question)
{
	const struct answer_rows rows = { &ticket, row_ike, row_child, row_gateway };
	struct ctl_reply reply = stage_reply(question, &rows);

	ctl_answered(stage.ctl, ticket, &reply);
}

static bool do_ask(void *ctx, uint64_t ticket, const struct ctl_question *question)
{
	(void)ctx;
	stage.shown += question->kind == CTL_SHOW;
	if (stage.held.refuse)
		return false;
	if (!stage.held.wait) {
		answer_now(ticket, question);
		return true;
	}
	assert_in_range(stage.held.n, 0, CTL_STAGE_HELD - 1);
	stage.held.tickets[stage.held.n++] = ticket;
	stage.held.last = *question;
	return true;
}

static bool is_manual(void *ctx, const char *tunnel)
{
	(void)ctx;
	return !strcmp(tunnel, "by-hand");
}

const struct ctl_reloaded *stage_said(void)
{
	static char errors[] = "f:1:1: bad\nf:2:2: worse", warnings[] = "f:3:1: odd";
	static char changes[] = "gateway g: added\ntunnel t: changed";
	static const struct ctl_reloaded bad = {
		.failed = true, .errors = errors, .warnings = warnings,
	};
	static const struct ctl_reloaded good = { .changes = changes, .warnings = warnings };

	return stage.asked.fail ? &bad : &good;
}

void stage_reloaded(uint64_t ticket)
{
	ctl_reload_done(stage.ctl, ticket, stage_said());
}

static void do_reload(void *ctx, uint64_t ticket)
{
	(void)ctx;
	note("reload", NULL);
	stage.reload = ticket;
	if (!stage.held.reload)
		stage_reloaded(ticket);
}

static int do_kernel(void *ctx, const char *what)
{
	int ends[2];

	(void)ctx;
	note("kernel", what);
	if (strcmp(what, "tunnel") != 0)
		return -EINVAL;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
	stage.kernel = ends[1];
	return ends[0];
}

static void do_processes(void *ctx, void (*each)(void *to, const struct ctl_process *process),
			 void *to)
{
	const struct ctl_process parent = { "parent", getpid(), -1, 61, 1, "all" };
	const struct ctl_process ike = { "ike", 0, -1, 2, 5, "IKE" };

	(void)ctx;
	each(to, &parent);
	each(to, &ike);
}

static const struct ike_strangers *do_strangers(void *ctx)
{
	static const struct ike_strangers strangers = {
		.half_open = 3, .missed = 4, .free_most = 500, .source_most = 64, .most = 4096,
		.cookies = 1, .asked = 1ULL << 33, .dropped = 5,
	};

	(void)ctx;
	return &strangers;
}

static void do_certificates(void *ctx,
			    void (*each)(void *to, const struct ctl_certificate *certificate),
			    void *to)
{
	const struct ctl_certificate one = {
		.gateway = "hq", .gateways = 2, .use = "own", .subject = "CN=hq",
		.issuer = "CN=root", .identities = "CN=hq, hq.example", .until = 1LL << 33,
		.days = -3,
	};

	(void)ctx;
	each(to, &one);
}

const struct ctl_ops stage_ops = {
	.now = get_now, .config = CTL_STAGE_CONFIG, .started = NOW - 42000,
	.patience_ms = CTL_PATIENCE_MS,
	.ask = do_ask, .manual = is_manual, .reload = do_reload,
	.processes = do_processes, .kernel = do_kernel, .certificates = do_certificates,
	.strangers = do_strangers,
};

int stage_dial_at(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	memcpy(addr.sun_path, path, strlen(path));
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

int stage_dial(void)
{
	return stage_dial_at(stage.path);
}

void stage_put(int fd, uint32_t n, const char *text, size_t text_n)
{
	uint8_t header[CTL_HEADER];

	put_be32(header, n);
	assert_int_equal(write(fd, header, sizeof(header)), sizeof(header));
	assert_int_equal(write(fd, text, text_n), text_n);
}

void stage_ask(int fd, const char *text)
{
	stage_put(fd, (uint32_t)strlen(text), text, strlen(text));
}

/* Exactly @n octets while the loop runs; false where the other end closed before. */
static bool get(int fd, void *out, size_t n)
{
	size_t got = 0;
	ssize_t more;

	for (int i = 0; i < STAGE_ROUNDS && got < n; i++) {
		event_base_loop(stage.base, EVLOOP_NONBLOCK);
		more = read(fd, (char *)out + got, n - got);
		if (more == 0)
			return false;
		if (more > 0)
			got += (size_t)more;
	}
	assert_int_equal(got, n);
	return true;
}

const char *stage_message(int fd)
{
	static char text[STAGE_ANSWER_ROOM];
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

int stage_dial_as_other(void)
{
	bool root = !geteuid();
	int fd;

	assert_int_equal(chmod(stage.dir, 0711), 0);
	assert_int_equal(chmod(stage.path, 0666), 0);
	if (root)
		assert_int_equal(seteuid(OTHER_USER), 0);
	fd = stage_dial();
	if (root)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(chmod(stage.path, 0660), 0);
	event_base_loop(stage.base, EVLOOP_NONBLOCK);
	return fd;
}

void stage_close_all(int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		close(fds[i]);
	event_base_loop(stage.base, EVLOOP_NONBLOCK);
}

static void keep_log(void *ctx, enum log_level level, const char *subject, const char *text)
{
	(void)ctx;
	(void)level;
	(void)subject;
	snprintf(stage.logged, sizeof(stage.logged), "%s", text);
}

int stage_open(void **state)
{
	const struct ike_hooks hooks = { .random = zero_random, .source = no_source };

	(void)state;
	log_set_sink(keep_log, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (!mkdtemp(stage.dir))
		return -1;
	snprintf(stage.path, sizeof(stage.path), "%s/sock", stage.dir);
	/* Root may give it to any group, others to their own. */
	stage.group = geteuid() ? getegid() : OTHER_GROUP;
	stage.core = ike_core_new(&hooks, ike_versions);
	stage.base = event_base_new();
	stage.ctl = ctl_open(stage.base, stage.path, stage.group, &stage_ops);
	return stage.core && stage.base && stage.ctl ? 0 : -1;
}

int stage_close(void **state)
{
	(void)state;
	ctl_close(stage.ctl);
	event_base_free(stage.base);
	libevent_global_shutdown();
	ike_core_free(stage.core);
	/* The socket went with the server. */
	return rmdir(stage.dir);
}
