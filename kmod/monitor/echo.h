/* SPDX-License-Identifier: GPL-2.0 */
/* ICMP and ICMPv6 echo messages (RFC 792, RFC 4443 section 4), made and read by ourselves. */
#ifndef _PANTUN_ECHO_H
#define _PANTUN_ECHO_H

#include <linux/types.h>
#include "pure/selector.h"

struct net_device;
struct sk_buff;

/* The beginning of a message; the same for both families and both ways. */
struct pantun_echo_header {
	u8 type, code;
	__sum16 check;
	__be16 id, sequence;
};

/* A message: who sends what to whom. */
struct pantun_echo {
	u8 family;
	bool reply;			/* else a request */
	union pantun_addr from, to;	/* zero padded */
	struct pantun_echo_header header;
	unsigned int offset;		/* of the message in the packet */
	unsigned int len;		/* octets of the message */
};

/* Whether a packet is one, whole and without IP options; its IP header is linear. */
bool pantun_echo_parse(const struct sk_buff *skb, struct pantun_echo *echo);
/* What selectors see of one that we send. */
void pantun_echo_flow(const struct pantun_echo *echo, struct pantun_flow *flow);
/*
 * A packet for @dev with room for the message, echo->len octets at its data; NULL on lack of
 * memory.  Its data written, from the identifier on, pantun_echo_finish() does the rest.
 */
struct sk_buff *pantun_echo_alloc(struct net_device *dev, const struct pantun_echo *echo);
void pantun_echo_finish(struct sk_buff *skb, const struct pantun_echo *echo);
/* Whether the address that it went to is one of ours, as @dev sees it.  RCU read side. */
bool pantun_echo_is_local(struct net_device *dev, const struct pantun_echo *echo);

#endif
