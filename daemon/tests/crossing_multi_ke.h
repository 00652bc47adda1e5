/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rekeys with several key exchanges in one (RFC 9370) that cross other things, the same for
 * children and for the IKE SA: the cases REKEY_MULTI_KE of crossings.c.
 */
#ifndef PANTUN_TESTS_CROSSING_MULTI_KE_H
#define PANTUN_TESTS_CROSSING_MULTI_KE_H

#include "tests/crossing_rekey.h"

/* What is rekeyed. */
struct multi_ke {
	crossing_begin *rekey, *delete;
	void (*made_by)(struct peers *net, int side);	/* both go by what @side asked for */
	void (*guess_wrong)(struct peers *net);		/* of the first group; NULL: they do */
	void (*other_groups)(struct site *a, struct site *b);
	size_t offer;					/* where in struct site it is offered */
};

/* The cases are played with that from now on. */
void multi_ke_of(const struct multi_ke *rekeyed);

void regular_multi_ke(struct peers *net, unsigned int i);
void regular_ke_invalid_multi_ke(struct peers *net, unsigned int i);
void collision_multi_ke(struct peers *net, unsigned int i);
void collision_mixed(struct peers *net, unsigned int i);
void collision_delayed_response_multi_ke(struct peers *net, unsigned int i);
void collision_delayed_request_multi_ke(struct peers *net, unsigned int i);
void collision_delete_multi_ke(struct peers *net, unsigned int i);

/* What both ends are configured with, for struct crossing_case. */
void multi_ke_rounds(struct site *a, struct site *b);
void multi_ke_other_rounds(struct site *a, struct site *b);
void multi_ke_mixed_rounds(struct site *a, struct site *b);

#define MULTI_KE_CASES \
	{ CROSSING(regular_multi_ke), .variants = 2, .gapless = true, .alter = multi_ke_rounds }, \
	{ CROSSING(regular_ke_invalid_multi_ke), .variants = 2, .gapless = true, \
	  .alter = multi_ke_other_rounds }, \
	{ CROSSING(collision_multi_ke), .gapless = true, .alter = multi_ke_rounds }, \
	{ CROSSING(collision_mixed), .variants = 2, .gapless = true, \
	  .alter = multi_ke_mixed_rounds }, \
	{ CROSSING(collision_delayed_response_multi_ke), .gapless = true, \
	  .alter = multi_ke_rounds }, \
	{ CROSSING(collision_delayed_request_multi_ke), .gapless = true, \
	  .alter = multi_ke_rounds }, \
	{ CROSSING(collision_delete_multi_ke), .variants = 2, .alter = multi_ke_rounds }

#endif
