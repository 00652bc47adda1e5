/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proposals of IKEv1 (RFC 2409 appendix A, RFC 2407 section 4.5), where each transform names one
 * algorithm of each kind.  What a peer offers or chose is put into the form of IKEv2, whose choice
 * and words (prop_wire.h) serve for both.
 */
#ifndef PANTUN_PROP_PROP_V1_H
#define PANTUN_PROP_PROP_V1_H

#include "prop/prop_wire.h"
#include "wire/v1_build.h"

/* What an offer says besides the algorithms. */
struct prop_v1_terms {
	struct bytes spi;		/* ours; empty in phase 1 */
	uint16_t auth;			/* phase 1: enum isakmp_auth; 0: a pre-shared key */
	uint16_t encap;			/* phase 2: enum isakmp_encap */
	uint16_t group;			/* phase 2: of the KE payload; 0: none, no PFS */
	uint32_t life_seconds, life_kilobytes;	/* 0: not said */
};

/*
 * The transforms of @sa for @proto that we know, one a proposal, in order; @out points into @sa.
 * Its numbers are places in sa->transforms, counted from 1.  Left out is what cannot be chosen:
 * other ways of authentication than @auth (enum isakmp_auth, of phase 1), other encapsulations than
 * @encap (phase 2), protocols that are wanted together.
 */
void prop_v1_to_wire(const struct isakmp_sa *sa, enum prop_proto proto, uint16_t auth,
		     uint16_t encap, struct wire_sa *out);
/*
 * Writes the SA payload that offers all of @list which IKEv1 can say: no combined modes in phase 1.
 * False: there is nothing of that kind.
 */
bool prop_v1_offer(const struct prop_list *list, const struct prop_v1_terms *terms,
		   struct isakmp_writer *w);
/*
 * Writes the SA payload that answers with the transform at that number of prop_v1_to_wire(), as it
 * came (RFC 2408 section 4.2).
 */
void prop_v1_answer(const struct isakmp_sa *sa, unsigned int number, struct bytes spi,
		    struct isakmp_writer *w);

#endif
