// SPDX-License-Identifier: GPL-2.0-or-later
#include "priv/drop.h"

#include <cap-ng.h>
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

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

/* All but @keep, which is -1 or a capability. */
static bool drop_but(int keep)
{
	bool bounded;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
		log_error(NULL, "no-new-privs: %s", strerror(errno));
		return false;
	}
	/* The bounding set may be changed by who has CAP_SETPCAP only. */
	bounded = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
	capng_clear(CAPNG_SELECT_BOTH);
	if (keep >= 0)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, (unsigned int)keep);
	return !capng_apply(bounded ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS);
}

bool priv_drop(void)
{
	if (drop_but(CAP_NET_ADMIN))
		return true;
	log_error(NULL, "capabilities cannot be dropped; CAP_NET_ADMIN is needed: run as root");
	return false;
}
