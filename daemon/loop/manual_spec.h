/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two SAs of a tunnel with manual keys are made of. */
#ifndef PANTUN_LOOP_MANUAL_SPEC_H
#define PANTUN_LOOP_MANUAL_SPEC_H

#include "ike/core.h"

/*
 * The cookie of both SAs: a digest of all that they are made of, with MANUAL_COOKIE set.  Its
 * other 63 bits give no key away.
 */
uint64_t manual_cookie(const struct policy_manual *manual);
/* The SA of one direction, without its keys; the strings are those of @manual. */
struct ike_sa_spec manual_spec(const struct policy_manual *manual, uint64_t cookie, bool inbound);
/* Puts the keys into @spec, for the caller to wipe. */
void manual_set_keys(struct ike_sa_spec *spec, const struct policy_manual *manual);

#endif
