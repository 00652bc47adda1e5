// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/key_file.h"
#include "conf/keyfile.h"

static struct secret *take(int fd, size_t max, char *why, size_t n)
{
	uint8_t octets[SECRET_MAX];
	/* One octet more than a key may have tells that it is too long. */
	ssize_t got = key_file_read(fd, octets, sizeof(octets));
	struct secret *secret = NULL;
	size_t length = got > 0 ? (size_t)got : 0;

	if (length && octets[length - 1] == '\n')
		length--;
	if (length && octets[length - 1] == '\r')
		length--;
	if (got < 0) {
		snprintf(why, n, "%s", strerror(errno));
	} else if (!length || length > max) {
		snprintf(why, n, length ? "longer than %zu octets" : "empty", max);
	} else {
		secret = secret_new(bytes_of(octets, length));
		if (!secret)
			snprintf(why, n, "out of memory");
	}
	secret_wipe(octets, sizeof(octets));
	return secret;
}

static struct secret *read_path(const char *path, size_t max, char *why, size_t n)
{
	struct secret *secret = NULL;
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
	if (key_file_trusted(fd, why, n))
		secret = take(fd, max, why, n);
	close(fd);
	return secret;
}

static struct secret *read_as(const char *leaf, const struct tree_value *value, size_t max,
			      struct conf_report *report)
{
	char why[160];
	struct secret *secret = read_path(value->text, max, why, sizeof(why));

	if (!secret)
		conf_error(report, value->at, "%s %s: %s", leaf, value->text, why);
	return secret;
}

struct secret *keyfile_read(const struct tree_value *value, size_t max,
			    struct conf_report *report)
{
	return read_as("key-file", value, max, report);
}

struct secret *keyfile_read_passphrase(const struct tree_value *value, struct conf_report *report)
{
	return read_as("passphrase-file", value, KEYFILE_MAX, report);
}
