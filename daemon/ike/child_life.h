/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of a child while it is up: how it starts, is rekeyed and expires. */
#ifndef PANTUN_IKE_CHILD_LIFE_H
#define PANTUN_IKE_CHILD_LIFE_H

#include "ike/child_sa.h"

/* The kernel has answered SA_ADD: 0, or a negative errno with its @text. */
void child_added(struct child_sa *child, bool inbound, int error, const char *text);
/* The peer has shown that it wants @child, which was unconfirmed: it is used. */
void child_confirmed(struct child_sa *child);
/* The tunnel was reconfigured since: a rekey makes a child by the new configuration. */
bool child_outdated(const struct child_sa *child);
/* Rekeys it long before it is due; if that fails, it is rekeyed again when it is due. */
void child_rekey_early(struct child_sa *child);
/* Its lifetime, in seconds or octets, is nearly used up: it is rekeyed. */
void child_soft_expired(struct child_sa *child);
/*
 * One of its SAs is used up, or the kernel does not have that SA any more.  The other direction
 * is used until a rekey has made a successor for both.  If the rekey fails, or both directions
 * are over, the pair is deleted.
 */
void child_hard_expired(struct child_sa *child, bool inbound);
/* TIMER_CHILD_LIFE. */
void child_life(struct ike_core *core, struct timer *timer);
/* TIMER_CHILD_EARLY. */
void child_early(struct ike_core *core, struct timer *timer);

#endif
