/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel is told of a child: actions with the SAs of the pair. */
#ifndef PANTUN_IKE_CHILD_KERNEL_H
#define PANTUN_IKE_CHILD_KERNEL_H

#include "ike/child_sa.h"

/*
 * Hands the in-SA to the kernel; the out-SA follows when that is there, so that a
 * response which goes out meanwhile is the earlier one.
 */
void child_install(struct child_sa *child);
/* Hands over, or takes back if it was handed over, one of the pair. */
void child_add(struct child_sa *child, bool inbound);
void child_del(struct child_sa *child, bool inbound);
/* The proxy-ID's packets go by its out-SA from now on; child_activate() keeps the books. */
void child_switch(const struct child_sa *child);
/* Asks the kernel when the in-SA had its last packet. */
void child_ask(const struct child_sa *child);
/* The peer is elsewhere: its SAs leave the path they share for this one (pathref_move()). */
void child_move(const struct child_sa *child, const struct endpoint *local,
		const struct endpoint *remote);

#endif
