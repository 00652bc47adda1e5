/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first that a process does which the parent has started. */
#ifndef PANTUN_PROC_ROLE_H
#define PANTUN_PROC_ROLE_H

#include "msg/msg.h"

/*
 * Takes the name of @role, and gives up what confine() does, as the user @as, "UID:GID".  Its
 * end of the channel to the parent; -1 with a log line.
 */
int role_take(enum msg_role role, const char *as);

#endif
