/* SPDX-License-Identifier: GPL-2.0 */
/* What a packet carries with it between our steps, in skb->cb. */
#ifndef _PANTUN_CB_H
#define _PANTUN_CB_H

#include <linux/skbuff.h>

struct pantun_sa;

/*
 * The end of every encryption (@ret: 0 or an errno) and every decryption (@ret: what
 * pantun_xform_ops.input returns).  Consumes @skb.  BH disabled, RCU read side.
 */
typedef void pantun_done_fn(struct sk_buff *skb, struct pantun_sa *sa, int ret);

struct pantun_cb {
	struct pantun_sa *sa;
	pantun_done_fn *done;		/* for pantun_sa_done_later() */
	void *tmp;			/* the protocol's memory while crypto is at work */
	union {
		u64 seq;
		unsigned long held_until;	/* jiffies; while it waits for an SA */
	};
	u32 inner_len;			/* outbound: octets of the inner packet */
	__be32 flow_label;		/* outbound: of the outer IPv6 header */
	u16 xform;			/* outbound: from the outer header to ESP or AH; */
					/* inbound: octets of the outer IP header */
	union {
		u16 nhoff;		/* inbound: IPv6: octets to what names ESP or AH */
		u16 nfrags;		/* outbound: pieces of the payload, of skb_cow_data() */
	};
	union {
		u8 next_header;		/* outbound: what the payload is */
		u8 encap;		/* inbound: enum pantun_encap */
	};
	u8 tos;				/* outbound: inner; inbound: outer */
	u8 nest;			/* outbound: our tunnels that the packet has passed */
	u8 df:1;			/* outbound: don't fragment outside */
	u8 udp_csum:1;			/* outbound: the UDP header wants a checksum */
};

static inline struct pantun_cb *pantun_cb(const struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct pantun_cb) > sizeof_field(struct sk_buff, cb));
	return (struct pantun_cb *)skb->cb;
}

#endif
