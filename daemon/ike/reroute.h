/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our addresses change: IKE SAs that we began, and that may move (MOBIKE, RFC 4555), go on from
 * the address that a packet to the peer would have now.
 */
#ifndef PANTUN_IKE_REROUTE_H
#define PANTUN_IKE_REROUTE_H

#include "ike/core_priv.h"

/* Has all of them look whether they have to move. */
void ikes_reroute(struct ike_core *core);

#endif
