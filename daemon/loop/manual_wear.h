/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SAs with manual keys whose 32-bit sequence numbers run out.  No number may be used twice under
 * one key (RFC 4303 section 3.3.3), and nobody but the administrator can load another.
 */
#ifndef PANTUN_LOOP_MANUAL_WEAR_H
#define PANTUN_LOOP_MANUAL_WEAR_H

#include "kern/kern.h"

/*
 * The kernel's SA with @cookie has used up most of its numbers, or @hard: all of them.  It says
 * so once each, and we do in the log: which tunnel, how many packets are left, what to do.
 */
void manual_worn(struct kern *kern, const struct policy *policy, uint64_t cookie, bool inbound,
		 bool hard);

#endif
