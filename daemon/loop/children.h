/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes `ike` and `auth`, which the parent starts, and restarts when they die.  Meanwhile
 * the kernel's SAs carry packets, and a new `ike` adopts them as a new daemon would.  With
 * --single both run in the parent's process and event loop, over the same messages.
 */
#ifndef PANTUN_LOOP_CHILDREN_H
#define PANTUN_LOOP_CHILDREN_H

#include <stdbool.h>

#include "msg/chan.h"

struct ctl_process;
struct daemon;

/*
 * Starts both.  @wishes are the handlers of messages from `ike`, by type; they must outlive it.
 * False with a log line.
 */
bool children_open(struct daemon *d, chan_handler *const *wishes);
/*
 * Stops both.  `ike` first tells its peers if SAs are to be deleted.  Leaves the event loop when
 * both have ended.
 */
void children_stop(struct daemon *d);
/* Kills what still runs, and frees everything. */
void children_close(struct daemon *d);

/* Calls @each for every process, the parent first. */
void children_each(const struct daemon *d,
		   void (*each)(void *to, const struct ctl_process *process), void *to);

#endif
