// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/token_key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/key_file.h"
#include "base/log.h"
#include "base/secret.h"
#include "crypto/rand.h"

#define NAME		"restart.key"
#define NEW_NAME	NAME ".new"
#define DIR_MODE	0700
#define FILE_MODE	0600
#define WHY_ROOM	160

static int open_state(const char *path)
{
	if (mkdir(path, DIR_MODE) && errno != EEXIST)
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Any other length is not ours: whoever wrote that knows it, perhaps. */
static bool read_key(int fd, uint8_t key[IKE_TOKEN_KEY_N], char why[WHY_ROOM])
{
	uint8_t octets[IKE_TOKEN_KEY_N + 1];
	ssize_t n;
	bool good;

	if (!key_file_trusted(fd, why, WHY_ROOM))
		return false;
	n = key_file_read(fd, octets, sizeof(octets));
	good = n == IKE_TOKEN_KEY_N;
	if (good)
		memcpy(key, octets, IKE_TOKEN_KEY_N);
	else
		snprintf(why, WHY_ROOM, "%s", n < 0 ? strerror(errno) : "it has another length");
	secret_wipe(octets, sizeof(octets));
	return good;
}

/* It is whole, or not there at all, whenever we are killed, or the host is. */
static bool write_key(int dir, const uint8_t key[IKE_TOKEN_KEY_N], char why[WHY_ROOM])
{
	struct stat st;
	bool good;
	int fd;

	unlinkat(dir, NEW_NAME, 0);
	fd = openat(dir, NEW_NAME, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	/* Root may run what the daemon's user runs tomorrow, who is to read it. */
	good = fd >= 0 && write(fd, key, IKE_TOKEN_KEY_N) == IKE_TOKEN_KEY_N && !fstat(dir, &st) &&
	       (st.st_uid == geteuid() || !fchown(fd, st.st_uid, st.st_gid)) && !fsync(fd) &&
	       !renameat(dir, NEW_NAME, dir, NAME) && !fsync(dir);
	if (!good)
		snprintf(why, WHY_ROOM, "%s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return good;
}

/* True: @key is the one in the file, which is made where it is missing. */
static bool keep(const char *path, uint8_t key[IKE_TOKEN_KEY_N], char why[WHY_ROOM])
{
	int dir = open_state(path);
	bool good;
	int fd;

	if (dir < 0) {
		snprintf(why, WHY_ROOM, "%s", strerror(errno));
		return false;
	}
	fd = openat(dir, NAME, KEY_FILE_FLAGS | O_NOFOLLOW);
	if (fd >= 0) {
		good = read_key(fd, key, why);
		close(fd);
	} else if (errno == ENOENT) {
		good = write_key(dir, key, why);
	} else {
		snprintf(why, WHY_ROOM, "%s", strerror(errno));
		good = false;
	}
	close(dir);
	return good;
}

bool token_key_load(const char *dir, uint8_t key[IKE_TOKEN_KEY_N])
{
	char why[WHY_ROOM];

	if (crypto_random_os(NULL, key, IKE_TOKEN_KEY_N)) {
		log_error(NULL, "no randomness");
		return false;
	}
	if (dir && !keep(dir, key, why))
		log_warning(NULL, "%s/" NAME ": %s; peers will not notice a restart of the daemon "
				  "at once", dir, why);
	return true;
}
