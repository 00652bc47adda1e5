// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that wait for the first SA of their proxy-ID: for so long, so many, and then sent
 * or refused by what the tunnel has for that.
 */
#include <linux/pantun.h>
#include <linux/skbuff.h>
#include <net/dst.h>
#include "core/cb.h"
#include "core/hold.h"
#include "core/proxy.h"
#include "core/tunnel.h"
#include "core/work.h"

/* Takes out all that waits, to @old. */
static void take_all(struct pantun_proxy *proxy, bool dead, struct sk_buff_head *old)
{
	__skb_queue_head_init(old);
	spin_lock_bh(&proxy->hold.lock);
	proxy->dead |= dead;
	skb_queue_splice_init(&proxy->hold, old);
	spin_unlock_bh(&proxy->hold.lock);
}

/* Takes out what has waited long enough, to @old, and has the work come back for the rest. */
static void take_expired(struct pantun_proxy *proxy, struct sk_buff_head *old)
{
	struct sk_buff *skb;

	__skb_queue_head_init(old);
	spin_lock_bh(&proxy->hold.lock);
	while ((skb = skb_peek(&proxy->hold))) {
		long left = pantun_cb(skb)->held_until - jiffies;

		if (left > 0) {
			mod_delayed_work(pantun_wq, &proxy->hold_work, left);
			break;
		}
		__skb_unlink(skb, &proxy->hold);
		__skb_queue_tail(old, skb);
	}
	spin_unlock_bh(&proxy->hold.lock);
}

/* Gives up what was taken out, and tells the senders. */
static void refuse_all(struct pantun_proxy *proxy, struct sk_buff_head *old,
		       enum pantun_drop reason)
{
	struct sk_buff *skb;

	local_bh_disable();
	rcu_read_lock();
	while ((skb = __skb_dequeue(old)))
		proxy->tunnel->hold_ops->refuse(skb, proxy->tunnel, reason);
	rcu_read_unlock();
	local_bh_enable();
}

/* proxy->hold_work */
static void hold_work(struct work_struct *work)
{
	struct pantun_proxy *proxy = container_of(to_delayed_work(work),
						  struct pantun_proxy, hold_work);
	struct sk_buff_head old;

	take_expired(proxy, &old);
	refuse_all(proxy, &old, PANTUN_DROP_TX_HOLD_EXPIRED);
}

/**
 * pantun_hold_init - a new proxy-ID, which holds nothing
 * @proxy: the proxy-ID
 *
 * Context: any.
 */
void pantun_hold_init(struct pantun_proxy *proxy)
{
	skb_queue_head_init(&proxy->hold);
	INIT_DELAYED_WORK(&proxy->hold_work, hold_work);
}

/**
 * pantun_hold_packet - keeps a packet until an SA is there
 * @proxy: its proxy-ID
 * @skb: the packet, consumed
 *
 * Context: BH disabled, RCU read side.
 */
void pantun_hold_packet(struct pantun_proxy *proxy, struct sk_buff *skb)
{
	struct pantun_tunnel *tunnel = proxy->tunnel;
	enum pantun_drop reason = PANTUN_DROP_NONE;

	if (skb_dst(skb) && !skb_dst_force(skb)) {
		pantun_drop_skb(skb, tunnel, NULL, PANTUN_DROP_TX_NO_SA);
		return;
	}
	spin_lock_bh(&proxy->hold.lock);
	if (proxy->dead)
		reason = PANTUN_DROP_TX_NO_SA;
	else if (skb_queue_len(&proxy->hold) >= PANTUN_HOLD_MAX)
		reason = PANTUN_DROP_TX_HOLD_FULL;
	if (!reason) {
		pantun_cb(skb)->held_until = jiffies + PANTUN_HOLD_SECONDS * HZ;
		__skb_queue_tail(&proxy->hold, skb);
		/* when it waits for an earlier packet already, it waits for this one afterwards */
		queue_delayed_work(pantun_wq, &proxy->hold_work, PANTUN_HOLD_SECONDS * HZ);
	}
	spin_unlock_bh(&proxy->hold.lock);
	if (reason)
		pantun_drop_skb(skb, tunnel, NULL, reason);
}

/**
 * pantun_hold_release - sends what waits for an SA
 * @proxy: the proxy-ID, which has one now
 *
 * Context: any but hard irq; RCU read side or cfg_lock keeps @proxy.
 */
void pantun_hold_release(struct pantun_proxy *proxy)
{
	struct sk_buff_head ready;
	struct sk_buff *skb;

	take_all(proxy, false, &ready);
	local_bh_disable();
	rcu_read_lock();
	while ((skb = __skb_dequeue(&ready)))
		proxy->tunnel->hold_ops->send(skb, proxy->tunnel);
	rcu_read_unlock();
	local_bh_enable();
}

/**
 * pantun_hold_fail - gives up what waits for an SA that will not come
 * @proxy: the proxy-ID; what it sends from now on is refused until the next acquire
 *
 * Context: process; cfg_lock keeps @proxy.
 */
void pantun_hold_fail(struct pantun_proxy *proxy)
{
	struct sk_buff_head old;

	WRITE_ONCE(proxy->failed, true);
	take_all(proxy, false, &old);
	refuse_all(proxy, &old, PANTUN_DROP_TX_HOLD_FAILED);
}

/**
 * pantun_hold_stop - ends holding for good
 * @proxy: a proxy-ID that is going away
 *
 * Context: process, may sleep.
 */
void pantun_hold_stop(struct pantun_proxy *proxy)
{
	struct sk_buff_head old;
	struct sk_buff *skb;

	take_all(proxy, true, &old);
	while ((skb = __skb_dequeue(&old)))
		pantun_drop_skb(skb, proxy->tunnel, NULL, PANTUN_DROP_TX_NO_SA);
	cancel_delayed_work_sync(&proxy->hold_work);
}
