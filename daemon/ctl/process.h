/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process of the daemon, as "pantunctl show daemon" has it. */
#ifndef PANTUN_CTL_PROCESS_H
#define PANTUN_CTL_PROCESS_H

#include <jansson.h>

#include "ctl/ctl.h"

/*
 * Reports the daemon's facts about the process, and its user, capabilities, threads and memory
 * from /proc/PID/status; without the latter if the process has ended or is hidden from us.  NULL:
 * out of memory.
 */
json_t *process_json(const struct ctl_process *process);

#endif
