/* SPDX-License-Identifier: GPL-2.0 */
/* The flow that a packet is of: what selectors look at, taken out of its headers. */
#ifndef _PANTUN_FLOW_H
#define _PANTUN_FLOW_H

#include <linux/skbuff.h>
#include "pure/selector.h"

/*
 * The flow of the IP packet at skb_network_header(), local being the source if
 * @outbound.  False if headers are cut off or not IP.
 */
bool pantun_flow_dissect(const struct sk_buff *skb, bool outbound, struct pantun_flow *flow);
/*
 * The flow that an ICMP error is about (RFC 4301 section 6): that of the packet it
 * quotes, which went the other way.  False if it is no error, or quotes too little.
 */
bool pantun_flow_quoted(const struct sk_buff *skb, bool outbound, struct pantun_flow *flow);
/* Whether one of the selectors matches the packet, or what it is about if it is an ICMP error. */
bool pantun_flow_allowed(const struct pantun_selectors *set, const struct sk_buff *skb,
			 bool outbound, const struct pantun_flow *flow);
/* Whether the packet is an ICMP error by the flow that was found in it. */
bool pantun_flow_is_error(const struct pantun_flow *flow);

#endif
