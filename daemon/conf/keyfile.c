// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/key_file.h"
#include "conf/keyfile.h"

static bool take(int fd, size_t max, struct secret *secret, char *why, size_t n)
{
	/* One octet more than a key may have tells that it is too long. */
	ssize_t got = key_file_read(fd, secret->b, SECRET_MAX);

	if (got < 0) {
		snprintf(why, n, "%s", strerror(errno));
		return false;
	}
	secret->n = (size_t)got;
	if (secret->n && secret->b[secret->n - 1] == '\n')
		secret->n--;
	if (secret->n && secret->b[secret->n - 1] == '\r')
		secret->n--;
	if (!secret->n || secret->n > max) {
		snprintf(why, n, secret->n ? "longer than %zu octets" : "empty", max);
		return false;
	}
	return true;
}

static struct secret *read_path(const char *path, size_t max, char *why, size_t n)
{
	struct secret *secret;
	int fd;

	if (path[0] != '/') {
		snprintf(why, n, "not an absolute path");
		return NULL;
	}
	fd = open(path, KEY_FILE_FLAGS);
	if (fd < 0) {
		snprintf(why, n, "%s%s", strerror(errno), errno == EACCES ?
			 ": chown it to the user that pantund runs as" : "");
		return NULL;
	}
	secret = calloc(1, sizeof(*secret));
	if (!secret)
		snprintf(why, n, "out of memory");
	if (secret && (!key_file_trusted(fd, why, n) || !take(fd, max, secret, why, n))) {
		secret_free(secret);
		secret = NULL;
	}
	close(fd);
	return secret;
}

struct secret *keyfile_read(const struct tree_value *value, size_t max,
			    struct conf_report *report)
{
	char why[160];
	struct secret *secret = read_path(value->text, max, why, sizeof(why));

	if (!secret)
		conf_error(report, value->at, "key-file %s: %s", value->text, why);
	return secret;
}
