// SPDX-License-Identifier: GPL-2.0
/* Loading and unloading: nothing but the order. */
#include <linux/module.h>
#include <linux/pantun.h>
#include <net/genetlink.h>
#include <net/rtnetlink.h>
#include <pantun_version.h>
#include "compat.h"
#include "core/netns.h"
#include "core/work.h"
#include "ctl/netdev.h"
#include "ctl/nl.h"
#include "data/gro.h"
#include "data/rx.h"
#include "xform/esp.h"

static int __init pantun_init(void)
{
	int err;

	err = pantun_work_start();
	if (err)
		return err;
	err = pantun_netns_register();
	if (err)
		goto err_work;
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
err_work:
	pantun_work_stop();
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
	pantun_work_stop();
	pantun_esp_stop();
}

module_init(pantun_init);
module_exit(pantun_exit);

MODULE_DESCRIPTION("Route-based IPsec tunnel interfaces");
MODULE_AUTHOR("The pantun developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(PANTUN_VERSION);
MODULE_ALIAS_RTNL_LINK(PANTUN_LINK_KIND);
MODULE_ALIAS_GENL_FAMILY(PANTUN_GENL_NAME);
