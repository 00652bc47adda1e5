// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/run_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

#define DIR_MODE	0755
#define EMPTY		"empty"
#define EMPTY_MODE	0555

/* Anyone may enter; the socket's own mode says who may use it. */
static int make_dir(const char *dir)
{
	mode_t mask = umask(0777 & ~DIR_MODE);
	int status = mkdir(dir, DIR_MODE);

	umask(mask);
	return status && errno != EEXIST ? -1 : 0;
}

int run_dir_lock(const char *socket)
{
	char path[PATH_MAX];
	const char *dir;
	int fd = -1;

	snprintf(path, sizeof(path), "%s", socket);
	dir = dirname(path);
	if (!make_dir(dir))
		fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB))
		return fd;
	if (errno == EWOULDBLOCK)
		log_error(NULL, "another pantund runs already: it holds %s", dir);
	else
		log_error(NULL, "%s: %s", dir, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

int run_dir_empty(int run_dir)
{
	int fd = -1;

	/* A daemon that was killed at this point may have left one. */
	if (!mkdirat(run_dir, EMPTY, EMPTY_MODE) || errno == EEXIST)
		fd = openat(run_dir, EMPTY, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && !fchmod(fd, EMPTY_MODE) && !unlinkat(run_dir, EMPTY, AT_REMOVEDIR))
		return fd;
	log_error(NULL, "no empty directory can be made in that of the control socket: %s",
		  strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}
