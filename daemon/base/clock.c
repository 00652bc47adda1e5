// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/clock.h"

#include <time.h>

#define WAIT_MAX	60000	/* ms */

uint64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

struct timeval clock_wait(uint64_t at)
{
	uint64_t now = clock_ms(), wait = WAIT_MAX;

	if (at <= now)
		wait = 0;
	else if (at - now < wait)
		wait = at - now;
	return (struct timeval){
		.tv_sec = (time_t)(wait / 1000), .tv_usec = (suseconds_t)(wait % 1000 * 1000),
	};
}
