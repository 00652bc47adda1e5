/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What handlers leave for the end of the event, when no caller uses an SA any more: where
 * something may be begun, and what may be freed.  Here it is only noted.  Whoever does it is above
 * (ike_core, in core.c, calls them all), so everything below can ask for it.
 */
#ifndef PANTUN_IKE_AGENDA_H
#define PANTUN_IKE_AGENDA_H

struct gateway;
struct ike_sa;
struct slot;

/*
 * Starts what is wanted and can be, an IKE SA or children on it.  To be called when that may have
 * changed for all proxy-IDs of the gateway, or for one of them.
 */
void gateway_poke(struct gateway *gw);
void slot_poke(struct slot *slot);
/* The next task of @ike begins, if none is under way. */
void exchange_wake(struct ike_sa *ike);
/* What was needed of it has ended: if it is gone, it may be freed. */
void gateway_ended(struct gateway *gw);
void slot_ended(struct slot *slot);
/* One that is closed needs not answer any more: it is freed. */
void ike_die(struct ike_sa *ike);

#endif
