/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of a slot's children carries its packets, and who of two goes. */
#ifndef PANTUN_IKE_CHILD_USE_H
#define PANTUN_IKE_CHILD_USE_H

#include "ike/child_sa.h"

/* Its out-SA carries the proxy-ID's packets from now on. */
void child_activate(struct child_sa *child);
/* The peer asked for it, and whether it has it will only turn out. */
bool child_unproven(const struct child_sa *child);
/* The peer answered what we asked once we had the pair: it has it, too. */
void child_proven(struct child_sa *child);
/* It ends: another of the slot carries its packets from now on, if there is one. */
void child_hand_over(struct child_sa *child);
/* It is up and a rekey of none: which child of the slot is in use from now on. */
void child_settle(struct child_sa *child);
/* Our own rekey of what it replaces is under way: which one stays is open. */
bool child_undecided(const struct child_sa *child);
/* Function of the timer of its turn. */
void child_turn(struct ike_core *core, struct timer *timer);

#endif
