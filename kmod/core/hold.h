/* SPDX-License-Identifier: GPL-2.0 */
/* Packets that wait for the first SA of their proxy-ID. */
#ifndef _PANTUN_HOLD_H
#define _PANTUN_HOLD_H

#include "core/drop.h"

struct pantun_proxy;
struct pantun_tunnel;
struct sk_buff;

#define PANTUN_HOLD_MAX		8	/* packets held for an SA, a proxy-ID */
#define PANTUN_HOLD_SECONDS	30	/* each of them; the timer is late by an eighth at most */

/* What becomes of packets that have waited, of tunnel->hold_ops.  BH disabled, RCU. */
struct pantun_hold_ops {
	/* An SA has come.  Consumes the packet. */
	void (*send)(struct sk_buff *skb, struct pantun_tunnel *tunnel);
	/* None has come: tells the sender.  Consumes the packet. */
	void (*refuse)(struct sk_buff *skb, struct pantun_tunnel *tunnel,
		       enum pantun_drop reason);
};

/* A new proxy-ID: holds nothing. */
void pantun_hold_init(struct pantun_proxy *proxy);
/* Keeps a packet until an SA is there.  Consumes it.  BH disabled, RCU read side. */
void pantun_hold_packet(struct pantun_proxy *proxy, struct sk_buff *skb);
/* Sends what @proxy holds; called once it has an out-SA.  RCU read side or cfg_lock. */
void pantun_hold_release(struct pantun_proxy *proxy);
/* Refuses what @proxy holds, with ICMP to the senders: no SA will come.  cfg_lock. */
void pantun_hold_fail(struct pantun_proxy *proxy);
/* Drops all that @proxy holds, and whatever comes later.  Process context, may sleep. */
void pantun_hold_stop(struct pantun_proxy *proxy);

#endif
