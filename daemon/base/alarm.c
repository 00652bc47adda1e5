// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/alarm.h"

#include <sys/timerfd.h>

int alarm_open(void)
{
	return timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
}

void alarm_set(int fd, uint64_t at)
{
	struct itimerspec when = { .it_value = { 0 } };

	/* All of them 0 would be never. */
	if (!at)
		at = 1;
	if (at != UINT64_MAX) {
		when.it_value.tv_sec = (time_t)(at / 1000);
		when.it_value.tv_nsec = (long)(at % 1000) * 1000000;
	}
	timerfd_settime(fd, TFD_TIMER_ABSTIME, &when, NULL);
}
