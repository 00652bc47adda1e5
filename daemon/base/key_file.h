/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks files that hold keys, and reads them. */
#ifndef PANTUN_BASE_KEY_FILE_H
#define PANTUN_BASE_KEY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* O_NONBLOCK: a FIFO must not make us wait. */
#define KEY_FILE_FLAGS	(O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

/*
 * Whether the open file may hold keys (for a symbolic link, its target): it must be a regular
 * file, owned by root or our user, with no access for group and others.  False with the reason and
 * the remedy in @why of @n octets.
 */
bool key_file_trusted(int fd, char *why, size_t n);
/*
 * Reads the rest of the file, at most @max octets, which the caller must wipe.  Returns the number
 * of octets, or -1 with errno set.
 */
ssize_t key_file_read(int fd, void *octets, size_t max);

#endif
