// SPDX-License-Identifier: GPL-2.0-or-later
#include "priv/group.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

/* Members of a group may give their own files to it: no capability is needed for that. */
static int join(gid_t gid)
{
	gid_t groups[NGROUPS_MAX + 1];
	int n = getgroups(NGROUPS_MAX, groups);

	if (n < 0)
		return -1;
	if (getegid() == gid)
		return 0;
	for (int i = 0; i < n; i++)
		if (groups[i] == gid)
			return 0;
	groups[n] = gid;
	return setgroups((size_t)n + 1, groups);
}

bool priv_join_group(const char *name, gid_t *gid)
{
	const struct group *group;

	*gid = PRIV_NO_GROUP;
	errno = 0;
	group = getgrnam(name ? name : PRIV_GROUP);
	if (!group) {
		if (!name)
			return true;
		log_error(NULL, "there is no group \"%s\"; \"addgroup --system %s\" makes it", name,
			  name);
		return false;
	}
	if (!join(group->gr_gid)) {
		*gid = group->gr_gid;
		return true;
	}
	if (name) {
		log_error(NULL, "group %s cannot be joined, which needs CAP_SETGID: %s", name,
			  strerror(errno));
		return false;
	}
	log_warning(NULL, "only root may look, as group " PRIV_GROUP " cannot be joined, which "
		    "needs CAP_SETGID: %s", strerror(errno));
	return true;
}
