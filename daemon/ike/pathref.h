/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way to a peer: addresses, ports, and the NATs in between.  An IKE SA, the heirs that its
 * rekeys make and all their children share one, so that none of them is left behind when
 * the peer moves.
 */
#ifndef PANTUN_IKE_PATHREF_H
#define PANTUN_IKE_PATHREF_H

#include "ike/core_priv.h"

struct child_sa;

struct pathref {
	unsigned int refs;
	struct endpoint local, remote;
	uint64_t wished;		/* the last action about an SA of it: see action_sa() */
	uint16_t packet_n;		/* no IKE packet is to be longer; 0: not known */
	ike_time told;			/* when the peer last said where it is; 0: never */
	bool nat_local, nat_remote;	/* which end the peer says is translated */
	struct child_sa *children;	/* by path_next: whose SAs in the kernel take this path */
};

/* With one reference, which is the caller's; NULL on lack of memory. */
struct pathref *pathref_new(const struct endpoint *local, const struct endpoint *remote);
/* Returns @path with one more reference. */
struct pathref *pathref_get(struct pathref *path);
/* Drops a reference (NULL: nothing happens); the last one frees @path. */
void pathref_put(struct pathref *path);
/* Whether ESP travels in UDP (RFC 7296 section 2.23). */
bool pathref_encap(const struct pathref *path);

#endif
