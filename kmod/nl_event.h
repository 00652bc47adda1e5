/* SPDX-License-Identifier: GPL-2.0 */
/* Notifications to userspace.  The only netlink that the data path knows. */
#ifndef _PANTUN_NL_EVENT_H
#define _PANTUN_NL_EVENT_H

#include <linux/pantun.h>

struct pantun_flow;
struct pantun_monitor;
struct pantun_path;
struct pantun_proxy;
struct pantun_sa;
struct pantun_tunnel;

/* A packet of @flow waits for an SA of @proxy.  Atomic context. */
void pantun_nl_event_acquire(struct pantun_tunnel *tunnel, struct pantun_proxy *proxy,
			     const struct pantun_flow *flow);
/* @kind is PANTUN_EVENT_SOFT or _HARD.  Atomic context. */
void pantun_nl_event_expire(struct pantun_sa *sa, enum pantun_event kind);
/* The newest packet of @sa came by @path, not by its own.  Atomic context. */
void pantun_nl_event_moved(struct pantun_sa *sa, const struct pantun_path *path);
/* Made, deleted, changed, or what it says of the path did.  monitors.lock. */
void pantun_nl_event_monitor(struct pantun_monitor *monitor, enum pantun_event kind);
/* Made, deleted or changed.  Process context. */
void pantun_nl_event_tunnel(struct pantun_tunnel *tunnel, enum pantun_event kind);
void pantun_nl_event_proxy(struct pantun_proxy *proxy, enum pantun_event kind);
void pantun_nl_event_sa(struct pantun_sa *sa, enum pantun_event kind);

#endif
