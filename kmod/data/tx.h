/* SPDX-License-Identifier: GPL-2.0 */
/* The way out: from the netdevice to the underlay. */
#ifndef _PANTUN_TX_H
#define _PANTUN_TX_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>

struct pantun_flow;
struct pantun_hold_ops;
struct pantun_sa;
struct pantun_tunnel;

/* ndo_start_xmit.  BH disabled, RCU read side. */
netdev_tx_t pantun_tx_start(struct sk_buff *skb, struct net_device *dev);
/* Sends a dummy packet.  BH disabled, RCU read side. */
void pantun_tx_dummy(struct pantun_sa *sa);
/*
 * For a packet of our own: its SA, and sending it by that.  BH disabled, RCU read side
 * for both.
 */
u32 pantun_tx_choose(struct pantun_tunnel *tunnel, const char *name,
		     const struct pantun_flow *flow, bool ask, struct pantun_sa **sa);
void pantun_tx_own(struct sk_buff *skb, struct pantun_sa *sa);
/* How packets go on that have waited for an SA. */
extern const struct pantun_hold_ops pantun_tx_hold_ops;

#endif
