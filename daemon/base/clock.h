/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock of all timers. */
#ifndef PANTUN_BASE_CLOCK_H
#define PANTUN_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since boot.  The clock goes on while the host is suspended. */
uint64_t clock_ms(void);

#endif
