/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The group whose members may look at what the daemon does. */
#ifndef PANTUN_PRIV_GROUP_H
#define PANTUN_PRIV_GROUP_H

#include <stdbool.h>
#include <sys/types.h>

#define PRIV_GROUP	"pantun"
#define PRIV_NO_GROUP	((gid_t)-1)

/*
 * Looks up the group @name and makes the process a member of it, so that it can give its files
 * to the group later, when it has no capability for that.  Call it before priv_drop().  With
 * NULL for @name it is PRIV_GROUP, and no error where there is no such group or it cannot be
 * joined: @gid is PRIV_NO_GROUP then.  False with a log line.
 */
bool priv_join_group(const char *name, gid_t *gid);

#endif
