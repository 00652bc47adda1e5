/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all processes do that the parent has started: at first, and once they are set up. */
#ifndef PANTUN_PROC_ROLE_H
#define PANTUN_PROC_ROLE_H

#include <stdbool.h>

#include "msg/msg.h"

struct chan;
struct event_base;

/*
 * Takes the name of @role, and gives up what confine() does, as the user @as, "UID:GID".  Its
 * end of the channel to the parent; -1 with a log line.
 */
int role_take(enum msg_role role, const char *as);
/*
 * Serves the parent, which gets the log over @parent from now on.  @prepare does what needs more
 * system calls than the role has (proc/confine.h).  Without them we say READY, and handle what
 * comes until the loop of @base is left.  False: it did not come to that.
 */
bool role_serve(enum msg_role role, struct event_base *base, struct chan *parent,
		bool (*prepare)(void));

#endif
