// SPDX-License-Identifier: GPL-2.0-or-later
#include "proc/calls.h"

#include <errno.h>
#include <linux/sockios.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

#define IKE	(1U << MSG_IKE)
#define AUTH	(1U << MSG_AUTH)
#define FETCH	(1U << MSG_FETCH)
#define EACH	(IKE | AUTH | FETCH)
#define TYPE	0xf	/* of a socket; the rest are flags such as SOCK_CLOEXEC */

struct call {
	unsigned int roles;
	int number;
	unsigned int n;		/* conditions on arguments */
	struct scmp_arg_cmp args[2];
};

/* Conditions on the argument of that index. */
#define IS(index, value) \
	{ .arg = (index), .op = SCMP_CMP_EQ, .datum_a = (scmp_datum_t)(value) }
#define HAS(index, mask, value) \
	{ .arg = (index), .op = SCMP_CMP_MASKED_EQ, .datum_a = (mask), .datum_b = (value) }
#define NO_EXEC(role, call) \
	{ .roles = (role), .number = SCMP_SYS(call), .n = 1, .args = { HAS(2, PROT_EXEC, 0) } }

static const struct call allowed[] = {
	/* The channels, and the sockets that it was given. */
	{ .roles = EACH, .number = SCMP_SYS(recvmsg) },
	{ .roles = EACH, .number = SCMP_SYS(sendmsg) },
	/* A descriptor in a message: a duplicate while it waits, closed after. */
	{ .roles = EACH, .number = SCMP_SYS(fcntl) },
	{ .roles = EACH, .number = SCMP_SYS(close) },
	/* The event loop, and what wakes it up from another thread. */
	{ .roles = EACH, .number = SCMP_SYS(epoll_wait) },
	{ .roles = EACH, .number = SCMP_SYS(epoll_pwait) },
	{ .roles = EACH, .number = SCMP_SYS(epoll_pwait2) },
	{ .roles = EACH, .number = SCMP_SYS(epoll_ctl) },
	{ .roles = EACH, .number = SCMP_SYS(timerfd_settime) },
	{ .roles = EACH, .number = SCMP_SYS(read) },
	/* Standard error, for the last words of an assertion. */
	{ .roles = EACH, .number = SCMP_SYS(write) },
	{ .roles = EACH, .number = SCMP_SYS(writev) },
	/* malloc(); stacks of threads are given back. */
	{ .roles = EACH, .number = SCMP_SYS(brk) },
	NO_EXEC(EACH, mmap),
	NO_EXEC(EACH, mprotect),
	{ .roles = EACH, .number = SCMP_SYS(munmap) },
	{ .roles = EACH, .number = SCMP_SYS(mremap) },
	{ .roles = EACH, .number = SCMP_SYS(madvise) },
	/* How many arenas malloc() may make. */
	{ .roles = EACH, .number = SCMP_SYS(sched_getaffinity) },
	/* qsort() asks how much memory there is before it takes some. */
	{ .roles = EACH, .number = SCMP_SYS(sysinfo) },
	/* A thread that was started before the list was set, and begins after. */
	{ .roles = EACH, .number = SCMP_SYS(set_robust_list) },
	{ .roles = EACH, .number = SCMP_SYS(rseq) },
	/* Locks between threads, libcrypto's among them. */
	{ .roles = EACH, .number = SCMP_SYS(futex) },
	{ .roles = EACH, .number = SCMP_SYS(sched_yield) },
	/* Time, where the vDSO cannot tell it. */
	{ .roles = EACH, .number = SCMP_SYS(clock_gettime) },
	{ .roles = EACH, .number = SCMP_SYS(gettimeofday) },
	{ .roles = EACH, .number = SCMP_SYS(time) },
	{ .roles = EACH, .number = SCMP_SYS(restart_syscall) },
	/* Keys and nonces; libcrypto seeds itself anew after a fork, of which this tells. */
	{ .roles = EACH, .number = SCMP_SYS(getrandom) },
	{ .roles = EACH, .number = SCMP_SYS(getpid) },
	{ .roles = EACH, .number = SCMP_SYS(gettid) },
	/* The end: exit(), and abort(). */
	{ .roles = EACH, .number = SCMP_SYS(exit) },
	{ .roles = EACH, .number = SCMP_SYS(exit_group) },
	{ .roles = EACH, .number = SCMP_SYS(rt_sigprocmask) },
	{ .roles = EACH, .number = SCMP_SYS(rt_sigreturn) },

	/* Several datagrams at a time. */
	{ .roles = IKE, .number = SCMP_SYS(recvmmsg) },
	/* The source address that the routes give to packets for a peer: connect() of a socket
	 * that it was given for this, and that sends nothing. */
	{ .roles = IKE, .number = SCMP_SYS(connect) },
	{ .roles = IKE, .number = SCMP_SYS(getsockname) },
	/* The name of the link of a link-local address, for the log. */
	{ .roles = IKE | FETCH, .number = SCMP_SYS(socket), .n = 2,
	  .args = { IS(0, AF_INET6), HAS(1, TYPE, SOCK_DGRAM) } },
	{ .roles = IKE | FETCH, .number = SCMP_SYS(ioctl), .n = 1,
	  .args = { IS(1, SIOCGIFNAME) } },

	/* Questions to name servers, from a socket for each of them; over IPv6 as above. */
	{ .roles = FETCH, .number = SCMP_SYS(socket), .n = 2,
	  .args = { IS(0, AF_INET), HAS(1, TYPE, SOCK_DGRAM) } },
	{ .roles = FETCH, .number = SCMP_SYS(sendto) },
	{ .roles = FETCH, .number = SCMP_SYS(recvfrom) },
	/* Connections to web servers, and what libcurl asks of them. */
	{ .roles = FETCH, .number = SCMP_SYS(socket), .n = 2,
	  .args = { IS(0, AF_INET), HAS(1, TYPE, SOCK_STREAM) } },
	{ .roles = FETCH, .number = SCMP_SYS(socket), .n = 2,
	  .args = { IS(0, AF_INET6), HAS(1, TYPE, SOCK_STREAM) } },
	{ .roles = FETCH, .number = SCMP_SYS(connect) },
	{ .roles = FETCH, .number = SCMP_SYS(getsockname) },
	{ .roles = FETCH, .number = SCMP_SYS(getpeername) },
	{ .roles = FETCH, .number = SCMP_SYS(getsockopt) },
	{ .roles = FETCH, .number = SCMP_SYS(setsockopt) },
	{ .roles = FETCH, .number = SCMP_SYS(shutdown) },
	{ .roles = FETCH, .number = SCMP_SYS(poll) },
};

/* Libraries look for their configuration, time zones and the like, and do without. */
static const int denied[] = {
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(openat2), SCMP_SYS(access), SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(fstat),
	SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
};

static int add_rules(scmp_filter_ctx filter, enum msg_role role)
{
	const struct scmp_arg_cmp own = IS(0, getpid());
	/* A rule without a condition would take the place of the row above that has one. */
	const struct scmp_arg_cmp other = { .arg = 1, .op = SCMP_CMP_NE, .datum_a = SIOCGIFNAME };
	int status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, own);

	if (!status)
		status = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(ioctl),
						role != MSG_AUTH, &other);
	for (size_t i = 0; !status && i < sizeof(allowed) / sizeof(*allowed); i++)
		if (allowed[i].roles & 1U << role)
			status = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, allowed[i].number,
							allowed[i].n, allowed[i].args);
	for (size_t i = 0; !status && i < sizeof(denied) / sizeof(*denied); i++)
		status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), denied[i], 0);
	return status;
}

bool calls_limit(enum msg_role role)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int status = filter ? 0 : -ENOMEM;

	if (!status)
		status = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (!status)
		status = add_rules(filter, role);
	if (!status)
		status = seccomp_load(filter);
	if (filter)
		seccomp_release(filter);
	if (!status)
		return true;
	log_error(NULL, "process %s: its system calls cannot be limited: %s; \"--single\" does "
		  "without", msg_role_name(role), strerror(-status));
	return false;
}
