// SPDX-License-Identifier: GPL-2.0
/* Events: handed on to who has registered for them. */
#include <linux/cache.h>
#include <linux/init.h>
#include "core/events.h"

static const struct pantun_events *listener __ro_after_init;

/**
 * pantun_events_register - has events told
 * @events: by what; constant memory that stays
 *
 * Context: process, loading the module, before the first tunnel.
 */
void __init pantun_events_register(const struct pantun_events *events)
{
	listener = events;
}

/**
 * pantun_event_acquire - asks for an SA
 * @tunnel: the tunnel
 * @proxy: the proxy-ID that has none
 * @flow: the packet that waits
 *
 * Context: any but hard irq.
 */
void pantun_event_acquire(struct pantun_tunnel *tunnel, struct pantun_proxy *proxy,
			  const struct pantun_flow *flow)
{
	listener->acquire(tunnel, proxy, flow);
}

/**
 * pantun_event_expire - tells that an SA has reached a limit
 * @sa: the SA
 * @kind: PANTUN_EVENT_SOFT or PANTUN_EVENT_HARD
 *
 * Context: any but hard irq.
 */
void pantun_event_expire(struct pantun_sa *sa, enum pantun_event kind)
{
	listener->expire(sa, kind);
}

/**
 * pantun_event_moved - tells that the peer sends from elsewhere
 * @sa: the inbound SA
 * @path: where its newest packet came from and arrived; its route and MTU mean nothing
 *
 * Context: any but hard irq.
 */
void pantun_event_moved(struct pantun_sa *sa, const struct pantun_path *path)
{
	listener->moved(sa, path);
}

/**
 * pantun_event_monitor - tells of a monitored destination
 * @monitor: its monitor
 * @kind: PANTUN_EVENT_NEW, _CHANGE, _DEL, _PATH_DOWN or _PATH_UP
 *
 * Context: monitors.lock, so that listeners get the truth in order.
 */
void pantun_event_monitor(struct pantun_monitor *monitor, enum pantun_event kind)
{
	listener->monitor(monitor, kind);
}

/**
 * pantun_event_tunnel - tells that a tunnel comes, goes or changes
 * @tunnel: the tunnel
 * @kind: PANTUN_EVENT_NEW, PANTUN_EVENT_CHANGE or PANTUN_EVENT_DEL
 *
 * Context: process.
 */
void pantun_event_tunnel(struct pantun_tunnel *tunnel, enum pantun_event kind)
{
	listener->tunnel(tunnel, kind);
}

/**
 * pantun_event_proxy - tells that a proxy-ID comes or goes
 * @proxy: the proxy-ID
 * @kind: PANTUN_EVENT_NEW or PANTUN_EVENT_DEL
 *
 * Context: process.
 */
void pantun_event_proxy(struct pantun_proxy *proxy, enum pantun_event kind)
{
	listener->proxy(proxy, kind);
}

/**
 * pantun_event_sa - tells that an SA comes, goes or becomes current
 * @sa: the SA
 * @kind: PANTUN_EVENT_NEW, PANTUN_EVENT_CHANGE or PANTUN_EVENT_DEL
 *
 * Context: process.
 */
void pantun_event_sa(struct pantun_sa *sa, enum pantun_event kind)
{
	listener->sa(sa, kind);
}
