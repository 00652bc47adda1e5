/* SPDX-License-Identifier: GPL-2.0 */
/* What a packet carries with it between our steps, in skb->cb. */
#ifndef _PANTUN_CB_H
#define _PANTUN_CB_H

#include <linux/skbuff.h>

struct pantun_sa;

struct pantun_cb {
	struct pantun_sa *sa;		/* the packet's reference */
	void *tmp;			/* esp.c's memory while crypto is at work */
	u64 seq;
	u32 inner_len;			/* outbound: octets before encryption */
	u8 tos;				/* outbound: inner; inbound: outer */
	bool df;			/* outbound: don't fragment outside */
};

static inline struct pantun_cb *pantun_cb(const struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct pantun_cb) > sizeof_field(struct sk_buff, cb));
	return (struct pantun_cb *)skb->cb;
}

#endif
