/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notifications to the service manager, if there is one (sd_notify(3)). */
#ifndef PANTUN_LOOP_NOTIFY_H
#define PANTUN_LOOP_NOTIFY_H

#include <stdint.h>

/* Sends "READY=1" and the like; does nothing without NOTIFY_SOCKET. */
void notify(const char *state);
/* Sends "RELOADING=1" with the time, as the protocol wants it. */
void notify_reloading(void);
/* The watchdog timeout in microseconds; 0: there is none. */
uint64_t notify_watchdog(void);

#endif
