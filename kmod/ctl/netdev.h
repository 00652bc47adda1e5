/* SPDX-License-Identifier: GPL-2.0 */
/* The tunnel netdevice: link operations, features, MTU, carrier. */
#ifndef _PANTUN_NETDEV_H
#define _PANTUN_NETDEV_H

#include <linux/ethtool.h>
#include <linux/netdevice.h>

extern const struct ethtool_ops pantun_ethtool_ops;

bool pantun_netdev_is_ours(const struct net_device *dev);

int pantun_netdev_register(void);
void pantun_netdev_unregister(void);

#endif
