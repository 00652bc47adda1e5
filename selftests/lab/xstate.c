// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lets User-Mode Linux 6.12 run on CPUs with AMX; guest.sh preloads it.
 *
 * That kernel saves and restores the extended registers of its processes in a buffer
 * of 2,696 octets, which was enough for all CPUs once.  The host gives less than it has
 * when asked to, but takes the whole state alone; without this no process starts where
 * the state is larger.  What is cut off are the registers of AMX, which no process has
 * without asking the host for them.
 */
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define STATE_MAX	65536
#define COMPONENTS_AT	512	/* where the state says which components it has */
#define COMPONENTS	0x3ff	/* those that fit: all up to PKRU */

static uint8_t state[STATE_MAX];	/* the caller has one thread */
static size_t state_len;		/* what the host has; the kernel asks for it first */

static long get_state(pid_t pid, struct iovec *wanted)
{
	struct iovec whole = { state, sizeof(state) };
	long err = syscall(SYS_ptrace, PTRACE_GETREGSET, pid, NT_X86_XSTATE, &whole);

	if (err)
		return err;
	state_len = whole.iov_len;
	if (wanted->iov_len > state_len)
		wanted->iov_len = state_len;
	memcpy(wanted->iov_base, state, wanted->iov_len);
	return 0;
}

/* Of components that it is said not to have, the rest of the state is of no meaning. */
static long set_state(pid_t pid, const struct iovec *given)
{
	struct iovec whole = { state, state_len };
	uint64_t components;

	memcpy(state, given->iov_base, given->iov_len < state_len ? given->iov_len : state_len);
	memcpy(&components, state + COMPONENTS_AT, sizeof(components));
	components &= COMPONENTS;
	memcpy(state + COMPONENTS_AT, &components, sizeof(components));
	return syscall(SYS_ptrace, PTRACE_SETREGSET, pid, NT_X86_XSTATE, &whole);
}

/* Instead of the C library's. */
long ptrace(enum __ptrace_request request, ...)
{
	static long (*real)(enum __ptrace_request request, ...);
	void *addr, *data;
	va_list args;
	pid_t pid;

	va_start(args, request);
	pid = va_arg(args, pid_t);
	addr = va_arg(args, void *);
	data = va_arg(args, void *);
	va_end(args);
	if (request == PTRACE_GETREGSET && addr == (void *)NT_X86_XSTATE)
		return get_state(pid, data);
	if (request == PTRACE_SETREGSET && addr == (void *)NT_X86_XSTATE)
		return set_state(pid, data);
	if (!real)
		real = (long (*)(enum __ptrace_request request, ...))dlsym(RTLD_NEXT, "ptrace");
	return real(request, pid, addr, data);
}
