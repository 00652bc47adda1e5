/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Word to the service manager (sd_notify(3)), where there is one. */
#ifndef PANTUN_LOOP_NOTIFY_H
#define PANTUN_LOOP_NOTIFY_H

#include <stdint.h>

/* Sends "READY=1" and the like; nothing without NOTIFY_SOCKET. */
void notify(const char *state);
/* "RELOADING=1" with the time that it has to carry. */
void notify_reloading(void);
/* Microseconds within which WATCHDOG=1 is expected from us; 0: it is not. */
uint64_t notify_watchdog(void);

#endif
