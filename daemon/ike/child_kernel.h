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
/*
 * An authentic message, or ESP in UDP, of the peer's came this way, and no newer one before: where
 * the peer is behind a NAT, that may have given it another address at any time, and it is followed
 * (RFC 7296 section 2.23).  Whether it was.
 */
bool pathref_follow(struct pathref *path, const struct endpoint *local,
		    const struct endpoint *remote);
/* The peer is reached this way from now on: the SAs that the kernel has follow. */
void pathref_move(struct pathref *path, const struct endpoint *local,
		  const struct endpoint *remote);

#endif
