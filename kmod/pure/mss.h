/* SPDX-License-Identifier: GPL-2.0 */
/* TCP's maximum segment size, made to fit the tunnel. */
#ifndef _PANTUN_MSS_H
#define _PANTUN_MSS_H

#include <linux/types.h>

struct sk_buff;

/* Lowers the MSS option of a SYN to what fits inner packets of @mtu octets. */
void pantun_mss_clamp(struct sk_buff *skb, u32 mtu);

#endif
