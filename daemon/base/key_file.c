// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/key_file.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAEMON	"pantun"	/* the user of pantund's unit */

/* Root, who may check or use the daemon's keys, also trusts the daemon's user. */
static bool owner_trusted(uid_t uid)
{
	const struct passwd *daemon;

	if (uid == 0 || uid == geteuid())
		return true;
	daemon = geteuid() == 0 ? getpwnam(DAEMON) : NULL;
	return daemon && daemon->pw_uid == uid;
}

bool key_file_trusted(int fd, char *why, size_t n)
{
	struct stat st;

	if (fstat(fd, &st)) {
		snprintf(why, n, "%s", strerror(errno));
		return false;
	}
	if (!S_ISREG(st.st_mode)) {
		snprintf(why, n, "not a regular file");
		return false;
	}
	if (st.st_mode & (S_IRWXG | S_IRWXO)) {
		snprintf(why, n, "group or others have access (mode %04o): chmod 600 it",
			 st.st_mode & 07777U);
		return false;
	}
	if (!owner_trusted(st.st_uid)) {
		snprintf(why, n, "belongs to user %u: chown it to %s or root", st.st_uid, DAEMON);
		return false;
	}
	return true;
}

ssize_t key_file_read(int fd, void *octets, size_t max)
{
	size_t n = 0;

	while (n < max) {
		ssize_t got = read(fd, (char *)octets + n, max - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	return (ssize_t)n;
}
