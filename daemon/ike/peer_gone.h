/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The peer of an IKE SA is dead, has deleted it, or was started anew. */
#ifndef PANTUN_IKE_PEER_GONE_H
#define PANTUN_IKE_PEER_GONE_H

#include "ike/ike_sa.h"

#define EARLY_MS	SECONDS(10)	/* an SA deleted so soon after its start is a failure */

/*
 * The peer has not answered any repetition of a request: closes @ike, and says so, unless its
 * gateway has another IKE SA by now.
 */
void ike_peer_dead(struct ike_sa *ike);
/* True if the peer deletes @ike so soon that making another at once would only go on like that. */
bool ike_deleted_early(const struct ike_sa *ike);
/* The peer has deleted the last IKE SA of @gw, @early or not: another is made in time. */
void ike_peer_deleted(struct gateway *gw, bool early);
/*
 * The peer of @ike says that it has no other IKE SA with us (INITIAL_CONTACT): closes those from
 * before @ike.  A daemon that was started anew may have left its SAs in the kernel, and replaces
 * them one after the other, so their children stay for a while.
 */
void ike_initial_contact(struct ike_sa *ike);

#endif
