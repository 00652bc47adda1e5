/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which files may hold keys, and their octets. */
#ifndef PANTUN_BASE_KEY_FILE_H
#define PANTUN_BASE_KEY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* O_NONBLOCK: a FIFO must not make us wait. */
#define KEY_FILE_FLAGS	(O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

/*
 * Whether the open file, which is what a symbolic link leads to, may hold keys: a regular one,
 * of root or of our user, that gives group and others no access.  False with the reason and the
 * remedy in @why of @n octets.
 */
bool key_file_trusted(int fd, char *why, size_t n);
/* Octets of the file from here on, @max at the most, which the caller wipes; -1 with errno. */
ssize_t key_file_read(int fd, void *octets, size_t max);

#endif
