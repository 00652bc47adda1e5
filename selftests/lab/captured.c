// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What stands in for functions of the core in pantund-captured (captured.sh).  A datagram that
 * begins with ORDER is obeyed, as by somebody who has found a way to take `ike` over in the midst
 * of its work, with all that it has.  Every other datagram goes to the core.  Outcomes are told
 * in the log: "captured: WORD: ...".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/log.h"
#include "ike/core.h"
#include "loop/manual.h"
#include "msg/auth_msg.h"
#include "msg/msg.h"
#include "talk/sa_msg.h"
#include "tests/raw_msg.h"

#define ORDER		"captured "
#define ORDER_ROOM	128
#define PARENT_END	3	/* as spawn.c has it */
#define FDS_MOST	64
#define FLOOD		4000	/* messages */

/* --- channels --- */

static ssize_t send_to(int end, uint32_t type, const void *body, size_t n)
{
	const struct raw_msg msg = { .type = type, .body = body, .n = n };
	ssize_t sent;

	while ((sent = raw_msg_send(end, &msg)) < 0 && errno == EAGAIN)
		sched_yield();
	return sent;
}

static bool is_local(int fd)
{
	struct sockaddr_storage name = { .ss_family = AF_UNSPEC };
	socklen_t n = sizeof(name);

	return !getsockname(fd, (struct sockaddr *)&name, &n) && name.ss_family == AF_UNIX;
}

/* The channel to auth: the one that is not to the parent. */
static int auth_end(void)
{
	for (int fd = PARENT_END + 1; fd < FDS_MOST; fd++)
		if (is_local(fd))
			return fd;
	return -1;
}

/* --- files --- */

static const char *const paths[] = {
	"/", ".", "..", "/etc/shadow", "/etc/passwd", "/proc/self/mem", "/proc/self/environ",
	"/proc/1/root", "/proc/1/mem", "/dev/mem", "/dev/net/tun", "/sys/kernel",
	"/etc/pantun/pantun.conf", "../../../../../../etc/shadow", "/run/pantun/pantund.sock",
};

static bool denied(long result)
{
	return result < 0 && errno == EACCES;
}

/* Each way to look at a file, or to make one. */
static void try_files(const char *argument)
{
	unsigned int open_to_it = 0, tries = 0;
	char room[256];

	(void)argument;
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		const char *path = paths[i];

		open_to_it += !denied(syscall(SYS_openat, AT_FDCWD, path, O_RDONLY));
		open_to_it += !denied(syscall(SYS_openat, AT_FDCWD, path, O_PATH));
		open_to_it += !denied(syscall(SYS_open, path, O_RDWR | O_CREAT, 0600));
		open_to_it += !denied(syscall(SYS_newfstatat, AT_FDCWD, path, room, 0));
		open_to_it += !denied(syscall(SYS_readlinkat, AT_FDCWD, path, room, sizeof(room)));
		tries += 5;
	}
	/* What is open already leads nowhere either. */
	for (int fd = 0; fd < FDS_MOST; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			continue;
		open_to_it += !denied(syscall(SYS_openat, fd, "..", O_RDONLY));
		tries++;
	}
	log_error(NULL, "captured: files: %u of %u tries were not denied", open_to_it, tries);
}

/* --- system calls that end it; auth is the process with the number @argument --- */

static pid_t number(const char *text)
{
	return (pid_t)strtol(text, NULL, 10);
}

static void try_netlink(const char *argument)
{
	(void)argument;
	socket(AF_NETLINK, SOCK_RAW, 16);
}

static void try_ptrace(const char *argument)
{
	ptrace(PTRACE_SEIZE, number(argument), NULL, NULL);
}

static void try_memory(const char *argument)
{
	static char room[4096];
	struct iovec here = { room, sizeof(room) }, there = { (void *)0x400000, sizeof(room) };

	process_vm_readv(number(argument), &here, 1, &there, 1, 0);
}

static void try_signal(const char *argument)
{
	kill(number(argument), SIGKILL);
}

static void try_exec(const char *argument)
{
	static char *const argv[] = { (char *)"sh", NULL };

	(void)argument;
	syscall(SYS_execve, "/bin/sh", argv, argv + 1);
}

/* --- wishes to the parent --- */

#define TOKEN	0x1000
#define SPI	0x77777777

static struct addr address(const char *text)
{
	struct addr addr = { .family = AF_INET };

	inet_pton(AF_INET, text, addr.b);
	return addr;
}

static void set_net(struct ts_list *list, const char *first, const char *last)
{
	memset(list, 0, sizeof(*list));
	list->n = 1;
	list->ts[0].port_last = 65535;
	list->ts[0].first = address(first);
	list->ts[0].last = address(last);
}

/* One that is its own: what captured.sh has configured for tunnel1. */
static struct ike_sa_spec own(void)
{
	struct ike_sa_spec sa = {
		.token = TOKEN, .inbound = true, .spi = SPI, .ifname = "tunnel1", .proxy = "lan",
		.encr = alg_encr_by_conf("aes-256-gcm"), .replay_window = 1024,
		.hard_seconds = 60,
	};

	sa.encr_key_n = (uint8_t)sa.encr->key_n;
	sa.salt_n = (uint8_t)sa.encr->salt_n;
	memset(sa.encr_key, 0x5a, sa.encr_key_n);
	sa.local.addr = address("192.0.2.1");
	sa.remote.addr = address("192.0.2.2");
	set_net(&sa.ts.local, "10.1.0.0", "10.1.0.255");
	set_net(&sa.ts.remote, "10.2.0.0", "10.2.0.255");
	return sa;
}

static void other_tunnel(struct ike_sa_spec *sa)
{
	sa->ifname = "tunnel9";
}

static void manual_tunnel(struct ike_sa_spec *sa)
{
	sa->ifname = "tunnel2";
	sa->proxy = "default";
}

static void link_of_host(struct ike_sa_spec *sa)
{
	sa->ifname = "lan0";
}

static void other_proxy(struct ike_sa_spec *sa)
{
	sa->proxy = "wan";
}

static void wide(struct ike_sa_spec *sa)
{
	set_net(&sa->ts.remote, "0.0.0.0", "255.255.255.255");
}

static void weak(struct ike_sa_spec *sa)
{
	sa->encr = alg_encr_by_conf("aes-128-gcm");
	sa->encr_key_n = (uint8_t)sa->encr->key_n;
}

static void stranger(struct ike_sa_spec *sa)
{
	sa->remote.addr = address("203.0.113.1");
}

static void reserved(struct ike_sa_spec *sa)
{
	sa->spi = 255;
}

static void manual_cookie(struct ike_sa_spec *sa)
{
	sa->token |= MANUAL_COOKIE;
}

static void for_ever(struct ike_sa_spec *sa)
{
	sa->hard_seconds = 0;
}

static void (*const forgeries[])(struct ike_sa_spec *sa) = {
	other_tunnel, manual_tunnel, link_of_host, other_proxy, wide, weak, stranger, reserved,
	manual_cookie, for_ever,
};

#define FORGERIES	(sizeof(forgeries) / sizeof(*forgeries))
#define FORGED		0x2000	/* tokens of theirs begin here */

static void wish(const struct ike_sa_spec *sa, enum msg_wish what)
{
	struct msg_sa msg;

	sa_msg_pack(sa, what, &msg);
	send_to(PARENT_END, MSG_SA, &msg, sizeof(msg));
}

static void do_own(const char *argument)
{
	struct ike_sa_spec sa = own();

	wish(&sa, strcmp(argument, "del") ? MSG_SA_ADD : MSG_SA_DEL);
}

/* An SA that stands, but is not of its making: one by hand, whose token it may have guessed. */
static void meddle(uint64_t token)
{
	struct ike_sa_spec sa = own();

	manual_tunnel(&sa);
	sa.token = token;
	sa.new_local.addr = sa.local.addr;
	sa.new_remote.addr = address("203.0.113.1");
	for (int i = 0; i < 4; i++) {
		sa.spi = i % 2 ? 0x2001 : 0x2002;
		sa.inbound = i / 2;
		wish(&sa, MSG_SA_MOVE);
		wish(&sa, MSG_SA_ACTIVATE);
		wish(&sa, MSG_SA_DEL);
	}
}

/* @argument: tokens of SAs that are not its. */
static void do_wishes(const char *argument)
{
	static const struct msg_place manual = { "tunnel2", "default" };
	const char *at = argument;

	for (size_t i = 0; i < FORGERIES; i++) {
		struct ike_sa_spec sa = own();

		sa.token = FORGED + i;
		forgeries[i](&sa);
		wish(&sa, MSG_SA_ADD);
	}
	while (*at) {
		char *end;

		meddle(strtoull(at, &end, 10));
		at = end;
	}
	send_to(PARENT_END, MSG_PROXY_FAIL, &manual, sizeof(manual));
}

static void do_flood(const char *argument)
{
	struct ike_sa_spec sa = own();

	(void)argument;
	manual_tunnel(&sa);
	for (unsigned int i = 0; i < FLOOD; i++)
		wish(&sa, i % 2 ? MSG_SA_ADD : MSG_SA_DEL);
	log_error(NULL, "captured: flood: %u", FLOOD);
}

/* --- messages that are not its to send --- */

static void do_forget(const char *argument)
{
	struct msg_auth_forget forget;

	(void)argument;
	for (forget.number = 0; forget.number < 8; forget.number++)
		send_to(auth_end(), MSG_AUTH_FORGET, &forget, sizeof(forget));
	log_error(NULL, "captured: forget: said to %s", auth_end() < 0 ? "nobody" : "auth");
}

static void do_rule(const char *argument)
{
	static const char body[sizeof(struct msg_sa) + 1];

	(void)argument;
	send_to(PARENT_END, MSG_SA, body, sizeof(body));
}

static const struct {
	const char *word;
	void (*what)(const char *argument);
} orders[] = {
	{ "files", try_files }, { "netlink", try_netlink }, { "ptrace", try_ptrace },
	{ "memory", try_memory }, { "signal", try_signal }, { "exec", try_exec },
	{ "own", do_own }, { "wishes", do_wishes }, { "flood", do_flood },
	{ "forget", do_forget }, { "rule", do_rule },
};

/* @text is "WORD ARGUMENT". */
static void obey(char *text)
{
	char *word = strsep(&text, " ");

	for (size_t i = 0; i < sizeof(orders) / sizeof(*orders); i++)
		if (!strcmp(word, orders[i].word)) {
			orders[i].what(text ? text : "");
			log_error(NULL, "captured: %s: it lives", word);
			return;
		}
	log_error(NULL, "captured: no order: %s", word);
}

/* The linker has both of each, by its option --wrap. */
void __wrap_ike_core_datagram(struct ike_core *core, ike_time now, const struct endpoint *local,
			      const struct endpoint *remote, struct bytes data);
void __real_ike_core_datagram(struct ike_core *core, ike_time now, const struct endpoint *local,
			      const struct endpoint *remote, struct bytes data);
void __wrap_ike_core_sa_result(struct ike_core *core, ike_time now, uint64_t token, bool inbound,
			       int error, const char *text);
void __real_ike_core_sa_result(struct ike_core *core, ike_time now, uint64_t token, bool inbound,
			       int error, const char *text);

void __wrap_ike_core_datagram(struct ike_core *core, ike_time now, const struct endpoint *local,
			      const struct endpoint *remote, struct bytes data)
{
	const size_t n = strlen(ORDER);
	char text[ORDER_ROOM] = "";

	if (data.n < n || data.n - n >= sizeof(text) || memcmp(data.p, ORDER, n) != 0) {
		__real_ike_core_datagram(core, now, local, remote, data);
		return;
	}
	memcpy(text, data.p + n, data.n - n);
	obey(text);
}

/* What became of do_wishes(). */
void __wrap_ike_core_sa_result(struct ike_core *core, ike_time now, uint64_t token, bool inbound,
			       int error, const char *text)
{
	static unsigned int answers, refusals;
	if ((token & ~MANUAL_COOKIE) - FORGED >= FORGERIES) {
		__real_ike_core_sa_result(core, now, token, inbound, error, text);
		return;
	}
	refusals += error == -EACCES;
	if (++answers == FORGERIES)
		log_error(NULL, "captured: wishes: %u of %u refused", refusals, answers);
}
