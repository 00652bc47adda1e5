/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of a child while it is up: its start, rekeying, its limits. */
#ifndef PANTUN_IKE_CHILD_LIFE_H
#define PANTUN_IKE_CHILD_LIFE_H

#include "ike/child_sa.h"

/* How SA_ADD went. */
void child_added(struct child_sa *child, bool inbound, int error, const char *text);
/* The tunnel's configuration has changed since: a rekey brings what it wants now. */
bool child_outdated(const struct child_sa *child);
/* Rekeys it long before it is due: if nothing comes of that, it is rekeyed when it is. */
void child_rekey_early(struct child_sa *child);
/* Its lifetime, in seconds or octets, is nearly used up: it is rekeyed. */
void child_soft_expired(struct child_sa *child);
/*
 * That of one of its SAs is used up, or the kernel does not have that SA any more.  The other
 * direction goes on until a rekey has made a successor for both, or turns out to make none: then
 * the pair is deleted, as it is at once when both directions are over.
 */
void child_hard_expired(struct child_sa *child, bool inbound);
/*
 * A rekey of it came to nothing: it stays in use and is rekeyed again in @wait, or, after an
 * early one, when it is due.  A half of a pair is deleted instead (child_hard_expired()).
 */
void child_keep(struct child_sa *child, ike_time wait);
/* Function of the timer of its life. */
void child_life(struct ike_core *core, struct timer *timer);

#endif
