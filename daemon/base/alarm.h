/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An alarm clock for an event loop: a file descriptor that is readable once a time has come.  The
 * loop's own timers are relative: it asks the clock in each of its rounds, and so would we to set
 * one.  And theirs stand still while the host is suspended.
 */
#ifndef PANTUN_BASE_ALARM_H
#define PANTUN_BASE_ALARM_H

#include <stdint.h>

/* Returns a file descriptor that never rings so far, close-on-exec; -1 with errno set. */
int alarm_open(void);
/* Rings at @at, in the milliseconds of clock_ms(), UINT64_MAX: never.  What has rung is quiet. */
void alarm_set(int fd, uint64_t at);

#endif
