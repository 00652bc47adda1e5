// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a confined process cannot do any more, and what it can.  Each is tried in a process of its
 * own, by plain system calls and ended by one, as the sanitizers make calls of their own.
 */
#include <errno.h>

#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "base/addr.h"
#include "base/log.h"
#include "msg/chan.h"
#include "policy/id.h"
#include "proc/calls.h"
#include "proc/confine.h"
#include "proc/landlock.h"
#include "prop/ts.h"

#define SURVIVED	0
#define DENIED		1	/* the call failed with EACCES */
#define ODD		2
#define KILLED		3	/* by SIGSYS */

static char empty[] = "/tmp/pantun-test-confine-XXXXXX";

/* The compiler is not to know that it does not return, where ASan would make calls of its own. */
static void quit(int status)
{
	syscall(SYS_exit_group, status);
}

/* How a process ends that does @what in the role. */
static int outcome(enum msg_role role, void (*before)(enum msg_role role), int (*what)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGSYS, SIG_DFL);
		before(role);
		quit(what());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS ? KILLED : ODD;
	return WEXITSTATUS(status);
}

static int seen_as(long result)
{
	if (result >= 0)
		return SURVIVED;
	return errno == EACCES ? DENIED : ODD;
}

/* --- system calls --- */

static void limit_calls(enum msg_role role)
{
	if (!calls_limit(role))
		quit(ODD);
}

static int try_open(void)
{
	return seen_as(syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY));
}

static int try_netlink(void)
{
	return seen_as(socket(AF_NETLINK, SOCK_RAW, 0));
}

static int try_unix(void)
{
	return seen_as(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int try_raw(void)
{
	return seen_as(socket(AF_INET, SOCK_RAW, IPPROTO_UDP));
}

static int try_udp(void)
{
	return seen_as(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

static int try_udp6(void)
{
	return seen_as(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

/* Standard error will do: what matters is whether it was tried. */
static int try_option(void)
{
	int on = 1;

	return seen_as(setsockopt(STDERR_FILENO, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)));
}

static int try_tcp(void)
{
	return seen_as(socket(AF_INET, SOCK_STREAM, 0));
}

static int try_exec(void)
{
	char *argv[] = { "true", NULL };

	return seen_as(syscall(SYS_execve, "/bin/true", argv, argv + 1));
}

static int try_fork(void)
{
	return seen_as(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
}

static int try_ptrace(void)
{
	return seen_as(syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0));
}

static int try_kill(void)
{
	return seen_as(kill(getppid(), 0));
}

static int try_executable(void)
{
	return seen_as(syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_EXEC,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) < 0 ? -1 : 0);
}

static int try_setuid(void)
{
	return seen_as(syscall(SYS_setuid, 0));
}

static int try_prctl(void)
{
	return seen_as(syscall(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static int compare_octets(const void *a, const void *b)
{
	return *(const unsigned char *)a - *(const unsigned char *)b;
}

/* So much that qsort() takes memory for it. */
static int try_sort(void)
{
	static unsigned char many[65536];

	for (size_t i = 0; i < sizeof(many); i++)
		many[i] = (unsigned char)(i * 7);
	qsort(many, sizeof(many), 1, compare_octets);
	return many[0] <= many[sizeof(many) - 1] ? SURVIVED : ODD;
}

/* As a thread does that was started before the list was set, and begins after. */
static int try_robust_list(void)
{
	static struct { void *next; long offset; void *pending; } head = { .next = &head };

	return seen_as(syscall(SYS_set_robust_list, &head, sizeof(head)));
}

/* Likewise; a thread that has one already is told so. */
static int try_rseq(void)
{
	static struct { unsigned int words[8]; } __attribute__((aligned(32))) area;
	long result = syscall(SYS_rseq, &area, sizeof(area), 0, 0x53053053);

	return result < 0 && (errno == EINVAL || errno == EBUSY) ? SURVIVED : seen_as(result);
}

static int try_memory(void)
{
	return seen_as(syscall(SYS_mmap, NULL, 1 << 20, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) < 0 ? -1 : 0);
}

static int try_random(void)
{
	char octet;

	return seen_as(syscall(SYS_getrandom, &octet, 1, 0));
}

/* The core logs the address of a peer on a link. */
static int try_link_local(void)
{
	const struct addr peer = { .family = AF_INET6, .b = { 0xfe, 0x80, [15] = 1 }, .scope = 1 };
	char text[ADDR_TEXT];

	return strcmp(addr_text(&peer, text), "fe80::1%lo") ? ODD : SURVIVED;
}

/* All that log lines say of addresses of every kind, of known links and of others. */
static int try_texts(void)
{
	static const struct addr addrs[] = {
		{ .family = 0 },
		{ .family = AF_INET, .b = { 192, 0, 2, 1 } },
		{ .family = AF_INET6, .b = { 0x20, 1, 0xd, 0xb8, [15] = 1 } },
		{ .family = AF_INET6, .b = { 0xfe, 0x80, [15] = 1 } },
		{ .family = AF_INET6, .b = { 0xfe, 0x80, [15] = 1 }, .scope = 1 },
		{ .family = AF_INET6, .b = { 0xfe, 0x80, [15] = 1 }, .scope = 987654 },
		{ .family = AF_INET6, .b = { 0xff, 2, [15] = 1 }, .scope = 1 },
	};
	char text[512];

	for (size_t i = 0; i < sizeof(addrs) / sizeof(*addrs); i++) {
		const struct endpoint endpoint = { .addr = addrs[i], .port = 500 };
		const struct ike_id none = { .type = 0 };
		const struct ike_id id = id_or_addr(&none, &addrs[i]);
		struct ts_list list = {
			.n = 1, .ts = { { .proto = IPPROTO_TCP, .port_first = 443,
					  .port_last = 443, .first = addrs[i],
					  .last = addrs[i] } },
		};

		log_error("gateway g", "%s", addr_text(&addrs[i], text));
		log_error(NULL, "%s", endpoint_text(&endpoint, text));
		log_error(NULL, "%s", addr_range_text(&addrs[i], &addrs[i], text));
		log_error(NULL, "%s", ts_list_text(&list, text, sizeof(text)));
		log_error(NULL, "%s", id_text(&id, text));
	}
	return SURVIVED;
}

static int try_terminal(void)
{
	struct winsize size;

	return seen_as(ioctl(STDERR_FILENO, TIOCGWINSZ, &size));
}

static const struct {
	const char *name;
	int (*what)(void);
	int ike, auth, fetch;
} calls[] = {
	{ "open", try_open, DENIED, DENIED, DENIED },
	{ "netlink", try_netlink, KILLED, KILLED, KILLED },
	{ "unix", try_unix, KILLED, KILLED, KILLED },
	{ "raw", try_raw, KILLED, KILLED, KILLED },
	{ "execve", try_exec, KILLED, KILLED, KILLED },
	{ "fork", try_fork, KILLED, KILLED, KILLED },
	{ "ptrace", try_ptrace, KILLED, KILLED, KILLED },
	{ "kill", try_kill, KILLED, KILLED, KILLED },
	{ "executable memory", try_executable, KILLED, KILLED, KILLED },
	{ "setuid", try_setuid, KILLED, KILLED, KILLED },
	{ "prctl", try_prctl, KILLED, KILLED, KILLED },
	{ "UDP", try_udp, KILLED, KILLED, SURVIVED },
	{ "UDP over IPv6", try_udp6, SURVIVED, KILLED, SURVIVED },
	{ "TCP", try_tcp, KILLED, KILLED, SURVIVED },
	{ "socket option", try_option, KILLED, KILLED, ODD },
	{ "link-local address", try_link_local, SURVIVED, KILLED, SURVIVED },
	{ "texts of addresses", try_texts, SURVIVED, KILLED, SURVIVED },
	{ "terminal", try_terminal, DENIED, DENIED, DENIED },
	{ "robust list", try_robust_list, SURVIVED, SURVIVED, SURVIVED },
	{ "restartable sequences", try_rseq, SURVIVED, SURVIVED, SURVIVED },
	{ "memory", try_memory, SURVIVED, SURVIVED, SURVIVED },
	{ "sorting", try_sort, SURVIVED, SURVIVED, SURVIVED },
	{ "random numbers", try_random, SURVIVED, SURVIVED, SURVIVED },
};

static void test_calls(void **state)
{
	unsigned int bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		const int want[MSG_ROLES] = {
			[MSG_IKE] = calls[i].ike, [MSG_AUTH] = calls[i].auth,
			[MSG_FETCH] = calls[i].fetch,
		};

		for (enum msg_role role = MSG_IKE; role < MSG_ROLES; role++) {
			int got = outcome(role, limit_calls, calls[i].what);

			if (got == want[role])
				continue;
			print_error("%s: %s: %d instead of %d\n", msg_role_name(role),
				    calls[i].name, got, want[role]);
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

/* A channel in the event loop works on under the list, and its queue. */
static struct event_base *base;

static void on_stop(void *ctx, struct bytes body, int fd)
{
	(void)ctx;
	(void)body;
	(void)fd;
	event_base_loopbreak(base);
}

static void on_peer(void *ctx, struct bytes body, int fd)
{
	(void)ctx;
	(void)body;
	close(fd);
}

static void on_gone(void *ctx, const char *reason)
{
	(void)ctx;
	(void)reason;
	quit(ODD);
}

static int ends[2];
static struct chan *chan;

static void open_chan(enum msg_role role)
{
	static chan_handler *handlers[MSG_TYPES];

	for (enum msg_type type = 0; type < MSG_TYPES; type++)
		handlers[type] = on_peer;
	handlers[MSG_STOP] = on_stop;
	base = event_base_new();
	chan = chan_new(base, ends[1], role, MSG_PARENT, handlers, NULL, on_gone);
	if (!base || !chan)
		quit(ODD);
	limit_calls(role);
}

static int converse(void)
{
	while (!chan_pending(chan)) {
		chan_send(chan, MSG_READY, NULL, 0);
		chan_flush(chan);
	}
	event_base_dispatch(base);
	return SURVIVED;
}

static void test_channel(void **state)
{
	const struct msg_head stop = { .type = MSG_STOP };

	(void)state;
	for (enum msg_role role = MSG_IKE; role < MSG_ROLES; role++) {
		assert_int_equal(chan_pair(ends), 0);
		assert_int_equal(send(ends[0], &stop, sizeof(stop), 0), sizeof(stop));
		assert_int_equal(outcome(role, open_chan, converse), SURVIVED);
		close(ends[0]);
		close(ends[1]);
	}
}

static atomic_bool limited;

static void *do_prctl(void *ctx)
{
	(void)ctx;
	while (!limited)
		sched_yield();
	try_prctl();
	quit(SURVIVED);
	return NULL;
}

static void with_thread(enum msg_role role)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, do_prctl, NULL))
		quit(ODD);
	limit_calls(role);
	limited = true;
}

static int wait_for_thread(void)
{
	char octet;

	while (syscall(SYS_getrandom, &octet, 1, 0) == 1)
		;
	return ODD;
}

/* Threads that run already are bound, too. */
static void test_threads(void **state)
{
	(void)state;
	assert_int_equal(outcome(MSG_IKE, with_thread, wait_for_thread), KILLED);
}

/* --- the rest --- */

/* What is left of a service manager's start: no capability, another user. */
static bool nobody;

static void be_nobody(void)
{
	nobody = true;
	if (setgid(65534) || setuid(65534))
		quit(ODD);
}

/* A kernel without Landlock, as far as we can see. */
static void hide_landlock(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (!filter ||
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
			     SCMP_SYS(landlock_create_ruleset), 0) ||
	    seccomp_load(filter))
		quit(ODD);
	seccomp_release(filter);
}

static void confine_all(enum msg_role role)
{
	const struct confine how = {
		.root = open(empty, O_RDONLY | O_DIRECTORY), .uid = 65534, .gid = 65533,
	};

	if (!confine(role, &how) || !confine_calls(role))
		quit(ODD);
}

static void confine_by_root(enum msg_role role)
{
	hide_landlock();
	confine_all(role);
}

static void confine_by_landlock(enum msg_role role)
{
	be_nobody();
	confine_all(role);
}

/* It says no, with a log line. */
static void confine_by_nothing(enum msg_role role)
{
	const struct confine how = { .root = -1, .uid = 65534, .gid = 65534 };

	hide_landlock();
	be_nobody();
	quit(confine(role, &how) || confine_possible() ? SURVIVED : DENIED);
}

static int read_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	uint32_t any = 0;

	if (syscall(SYS_capget, &header, data))
		return ODD;
	for (int i = 0; i < 2; i++)
		any |= data[i].effective | data[i].permitted | data[i].inheritable;
	for (int i = 0; !nobody && i < 40; i++)
		any |= prctl(PR_CAPBSET_READ, i) > 0;
	return any ? SURVIVED : DENIED;
}

static int read_flags(void)
{
	int signal = 0;

	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || prctl(PR_GET_DUMPABLE) != 0)
		return SURVIVED;
	if (prctl(PR_GET_PDEATHSIG, &signal) || signal != SIGKILL)
		return SURVIVED;
	return DENIED;
}

static int read_limits(void)
{
	static const int none[] = { RLIMIT_CORE, RLIMIT_FSIZE, RLIMIT_NPROC };
	struct rlimit limit;

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		if (getrlimit((__rlimit_resource_t)none[i], &limit) || limit.rlim_max)
			return SURVIVED;
	return getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_max > 64 ? SURVIVED : DENIED;
}

static int read_user(void)
{
	return getuid() == 65534 && geteuid() == 65534 && getegid() == 65533 &&
	       getgroups(0, NULL) == 0 && setuid(0) ? DENIED : SURVIVED;
}

static int open_files(void)
{
	if (open("/etc/passwd", O_RDONLY) >= 0 || open("/tmp", O_RDONLY | O_DIRECTORY) >= 0)
		return SURVIVED;
	return errno == EACCES ? DENIED : ODD;
}

/* Nobody listens there; what matters is whether it was tried. */
static int connect_tcp(void)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || !connect(fd, (const struct sockaddr *)&to, sizeof(to)))
		return ODD;
	return errno == EACCES ? DENIED : SURVIVED;
}

static int see_files(void)
{
	if (!access("/proc", F_OK) || !access("/etc", F_OK) || !access("../etc", F_OK))
		return SURVIVED;
	return errno == ENOENT ? DENIED : ODD;
}

static void test_confine(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(outcome(MSG_IKE, confine_all, read_capabilities), DENIED);
	assert_int_equal(outcome(MSG_AUTH, confine_all, read_flags), DENIED);
	assert_int_equal(outcome(MSG_AUTH, confine_all, read_limits), DENIED);
	assert_int_equal(outcome(MSG_AUTH, confine_all, see_files), DENIED);
	assert_int_equal(outcome(MSG_IKE, confine_all, read_user), DENIED);
}

/* By one of two walls nothing is seen of files; without both it does not begin. */
static void test_files(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(outcome(MSG_IKE, confine_by_root, see_files), DENIED);
	assert_int_equal(outcome(MSG_IKE, confine_by_nothing, see_files), DENIED);
	if (!landlock_there())
		skip();
	assert_int_equal(outcome(MSG_IKE, confine_by_landlock, open_files), DENIED);
	assert_int_equal(outcome(MSG_IKE, confine_by_landlock, read_capabilities), DENIED);
	assert_int_equal(outcome(MSG_IKE, confine_by_landlock, connect_tcp), DENIED);
	assert_int_equal(outcome(MSG_IKE, confine_by_root, connect_tcp), SURVIVED);
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(empty) && !chmod(empty, 0555) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	return rmdir(empty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_channel),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_confine),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
