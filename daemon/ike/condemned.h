/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An IKE SA that is to go because another took its place: one that lost a tie (RFC 7296
 * section 2.8.1), one that the peer may have forgotten, or one made by an older configuration.
 * It stays until its children have successors on the other.
 */
#ifndef PANTUN_IKE_CONDEMNED_H
#define PANTUN_IKE_CONDEMNED_H

#include "ike/ike_sa.h"

#define CONDEMNED_MS	SECONDS(1)	/* between looks at a tie's loser */

/* @ike is deleted once its children have successors elsewhere. */
void ike_condemn(struct ike_sa *ike);
/* @ike is no longer one to use: another takes its place, if there is one. */
void gateway_ike_down(struct gateway *gw, struct ike_sa *ike);

#endif
