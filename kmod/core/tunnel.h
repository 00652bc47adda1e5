/* SPDX-License-Identifier: GPL-2.0 */
/* A tunnel: its options and its state, in the private part of its netdevice. */
#ifndef _PANTUN_TUNNEL_H
#define _PANTUN_TUNNEL_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/gro_cells.h>
#include "core/drop.h"
#include "core/netns.h"

struct pantun_hold_ops;
struct pantun_proxy_table;
struct pantun_sa;
struct sk_buff;

/* All monitors of a tunnel. */
struct pantun_monitors {
	spinlock_t lock;		/* BH */
	struct list_head list;		/* struct pantun_monitor.list, oldest first */
	/*
	 * Whether a decrypted packet, its IP header linear at its data, is a monitor's business
	 * and done with; it stays the caller's.  BH disabled, RCU read side.
	 */
	bool (*receive)(const struct sk_buff *skb, const struct pantun_sa *sa);
	/* written under lock, READ_ONCE without */
	u32 count;
	u32 path;			/* enum pantun_path_state */
	bool failed;			/* the carrier has to go */
	atomic64_t answers;		/* given to the peer in place of the stack */
};

/*
 * How packets are made into outer ones.  Immutable once published by tunnel->opts; replaced
 * as a whole, so that a packet which has read the pointer once sees options that belong
 * together.
 */
struct pantun_tunnel_opts {
	struct rcu_head rcu;
	u8 df;				/* enum pantun_df */
	u8 tos;				/* enum pantun_tos */
	u8 dscp;			/* of PANTUN_TOS_FIXED, 0..63 */
	u8 ttl;				/* 0: the route's */
	bool flow_label;		/* copied from inner to outer IPv6 */
	bool gre;			/* GRE inside the protection */
	u32 tfc;			/* inner packets are padded to so many octets, 0: not */
	u32 dummy;			/* milliseconds between dummy packets, 0: none */
	u32 mark;			/* for routing of outer packets */
	u32 underlay;			/* ifindex of a VRF or link for outer packets, 0: any */
};

/* netdev_priv() of a tunnel. */
struct pantun_tunnel {
	struct net_device *dev;
	struct pantun_net *pn;		/* underlay; outlives us: its end deletes the tunnel */
	u32 id;				/* in the underlay namespace */
	u32 start;			/* enum pantun_start; cfg_lock, READ_ONCE by readers */
	u32 state;			/* enum pantun_state; cfg_lock, READ_ONCE by readers */
	u32 carrier;			/* enum pantun_carrier; cfg_lock, READ_ONCE by readers */
	u32 path_told;			/* enum pantun_path_state of the last event; cfg_lock */
	struct pantun_tunnel_opts __rcu *opts;	/* written under cfg_lock */
	u32 opts_number;		/* how often these have changed; cfg_lock */
	bool dead;			/* being deleted; cfg_lock */
	bool mtu_fixed;			/* set by the admin; rtnl */
	bool mtu_following;		/* MTU is being set by link_work; rtnl */
	struct pantun_proxy_table __rcu *proxies;	/* written under cfg_lock */
	const struct pantun_hold_ops *hold_ops;	/* what becomes of packets that waited */
	struct list_head net_list;	/* pn->tunnels; cfg_lock */
	struct gro_cells gro_cells;
	struct pantun_monitors monitors;
	struct pantun_drops drops;
	struct work_struct link_work;	/* carrier, operstate and MTU follow; takes rtnl */
	struct delayed_work dummy_work;	/* dummy packets; never takes rtnl */
	struct delayed_work age_work;	/* limits in seconds without traffic; never takes rtnl */
};

/*
 * Its options.  RCU read side or cfg_lock; on a packet's way they are read once and passed
 * on.
 */
static inline const struct pantun_tunnel_opts *
pantun_tunnel_opts(const struct pantun_tunnel *tunnel)
{
	return rcu_dereference_check(tunnel->opts, lockdep_is_held(&tunnel->pn->cfg_lock));
}

/*
 * SAs, their paths or monitors have changed: works out carrier, operstate, state and MTU
 * again soon.  Any context.
 */
void pantun_tunnel_poke(struct pantun_tunnel *tunnel);

/* Options of a new tunnel, and their end when nobody reads them any more. */
int pantun_tunnel_init_opts(struct pantun_tunnel *tunnel);
void pantun_tunnel_free_opts(struct pantun_tunnel *tunnel);

/* Who starts negotiation: enum pantun_start.  cfg_lock. */
void pantun_tunnel_set_start(struct pantun_tunnel *tunnel, u32 start);

/* Publishes a copy of @opts; 0 or -ENOMEM with nothing changed.  cfg_lock. */
int pantun_tunnel_set_opts(struct pantun_tunnel *tunnel, const struct pantun_tunnel_opts *opts);

/* Which SA pairs the carrier needs: enum pantun_carrier.  cfg_lock. */
void pantun_tunnel_set_carrier(struct pantun_tunnel *tunnel, u32 carrier);

#endif
