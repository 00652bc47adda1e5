// SPDX-License-Identifier: GPL-2.0
/* Loading and unloading: nothing but the order. */
#include <linux/module.h>
#include <linux/pantun.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>
#include <net/rtnetlink.h>
#include <pantun_version.h>
#include "compat.h"
#include "gro.h"
#include "netdev.h"
#include "netns.h"
#include "nl.h"
#include "rx.h"

struct workqueue_struct *pantun_wq;

static int __init pantun_init(void)
{
	int err;

	pantun_wq = alloc_workqueue("pantun", 0, 0);
	if (!pantun_wq)
		return -ENOMEM;
	err = pantun_netns_register();
	if (err)
		goto err_wq;
	err = pantun_rx_register();
	if (err)
		goto err_netns;
	err = pantun_gro_register();
	if (err)
		goto err_rx;
	/* before the first tunnel, which sends events */
	err = pantun_nl_register();
	if (err)
		goto err_gro;
	err = pantun_netdev_register();
	if (err)
		goto err_nl;
	return 0;

err_nl:
	pantun_nl_unregister();
err_gro:
	pantun_gro_unregister();
err_rx:
	pantun_rx_unregister();
err_netns:
	pantun_netns_unregister();
err_wq:
	destroy_workqueue(pantun_wq);
	return err;
}

static void __exit pantun_exit(void)
{
	/* deletes the tunnels and waits for their SAs, packets and work */
	pantun_netdev_unregister();
	pantun_nl_unregister();
	pantun_gro_unregister();
	pantun_rx_unregister();
	pantun_netns_unregister();
	/* what calls back after a grace period has queued its work by then */
	rcu_barrier();
	destroy_workqueue(pantun_wq);
}

module_init(pantun_init);
module_exit(pantun_exit);

MODULE_DESCRIPTION("Route-based IPsec tunnel interfaces");
MODULE_AUTHOR("The pantun developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(PANTUN_VERSION);
MODULE_ALIAS_RTNL_LINK(PANTUN_LINK_KIND);
MODULE_ALIAS_GENL_FAMILY(PANTUN_GENL_NAME);
