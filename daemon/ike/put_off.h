/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A peer that puts us off: it answers TEMPORARY_FAILURE (RFC 7296 section 2.25). */
#ifndef PANTUN_IKE_PUT_OFF_H
#define PANTUN_IKE_PUT_OFF_H

#include "ike/ike_sa.h"

/*
 * The peer cannot make or rekey anything now (TEMPORARY_FAILURE): how long we wait before we
 * ask again, longer each time.  @ends: when what was to be rekeyed does, 0 for never.
 * 0: we have waited for long enough; the ends are out of step, and once what is under way
 * has been cleaned up the caller calls ike_lose_patience() (RFC 7296 section 2.25).
 */
ike_time ike_put_off(struct ike_sa *ike, ike_time ends);
/* The SA is deleted, and another begun. */
void ike_lose_patience(struct ike_sa *ike);
/* The peer has answered such a request in another way. */
void ike_not_put_off(struct ike_sa *ike);

#endif
