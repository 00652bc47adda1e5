// SPDX-License-Identifier: GPL-2.0
/*
 * What compat.h asks of the kernel: the answer is yes where the lines between #ifdef and
 * #endif compile.  probe.sh asks, and writes the answers to probed.h.  None of this becomes
 * part of the module.
 */

/* Linux 6.5 moved segmentation to a header of its own. */
#ifdef PANTUN_HAS_GSO_H
#include <net/gso.h>
#endif

/* Linux 6.12 moved access to unaligned values. */
#ifdef PANTUN_HAS_UNALIGNED_H
#include <linux/unaligned.h>
#endif

/* Linux 6.3 gives crypto's completions the caller's pointer in place of the request. */
#ifdef PANTUN_HAS_CRYPTO_DATA
#include <linux/crypto.h>
static_assert(__same_type(crypto_completion_t, void (*)(void *, int)));
#endif

/* Linux 6.6 renamed a device's ingress filters of tc. */
#ifdef PANTUN_HAS_TCX
#include <linux/netdevice.h>
static_assert(sizeof_field(struct net_device, tcx_ingress));
#endif

/* Linux 6.12 made lockless transmission a bit of the device instead of a feature. */
#ifdef PANTUN_HAS_LLTX_BIT
#include <linux/netdevice.h>
static inline void probe(struct net_device *dev)
{
	dev->lltx = true;
}
#endif

/* Linux 6.10 took the source from __assign_str(). */
#ifdef PANTUN_HAS_ASSIGN_STR_1
#include <linux/stringify.h>
#include <trace/stages/stage6_event_callback.h>
#ifndef __assign_str
#error
#endif
static const char probe[] = __stringify(__assign_str(name));
#endif

/* Linux 6.2 has generic netlink's operations of do and of dump apart. */
#ifdef PANTUN_HAS_GENL_SPLIT_OPS
#include <net/genetlink.h>
static_assert(sizeof(struct genl_split_ops));
#endif

/* Linux 6.15 gathers what newlink() is given in a structure. */
#ifdef PANTUN_HAS_NEWLINK_PARAMS
#include <net/rtnetlink.h>
static_assert(sizeof(struct rtnl_newlink_params));
#endif
