// SPDX-License-Identifier: GPL-2.0
/* A tunnel's options, and how its netdevice learns that something has changed. */
#include <linux/pantun.h>
#include <linux/slab.h>
#include "compat.h"
#include "core/events.h"
#include "core/tunnel.h"
#include "core/work.h"

/**
 * pantun_tunnel_poke - has the device follow what has changed of its SAs or monitors
 * @tunnel: the tunnel
 *
 * Context: any; the caller's lock or reference keeps @tunnel.
 */
void pantun_tunnel_poke(struct pantun_tunnel *tunnel)
{
	if (READ_ONCE(tunnel->dead))
		return;
	/* the work's own reference: deleting the tunnel waits for it */
	dev_hold(tunnel->dev);
	if (!queue_work(pantun_wq, &tunnel->link_work))
		dev_put(tunnel->dev);
}

/**
 * pantun_tunnel_set_start - changes who starts negotiation
 * @tunnel: the tunnel
 * @start: enum pantun_start
 *
 * Context: process, cfg_lock.
 */
void pantun_tunnel_set_start(struct pantun_tunnel *tunnel, u32 start)
{
	lockdep_assert_held(&tunnel->pn->cfg_lock);
	if (tunnel->start == start)
		return;
	WRITE_ONCE(tunnel->start, start);
	tunnel->pn->generation++;
	pantun_event_tunnel(tunnel, PANTUN_EVENT_CHANGE);
	pantun_tunnel_poke(tunnel);
}

/**
 * pantun_tunnel_set_carrier - changes which SA pairs the carrier needs
 * @tunnel: the tunnel
 * @carrier: enum pantun_carrier
 *
 * Context: process, cfg_lock.
 */
void pantun_tunnel_set_carrier(struct pantun_tunnel *tunnel, u32 carrier)
{
	lockdep_assert_held(&tunnel->pn->cfg_lock);
	if (tunnel->carrier == carrier)
		return;
	WRITE_ONCE(tunnel->carrier, carrier);
	tunnel->pn->generation++;
	pantun_event_tunnel(tunnel, PANTUN_EVENT_CHANGE);
	pantun_tunnel_poke(tunnel);
}

static bool opts_equal(const struct pantun_tunnel_opts *a, const struct pantun_tunnel_opts *b)
{
	return a->df == b->df && a->tos == b->tos && a->dscp == b->dscp && a->ttl == b->ttl &&
	       a->flow_label == b->flow_label && a->gre == b->gre && a->tfc == b->tfc &&
	       a->dummy == b->dummy && a->mark == b->mark && a->underlay == b->underlay;
}

/**
 * pantun_tunnel_set_opts - changes how packets are made into outer ones
 * @tunnel: the tunnel
 * @opts: all options; copied
 *
 * Packets under way keep the ones that they began with.
 *
 * Return: 0 or -ENOMEM.
 * Context: process, cfg_lock.
 */
int pantun_tunnel_set_opts(struct pantun_tunnel *tunnel, const struct pantun_tunnel_opts *opts)
{
	struct pantun_tunnel_opts *new, *old;

	lockdep_assert_held(&tunnel->pn->cfg_lock);
	old = rcu_dereference_protected(tunnel->opts, lockdep_is_held(&tunnel->pn->cfg_lock));
	if (opts_equal(old, opts))
		return 0;
	new = kmemdup(opts, sizeof(*opts), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	rcu_assign_pointer(tunnel->opts, new);
	tunnel->opts_number++;
	/* the wait of the interval before ends */
	if (old->dummy != new->dummy)
		mod_delayed_work(pantun_wq, &tunnel->dummy_work, 0);
	kfree_rcu(old, rcu);
	tunnel->pn->generation++;
	pantun_event_tunnel(tunnel, PANTUN_EVENT_CHANGE);
	pantun_tunnel_poke(tunnel);
	return 0;
}

/**
 * pantun_tunnel_init_opts - gives a new tunnel its options
 * @tunnel: the tunnel
 *
 * Return: 0 or -ENOMEM.
 * Context: process.
 */
int pantun_tunnel_init_opts(struct pantun_tunnel *tunnel)
{
	struct pantun_tunnel_opts *opts = kzalloc(sizeof(*opts), GFP_KERNEL);

	if (!opts)
		return -ENOMEM;
	opts->df = PANTUN_DF_COPY;
	opts->tos = PANTUN_TOS_FIXED;
	RCU_INIT_POINTER(tunnel->opts, opts);
	return 0;
}

/**
 * pantun_tunnel_free_opts - frees the options of a tunnel that nobody uses any more
 * @tunnel: the tunnel
 *
 * Context: any.
 */
void pantun_tunnel_free_opts(struct pantun_tunnel *tunnel)
{
	kfree(rcu_dereference_protected(tunnel->opts, true));
}
