/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of a child, or that it does not end after all. */
#ifndef PANTUN_IKE_CHILD_END_H
#define PANTUN_IKE_CHILD_END_H

#include "ike/child_sa.h"

/* Asks the peer to delete the pair; it is closed once the peer has answered. */
void child_delete(struct child_sa *child);
/* Removes it from the kernel and frees it; an in-SA that has a successor lingers first. */
void child_close(struct child_sa *child);
/*
 * A rekey of it failed: it stays in use and is rekeyed again in @wait, or after an early rekey,
 * when it is due.  If only one direction is left, it is deleted (child_hard_expired()).
 */
void child_keep(struct child_sa *child, ike_time wait);
/* Closes the slot's orphans; returns how many there were. */
int child_orphans_close(struct slot *slot);
/* Ends all children of the slot, and tells the peer; returns how many there were. */
int slot_clear(struct slot *slot);

#endif
