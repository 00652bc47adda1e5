/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The outside of a tunnel: where its packets go (path), their outer headers, the
 * route, and handing them to the stack.
 */
#ifndef _PANTUN_OUTER_H
#define _PANTUN_OUTER_H

#include <linux/rcupdate.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <net/dst_cache.h>
#include "selector.h"

struct pantun_sa;
struct sk_buff;

/* Immutable once published by sa->path; replaced under RCU, freed from a worker. */
struct pantun_path {
	u8 family;			/* AF_INET */
	u8 encap;			/* enum pantun_encap */
	union pantun_addr local;
	union pantun_addr remote;
	__be16 local_port;
	__be16 remote_port;
	struct dst_cache dst_cache;
	struct rcu_work free_work;
};

/* NULL on lack of memory.  Process context. */
struct pantun_path *pantun_path_alloc(void);
/* After a grace period, from a worker: nobody may find the path any more. */
void pantun_path_free_rcu(struct pantun_path *path);
/* Octets before the ESP header: IP, and UDP where encapsulated. */
u16 pantun_path_header_len(const struct pantun_path *path);
/*
 * MTU of the route to the path's far end; 0 if there is no route or the route
 * leads into this very tunnel (loop).  RCU read side, any context.
 */
u32 pantun_outer_mtu(const struct pantun_sa *sa, struct pantun_path *path);

/*
 * Pushes the outer IP (and UDP) header in front of @skb, whose data begins at the
 * ESP header and whose inner DSCP, ECN and TTL stand in its control block.
 * Headroom has been made.  RCU read side.
 */
void pantun_outer_push(struct sk_buff *skb, const struct pantun_path *path);
/*
 * Routes and sends a finished packet; consumes it, counts a drop where it can't.
 * BH disabled, RCU read side.
 */
void pantun_outer_xmit(struct sk_buff *skb, struct pantun_sa *sa,
		       struct pantun_path *path);

#endif
