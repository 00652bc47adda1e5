// SPDX-License-Identifier: GPL-2.0-or-later
#include "proc/confine.h"

#include <cap-ng.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "proc/calls.h"

#define FDS_MOST	64	/* descriptors; more than any process has */
#define FETCH_THREADS	64	/* which look names up */

/* The sanitizers make calls of their own. */
#ifdef __SANITIZE_ADDRESS__
#define SANITIZED	true
#else
#define SANITIZED	false
#endif

static bool say_failed(enum msg_role role, const char *what)
{
	log_error(NULL, "process %s: %s: %s", msg_role_name(role), what, strerror(errno));
	return false;
}

static bool limit(int what, rlim_t most)
{
	const struct rlimit limits = { .rlim_cur = most, .rlim_max = most };
	struct rlimit old;

	return !getrlimit((__rlimit_resource_t)what, &old) &&
	       (old.rlim_max < most || !setrlimit((__rlimit_resource_t)what, &limits));
}

/* The working directory would lead out of a new root. */
static bool change_root(const char *root)
{
	if (!capng_have_capability(CAPNG_EFFECTIVE, CAP_SYS_CHROOT))
		return true;
	return !chroot(root) && !chdir("/");
}

static bool drop_capabilities(void)
{
	bool bounded = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);

	capng_clear(CAPNG_SELECT_BOTH);
	return !capng_apply(bounded ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS);
}

bool confine(enum msg_role role, const struct confine *how)
{
	pid_t parent = getppid();

	if (how->lock && mlockall(MCL_CURRENT))
		log_warning(NULL, "process %s: its memory may be swapped out, as it cannot be "
			    "locked: %s", msg_role_name(role), strerror(errno));
	if (!change_root(how->root))
		return say_failed(role, how->root);
	if (!limit(RLIMIT_CORE, 0) || !limit(RLIMIT_FSIZE, 0) || !limit(RLIMIT_NOFILE, FDS_MOST))
		return say_failed(role, "resource limits");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return say_failed(role, "no-new-privs");
	if (!drop_capabilities())
		return say_failed(role, "capabilities cannot be dropped");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return say_failed(role, "core dumps cannot be turned off");
	/* A change of credentials has undone it. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		return say_failed(role, "the parent has ended");
	return true;
}

bool confine_calls(enum msg_role role, const struct confine *how)
{
	if (!limit(RLIMIT_NPROC, role == MSG_FETCH ? FETCH_THREADS : 0))
		return say_failed(role, "resource limits");
	return how->all_calls || SANITIZED || calls_limit(role);
}
