// SPDX-License-Identifier: GPL-2.0
/* ethtool -i and -S of a tunnel. */
#include <linux/ethtool.h>
#include <linux/pantun.h>
#include <pantun_version.h>
#include "compat.h"
#include "core/drop.h"
#include "core/proxy.h"
#include "core/tunnel.h"
#include "ctl/netdev.h"

#define DROPS	(PANTUN_DROP_END - PANTUN_DROP_FIRST)

/* Ahead of the drops, in the order of struct totals. */
static const char total_names[][ETH_GSTRING_LEN] = {
	"rx_packets",
	"rx_bytes",
	"tx_packets",
	"tx_bytes",
	"acquires",
	"held",
	"monitor_answers",
};

struct totals {
	u64 rx_packets, rx_bytes;
	u64 tx_packets, tx_bytes;
	u64 acquires;
	u64 held;
	u64 monitor_answers;
};

static_assert(sizeof(struct totals) == ARRAY_SIZE(total_names) * sizeof(u64));

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, PANTUN_LINK_KIND, sizeof(info->driver));
	strscpy(info->version, PANTUN_VERSION, sizeof(info->version));
}

static int get_sset_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? ARRAY_SIZE(total_names) + DROPS : -EOPNOTSUPP;
}

static void get_strings(struct net_device *dev, u32 set, u8 *data)
{
	enum pantun_drop reason;

	if (set != ETH_SS_STATS)
		return;
	memcpy(data, total_names, sizeof(total_names));
	data += sizeof(total_names);
	for (reason = PANTUN_DROP_FIRST; reason < PANTUN_DROP_END; reason++) {
		strscpy((char *)data, pantun_drop_name(reason), ETH_GSTRING_LEN);
		data += ETH_GSTRING_LEN;
	}
}

static void sum_up(struct pantun_tunnel *tunnel, struct totals *totals)
{
	const struct pantun_proxy_table *table;
	struct rtnl_link_stats64 stats;
	u32 i;

	dev_get_stats(tunnel->dev, &stats);
	totals->rx_packets = stats.rx_packets;
	totals->rx_bytes = stats.rx_bytes;
	totals->tx_packets = stats.tx_packets;
	totals->tx_bytes = stats.tx_bytes;
	totals->monitor_answers = atomic64_read(&tunnel->monitors.answers);
	mutex_lock(&tunnel->pn->cfg_lock);
	table = pantun_proxy_table(tunnel);
	for (i = 0; i < table->count; i++) {
		totals->acquires += atomic64_read(&table->entry[i]->acquires);
		totals->held += skb_queue_len_lockless(&table->entry[i]->hold);
	}
	mutex_unlock(&tunnel->pn->cfg_lock);
}

static void get_stats(struct net_device *dev, struct ethtool_stats *stats, u64 *data)
{
	struct pantun_tunnel *tunnel = netdev_priv(dev);
	struct totals totals = {};
	enum pantun_drop reason;

	sum_up(tunnel, &totals);
	memcpy(data, &totals, sizeof(totals));
	data += ARRAY_SIZE(total_names);
	for (reason = PANTUN_DROP_FIRST; reason < PANTUN_DROP_END; reason++)
		*data++ = atomic_long_read(&tunnel->drops.count[reason]);
}

const struct ethtool_ops pantun_ethtool_ops = {
	.get_drvinfo = get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_strings = get_strings,
	.get_sset_count = get_sset_count,
	.get_ethtool_stats = get_stats,
};
