/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SAs with manual keys.  IKE does not make them and nothing ends them: they last as long as
 * their lines in the configuration.  Their cookie is a digest of what they are made of, so that
 * SAs which are there already are left alone, sequence numbers and all.
 *
 * New keys must not cost packets, though nothing tells either end what the other has loaded.
 * Each end receives with the old keys and the new ones for the time of "overlap".  It goes on
 * sending with the old ones until the first packet comes in under the new ones, which proves
 * that the peer has them, and switches after half of the overlap if none does: both ends may
 * wait for each other, and traffic may flow one way only.  Say that one end is reloaded D after
 * the other, with D below half of the overlap.  The first switches no sooner than the second
 * is reloaded.  The second switches D and half of the overlap after the first was reloaded, at
 * the latest, and until then the first still receives with the old keys.  So nothing is lost.
 *
 * Two SAs cannot have one SPI at one address: where new keys come under the old SPI, the old
 * SA goes at once and so does the tunnel's other old one.
 */
#ifndef PANTUN_LOOP_MANUAL_H
#define PANTUN_LOOP_MANUAL_H

#include "kern/kern.h"

#define MANUAL_COOKIE	(1ULL << 63)	/* set in the cookies of these SAs, and of no others */
#define MANUAL_CHECK_MS	5000		/* how often to look whether they are all there */

struct manual;

/* NULL: out of memory. */
struct manual *manual_new(void);
/* The SAs stay.  NULL is fine. */
void manual_free(struct manual *m);

/*
 * Makes the kernel's SAs with manual keys those of @policy (NULL: none), with the overlap
 * described above.  SAs without lines are deleted at once.  Failures are logged, and the next
 * call tries again.
 */
void manual_sync(struct manual *m, struct kern *kern, ike_time now, const struct policy *policy);
/* When to call manual_sync() again with the same policy, or IKE_NEVER. */
ike_time manual_due(const struct manual *m);

/*
 * Calls @line for each tunnel of @after whose keys or addresses change under an SPI that
 * @before (NULL: none) had: packets are lost, and a new SPI would spare them.
 */
void manual_conflicts(const struct policy *before, const struct policy *after,
		      void (*line)(void *ctx, const char *text), void *ctx);

#endif
