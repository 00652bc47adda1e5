/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock of all timers. */
#ifndef PANTUN_BASE_CLOCK_H
#define PANTUN_BASE_CLOCK_H

#include <stdint.h>
#include <sys/time.h>

/* Milliseconds since boot.  The clock goes on while the host is suspended. */
uint64_t clock_ms(void);
/*
 * Returns how long a timer of the event loop should wait for @at, which may be in the past.  At
 * most a minute, as the event loop's own clock stops during suspend; the timer then checks again.
 */
struct timeval clock_wait(uint64_t at);

#endif
