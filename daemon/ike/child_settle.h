/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of two children of a slot serves it, and which is deleted. */
#ifndef PANTUN_IKE_CHILD_SETTLE_H
#define PANTUN_IKE_CHILD_SETTLE_H

#include "ike/child_sa.h"

/* It is up and not a rekey: decides which child of the slot to use. */
void child_settle(struct child_sa *child);
/* TIMER_CHILD_TURN. */
void child_turn(struct ike_core *core, struct timer *timer);

#endif
