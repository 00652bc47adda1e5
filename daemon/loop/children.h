/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes `ike` and `auth`, which the parent starts and, when they have died, starts anew:
 * the kernel's SAs carry packets meanwhile, and a new `ike` adopts them as a new daemon would.
 * With --single both work in the parent's own process and loop, over the same messages.
 */
#ifndef PANTUN_LOOP_CHILDREN_H
#define PANTUN_LOOP_CHILDREN_H

#include <stdbool.h>

#include "msg/chan.h"

struct ctl_process;
struct daemon;

/* Starts both; @wishes handle what `ike` says, by type, and outlive it.  False with a log line. */
bool children_open(struct daemon *d, chan_handler *const *wishes);
/*
 * Has `ike` tell its peers, if SAs are to be deleted, and both end.  The event loop is left when
 * they have.
 */
void children_stop(struct daemon *d);
/* Kills what still runs, and frees all. */
void children_close(struct daemon *d);

/* Calls @each for every process, the parent first. */
void children_each(const struct daemon *d,
		   void (*each)(void *to, const struct ctl_process *process), void *to);

#endif
