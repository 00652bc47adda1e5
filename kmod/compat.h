/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All that is known here of differences between kernels.  The code is written for
 * the newest one; older ones are filled in, by what compiles with their
 * headers rather than by their version, as distributions backport.
 */
#ifndef _PANTUN_COMPAT_H
#define _PANTUN_COMPAT_H

#include <linux/crypto.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/rtnetlink.h>

/* PANTUN_HAS_...: what probe.c asked, answered for the kernel that this is built for. */
#include "probed.h"

/* Linux 6.5 moved segmentation to a header of its own. */
#ifdef PANTUN_HAS_GSO_H
#include <net/gso.h>
#endif

/* Linux 6.12 moved access to unaligned values. */
#ifdef PANTUN_HAS_UNALIGNED_H
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

/* Linux 6.3 gives completions the caller's pointer in place of the request. */
#ifdef PANTUN_HAS_CRYPTO_DATA
#define PANTUN_CRYPTO_ARG	void *
#else
#define PANTUN_CRYPTO_ARG	struct crypto_async_request *
#endif

/* What aead_request_set_callback() was given, from what the completion got. */
static inline void *pantun_crypto_data(PANTUN_CRYPTO_ARG arg)
{
#ifdef PANTUN_HAS_CRYPTO_DATA
	return arg;
#else
	return arg->data;
#endif
}

/* Linux 6.12 made lockless transmission a bit of the device instead of a feature. */
static inline void pantun_set_lltx(struct net_device *dev)
{
#ifdef PANTUN_HAS_LLTX_BIT
	dev->lltx = true;
#else
	dev->features |= NETIF_F_LLTX;
#endif
}

/* Whether the device has filters for what it receives; Linux 6.6 renamed those of tc. */
static inline bool pantun_has_ingress(const struct net_device *dev)
{
#ifdef PANTUN_HAS_TCX
	if (rcu_access_pointer(dev->tcx_ingress))
		return true;
#elif defined(CONFIG_NET_CLS_ACT)
	if (rcu_access_pointer(dev->miniq_ingress))
		return true;
#endif
#ifdef CONFIG_NETFILTER_INGRESS
	if (rcu_access_pointer(dev->nf_hooks_ingress))
		return true;
#endif
	return false;
}

/* Linux 6.10 took the source from __assign_str(); it knows it from __string(). */
#ifdef PANTUN_HAS_ASSIGN_STR_1
#define pantun_assign_str(dst, ...)	__assign_str(dst)
#else
#define pantun_assign_str(dst, ...)	__assign_str(dst, __VA_ARGS__)
#endif

/* Linux 6.2 has operations of do and of dump apart. */
#ifdef PANTUN_HAS_GENL_SPLIT_OPS
#define PANTUN_GENL_OPS	struct genl_split_ops
#else
#define PANTUN_GENL_OPS	struct genl_ops
#endif

/*
 * Linux 6.15 gathers what newlink() is given in a structure.  These are its parameters but
 * the last one, and what they hold: the namespace of IFLA_LINK_NETNSID, or the one that the
 * request came from, and the attributes.
 */
#ifdef PANTUN_HAS_NEWLINK_PARAMS
#define PANTUN_NEWLINK_ARGS	struct net_device *dev, struct rtnl_newlink_params *params
#define PANTUN_NEWLINK_NET	rtnl_newlink_link_net(params)
#define PANTUN_NEWLINK_TB	(params->tb)
#else
#define PANTUN_NEWLINK_ARGS	struct net *link_net, struct net_device *dev, \
				struct nlattr *tb[], struct nlattr *data[]
#define PANTUN_NEWLINK_NET	(link_net)
#define PANTUN_NEWLINK_TB	(tb)
#endif

#endif
