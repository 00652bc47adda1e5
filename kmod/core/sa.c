// SPDX-License-Identifier: GPL-2.0
/* Security associations: made, activated, counted, aged, deleted and freed. */
#include <linux/in.h>
#include <linux/pantun.h>
#include <linux/slab.h>
#include "compat.h"
#include "core/cb.h"
#include "core/events.h"
#include "core/hold.h"
#include "core/proxy.h"
#include "core/sa.h"
#include "core/sa_table.h"
#include "core/tunnel.h"
#include "core/work.h"

static void set_identity(struct pantun_sa *sa, const struct pantun_sa_params *p)
{
	sa->dir = p->dir;
	sa->mode = p->mode;
	sa->key.family = p->family;
	sa->key.daddr = p->dir == PANTUN_DIR_IN ? p->local : p->remote;
	sa->key.spi = p->spi;
	sa->key.proto = p->proto;
	sa->key.dir = p->dir;
}

static struct pantun_path *path_new(const struct pantun_sa_params *p)
{
	struct pantun_path *path = pantun_path_alloc();

	if (!path)
		return NULL;
	path->family = p->family;
	path->encap = p->encap;
	path->udp_csum = p->udp_csum;
	path->local = p->local;
	path->remote = p->remote;
	path->local_port = p->local_port;
	path->remote_port = p->remote_port;
	return path;
}

/* Brings the proxy-ID's counters up to what the SA has counted. */
static void count_for_proxy(struct pantun_sa *sa)
{
	struct pantun_proxy *proxy = sa->proxy;
	bool out = sa->dir == PANTUN_DIR_OUT;
	u64 packets, bytes;

	pantun_sa_traffic(sa, &packets, &bytes);
	atomic64_add(packets - sa->counted_packets,
		     out ? &proxy->tx_packets : &proxy->rx_packets);
	atomic64_add(bytes - sa->counted_bytes, out ? &proxy->tx_bytes : &proxy->rx_bytes);
	sa->counted_packets = packets;
	sa->counted_bytes = bytes;
}

/* Nobody else knows the SA. */
static void sa_free(struct pantun_sa *sa)
{
	struct pantun_path *path = rcu_dereference_protected(sa->path, true);

	if (sa->ops)
		sa->ops->destroy(sa);
	pantun_path_free_rcu(path);
	kfree(sa->selectors.more);
	if (sa->proxy) {
		count_for_proxy(sa);
		pantun_proxy_put(sa->proxy);
		netdev_put(sa->tunnel->dev, &sa->dev_tracker);
	}
	kfree(sa);
}

static void free_work(struct work_struct *work)
{
	sa_free(container_of(work, struct pantun_sa, free_work));
}

/* The last references have the SA freed by a worker. */
static void put_refs(struct pantun_sa *sa, int refs)
{
	if (refcount_sub_and_test(refs, &sa->refs))
		queue_work(pantun_wq, &sa->free_work);
}

/**
 * pantun_sa_done_later - goes on with a packet whose crypto has ended by itself
 * @skb: the packet, of an SA that is held for it; consumed
 * @ret: how it ended, for cb->done()
 *
 * Context: any but hard irq.
 */
void pantun_sa_done_later(struct sk_buff *skb, int ret)
{
	struct pantun_sa *sa = pantun_cb(skb)->sa;

	local_bh_disable();
	rcu_read_lock();
	pantun_cb(skb)->done(skb, sa, ret);
	rcu_read_unlock();
	local_bh_enable();
	put_refs(sa, 1);
}

static void unlink_work(struct work_struct *work)
{
	put_refs(container_of(to_rcu_work(work), struct pantun_sa, unlink_work),
		 PANTUN_SA_TABLE_REFS);
}

/* Drops the table's references when no reader is left who may have found the SA there. */
static void put_unlinked(struct pantun_sa *sa)
{
	queue_rcu_work(pantun_wq, &sa->unlink_work);
}

/* With the table's references, no tunnel yet, not to be found. */
static struct pantun_sa *sa_alloc(const struct pantun_sa_params *p)
{
	struct pantun_sa *sa = kzalloc(sizeof(*sa), GFP_KERNEL_ACCOUNT);
	struct pantun_path *path;

	if (!sa)
		return NULL;
	refcount_set(&sa->refs, PANTUN_SA_TABLE_REFS);
	spin_lock_init(&sa->replay_lock);
	INIT_LIST_HEAD(&sa->proxy_list);
	INIT_RCU_WORK(&sa->unlink_work, unlink_work);
	INIT_WORK(&sa->free_work, free_work);
	set_identity(sa, p);
	path = path_new(p);
	if (!path) {
		kfree(sa);
		return NULL;
	}
	RCU_INIT_POINTER(sa->path, path);
	sa->birth = ktime_get_boottime_seconds();
	return sa;
}

static int set_selectors(struct pantun_sa *sa, const struct pantun_selectors *from)
{
	sa->selectors.first = from->first;
	if (!from->n_more)
		return 0;
	sa->selectors.more = kmemdup(from->more, array_size(from->n_more, sizeof(*from->more)),
				     GFP_KERNEL_ACCOUNT);
	if (!sa->selectors.more)
		return -ENOMEM;
	sa->selectors.n_more = from->n_more;
	return 0;
}

/**
 * pantun_sa_create - makes an SA with its keys
 * @params: what it is to be
 * @extack: says why not
 *
 * Return: the SA, for pantun_sa_add() or pantun_sa_discard(), or an ERR_PTR().
 * Context: process, without cfg_lock, as the crypto API may load modules.
 */
struct pantun_sa *pantun_sa_create(const struct pantun_sa_params *params,
				   struct netlink_ext_ack *extack)
{
	struct pantun_sa *sa;
	int err = 0;

	sa = sa_alloc(params);
	if (!sa)
		return ERR_PTR(-ENOMEM);
	sa->alg = params->alg;
	sa->esn = params->esn;
	sa->key_bits = params->keys.enc_len * 8;
	sa->limits = params->limits;
	sa->cookie = params->cookie;
	pantun_replay_init(&sa->replay, params->replay_window, params->esn);
	if (params->has_selector)
		err = set_selectors(sa, &params->selectors);
	if (params->standby)
		__set_bit(PANTUN_SA_STANDBY, &sa->flags);
	if (!err)
		err = params->ops->init(sa, &params->keys, extack);
	if (err) {
		sa_free(sa);
		return ERR_PTR(err);
	}
	sa->ops = params->ops;
	return sa;
}

/**
 * pantun_sa_discard - frees an SA that was never added
 * @sa: from pantun_sa_create()
 *
 * Context: process.
 */
void pantun_sa_discard(struct pantun_sa *sa)
{
	sa_free(sa);
}

static void bind_proxy(struct pantun_sa *sa, struct pantun_proxy *proxy)
{
	struct pantun_tunnel *tunnel = proxy->tunnel;

	refcount_inc(&proxy->refs);
	sa->proxy = proxy;
	sa->tunnel = tunnel;
	netdev_hold(tunnel->dev, &sa->dev_tracker, GFP_KERNEL);
	if (!sa->selectors.first.has_v4 && !sa->selectors.first.has_v6)
		sa->selectors.first = proxy->selector;
}

/* What stands under the SA's key and may be replaced by it. */
static struct pantun_sa *own_larval(struct pantun_sa *sa)
{
	struct pantun_sa *old = pantun_sa_table_lookup(sa->tunnel->pn, &sa->key);

	if (old && old->tunnel == sa->tunnel && test_bit(PANTUN_SA_LARVAL, &old->flags))
		return old;
	return NULL;
}

/* A reservation goes without a word: nobody was told of it. */
static void retire_larval(struct pantun_sa *sa)
{
	set_bit(PANTUN_SA_DEAD, &sa->flags);
	list_del_init(&sa->proxy_list);
	put_unlinked(sa);
}

/* Adds one to those of the namespace. */
static int insert_new(struct pantun_net *pn, struct pantun_sa *sa, struct netlink_ext_ack *extack)
{
	int err;

	if (pn->sa_count >= READ_ONCE(pantun_max_sas)) {
		NL_SET_ERR_MSG(extack,
			       "this network namespace has max_sas: delete some, or raise it");
		return -ENOSPC;
	}
	err = pantun_sa_table_insert(pn, sa, extack);
	if (!err)
		pn->sa_count++;
	return err;
}

static int insert_or_replace(struct pantun_sa *sa, struct netlink_ext_ack *extack)
{
	struct pantun_net *pn = sa->tunnel->pn;
	struct pantun_sa *old = own_larval(sa);
	int err;

	if (!old)
		return insert_new(pn, sa, extack);
	err = pantun_sa_table_replace(pn, old, sa);
	if (!err)
		retire_larval(old);
	return err;
}

static void make_current(struct pantun_sa *sa)
{
	clear_bit(PANTUN_SA_STANDBY, &sa->flags);
	rcu_assign_pointer(sa->proxy->out_sa, sa);
	pantun_hold_release(sa->proxy);
}

/* The tunnel's next deadline may be a nearer one now. */
static void reckon_age(struct pantun_tunnel *tunnel)
{
	mod_delayed_work(pantun_wq, &tunnel->age_work, 0);
}

/**
 * pantun_sa_add - puts an SA to work
 * @sa: from pantun_sa_create(); stays the caller's to discard on error
 * @proxy: its proxy-ID
 * @extack: says why not
 *
 * An inbound SA is found by packets from now on, an outbound one becomes current
 * unless it is on standby.
 *
 * Return: 0; -EEXIST if direction, address and SPI are taken; another errno.
 * Context: process, cfg_lock.
 */
int pantun_sa_add(struct pantun_sa *sa, struct pantun_proxy *proxy,
		  struct netlink_ext_ack *extack)
{
	struct pantun_net *pn = proxy->tunnel->pn;
	int err;

	lockdep_assert_held(&pn->cfg_lock);
	bind_proxy(sa, proxy);
	err = insert_or_replace(sa, extack);
	if (err)
		return err;
	list_add_tail(&sa->proxy_list, &proxy->sas);
	pn->generation++;
	if (sa->dir == PANTUN_DIR_IN)
		proxy->in_sas++;
	else if (!test_bit(PANTUN_SA_STANDBY, &sa->flags))
		make_current(sa);
	if (sa->limits.soft.seconds || sa->limits.hard.seconds)
		reckon_age(proxy->tunnel);
	pantun_event_sa(sa, PANTUN_EVENT_NEW);
	pantun_tunnel_poke(proxy->tunnel);
	return 0;
}

/**
 * pantun_sa_reserve - takes an inbound SPI that nobody uses
 * @proxy: the proxy-ID that the SA is going to be of
 * @params: our address, its family and the protocol
 * @extack: says why not
 *
 * The reservation ends when an SA of the tunnel is added under it, when it is
 * deleted, or after PANTUN_SA_LARVAL_SECONDS.
 *
 * Return: the reservation, valid under cfg_lock, or an ERR_PTR().
 * Context: process, cfg_lock.
 */
struct pantun_sa *pantun_sa_reserve(struct pantun_proxy *proxy,
				    const struct pantun_sa_params *params,
				    struct netlink_ext_ack *extack)
{
	const struct pantun_sa_params larval = {
		.dir = PANTUN_DIR_IN,
		.proto = params->proto,
		.mode = PANTUN_MODE_TUNNEL,
		.encap = PANTUN_ENCAP_NONE,
		.family = params->family,
		.local = params->local,
	};
	struct pantun_net *pn = proxy->tunnel->pn;
	struct pantun_sa *sa;
	int err;

	lockdep_assert_held(&pn->cfg_lock);
	sa = sa_alloc(&larval);
	if (!sa)
		return ERR_PTR(-ENOMEM);
	__set_bit(PANTUN_SA_LARVAL, &sa->flags);
	bind_proxy(sa, proxy);
	err = pantun_sa_table_pick_spi(pn, &sa->key);
	if (err)
		NL_SET_ERR_MSG(extack, "no free SPI was found for this address: try again");
	else
		err = insert_new(pn, sa, extack);
	if (err) {
		sa_free(sa);
		return ERR_PTR(err);
	}
	list_add_tail(&sa->proxy_list, &proxy->sas);
	pn->generation++;
	reckon_age(proxy->tunnel);
	return sa;
}

/**
 * pantun_sa_activate - makes an outbound SA its proxy-ID's current one
 * @sa: the SA; the one before it stays until it is deleted
 *
 * Context: process, cfg_lock.
 */
void pantun_sa_activate(struct pantun_sa *sa)
{
	struct pantun_net *pn = sa->tunnel->pn;

	lockdep_assert_held(&pn->cfg_lock);
	if (rcu_access_pointer(sa->proxy->out_sa) == sa)
		return;
	make_current(sa);
	pn->generation++;
	pantun_event_sa(sa, PANTUN_EVENT_CHANGE);
	pantun_tunnel_poke(sa->tunnel);
}

/**
 * pantun_sa_leave_former - ends receiving by the path before
 * @sa: an SA in the table
 *
 * Context: process, cfg_lock.
 */
void pantun_sa_leave_former(struct pantun_sa *sa)
{
	pantun_sa_table_leave_former(sa->tunnel->pn, sa);
	sa->former_until = 0;
}

/*
 * The peer goes on sending by the path before until it has switched, too, so inbound
 * SAs receive by both for a while.  Outbound ones leave it at once.
 */
static void keep_former(struct pantun_sa *sa)
{
	if (sa->dir == PANTUN_DIR_OUT) {
		pantun_sa_leave_former(sa);
		return;
	}
	sa->former_until = pantun_sa_age(sa) + PANTUN_SA_FORMER_SECONDS;
	reckon_age(sa->tunnel);
}

/**
 * pantun_sa_set_path - another path for an SA that carries on
 * @sa: the SA
 * @params: the path, of the same family
 * @extack: says why not
 *
 * No packet is lost by it: numbers and keys go on; inbound, packets by the path before
 * are received for another PANTUN_SA_FORMER_SECONDS, or until the path after next.
 *
 * Return: 0; -EEXIST if another SA is found by the new address and SPI; another
 * negative errno.
 * Context: process, cfg_lock, may sleep for a grace period.
 */
int pantun_sa_set_path(struct pantun_sa *sa, const struct pantun_sa_params *params,
		       struct netlink_ext_ack *extack)
{
	struct pantun_net *pn = sa->tunnel->pn;
	struct pantun_sa_key key = sa->key;
	struct pantun_path *path, *old;
	int err;

	lockdep_assert_held(&pn->cfg_lock);
	if (test_bit(PANTUN_SA_LARVAL, &sa->flags)) {
		NL_SET_ERR_MSG(extack, "an SPI that is only reserved has no path to replace");
		return -EINVAL;
	}
	if (params->family != key.family) {
		NL_SET_ERR_MSG(extack, "a path of the other family needs a new SA");
		return -EOPNOTSUPP;
	}
	path = path_new(params);
	if (!path)
		return -ENOMEM;
	key.daddr = sa->dir == PANTUN_DIR_IN ? params->local : params->remote;
	err = pantun_sa_table_move(pn, sa, &key, extack);
	if (err) {
		pantun_path_free_rcu(path);
		return err;
	}
	old = rcu_replace_pointer(sa->path, path, lockdep_is_held(&pn->cfg_lock));
	keep_former(sa);
	pantun_path_free_rcu(old);
	pn->generation++;
	pantun_event_sa(sa, PANTUN_EVENT_CHANGE);
	pantun_tunnel_poke(sa->tunnel);
	return 0;
}

/**
 * pantun_sa_delete - takes an SA or a reservation out of use
 * @sa: the SA; it is freed once no packet has it any more
 *
 * Context: process, cfg_lock.
 */
void pantun_sa_delete(struct pantun_sa *sa)
{
	struct pantun_tunnel *tunnel = sa->tunnel;
	struct pantun_net *pn = tunnel->pn;

	lockdep_assert_held(&pn->cfg_lock);
	pantun_sa_table_remove(pn, sa);
	pn->sa_count--;
	pn->generation++;
	if (test_bit(PANTUN_SA_LARVAL, &sa->flags)) {
		retire_larval(sa);
		return;
	}
	pantun_event_sa(sa, PANTUN_EVENT_DEL);
	set_bit(PANTUN_SA_DEAD, &sa->flags);
	list_del_init(&sa->proxy_list);
	if (sa->dir == PANTUN_DIR_IN)
		sa->proxy->in_sas--;
	else if (rcu_access_pointer(sa->proxy->out_sa) == sa)
		RCU_INIT_POINTER(sa->proxy->out_sa, NULL);
	count_for_proxy(sa);
	pantun_tunnel_poke(tunnel);
	put_unlinked(sa);
}

/**
 * pantun_sa_flush - deletes all SAs of a proxy-ID
 * @proxy: the proxy-ID
 *
 * Context: process, cfg_lock.
 */
void pantun_sa_flush(struct pantun_proxy *proxy)
{
	struct pantun_sa *sa, *next;

	lockdep_assert_held(&proxy->tunnel->pn->cfg_lock);
	list_for_each_entry_safe(sa, next, &proxy->sas, proxy_list)
		pantun_sa_delete(sa);
}

/**
 * pantun_sa_reach_soft - an SA is at a soft limit: says so, once
 * @sa: the SA
 *
 * Context: any but hard irq.
 */
void pantun_sa_reach_soft(struct pantun_sa *sa)
{
	if (!test_and_set_bit(PANTUN_SA_SOFT_SENT, &sa->flags))
		pantun_event_expire(sa, PANTUN_EVENT_SOFT);
}

/**
 * pantun_sa_reach_hard - an SA is at a hard limit and carries nothing more; says so, once
 * @sa: the SA
 *
 * Context: any but hard irq.
 */
void pantun_sa_reach_hard(struct pantun_sa *sa)
{
	if (test_and_set_bit(PANTUN_SA_HARD, &sa->flags))
		return;
	pantun_event_expire(sa, PANTUN_EVENT_HARD);
	pantun_tunnel_poke(sa->tunnel);
}

/**
 * pantun_sa_traffic - what an SA has carried
 * @sa: the SA
 * @packets: where to put the number of inner packets
 * @bytes: where to put the octets of inner packets
 *
 * Context: any but hard irq, not under replay_lock.
 */
void pantun_sa_traffic(struct pantun_sa *sa, u64 *packets, u64 *bytes)
{
	if (sa->dir == PANTUN_DIR_OUT) {
		*packets = atomic64_read(&sa->seq);
		*bytes = atomic64_read(&sa->tx_bytes);
		return;
	}
	spin_lock_bh(&sa->replay_lock);
	*packets = sa->rx_packets;
	*bytes = sa->rx_bytes;
	spin_unlock_bh(&sa->replay_lock);
}

/**
 * pantun_sa_idle - how long ago the peer was heard
 * @sa: the SA
 * @ms: where to put the milliseconds since its last authentic packet
 *
 * Return: false for an out-SA, and where there was no packet.
 * Context: any but hard irq, not under replay_lock.
 */
bool pantun_sa_idle(struct pantun_sa *sa, u64 *ms)
{
	u64 heard;

	spin_lock_bh(&sa->replay_lock);
	heard = sa->heard;
	spin_unlock_bh(&sa->replay_lock);
	*ms = jiffies64_to_msecs(get_jiffies_64() - heard);
	return heard;
}
