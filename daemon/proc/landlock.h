/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Landlock: what a process forbids itself, without any privilege. */
#ifndef PANTUN_PROC_LANDLOCK_H
#define PANTUN_PROC_LANDLOCK_H

#include <stdbool.h>

/*
 * From now on this thread, and those that it starts, can open, list, make, change and execute no
 * file, and have no TCP; signals and abstract sockets of other processes are out of reach, as far
 * as the kernel knows of these.  Needs no_new_privs.  0, or -1 with errno set: ENOSYS or
 * EOPNOTSUPP where the kernel has no Landlock.
 */
int landlock_close(void);
/* Whether the kernel has it. */
bool landlock_there(void);

#endif
