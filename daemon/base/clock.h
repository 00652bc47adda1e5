/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock of all timers. */
#ifndef PANTUN_BASE_CLOCK_H
#define PANTUN_BASE_CLOCK_H

#include <stdint.h>
#include <sys/time.h>

/* Milliseconds since boot.  The clock goes on while the host is suspended. */
uint64_t clock_ms(void);
/*
 * How long a timer of the event loop, whose own clock stops meanwhile, is to wait for the time @at,
 * which may be over: a minute at most, and then it looks again.
 */
struct timeval clock_wait(uint64_t at);

#endif
