/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event loop of a process that has channels. */
#ifndef PANTUN_MSG_ROUNDS_H
#define PANTUN_MSG_ROUNDS_H

struct event_base;

/*
 * Makes an event loop whose rounds do not ask for the time where nothing of it depends on that:
 * frequent timers are alarms (base/alarm.h).  Of one thread.  NULL: out of memory.
 */
struct event_base *rounds_new(void);

#endif
