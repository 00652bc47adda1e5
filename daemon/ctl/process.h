/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process of the daemon, as "pantunctl show daemon" has it. */
#ifndef PANTUN_CTL_PROCESS_H
#define PANTUN_CTL_PROCESS_H

#include <jansson.h>

#include "ctl/ctl.h"

/*
 * Reports the daemon's facts about the process, its capabilities, and its user, threads and
 * memory from /proc/PID/status; without the latter where that is neither open nor to be seen, as it
 * is of a process that is not dumpable where systemd's ProtectProc= has it so.  One that has ended
 * has none of these.  NULL: out of memory.
 */
json_t *process_json(const struct ctl_process *process);

#endif
