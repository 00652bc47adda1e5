// SPDX-License-Identifier: GPL-2.0
/*
 * Life of the per-namespace state.  It ends when no device of the namespace is left that
 * could bring a packet: netdev.c has deleted the tunnels before, while routes and sockets
 * were still there.
 */
#include <linux/moduleparam.h>
#include <net/netns/generic.h>
#include "core/netns.h"
#include "core/sa_table.h"

static unsigned int pantun_net_id __read_mostly;

unsigned int pantun_max_tunnels __read_mostly = 4096;
module_param_named(max_tunnels, pantun_max_tunnels, uint, 0644);
MODULE_PARM_DESC(max_tunnels, "limit of tunnels per network namespace (4096)");

unsigned int pantun_max_proxies __read_mostly = 65536;
module_param_named(max_proxies, pantun_max_proxies, uint, 0644);
MODULE_PARM_DESC(max_proxies, "limit of proxy-IDs per network namespace (65536)");

unsigned int pantun_max_sas __read_mostly = 65536;
module_param_named(max_sas, pantun_max_sas, uint, 0644);
MODULE_PARM_DESC(max_sas, "limit of SAs per network namespace (65536)");

/**
 * pantun_net - the module's state of a namespace
 * @net: the namespace
 *
 * Return: its state, valid as long as the namespace.
 * Context: any.
 */
struct pantun_net *pantun_net(const struct net *net)
{
	return net_generic(net, pantun_net_id);
}

static int __net_init net_init(struct net *net)
{
	struct pantun_net *pn = pantun_net(net);

	pn->net = net;
	mutex_init(&pn->cfg_lock);
	INIT_LIST_HEAD(&pn->tunnels);
	pn->next_tunnel_id = 1;
	pn->generation = 1;
	spin_lock_init(&pn->event_lock);
	return pantun_sa_table_init(pn);
}

static void __net_exit net_exit(struct net *net)
{
	struct pantun_net *pn = pantun_net(net);

	WARN_ON_ONCE(!list_empty(&pn->tunnels));
	pantun_sa_table_destroy(pn);
	mutex_destroy(&pn->cfg_lock);
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.exit = net_exit,
	.id = &pantun_net_id,
	.size = sizeof(struct pantun_net),
};

/**
 * pantun_netns_register - begins to follow namespaces
 *
 * Return: 0 or a negative errno.
 * Context: process, loading the module.
 */
int pantun_netns_register(void)
{
	return register_pernet_subsys(&net_ops);
}

/**
 * pantun_netns_unregister - frees the state of all namespaces
 *
 * Context: process, after the last tunnel has gone and no packet comes any more.
 */
void pantun_netns_unregister(void)
{
	unregister_pernet_subsys(&net_ops);
}
