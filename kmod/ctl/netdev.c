// SPDX-License-Identifier: GPL-2.0
/*
 * The tunnel netdevice: made and deleted by rtnetlink, with carrier, operational
 * state and MTU that follow its SAs, and what the tunnel monitor says of the path.
 *
 *	start		SA pairs	path		carrier	operstate
 *	any		enough		not failed	on	UP
 *	any		any		failed		off	DOWN
 *	always, passive	not enough	not failed	off	DOWN
 *	on-demand	not enough	not failed	on	DORMANT
 *
 * Enough is one, or all (enum pantun_carrier).  The path has failed when none of the
 * monitored destinations answers and one of them is to fail over.  That takes the
 * carrier of an on-demand tunnel, too, SAs or none, or routes would go on leading to
 * where nothing is; probes go on without carrier, ask for SAs like any packet, and
 * bring it back.  Administrative state and addresses are nobody's but the admin's.
 */
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/pantun.h>
#include <linux/rtnetlink.h>
#include <net/ip.h>
#include <net/ip_tunnels.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>
#include "compat.h"
#include "core/age.h"
#include "core/events.h"
#include "core/proxy.h"
#include "core/sa.h"
#include "core/tunnel.h"
#include "ctl/netdev.h"
#include "data/dummy.h"
#include "data/outer.h"
#include "data/tx.h"
#include "monitor/monitor.h"

#define NAME_DEFAULT	"tunnel%d"
#define MTU_AUTO	0		/* what the admin sets to have it follow the SAs again */
#define MTU_DEFAULT	1400		/* until an SA tells better */
#define MTU_AUTO_MIN	1280		/* IPv6 needs it (RFC 8200 section 5) */
#define HEADROOM	(20 + 8 + 8 + 16)	/* IPv4, UDP, ESP, IV at most */
/*
 * What senders are asked to leave in front: all that most packets need on Ethernet.
 * More than drivers leave (NET_SKB_PAD and the link's header) would have every
 * forwarded packet copied; where more is needed, tx.c makes room.
 */
#define HEADROOM_ASKED	(16 + 20 + 8 + 8 + 8)
#define TAILROOM	(15 + 2 + 16)	/* padding, trailer, ICV at most */
#define FEATURES	(NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_GSO_SOFTWARE | \
			 NETIF_F_HW_CSUM | NETIF_F_RXCSUM | NETIF_F_HIGHDMA)

static struct rtnl_link_ops link_ops;

/**
 * pantun_netdev_is_ours - whether a device is a tunnel of this module
 * @dev: the device
 *
 * Return: true if it is.
 * Context: any.
 */
bool pantun_netdev_is_ours(const struct net_device *dev)
{
	return dev->rtnl_link_ops == &link_ops;
}

static u32 state_of(const struct pantun_tunnel *tunnel)
{
	const struct pantun_proxy_table *table = pantun_proxy_table(tunnel);
	u32 i, pairs = 0;

	for (i = 0; i < table->count; i++)
		pairs += pantun_proxy_has_pair(table->entry[i]);
	if (!pairs)
		return PANTUN_STATE_DOWN;
	return pairs == table->count ? PANTUN_STATE_UP : PANTUN_STATE_HALF_UP;
}

/*
 * What fits into the path of an SA; 0 if it leads nowhere now.  A cached route stays, as the
 * stack says by itself when it has become invalid, unless it was found by options that are
 * gone.  cfg_lock.
 */
static u32 sa_mtu(const struct pantun_sa *sa)
{
	const struct pantun_tunnel_opts *opts;
	struct pantun_overhead sizes;
	struct pantun_path *path;
	u32 outer;

	local_bh_disable();
	rcu_read_lock();
	path = rcu_dereference(sa->path);
	opts = pantun_tunnel_opts(sa->tunnel);
	pantun_outer_overhead(sa, path, opts, &sizes);
	if (path->routed_by != sa->tunnel->opts_number)
		pantun_outer_reroute(path);
	path->routed_by = sa->tunnel->opts_number;
	outer = pantun_outer_mtu(sa, path, opts);
	rcu_read_unlock();
	local_bh_enable();
	return outer ? pantun_mtu_inner(&sizes, outer) : 0;
}

/* What fits into the paths of all current SAs; as it is if there are none. */
static u32 mtu_of(const struct pantun_tunnel *tunnel)
{
	const struct pantun_proxy_table *table = pantun_proxy_table(tunnel);
	u32 i, least = 0;

	for (i = 0; i < table->count; i++) {
		const struct pantun_sa *sa;
		u32 mtu;

		sa = rcu_dereference_protected(table->entry[i]->out_sa,
					       lockdep_is_held(&tunnel->pn->cfg_lock));
		mtu = sa ? sa_mtu(sa) : 0;
		if (mtu && (!least || mtu < least))
			least = mtu;
	}
	if (!least)
		return tunnel->dev->mtu;
	return clamp_t(u32, least, MTU_AUTO_MIN, tunnel->dev->max_mtu);
}

/*
 * An on-demand tunnel needs a carrier without SAs, as no packet reaches the driver
 * without one; what it says instead is that it sleeps.
 */
static void set_link(struct net_device *dev, u32 start, bool enough, bool failed)
{
	if (failed || (!enough && start != PANTUN_START_ON_DEMAND)) {
		netif_carrier_off(dev);
		netif_dormant_off(dev);
	} else if (enough) {
		netif_dormant_off(dev);
		netif_carrier_on(dev);
	} else {
		netif_dormant_on(dev);
		netif_carrier_on(dev);
	}
}

static void set_mtu(struct pantun_tunnel *tunnel, u32 mtu)
{
	if (tunnel->mtu_fixed || mtu == tunnel->dev->mtu)
		return;
	tunnel->mtu_following = true;
	if (dev_set_mtu(tunnel->dev, mtu))
		net_dbg_ratelimited("%s: MTU %u refused\n", tunnel->dev->name, mtu);
	tunnel->mtu_following = false;
}

/* Takes over what SAs and monitors say now; whether that is news.  cfg_lock. */
static bool take_state(struct pantun_tunnel *tunnel)
{
	u32 state = state_of(tunnel), path = READ_ONCE(tunnel->monitors.path);
	bool news = state != tunnel->state || path != tunnel->path_told;

	WRITE_ONCE(tunnel->state, state);
	tunnel->path_told = path;
	return news;
}

/* Whether the carrier may be on as far as SAs go.  cfg_lock. */
static bool enough_sas(const struct pantun_tunnel *tunnel)
{
	if (tunnel->carrier == PANTUN_CARRIER_ALL)
		return tunnel->state == PANTUN_STATE_UP;
	return tunnel->state != PANTUN_STATE_DOWN;
}

static void follow_state(struct pantun_tunnel *tunnel)
{
	bool news, enough;
	u32 start, mtu;

	ASSERT_RTNL();
	mutex_lock(&tunnel->pn->cfg_lock);
	start = tunnel->start;
	mtu = mtu_of(tunnel);
	news = take_state(tunnel);
	enough = enough_sas(tunnel);
	mutex_unlock(&tunnel->pn->cfg_lock);

	set_mtu(tunnel, mtu);
	set_link(tunnel->dev, start, enough, READ_ONCE(tunnel->monitors.failed));
	if (tunnel->state != PANTUN_STATE_DOWN)
		pantun_monitor_nudge(tunnel);
	if (news)
		pantun_event_tunnel(tunnel, PANTUN_EVENT_CHANGE);
}

static void link_work(struct work_struct *work)
{
	struct pantun_tunnel *tunnel = container_of(work, struct pantun_tunnel, link_work);
	struct net_device *dev = tunnel->dev;

	rtnl_lock();
	/* rtnl is enough to read it */
	if (!tunnel->dead)
		follow_state(tunnel);
	rtnl_unlock();
	dev_put(dev);
}

static int dev_init(struct net_device *dev)
{
	struct pantun_tunnel *tunnel = netdev_priv(dev);
	int err;

	netdev_lockdep_set_classes(dev);
	err = pantun_tunnel_init_opts(tunnel);
	if (err)
		return err;
	err = gro_cells_init(&tunnel->gro_cells, dev);
	if (err)
		goto err_opts;
	err = pantun_proxy_init(tunnel);
	if (err)
		goto err_cells;
	return 0;

err_cells:
	gro_cells_destroy(&tunnel->gro_cells);
err_opts:
	pantun_tunnel_free_opts(tunnel);
	return err;
}

/* Under rtnl, with no transmission under way and none to come. */
static void dev_uninit(struct net_device *dev)
{
	struct pantun_tunnel *tunnel = netdev_priv(dev);
	struct pantun_net *pn = tunnel->pn;

	mutex_lock(&pn->cfg_lock);
	WRITE_ONCE(tunnel->dead, true);
	pantun_monitor_teardown(tunnel);
	pantun_proxy_teardown(tunnel);
	if (!list_empty(&tunnel->net_list)) {
		list_del_init(&tunnel->net_list);
		pn->tunnel_count--;
		pn->generation++;
		pantun_event_tunnel(tunnel, PANTUN_EVENT_DEL);
	}
	mutex_unlock(&pn->cfg_lock);
	cancel_delayed_work_sync(&tunnel->age_work);
	cancel_delayed_work_sync(&tunnel->dummy_work);
}

/* After the last reference to the device, hence after the last SA. */
static void dev_free(struct net_device *dev)
{
	struct pantun_tunnel *tunnel = netdev_priv(dev);

	gro_cells_destroy(&tunnel->gro_cells);
	pantun_tunnel_free_opts(tunnel);
}

static int dev_change_mtu(struct net_device *dev, int mtu)
{
	struct pantun_tunnel *tunnel = netdev_priv(dev);

	ASSERT_RTNL();
	if (mtu == MTU_AUTO) {
		tunnel->mtu_fixed = false;
		pantun_tunnel_poke(tunnel);
		return 0;
	}
	if (mtu < IPV4_MIN_MTU)
		return -EINVAL;
	if (!tunnel->mtu_following)
		tunnel->mtu_fixed = true;
	WRITE_ONCE(dev->mtu, mtu);
	return 0;
}

static const struct net_device_ops netdev_ops = {
	.ndo_init = dev_init,
	.ndo_uninit = dev_uninit,
	.ndo_start_xmit = pantun_tx_start,
	.ndo_change_mtu = dev_change_mtu,
	.ndo_get_stats64 = dev_get_tstats64,
};

static const struct device_type device_type = { .name = PANTUN_LINK_KIND };

static void link_setup(struct net_device *dev)
{
	struct pantun_tunnel *tunnel = netdev_priv(dev);

	dev->netdev_ops = &netdev_ops;
	dev->ethtool_ops = &pantun_ethtool_ops;
	dev->header_ops = &ip_tunnel_header_ops;
	dev->type = ARPHRD_NONE;
	dev->flags = IFF_POINTOPOINT | IFF_NOARP | IFF_MULTICAST;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->features |= FEATURES;
	dev->hw_features |= FEATURES;
	dev->hw_enc_features |= FEATURES;
	dev->pcpu_stat_type = NETDEV_PCPU_STAT_TSTATS;
	dev->needed_headroom = HEADROOM_ASKED;
	dev->needed_tailroom = TAILROOM;
	dev->mtu = MTU_DEFAULT;
	dev->min_mtu = MTU_AUTO;
	dev->max_mtu = IP_MAX_MTU - HEADROOM - TAILROOM;
	dev->needs_free_netdev = true;
	dev->priv_destructor = dev_free;
	pantun_set_lltx(dev);
	netif_set_tso_max_size(dev, GSO_MAX_SIZE);
	/* messages to senders of what is too big need the packet's route */
	netif_keep_dst(dev);
	SET_NETDEV_DEVTYPE(dev, &device_type);

	tunnel->dev = dev;
	tunnel->start = PANTUN_START_ALWAYS;
	tunnel->state = PANTUN_STATE_DOWN;
	tunnel->carrier = PANTUN_CARRIER_ANY;
	tunnel->path_told = PANTUN_PATH_UNKNOWN;
	tunnel->hold_ops = &pantun_tx_hold_ops;
	INIT_LIST_HEAD(&tunnel->net_list);
	pantun_monitor_setup(tunnel);
	INIT_WORK(&tunnel->link_work, link_work);
	INIT_DELAYED_WORK(&tunnel->age_work, pantun_age_work);
	INIT_DELAYED_WORK(&tunnel->dummy_work, pantun_dummy_work);
}

static const struct nla_policy link_policy[IFLA_PANTUN_MAX + 1] = {
	[IFLA_PANTUN_TUNNEL_ID] = {
		.type = NLA_REJECT,
		.reject_message = "the id of a tunnel is given by the kernel: leave it out",
	},
};

/* rtnetlink passes over attributes that it does not know, so they are looked for here. */
static int refuse_unknown(struct nlattr *info, struct netlink_ext_ack *extack)
{
	struct nlattr *data = info ? nla_find_nested(info, IFLA_INFO_DATA) : NULL;
	struct nlattr *attr;
	int rest;

	if (!data)
		return 0;
	nla_for_each_nested(attr, data, rest) {
		if (nla_type(attr) <= IFLA_PANTUN_MAX)
			continue;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "unknown attribute: is the program newer than the module?");
		return -EINVAL;
	}
	return 0;
}

static int link_validate(struct nlattr *tb[], struct nlattr *data[],
			 struct netlink_ext_ack *extack)
{
	if (tb[IFLA_ADDRESS]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_ADDRESS],
				    "a tunnel carries IP and has no MAC address: leave it out");
		return -EINVAL;
	}
	if (tb[IFLA_LINK]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_LINK],
				    "a tunnel has no lower device, it follows routes");
		return -EINVAL;
	}
	if (tb[IFLA_MTU] && nla_get_u32(tb[IFLA_MTU]) != MTU_AUTO &&
	    nla_get_u32(tb[IFLA_MTU]) < IPV4_MIN_MTU) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_MTU],
				    "an MTU is 68 at least, or 0: automatic");
		return -EINVAL;
	}
	return refuse_unknown(tb[IFLA_LINKINFO], extack);
}

/* Takes an id, which is not used again in this namespace.  rtnl, which adds tunnels. */
static int take_id(struct pantun_tunnel *tunnel, struct netlink_ext_ack *extack)
{
	struct pantun_net *pn = tunnel->pn;
	int err = 0;

	ASSERT_RTNL();
	mutex_lock(&pn->cfg_lock);
	if (pn->tunnel_count >= READ_ONCE(pantun_max_tunnels)) {
		NL_SET_ERR_MSG(extack,
			       "this network namespace has max_tunnels: delete one, or raise it");
		err = -ENOSPC;
	} else if (!pn->next_tunnel_id) {
		NL_SET_ERR_MSG(extack, "this network namespace has used up all tunnel ids");
		err = -ENOSPC;
	} else {
		tunnel->id = pn->next_tunnel_id++;
	}
	mutex_unlock(&pn->cfg_lock);
	return err;
}

static int make_tunnel(struct net *underlay, struct net_device *dev, struct nlattr *tb[],
		       struct netlink_ext_ack *extack)
{
	struct pantun_tunnel *tunnel = netdev_priv(dev);
	struct pantun_net *pn = pantun_net(underlay);
	int err;

	if (!ns_capable(underlay->user_ns, CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG(extack,
			       "CAP_NET_ADMIN is needed in the underlay's network namespace");
		return -EPERM;
	}
	tunnel->pn = pn;
	tunnel->mtu_fixed = tb[IFLA_MTU] && dev->mtu != MTU_AUTO;
	if (dev->mtu == MTU_AUTO)
		dev->mtu = MTU_DEFAULT;
	if (!tb[IFLA_IFNAME])
		strscpy(dev->name, NAME_DEFAULT, sizeof(dev->name));
	err = take_id(tunnel, extack);
	if (err)
		return err;
	netif_carrier_off(dev);
	err = register_netdevice(dev);
	if (err)
		return err;
	mutex_lock(&pn->cfg_lock);
	list_add_tail(&tunnel->net_list, &pn->tunnels);
	pn->tunnel_count++;
	pn->generation++;
	pantun_event_tunnel(tunnel, PANTUN_EVENT_NEW);
	mutex_unlock(&pn->cfg_lock);
	return 0;
}

static int link_new(PANTUN_NEWLINK_ARGS, struct netlink_ext_ack *extack)
{
	return make_tunnel(PANTUN_NEWLINK_NET, dev, PANTUN_NEWLINK_TB, extack);
}

static int link_change(struct net_device *dev, struct nlattr *tb[], struct nlattr *data[],
		       struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG(extack, "a tunnel is not configured by its link: use pantunctl");
	return -EOPNOTSUPP;
}

static size_t link_size(const struct net_device *dev)
{
	return nla_total_size(sizeof(u32));
}

static int link_fill(struct sk_buff *skb, const struct net_device *dev)
{
	const struct pantun_tunnel *tunnel = netdev_priv(dev);

	return nla_put_u32(skb, IFLA_PANTUN_TUNNEL_ID, tunnel->id);
}

static struct net *link_net(const struct net_device *dev)
{
	const struct pantun_tunnel *tunnel = netdev_priv(dev);

	return tunnel->pn->net;
}

static struct rtnl_link_ops link_ops __read_mostly = {
	.kind = PANTUN_LINK_KIND,
	.priv_size = sizeof(struct pantun_tunnel),
	.maxtype = IFLA_PANTUN_MAX,
	.policy = link_policy,
	.setup = link_setup,
	.validate = link_validate,
	.newlink = link_new,
	.changelink = link_change,
	.get_size = link_size,
	.fill_info = link_fill,
	.get_link_net = link_net,
};

/* Tunnels of an underlay that goes away, in whatever namespace their devices are. */
static void queue_delete(struct pantun_net *pn, struct list_head *list)
{
	struct pantun_tunnel *tunnel;

	ASSERT_RTNL();
	mutex_lock(&pn->cfg_lock);
	list_for_each_entry(tunnel, &pn->tunnels, net_list)
		unregister_netdevice_queue(tunnel->dev, list);
	mutex_unlock(&pn->cfg_lock);
}

static void __net_exit underlays_exit(struct list_head *nets)
{
	struct net *net;
	LIST_HEAD(list);

	rtnl_lock();
	list_for_each_entry(net, nets, exit_list)
		queue_delete(pantun_net(net), &list);
	unregister_netdevice_many(&list);
	rtnl_unlock();
}

static struct pernet_operations underlay_ops = {
	.exit_batch = underlays_exit,
};

/**
 * pantun_netdev_register - offers the link kind
 *
 * Return: 0 or a negative errno.
 * Context: process, loading the module.
 */
int pantun_netdev_register(void)
{
	int err;

	/* before the first tunnel: its underlay may end at any time */
	err = register_pernet_device(&underlay_ops);
	if (err)
		return err;
	err = rtnl_link_register(&link_ops);
	if (err)
		unregister_pernet_device(&underlay_ops);
	return err;
}

/**
 * pantun_netdev_unregister - deletes all tunnels and takes the link kind back
 *
 * Context: process; waits for packets in flight.
 */
void pantun_netdev_unregister(void)
{
	rtnl_link_unregister(&link_ops);
	unregister_pernet_device(&underlay_ops);
}
