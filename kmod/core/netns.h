/* SPDX-License-Identifier: GPL-2.0 */
/*
 * State of one underlay network namespace: the one that tunnels were created in
 * and whose addresses and routes their outer packets use.
 *
 * Lock order: rtnl -> cfg_lock -> leaf spinlocks (BH).  SA and proxy-ID commands
 * never take rtnl; nothing takes rtnl while it holds cfg_lock.
 */
#ifndef _PANTUN_NETNS_H
#define _PANTUN_NETNS_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <net/net_namespace.h>

struct pantun_net {
	struct net *net;
	struct mutex cfg_lock;		/* tunnels, proxy tables, SA table writers */
	struct list_head tunnels;	/* struct pantun_tunnel.net_list; cfg_lock */
	struct rhashtable sas;		/* struct pantun_sa by key; readers RCU */
	u32 next_tunnel_id;		/* cfg_lock */
	u32 generation;			/* of tunnels, proxies, SAs, for dumps; cfg_lock */
	u32 tunnel_count;		/* cfg_lock */
	u32 proxy_count;		/* those that were added; cfg_lock */
	u32 sa_count;			/* with reservations; cfg_lock */
	spinlock_t event_lock;		/* BH: numbers and sends notifications in one step */
	u64 event_seq[2];		/* of groups "events" and "config"; event_lock */
};

/* The state of @net; valid as long as the namespace is. */
struct pantun_net *pantun_net(const struct net *net);

int pantun_netns_register(void);
void pantun_netns_unregister(void);

/*
 * Limits of each namespace, whose admin need not be the admin of the machine.  Module
 * parameters; lowering them does not remove anything.
 */
extern unsigned int pantun_max_tunnels;
extern unsigned int pantun_max_proxies;
extern unsigned int pantun_max_sas;

#endif
