/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Landlock: a process restricts itself, without any privilege. */
#ifndef PANTUN_PROC_LANDLOCK_H
#define PANTUN_PROC_LANDLOCK_H

#include <stdbool.h>

/*
 * From now on this thread, and threads it starts, cannot open, list, create, change or execute
 * files, nor use TCP unless @tcp.  It cannot reach signals and abstract sockets of other processes
 * either, where the kernel's Landlock knows these.  Needs no_new_privs.  Returns 0, or -1 with
 * errno set: ENOSYS or EOPNOTSUPP if the kernel has no Landlock.
 */
int landlock_close(bool tcp);
/* Whether the kernel has it. */
bool landlock_there(void);

#endif
