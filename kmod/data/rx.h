/* SPDX-License-Identifier: GPL-2.0 */
/* The way in: from the underlay to the netdevice. */
#ifndef _PANTUN_RX_H
#define _PANTUN_RX_H

#include <linux/skbuff.h>

/* Takes and gives up a place before XFRM's own ESP handler (RFC 4301 section 5.2). */
int pantun_rx_register(void);
void pantun_rx_unregister(void);
/* A packet met before the IP layer, by GRO. */
int pantun_rx_early(struct sk_buff *skb, unsigned int offset, u8 family, u8 encap);

#endif
