// SPDX-License-Identifier: GPL-2.0
/* Dummy packets (RFC 4303 section 2.6). */
#include <linux/netdevice.h>
#include "core/proxy.h"
#include "core/sa.h"
#include "core/tunnel.h"
#include "core/work.h"
#include "data/dummy.h"
#include "data/tx.h"

static void send_all(struct pantun_tunnel *tunnel)
{
	const struct pantun_proxy_table *table;
	struct pantun_sa *sa;
	u32 i;

	local_bh_disable();
	rcu_read_lock();
	table = rcu_dereference(tunnel->proxies);
	for (i = 0; table && i < table->count; i++) {
		sa = rcu_dereference(table->entry[i]->out_sa);
		if (sa && sa->key.proto == IPPROTO_ESP && pantun_sa_usable(sa))
			pantun_tx_dummy(sa);
	}
	rcu_read_unlock();
	local_bh_enable();
}

/**
 * pantun_dummy_work - sends dummy packets, one by every outbound SA
 * @work: tunnel->dummy_work
 *
 * Context: worker; never takes rtnl, as deleting the tunnel waits for it there.
 */
void pantun_dummy_work(struct work_struct *work)
{
	struct pantun_tunnel *tunnel = container_of(to_delayed_work(work), struct pantun_tunnel,
						    dummy_work);
	u32 interval;

	rcu_read_lock();
	interval = pantun_tunnel_opts(tunnel)->dummy;
	rcu_read_unlock();
	if (!interval || READ_ONCE(tunnel->dead))
		return;
	if (tunnel->dev->flags & IFF_UP)
		send_all(tunnel);
	queue_delayed_work(pantun_wq, &tunnel->dummy_work, msecs_to_jiffies(interval));
}
