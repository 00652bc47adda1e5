/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Peers that may know IKEv1 alone, behind gateways that speak both versions ("ikev2-preferred").
 * We begin by IKEv2.  If the peer shows that it does not know that, the next attempts are made by
 * IKEv1, for a while.  Nobody is authenticated yet, so whoever is on the way can have it look so;
 * gateways that speak IKEv2 alone heed none of it.
 */
#ifndef PANTUN_IKE_OLDER_H
#define PANTUN_IKE_OLDER_H

#include "ike/ike_sa.h"

/* The major version that the next attempt is begun by. */
uint8_t older_major(const struct gateway *gw);
/*
 * An error of that @type came in clear in answer to the first message of @ike, which is of IKEv2.
 * False: it says nothing about versions, or nobody wants to know.  Otherwise a better answer is
 * awaited for a while.
 */
bool older_hint(struct ike_sa *ike, uint16_t type);
/*
 * None came: true if the next attempt, instead of @ike, is one by IKEv1, to be begun at once.  To
 * be called once gw->silent counts that there was no answer at all.
 */
bool older_instead(struct ike_sa *ike);
/* Our attempt at @ike came to nothing: if it was of IKEv1, the next is of IKEv2. */
void older_failed(const struct ike_sa *ike);
/* @ike came up. */
void older_up(const struct ike_sa *ike);

#endif
