// SPDX-License-Identifier: GPL-2.0-or-later
#include "priv/drop.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/caps.h"
#include "base/log.h"

#define LOCKED_MOST	(64UL << 20)	/* octets of memory that `auth` may lock */

bool priv_harden(void)
{
	const struct rlimit none = { 0, 0 }, lock = { LOCKED_MOST, LOCKED_MOST };

	/* For `auth`, which may not raise it any more.  In a unit LimitMEMLOCK= does. */
	setrlimit(RLIMIT_MEMLOCK, &lock);
	if (!setrlimit(RLIMIT_CORE, &none) && !prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return true;
	log_error(NULL, "core dumps cannot be turned off: %s", strerror(errno));
	return false;
}

/* What starting a process takes: an empty root, another user, no bounding set. */
#define TO_START	(CAPS(CAP_SYS_CHROOT) | CAPS(CAP_SETUID) | CAPS(CAP_SETGID) | \
			 CAPS(CAP_SETPCAP))
/*
 * Root ends its processes, which are another user's, and reads what belongs to PRIV_USER, as the
 * unit has it.
 */
#define TO_WORK		(CAPS(CAP_NET_ADMIN) | CAPS(CAP_KILL) | CAPS(CAP_DAC_READ_SEARCH))

/*
 * Who has nothing else to drop makes no call for it: a service manager may have forbidden that.
 * Those for a start are permitted and inherited, but of no effect here.
 */
static bool drop_others(void)
{
	struct caps caps;

	if (caps_get(&caps) || !(caps.permitted & CAPS(CAP_NET_ADMIN)))
		return false;
	if (caps_effective(CAP_SETPCAP) && caps_bound(TO_START | TO_WORK))
		return false;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))
		return false;
	if (caps.permitted == CAPS(CAP_NET_ADMIN))
		return true;
	caps.permitted &= TO_START | TO_WORK;
	caps.effective = caps.permitted & TO_WORK;
	caps.inheritable = caps.permitted & TO_START;
	return !caps_set(&caps);
}

bool priv_drop(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
		log_error(NULL, "no-new-privs: %s", strerror(errno));
		return false;
	}
	if (drop_others())
		return true;
	log_error(NULL, "capabilities cannot be dropped; CAP_NET_ADMIN is needed: run as root");
	return false;
}
