/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes `ike` and `auth`, and `fetch` once it is needed, which the parent starts, and
 * restarts when they die.  Meanwhile the kernel's SAs carry packets, and a new `ike` adopts them as
 * a new daemon would.  With --single `ike` and `auth` run in the parent's process and event loop,
 * over the same messages; `fetch`, which is a program of its own, does not.
 */
#ifndef PANTUN_LOOP_CHILDREN_H
#define PANTUN_LOOP_CHILDREN_H

#include <stdbool.h>

#include "msg/chan.h"

struct ctl_process;
struct daemon;

/*
 * Starts `ike` and `auth`.  @wishes are the handlers of messages from `ike`, by type, and
 * @from_auth those from `auth`; they must outlive it.  False with a log line.
 */
bool children_open(struct daemon *d, chan_handler *const *wishes,
		   chan_handler *const *from_auth);
/*
 * Stops all.  `ike` first tells its peers if SAs are to be deleted.  Leaves the event loop when
 * they have ended.
 */
void children_stop(struct daemon *d);
/* Kills what still runs, and frees everything. */
void children_close(struct daemon *d);

/* Starts `fetch`, which has something to look up, unless it was started before. */
void children_need_fetch(struct daemon *d);

/* Calls @each for every process, the parent first. */
void children_each(const struct daemon *d,
		   void (*each)(void *to, const struct ctl_process *process), void *to);

#endif
