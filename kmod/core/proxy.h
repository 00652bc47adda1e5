/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Proxy-IDs: the selectors of one tunnel, each with its own SAs, held packets and
 * counters.  Readers search an immutable array, most specific first, under RCU;
 * writers hold the namespace's cfg_lock and publish a new array.
 */
#ifndef _PANTUN_PROXY_H
#define _PANTUN_PROXY_H

#include <linux/list.h>
#include <linux/pantun.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>
#include "pure/selector.h"

struct netlink_ext_ack;
struct pantun_classifier;
struct pantun_sa;
struct pantun_tunnel;

struct pantun_proxy {
	char name[PANTUN_PROXY_NAME_LEN];
	bool implicit;			/* stands in while there is no other */
	struct pantun_selector selector;
	struct pantun_tunnel *tunnel;

	struct pantun_sa __rcu *out_sa;	/* current one, in @sas; cfg_lock */
	struct list_head sas;		/* all of both directions; cfg_lock */
	u32 in_sas;			/* keyed inbound ones in the list; cfg_lock */

	/* hold.lock (BH) guards the queue and @dead */
	struct sk_buff_head hold;
	bool dead;			/* holds nothing any more */
	struct delayed_work hold_work;	/* drops what was held too long */
	bool failed;			/* no SA came of the last acquire; racy likewise */
	unsigned long acquire_next;	/* jiffies; racy on purpose: an extra event is harmless */
	atomic64_t acquires;

	atomic64_t tx_packets, tx_bytes;	/* of SAs that are gone */
	atomic64_t rx_packets, rx_bytes;

	refcount_t refs;		/* array, SAs */
	struct rcu_head rcu;
};

struct pantun_proxy_table {
	struct rcu_head rcu;
	struct pantun_classifier *classifier;	/* of the entries; NULL: few, asked in turn */
	u32 count;
	struct pantun_proxy *entry[];	/* most specific first */
};

/* Inner packets and octets. */
struct pantun_traffic {
	u64 rx_packets, rx_bytes;
	u64 tx_packets, tx_bytes;
};

struct pantun_proxy_table *pantun_proxy_table(const struct pantun_tunnel *tunnel);
struct pantun_proxy *pantun_proxy_find(const struct pantun_tunnel *tunnel, const char *name);
int pantun_proxy_init(struct pantun_tunnel *tunnel);
void pantun_proxy_teardown(struct pantun_tunnel *tunnel);
int pantun_proxy_new(struct pantun_tunnel *tunnel, const char *name,
		     const struct pantun_selector *selector, struct netlink_ext_ack *extack);
int pantun_proxy_delete(struct pantun_proxy *proxy, struct netlink_ext_ack *extack);
bool pantun_proxy_has_pair(const struct pantun_proxy *proxy);
void pantun_proxy_traffic(const struct pantun_proxy *proxy, struct pantun_traffic *traffic);

/* The proxy-ID for an outgoing packet, or NULL.  RCU read side. */
struct pantun_proxy *pantun_proxy_match(struct pantun_tunnel *tunnel,
					const struct pantun_flow *flow);
/* The one proxy-ID of a tunnel with GRE.  RCU read side. */
struct pantun_proxy *pantun_proxy_only(struct pantun_tunnel *tunnel);

/* Drops a reference; the last one frees after a grace period.  Any context. */
static inline void pantun_proxy_put(struct pantun_proxy *proxy)
{
	if (refcount_dec_and_test(&proxy->refs))
		kfree_rcu(proxy, rcu);
}

#endif
