/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The system calls that each process may make. */
#ifndef PANTUN_PROC_CALLS_H
#define PANTUN_PROC_CALLS_H

#include "msg/msg.h"

/*
 * From now on all threads make the calls of the list for @role only, which is in calls.c.  Looks
 * at files fail with EACCES, as libraries do without what they do not find; any other call kills
 * the process.  Not for the parent.  False with a log line.
 */
bool calls_limit(enum msg_role role);

#endif
