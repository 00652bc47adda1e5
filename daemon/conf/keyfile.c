// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/keyfile.h"

/* Looks at the open file, which is what a symbolic link leads to. */
bool keyfile_trusted(int fd, char *why, size_t n)
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
	if (st.st_uid != 0 && st.st_uid != geteuid()) {
		snprintf(why, n, "belongs to user %u: chown it to root", st.st_uid);
		return false;
	}
	return true;
}

/* Octets of the file, or -1; one more than a key may have tells that it is too long. */
static ssize_t read_all(int fd, uint8_t *p, size_t max)
{
	ssize_t got;
	size_t n = 0;

	while (n < max) {
		got = read(fd, p + n, max - n);
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

static bool take(int fd, struct secret *secret, char *why, size_t n)
{
	ssize_t got = read_all(fd, secret->b, SECRET_MAX);

	if (got < 0) {
		snprintf(why, n, "%s", strerror(errno));
		return false;
	}
	secret->n = (size_t)got;
	if (secret->n && secret->b[secret->n - 1] == '\n')
		secret->n--;
	if (secret->n && secret->b[secret->n - 1] == '\r')
		secret->n--;
	if (!secret->n || secret->n > KEYFILE_MAX) {
		snprintf(why, n, secret->n ? "longer than %d octets" : "empty", KEYFILE_MAX);
		return false;
	}
	return true;
}

static struct secret *read_path(const char *path, char *why, size_t n)
{
	struct secret *secret;
	int fd;

	if (path[0] != '/') {
		snprintf(why, n, "not an absolute path");
		return NULL;
	}
	/* A FIFO must not make the daemon wait. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		snprintf(why, n, "%s", strerror(errno));
		return NULL;
	}
	secret = calloc(1, sizeof(*secret));
	if (!secret)
		snprintf(why, n, "out of memory");
	if (secret && (!keyfile_trusted(fd, why, n) || !take(fd, secret, why, n))) {
		secret_free(secret);
		secret = NULL;
	}
	close(fd);
	return secret;
}

struct secret *keyfile_read(const struct tree_value *value, struct conf_report *report)
{
	char why[160];
	struct secret *secret = read_path(value->text, why, sizeof(why));

	if (!secret)
		conf_error(report, value->at, "key-file %s: %s", value->text, why);
	return secret;
}
