// SPDX-License-Identifier: GPL-2.0-or-later
#include "priv/user.h"

#include <pwd.h>
#include <stddef.h>

#define NOBODY	65534	/* what the kernel has for users that it cannot name */

struct priv_user priv_user(void)
{
	const struct passwd *user = getpwnam(PRIV_USER);

	if (!user || !user->pw_uid)
		return (struct priv_user){ .uid = NOBODY, .gid = NOBODY };
	return (struct priv_user){ .uid = user->pw_uid, .gid = user->pw_gid };
}
