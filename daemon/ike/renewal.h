/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * New keys for tunnels whose path does not answer, as their monitor says.  The SAs may be the
 * cause, so new ones are negotiated, again and again with growing pauses; those that there are
 * carry packets until then.
 */
#ifndef PANTUN_IKE_RENEWAL_H
#define PANTUN_IKE_RENEWAL_H

#include "ike/gateway.h"

/* As ike_core_path_lost() and _back() have it, for the tunnel of @gw on that netdevice. */
unsigned int renewal_begin(struct gateway *gw, const char *ifname);
void renewal_end(struct gateway *gw, const char *ifname);
/* TIMER_RENEWAL: the next negotiation is due, unless the path is back. */
void renewal_due(struct ike_core *core, struct timer *timer);
/* Frees all of the gateway's. */
void renewals_free(struct gateway *gw);

#endif
