/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/PID/status of a process that /proc hides from its parent later, as systemd's ProtectProc=
 * has it for all that are not dumpable: it opens the file itself before it becomes one of them, and
 * hands that over.  Who has it open may go on reading it.
 */
#ifndef PANTUN_PROC_STATUS_H
#define PANTUN_PROC_STATUS_H

#include <stdbool.h>

/* A way for that: ends[0] is the parent's.  False with errno set. */
bool status_way(int ends[2]);
/* Between fork and exec: async-signal-safe.  A failure is not told: the file is missing then. */
void status_hand_over(int to);
/* The file, for the caller to close; -1: it has not come.  Does not wait. */
int status_take(int from);

#endif
