/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drops privileges that the daemon does not need. */
#ifndef PANTUN_PRIV_DROP_H
#define PANTUN_PRIV_DROP_H

#include <stdbool.h>

/*
 * No core dumps, no reading of our memory by others; and memory may be locked, where we have the
 * right to raise that limit.  False with a log line.
 */
bool priv_harden(void);
/*
 * Every capability but CAP_NET_ADMIN, for good; sockets of ports below 1024 must be bound before.
 * CAP_KILL and CAP_DAC_READ_SEARCH stay where root starts us, and what it takes to start the other
 * processes (spawn()), without effect in this one.  False with a log line.
 */
bool priv_drop(void);

#endif
