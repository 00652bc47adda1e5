/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of a slot's children carries its packets. */
#ifndef PANTUN_IKE_CHILD_USE_H
#define PANTUN_IKE_CHILD_USE_H

#include "ike/child_sa.h"

/* From now on its out-SA carries the proxy-ID's packets. */
void child_activate(struct child_sa *child);
/* The peer asked for it, and whether it has it will only turn out. */
bool child_unproven(const struct child_sa *child);
/* The peer has answered a request that we sent after we had the pair, so it has it as well. */
void child_proven(struct child_sa *child);
/* A rekey of it failed, or is not needed: it is in use as before, and rekeyed again in @wait. */
void child_resume(struct child_sa *child, ike_time wait);
/* It ends: another child of the slot, if there is one, takes over its packets. */
void child_hand_over(struct child_sa *child);
/* We are rekeying what it replaces, too: which of the two will stay is not decided yet. */
bool child_undecided(const struct child_sa *child);

#endif
