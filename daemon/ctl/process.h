/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process of the daemon, as "pantunctl show daemon" has it. */
#ifndef PANTUN_CTL_PROCESS_H
#define PANTUN_CTL_PROCESS_H

#include <jansson.h>

#include "ctl/ctl.h"

/*
 * What the daemon knows of it, and what /proc/PID/status says of its user, capabilities, threads
 * and memory; without these where it has ended or its pid is 0.  NULL on lack of memory.
 */
json_t *process_json(const struct ctl_process *process);

#endif
