/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The outside of a tunnel: the outer headers of its packets, their route, and handing them
 * to the stack.
 */
#ifndef _PANTUN_OUTER_H
#define _PANTUN_OUTER_H

#include <linux/types.h>

struct dst_entry;
struct pantun_inner_header;
struct pantun_overhead;
struct pantun_path;
struct pantun_sa;
struct pantun_tunnel_opts;
struct sk_buff;

/* What an SA adds to inner packets on its path. */
void pantun_outer_overhead(const struct pantun_sa *sa, const struct pantun_path *path,
			   const struct pantun_tunnel_opts *opts, struct pantun_overhead *o);
/* The route to the path's far end, with a reference; -ELOOP into this very tunnel. */
struct dst_entry *pantun_outer_route(const struct pantun_sa *sa, struct pantun_path *path,
				     const struct pantun_tunnel_opts *opts);
/* Has the route looked up anew. */
void pantun_outer_reroute(struct pantun_path *path);
/* An error said that the underlay carries @mtu octets of @skb, the quoted packet.  RCU, BH. */
void pantun_outer_learn_mtu(struct sk_buff *skb, const struct pantun_sa *sa, u32 mtu);
/* MTU of the route to the path's far end; 0 if there is none. */
u32 pantun_outer_mtu(const struct pantun_sa *sa, struct pantun_path *path,
		     const struct pantun_tunnel_opts *opts);

/* Pushes the outer IP (and UDP) header in front of ESP or AH. */
void pantun_outer_push(struct sk_buff *skb, const struct pantun_sa *sa,
		       const struct pantun_path *path, const struct pantun_tunnel_opts *opts,
		       const struct pantun_inner_header *kept);
/* Sends a finished packet with its route; consumes it. */
void pantun_outer_xmit(struct sk_buff *skb, const struct pantun_sa *sa);

#endif
