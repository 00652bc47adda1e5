/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Outer packets of one super-packet that leave as one: routing, netfilter and the queue see a
 * super-packet of ESP, which is taken apart where its device needs packets.
 */
#ifndef _PANTUN_CHAIN_H
#define _PANTUN_CHAIN_H

#include <linux/netdev_features.h>
#include <linux/types.h>

struct dst_entry;
struct pantun_path;
struct pantun_sa;
struct sk_buff;

/* All zero: empty.  Its owner sends what it has taken, and leaves none behind. */
struct pantun_chain {
	struct sk_buff *head;
	struct sk_buff *tail;
	u16 size;			/* octets of ESP in each packet but the last */
	u16 count;
	bool closed;			/* the last one was shorter */
};

/* From now on packets of @family can be taken apart, or cannot.  Any context. */
void pantun_chain_enable(u8 family, bool enable);
/* Whether packets of @sa may be chained on their way by @path and @dst.  RCU read side. */
bool pantun_chain_possible(const struct pantun_sa *sa, const struct pantun_path *path,
			   const struct dst_entry *dst);
/* Adds a finished packet; false: it does not fit behind the others, and stays the caller's. */
bool pantun_chain_add(struct pantun_chain *chain, struct sk_buff *skb);
/* All as one packet for pantun_outer_xmit(), or NULL; the chain is empty then. */
struct sk_buff *pantun_chain_take(struct pantun_chain *chain);

/* Whether GSO has a chain of ours before it, rather than a super-packet of XFRM's. */
bool pantun_chain_is(const struct sk_buff *skb);
/* gso_segment of struct net_offload, for a chain. */
struct sk_buff *pantun_chain_segment(struct sk_buff *skb, netdev_features_t features);

#endif
