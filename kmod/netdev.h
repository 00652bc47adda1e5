/* SPDX-License-Identifier: GPL-2.0 */
/* The tunnel netdevice: link operations, features, MTU, carrier. */
#ifndef _PANTUN_NETDEV_H
#define _PANTUN_NETDEV_H

#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/workqueue.h>
#include <net/gro_cells.h>
#include "drop.h"
#include "netns.h"
#include "proxy.h"

/* netdev_priv() of a tunnel. */
struct pantun_tunnel {
	struct net_device *dev;
	struct pantun_net *pn;		/* underlay; its netns is held */
	netns_tracker net_tracker;
	u32 id;				/* in the underlay namespace */
	u32 start;			/* enum pantun_start; cfg_lock, READ_ONCE by readers */
	u32 state;			/* enum pantun_state; cfg_lock, READ_ONCE by readers */
	bool dead;			/* being deleted; cfg_lock */
	bool mtu_fixed;			/* set by the admin; rtnl */
	struct pantun_proxy_table __rcu *proxies;	/* written under cfg_lock */
	struct list_head net_list;	/* pn->tunnels; cfg_lock */
	struct gro_cells gro_cells;
	struct pantun_drops drops;
	struct work_struct link_work;	/* carrier, operstate and MTU follow the SAs; takes rtnl */
};

bool pantun_netdev_is_ours(const struct net_device *dev);
/*
 * SAs or their paths changed: have carrier, operstate, state and MTU worked out
 * again soon.  Any context.
 */
void pantun_netdev_update(struct pantun_tunnel *tunnel);

int pantun_netdev_register(void);
void pantun_netdev_unregister(void);

#endif
