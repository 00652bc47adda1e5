/* SPDX-License-Identifier: GPL-2.0 */
/* The tunnel netdevice: link operations, features, MTU, carrier. */
#ifndef _PANTUN_NETDEV_H
#define _PANTUN_NETDEV_H

#include <linux/ethtool.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/workqueue.h>
#include <net/gro_cells.h>
#include "drop.h"
#include "monitor.h"
#include "netns.h"
#include "proxy.h"

extern const struct ethtool_ops pantun_ethtool_ops;

bool pantun_netdev_is_ours(const struct net_device *dev);
/* Tunnels of a namespace that is going away, wherever their devices are.  rtnl. */
void pantun_netdev_queue_delete(struct pantun_net *pn, struct list_head *list);

int pantun_netdev_register(void);
void pantun_netdev_unregister(void);

#endif
