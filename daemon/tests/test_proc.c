// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Processes that the parent starts: this program itself, which does what its arguments say where
 * it finds "--role" among them.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "base/caps.h"
#include "base/clock.h"
#include "base/log.h"
#include "msg/basic.h"
#include "msg/log_relay.h"
#include "proc/proc.h"
#include "proc/spawn.h"

#define PATIENT_MS	20000	/* that a test waits for something, at most */
#define LINES		128
#define LAST_WORDS	100	/* lines; more than are read from a channel at a time */

static struct event_base *base;
static struct proc *proc;

/* What the owner has seen. */
static struct {
	unsigned int started, ready, ended, stopped, lines;
	struct chan *chan;	/* of the last start */
	uint64_t began[LINES];
	char line[LINES][256];
	char order[64];		/* a letter for each of them */
} seen;

/* --- the process --- */

static void on_stop(void *ctx, struct bytes body, int fd)
{
	(void)body;
	(void)fd;
	event_base_loopbreak(ctx);
}

/* Whatever else there may be in the table. */
static void on_other(void *ctx, struct bytes body, int fd)
{
	(void)ctx;
	(void)body;
	if (fd >= 0)
		close(fd);
}

static void fill(chan_handler *handlers[MSG_TYPES])
{
	for (enum msg_type type = 0; type < MSG_TYPES; type++)
		handlers[type] = on_other;
}

static void on_parent_gone(void *ctx, const char *reason)
{
	(void)reason;
	event_base_loopbreak(ctx);
}

static bool says(char **argv, const char *word)
{
	for (; *argv; argv++)
		if (!strcmp(*argv, word))
			return true;
	return false;
}

static void hang(void)
{
	for (;;)
		pause();
}

/* Descriptors that are open, as letters: "abcd" for the first four. */
static void list_fds(char text[32])
{
	for (int fd = 0; fd < 20; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			*text++ = (char)('a' + fd);
	*text = '\0';
}

static int act(enum msg_role role, char **argv)
{
	chan_handler *handlers[MSG_TYPES];
	char fds[32];
	struct chan *chan;
	int fd, root;

	list_fds(fds);
	fd = spawn_take(role, &root);
	if (fd < 0)
		return 9;
	if (says(argv, "crash"))
		abort();
	if (says(argv, "exit"))
		return 3;
	if (says(argv, "call"))
		raise(SIGSYS);
	if (says(argv, "part")) {
		close(fd);
		hang();
	}
	if (says(argv, "lie"))
		send(fd, &(struct msg_head){ .type = MSG_STOP }, sizeof(struct msg_head), 0);
	if (says(argv, "hang") || says(argv, "lie"))
		hang();
	fill(handlers);
	handlers[MSG_STOP] = on_stop;
	base = event_base_new();
	chan = chan_new(base, fd, role, MSG_PARENT, handlers, base, on_parent_gone);
	for (int i = 0; i < (says(argv, "brief") ? LAST_WORDS : 1); i++)
		log_relay_send(chan, LOG_LEVEL_INFO, NULL, fds);
	chan_send(chan, MSG_READY, NULL, 0);
	if (!says(argv, "brief"))
		event_base_dispatch(base);
	chan_free(chan);
	event_base_free(base);
	libevent_global_shutdown();
	return says(argv, "brief") ? 4 : 0;
}

/* --- its parent --- */

static void note(char what)
{
	size_t n = strlen(seen.order);

	if (n + 1 < sizeof(seen.order))
		seen.order[n] = what;
}

static void on_log(void *ctx, enum log_level level, const char *subject, const char *text)
{
	(void)ctx;
	(void)level;
	(void)subject;
	note('l');
	if (seen.lines < LINES)
		snprintf(seen.line[seen.lines++], sizeof(seen.line[0]), "%s", text);
}

static void on_ready(void *ctx, struct bytes body, int fd)
{
	(void)ctx;
	(void)body;
	(void)fd;
	note('r');
	seen.ready++;
}

static void on_line(void *ctx, struct bytes body, int fd)
{
	static struct log_relay relay;

	(void)ctx;
	(void)fd;
	log_relay_take(&relay, seen.chan, body);
}

static void on_started(void *ctx, enum msg_role role, struct chan *chan)
{
	assert_ptr_equal(ctx, &seen);
	assert_int_equal(role, MSG_AUTH);
	seen.chan = chan;
	note('s');
	if (seen.started < LINES)
		seen.began[seen.started] = clock_ms();
	seen.started++;
}

static void on_ended(void *ctx, enum msg_role role)
{
	assert_ptr_equal(ctx, &seen);
	assert_int_equal(role, MSG_AUTH);
	note('e');
	seen.ended++;
}

static void on_stopped(void *ctx, enum msg_role role)
{
	assert_ptr_equal(ctx, &seen);
	assert_int_equal(role, MSG_AUTH);
	note('x');
	seen.stopped++;
}

static void open_proc_in(const char *const *arguments, int root)
{
	const struct spawn how = { .arguments = arguments, .root = root };
	static chan_handler *handlers[MSG_TYPES];
	static const struct proc_owner owner = {
		.handlers = handlers, .ctx = &seen, .started = on_started, .ended = on_ended,
		.stopped = on_stopped,
	};

	memset(&seen, 0, sizeof(seen));
	fill(handlers);
	handlers[MSG_READY] = on_ready;
	handlers[MSG_LOG] = on_line;
	base = event_base_new();
	proc = proc_new(base, MSG_AUTH, &how, &owner);
	assert_non_null(proc);
	assert_int_equal(proc_facts(proc).pid, 0);
	log_set_sink(on_log, NULL);
	proc_start(proc);
}

static void open_proc(const char *const *arguments)
{
	open_proc_in(arguments, -1);
}

static void close_proc(void)
{
	log_set_sink(NULL, NULL);
	proc_free(proc);
	event_base_free(base);
	libevent_global_shutdown();
	/* No process is left. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* Until @count is @n. */
static void run_until(const unsigned int *count, unsigned int n)
{
	const struct timeval tick = { .tv_usec = 20000 };
	uint64_t until = clock_ms() + PATIENT_MS;

	while (*count < n && clock_ms() < until) {
		event_base_loopexit(base, &tick);
		event_base_dispatch(base);
	}
	assert_true(*count >= n);
}

static void assert_says(unsigned int line, const char *words)
{
	if (!strstr(seen.line[line], words))
		print_error("\"%s\" is not in \"%s\"\n", words, seen.line[line]);
	assert_non_null(strstr(seen.line[line], words));
}

static void read_proc(pid_t pid, const char *name, char *text, size_t room)
{
	char path[64];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	file = fopen(path, "r");
	assert_non_null(file);
	n = fread(text, 1, room - 1, file);
	text[n] = '\0';
	fclose(file);
}

static void test_runs(void **state)
{
	const char *const arguments[] = { "one", "two", NULL };
	char text[256];
	pid_t pid;

	(void)state;
	open_proc(arguments);
	run_until(&seen.ready, 1);
	pid = proc_facts(proc).pid;
	assert_int_equal(proc_facts(proc).times, 1);
	assert_int_equal(seen.started, 1);
	read_proc(pid, "comm", text, sizeof(text));
	assert_string_equal(text, "pantund-auth\n");
	read_proc(pid, "cmdline", text, sizeof(text));
	assert_memory_equal(text, "pantund: auth\0--role\0auth\0one\0two", 35);
	/* Input, output, errors, channel. */
	assert_string_equal(seen.line[0], "abcd");
	/* Signals to the whole group are the parent's to take. */
	assert_int_equal(kill(pid, SIGINT), 0);
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(kill(pid, SIGHUP), 0);
	proc_stop(proc);
	run_until(&seen.stopped, 1);
	assert_string_equal(seen.order, "slrex");
	close_proc();
}

/* It has a fifth descriptor then, behind that of the channel. */
static void test_root(void **state)
{
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	open_proc_in(NULL, root);
	run_until(&seen.ready, 1);
	assert_string_equal(seen.line[0], "abcde");
	close(root);
	close_proc();
}

static void test_anew(void **state)
{
	const char *const arguments[] = { "exit", NULL };

	(void)state;
	open_proc(arguments);
	run_until(&seen.started, 4);
	assert_says(0, "auth");
	assert_says(0, "exit status is 3");
	assert_says(0, "anew in 100 ms");
	assert_says(1, "anew in 200 ms");
	assert_says(2, "anew in 400 ms");
	assert_true(seen.began[1] - seen.began[0] >= 100);
	assert_true(seen.began[2] - seen.began[1] >= 200);
	assert_true(seen.began[3] - seen.began[2] >= 400);
	assert_in_range(proc_facts(proc).times, 4, 5);
	assert_in_range(seen.ended, 3, 4);
	close_proc();
}

static void test_pause(void **state)
{
	unsigned int pause = 0;

	(void)state;
	for (int i = 0; i < 20; i++)
		pause = proc_pause(pause, 0);
	assert_int_equal(pause, PROC_PAUSE_MOST);
	assert_int_equal(proc_pause(pause, PROC_STEADY - 1), PROC_PAUSE_MOST);
	assert_int_equal(proc_pause(pause, PROC_STEADY), PROC_PAUSE_LEAST);
}

static void ends_with(const char *argument, const char *words)
{
	const char *const arguments[] = { argument, NULL };

	open_proc(arguments);
	run_until(&seen.started, 2);
	assert_says(0, words);
	assert_in_range(seen.ended, seen.started - 1, seen.started);
	close_proc();
}

static void test_how(void **state)
{
	(void)state;
	ends_with("crash", "by SIGABRT");
	ends_with("call", "system call");
	ends_with("lie", "broke a rule: STOP: not for them to send");
	/* It lives on without a channel. */
	ends_with("part", "by SIGKILL");
}

/* What it said at last stands before the line about its end. */
static void test_proc_last_words(void **state)
{
	const char *const arguments[] = { "brief", NULL };
	siginfo_t info;

	(void)state;
	open_proc(arguments);
	/* It has ended before the first of them is read. */
	assert_int_equal(waitid(P_PID, (id_t)proc_facts(proc).pid, &info, WEXITED | WNOWAIT), 0);
	run_until(&seen.lines, LAST_WORDS + 1);
	for (unsigned int i = 0; i < LAST_WORDS; i++)
		assert_string_equal(seen.line[i], "abcd");
	assert_says(LAST_WORDS, "exit status is 4");
	close_proc();
}

/* One that does not listen is killed, and that is said. */
static void test_stop_hung(void **state)
{
	const char *const arguments[] = { "hang", NULL };
	uint64_t begin;

	(void)state;
	open_proc(arguments);
	begin = clock_ms();
	proc_stop(proc);
	run_until(&seen.stopped, 1);
	assert_true(clock_ms() - begin >= PROC_PATIENCE);
	assert_int_equal(seen.lines, 1);
	assert_says(0, "did not end in order: it was killed by SIGKILL");
	assert_int_equal(seen.started, 1);
	close_proc();
}

/* One that waits for its next start is not started any more. */
static void test_stop_between(void **state)
{
	const char *const arguments[] = { "exit", NULL };

	(void)state;
	open_proc(arguments);
	run_until(&seen.lines, 1);
	proc_stop(proc);
	run_until(&seen.stopped, 1);
	assert_int_equal(seen.started, 1);
	close_proc();
}

static void test_free_kills(void **state)
{
	const char *const arguments[] = { "hang", NULL };

	(void)state;
	open_proc(arguments);
	close_proc();
}

/* The parent is killed: even a process that hangs ends with it. */
static void parent_dies(const char *argument)
{
	const char *const arguments[] = { argument, NULL };
	int pipe_ends[2];
	pid_t parent, pid;

	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	assert_int_equal(pipe(pipe_ends), 0);
	parent = fork();
	assert_true(parent >= 0);
	if (parent == 0) {
		open_proc(arguments);
		pid = proc_facts(proc).pid;
		if (write(pipe_ends[1], &pid, sizeof(pid)) == sizeof(pid))
			hang();
		_exit(1);
	}
	assert_int_equal(read(pipe_ends[0], &pid, sizeof(pid)), sizeof(pid));
	assert_int_equal(kill(parent, SIGKILL), 0);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
}

static void test_parent_dies(void **state)
{
	(void)state;
	parent_dies("hang");
	parent_dies("");
}

/* As a unit with an ambient capability leaves us: another user, who may hand on all it has. */
static bool be_served(uint64_t mine, uint64_t to_start)
{
	const struct caps caps = { .effective = mine, .permitted = mine | to_start,
				   .inheritable = mine | to_start };

	return !prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) && !setresgid(65534, 65534, 65534) &&
	       !setresuid(65534, 65534, 65534) && !caps_set(&caps);
}

/* What is permitted to the process that we start so; ~0: it cannot be told. */
static uint64_t handed_on(void)
{
	static const char *const arguments[] = { "hang", NULL };
	const struct spawn how = { .arguments = arguments, .root = -1 };
	struct pollfd ready = { .events = POLLIN };
	char path[64], line[256];
	uint64_t permitted = ~0ULL;
	int ends[2];
	FILE *file;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return permitted;
	pid = spawn(MSG_AUTH, &how, ends[1], NULL);
	close(ends[1]);
	ready.fd = ends[0];
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	for (int tries = 0; pid > 0 && tries < PATIENT_MS / 10; tries++) {
		bool named = false;

		file = fopen(path, "r");
		while (file && fgets(line, sizeof(line), file)) {
			named |= !strcmp(line, "Name:\tpantund-auth\n");
			if (named && !strncmp(line, "CapPrm:", 7))
				permitted = strtoull(line + 7, NULL, 16);
		}
		if (file)
			fclose(file);
		if (named || poll(&ready, 1, 10) > 0)
			break;
	}
	if (pid > 0)
		kill(pid, SIGKILL);
	return permitted;
}

/*
 * What its parent uses itself is not for a process: where a unit has given it, there may be no
 * call left to drop it by.  What is there for a start is.
 */
static void test_capabilities(void **state)
{
	const uint64_t mine = CAPS(CAP_NET_ADMIN), to_start = CAPS(CAP_SYS_CHROOT);
	int status;
	pid_t pid;

	(void)state;
	if (!caps_effective(CAP_NET_ADMIN) || !caps_effective(CAP_SYS_CHROOT) ||
	    !caps_effective(CAP_SETUID) || !caps_effective(CAP_SETGID))
		skip();
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (!be_served(mine, to_start))
			_exit(2);
		_exit(handed_on() != to_start);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_by_hand(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		close(STDERR_FILENO);
		close_range(3, ~0U, 0);
		execl("/proc/self/exe", "test", "--role", "ike", NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 9);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_root),
		cmocka_unit_test(test_anew),
		cmocka_unit_test(test_pause),
		cmocka_unit_test(test_how),
		cmocka_unit_test(test_proc_last_words),
		cmocka_unit_test(test_stop_hung),
		cmocka_unit_test(test_stop_between),
		cmocka_unit_test(test_free_kills),
		cmocka_unit_test(test_parent_dies),
		cmocka_unit_test(test_capabilities),
		cmocka_unit_test(test_by_hand),
	};

	if (argc > 2 && !strcmp(argv[1], "--role"))
		return act(msg_role_named(argv[2]), argv + 3);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
