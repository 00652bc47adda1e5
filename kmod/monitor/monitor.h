/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tunnel monitor: ICMP and ICMPv6 echo to destinations behind the peer, through
 * the tunnel's own SAs, and what the answers say of the path.
 *
 * A probe goes the tunnel's way out (tx.c) without passing the stack, so it needs no
 * carrier and no route, and nothing that is listening on the device sees it.  Its
 * answer is taken where decrypted packets come in: it counts if it came by an SA of
 * the same tunnel, from the destination to the probe's source, with the probe's own
 * identifier, sequence number and cookie, which are random every time, while
 * the probe waits for it.  All other echo replies go on to the stack: late, repeated,
 * forged or somebody else's.
 *
 * To answer a peer's probes is the stack's task, with all that the admin has told it.
 * But a device that has lost its carrier to the monitor sends nothing, and where both
 * ends have, each would wait for the other's answer for ever.  So as long as that lasts,
 * requests to this host's own addresses are answered here, by the proxy-ID they came by.
 *
 * Probes leave in a rhythm of their own each, begun at a random moment, so that those
 * of many tunnels do not fall together.  One waits for its answer until the next one
 * leaves, but the one whose loss makes the path down PANTUN_MONITOR_LAST_CALL at most:
 * what broke is known after interval times threshold and less than a second.
 *
 * A probe that finds no SA is a lost one, as a path nothing can enter is no path;
 * it is not even held for one, but asks for it in an on-demand tunnel as any packet
 * does.  As soon as there is one the next probe leaves, out of turn.  What can't be sent
 * for another reason, as the device has no address or no proxy-ID covers the destination,
 * is a mistake on this host and says nothing of the path: after threshold of them the
 * path is unknown, the reason is told, and the carrier follows the SAs alone.  While the
 * device is administratively down there are no probes, and states stay as they are.
 *
 * Locks: monitors.lock (BH) is taken inside cfg_lock, and event_lock inside it.  The
 * work never takes rtnl or cfg_lock, whose holders wait for it.
 */
#ifndef _PANTUN_MONITOR_H
#define _PANTUN_MONITOR_H

#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/pantun.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include "pure/monitor_fsm.h"
#include "pure/selector.h"

struct netlink_ext_ack;
struct pantun_tunnel;

#define PANTUN_MONITOR_LAST_CALL	(HZ * 3 / 4)

struct pantun_monitor_config {
	u8 family;
	union pantun_addr dst;		/* zero padded; names the monitor in its tunnel */
	union pantun_addr src;		/* all zero: the tunnel's own */
	char proxy[PANTUN_PROXY_NAME_LEN];	/* empty: the one that matches */
	u32 action;			/* enum pantun_monitor_action */
	u32 interval;			/* milliseconds */
	u32 threshold, recovery;
};

/* One probe; so much of it as an answer has to repeat. */
struct pantun_monitor_probe {
	__be16 id, sequence;
	__be64 cookie;
	union pantun_addr from;
};

struct pantun_monitor {
	struct list_head list;		/* monitors.list; cfg_lock and monitors.lock */
	struct pantun_tunnel *tunnel;
	struct delayed_work work;	/* sends, and ends waiting */

	/* monitors.lock; config is written under cfg_lock, too */
	struct pantun_monitor_config config;
	struct pantun_monitor_fsm fsm;
	u64 since;			/* boottime seconds of the last change of state */
	u32 error;			/* enum pantun_monitor_error of the last probe */
	struct pantun_monitor_probe probe;	/* the last one */
	bool waiting;			/* for its answer */
	bool early;			/* there is an SA now: a probe out of turn */
	ktime_t sent;
	unsigned long next;		/* jiffies when a probe is due */
	unsigned long expires;		/* jiffies when waiting ends */
	unsigned long early_at;		/* jiffies */
};

void pantun_monitor_setup(struct pantun_tunnel *tunnel);
/* Ends all probes of a tunnel that goes away.  cfg_lock, may sleep. */
void pantun_monitor_teardown(struct pantun_tunnel *tunnel);

struct pantun_monitor *pantun_monitor_find(struct pantun_tunnel *tunnel, u8 family,
					   const union pantun_addr *dst);
int pantun_monitor_set(struct pantun_tunnel *tunnel, const struct pantun_monitor_config *config,
		       struct netlink_ext_ack *extack);
void pantun_monitor_delete(struct pantun_monitor *monitor);

/* SAs have come: monitors that wait for one need not wait for their turn. */
void pantun_monitor_nudge(struct pantun_tunnel *tunnel);

#endif
