// SPDX-License-Identifier: GPL-2.0-or-later
#include "proc/confine.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/caps.h"
#include "base/log.h"
#include "proc/calls.h"
#include "proc/landlock.h"

#define FDS_MOST	64	/* descriptors; more than any process needs */

/* Sanitizers make system calls of their own. */
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

bool confine_possible(void)
{
	if (caps_effective(CAP_SYS_CHROOT) || landlock_there())
		return true;
	log_error(NULL, "nothing would keep the other processes from files: run as root or with "
		  "CAP_SYS_CHROOT, or boot a kernel that has Landlock; \"--single\" does without");
	return false;
}

/* chdir() as well, or the working directory would lead out of the new root. */
static bool change_root(int root)
{
	if (root < 0) {
		errno = EBADF;
		return false;
	}
	return !fchdir(root) && !chroot(".") && !chdir("/") && !close(root);
}

static bool leave_files(enum msg_role role, const struct confine *how)
{
	bool rooted = caps_effective(CAP_SYS_CHROOT);

	if (rooted && !change_root(how->root))
		return say_failed(role, "an empty root");
	if (!rooted && how->root >= 0)
		close(how->root);
	if (!landlock_close(role == MSG_FETCH) || rooted)
		return true;
	if (errno != ENOSYS && errno != EOPNOTSUPP)
		return say_failed(role, "Landlock");
	return confine_possible();
}

static bool change_user(const struct confine *how)
{
	if (geteuid() != 0 || !caps_effective(CAP_SETUID) || !caps_effective(CAP_SETGID))
		return true;
	return !setgroups(0, NULL) && !setresgid(how->gid, how->gid, how->gid) &&
	       !setresuid(how->uid, how->uid, how->uid);
}

/* Make no call if there are none: a service manager may have forbidden the call. */
static bool drop_capabilities(void)
{
	const struct caps none = { 0 };
	struct caps caps;

	return !caps_get(&caps) &&
	       (!(caps.permitted | caps.inheritable) || !caps_set(&none));
}

bool confine(enum msg_role role, const struct confine *how)
{
	pid_t parent = getppid();

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return say_failed(role, "no-new-privs");
	if (!leave_files(role, how))
		return false;
	if (caps_effective(CAP_SETPCAP) && caps_bound(0))
		return say_failed(role, "the bounding set of capabilities cannot be emptied");
	if (!change_user(how))
		return say_failed(role, "it cannot turn into another user");
	if (!drop_capabilities())
		return say_failed(role, "capabilities cannot be dropped");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return say_failed(role, "core dumps cannot be turned off");
	/* Changing credentials has cleared it. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		return say_failed(role, "the parent has ended");
	/* Writes to a log file now fail instead of killing us. */
	signal(SIGXFSZ, SIG_IGN);
	if (!limit(RLIMIT_CORE, 0) || !limit(RLIMIT_FSIZE, 0) || !limit(RLIMIT_NOFILE, FDS_MOST))
		return say_failed(role, "resource limits");
	return true;
}

bool confine_calls(enum msg_role role)
{
	if (!limit(RLIMIT_NPROC, 0))
		return say_failed(role, "resource limits");
	return SANITIZED || calls_limit(role);
}
