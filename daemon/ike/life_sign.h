/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ESP as a sign of life (RFC 7296 section 2.4): a peer whose daemon is gone, or stopped for an
 * upgrade, leaves its requests unanswered, while its kernel goes on carrying packets.
 */
#ifndef PANTUN_IKE_LIFE_SIGN_H
#define PANTUN_IKE_LIFE_SIGN_H

#include "ike/ike_sa.h"

/*
 * Asks the kernel when ESP of the SA's children came last: life_sign_heard() has the answers.
 * False: there is nothing to ask for, as nobody needs the SA to stay.
 */
bool life_sign_ask(struct ike_sa *ike);
/*
 * The kernel says of one of them: @idle milliseconds ago.  With its last answer what waits for
 * them goes on: exchange_heard().
 */
void life_sign_heard(struct ike_sa *ike, ike_time idle);
/* Whether it came lately, by the last answers. */
bool life_sign_fresh(const struct ike_sa *ike);

#endif
