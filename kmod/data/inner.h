/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From inner packets to the payload of ESP or AH and back: tunnel mode, transport
 * mode (RFC 4301 section 3.2), GRE inside either (RFC 2784).
 */
#ifndef _PANTUN_INNER_H
#define _PANTUN_INNER_H

#include <linux/types.h>
#include "core/drop.h"

#define PANTUN_NEXT_DUMMY	59	/* next header of dummy packets (RFC 4303 section 2.6) */

struct pantun_flow;
struct pantun_path;
struct pantun_sa;
struct pantun_tunnel_opts;
struct sk_buff;

/* Transport mode: the IP header, with IPv4 options, that stays outside. */
struct pantun_inner_header {
	u8 len;				/* octets; 0: tunnel mode */
	u8 octets[60];
};

/* Octets protected besides the inner packet; negative where its header stays outside. */
s16 pantun_inner_added(const struct pantun_sa *sa, const struct pantun_path *path,
		       const struct pantun_tunnel_opts *opts);
/* The flow that selectors see of a tunnel with GRE. */
void pantun_inner_gre_flow(const struct pantun_path *path, struct pantun_flow *flow);
/* Puts the fragments of a packet together that transport mode can't take singly. */
struct sk_buff *pantun_inner_whole(struct sk_buff *skb, const struct pantun_sa *sa,
				   const struct pantun_tunnel_opts *opts);
/* Makes the inner packet the payload: GRE pushed, or its IP header put into @kept. */
enum pantun_drop pantun_inner_push(struct sk_buff *skb, const struct pantun_sa *sa,
				   const struct pantun_path *path,
				   const struct pantun_tunnel_opts *opts,
				   struct pantun_inner_header *kept);
/* Makes the payload the inner packet, checked against the SA's selector. */
enum pantun_drop pantun_inner_pull(struct sk_buff *skb, const struct pantun_sa *sa,
				   const struct pantun_tunnel_opts *opts, u8 next_header);

#endif
