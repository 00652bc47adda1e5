/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module tells of itself.  Who tells it to userspace registers here, so that
 * nothing else needs to know netlink.
 */
#ifndef _PANTUN_EVENTS_H
#define _PANTUN_EVENTS_H

#include <linux/pantun.h>

struct pantun_flow;
struct pantun_monitor;
struct pantun_path;
struct pantun_proxy;
struct pantun_sa;
struct pantun_tunnel;

struct pantun_events {
	/* A packet of @flow waits for an SA of @proxy.  Atomic context. */
	void (*acquire)(struct pantun_tunnel *tunnel, struct pantun_proxy *proxy,
			const struct pantun_flow *flow);
	/* @kind is PANTUN_EVENT_SOFT or _HARD.  Atomic context. */
	void (*expire)(struct pantun_sa *sa, enum pantun_event kind);
	/* The newest packet of @sa came by @path, not by its own.  Atomic context. */
	void (*moved)(struct pantun_sa *sa, const struct pantun_path *path);
	/* Made, deleted, changed, or what it says of the path did.  monitors.lock. */
	void (*monitor)(struct pantun_monitor *monitor, enum pantun_event kind);
	/* Made, deleted or changed.  Process context. */
	void (*tunnel)(struct pantun_tunnel *tunnel, enum pantun_event kind);
	void (*proxy)(struct pantun_proxy *proxy, enum pantun_event kind);
	void (*sa)(struct pantun_sa *sa, enum pantun_event kind);
};

/* Before the first tunnel; @events is constant memory that stays. */
void pantun_events_register(const struct pantun_events *events);

void pantun_event_acquire(struct pantun_tunnel *tunnel, struct pantun_proxy *proxy,
			  const struct pantun_flow *flow);
void pantun_event_expire(struct pantun_sa *sa, enum pantun_event kind);
void pantun_event_moved(struct pantun_sa *sa, const struct pantun_path *path);
void pantun_event_monitor(struct pantun_monitor *monitor, enum pantun_event kind);
void pantun_event_tunnel(struct pantun_tunnel *tunnel, enum pantun_event kind);
void pantun_event_proxy(struct pantun_proxy *proxy, enum pantun_event kind);
void pantun_event_sa(struct pantun_sa *sa, enum pantun_event kind);

#endif
