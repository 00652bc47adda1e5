/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SAs with keys given by hand.  No IKE makes them and nothing ends them: they stand
 * as long as their lines do.  Their cookie says what they are made of, so that those
 * which stand already are left alone, sequence numbers and all.
 */
#ifndef PANTUN_LOOP_MANUAL_H
#define PANTUN_LOOP_MANUAL_H

#include "kern/kern.h"

#define MANUAL_COOKIE	(1ULL << 63)	/* set in the cookies of these SAs, and of no others */
#define MANUAL_CHECK_MS	5000		/* how often to look whether they are all there */

/*
 * Makes the kernel's SAs with manual keys those of @policy (NULL: none): adds what
 * is missing, deletes what is not configured.  What fails is logged, and tried again
 * by the next call.
 */
void manual_sync(struct kern *kern, const struct policy *policy);

#endif
