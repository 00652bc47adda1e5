/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Peers that have not proved who they are: what they may cost us (RFC 7296 sections 2.6 and
 * 5), and how much is said of them.
 */
#ifndef PANTUN_IKE_STRANGER_H
#define PANTUN_IKE_STRANGER_H

#include "ike/ike_sa.h"

/* What becomes of a first message. */
enum stranger_verdict {
	STRANGER_TAKEN,
	STRANGER_COOKIE,	/* only with a cookie of ours */
	STRANGER_DROPPED,
};

/* Of a message from @remote to @local; @proved: it has brought such a cookie. */
enum stranger_verdict stranger_judge(const struct ike_core *core, const struct addr *local,
				     const struct addr *remote, bool proved);
/* What they cost us at @now. */
struct ike_strangers stranger_info(const struct ike_core *core, ike_time now);
/* A first message cost us work and came to nothing. */
void stranger_missed(struct ike_core *core);
/* @ike is half-open from now on, and counts as such until its peer is authenticated or it dies. */
void stranger_enter(struct ike_sa *ike, bool proved);
void stranger_leave(struct ike_sa *ike);

/*
 * Says what is wrong with a peer that is not authenticated, as gateway_fail() of @gw.  NULL, or
 * a dynamic gateway that is up with another peer: it is nobody's failure and stands in the log
 * alone.
 */
void stranger_fail(struct ike_core *core, struct gateway *gw, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/*
 * No gateway at these addresses speaks the version @major, by which a peer at @remote begins: says
 * so of the first that speaks another.  False: there is none.
 */
bool stranger_say_version(struct ike_core *core, const struct addr *local,
			  const struct addr *remote, uint8_t major);

#endif
