// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/routes.h"

#include <errno.h>
#include <event2/event.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "loop/daemon_priv.h"
#include "loop/link.h"
#include "policy/policy.h"

#define GROUPS \
	(RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE)
#define QUEUE	4096		/* octets: one event says as much as a thousand */
#define AT_ONCE	256		/* of them, or all that the queue has */
#define REST_MS	200		/* that further changes wait: a host may have a million routes */

static int open_watch(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	struct sockaddr_nl name = { .nl_family = AF_NETLINK, .nl_groups = GROUPS };
	int room = QUEUE;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (!bind(fd, (const struct sockaddr *)&name, sizeof(name)))
		return fd;
	close(fd);
	return -1;
}

/* What the queue has no room for is reported by an error, which says the same. */
static void empty(int fd)
{
	char octet;

	for (unsigned int i = 0; i < AT_ONCE; i++)
		if (recv(fd, &octet, sizeof(octet), 0) < 0 && errno != ENOBUFS && errno != EINTR)
			return;
}

static void rest(struct daemon *d)
{
	static const struct timeval span = { .tv_usec = REST_MS * 1000 };

	event_del(d->routes);
	event_add(d->routes_rest, &span);
}

static void on_rested(evutil_socket_t fd, short what, void *ctx)
{
	struct daemon *d = ctx;

	(void)fd;
	(void)what;
	event_add(d->routes, NULL);
}

static void on_changed(evutil_socket_t fd, short what, void *ctx)
{
	struct daemon *d = ctx;

	(void)what;
	empty(fd);
	link_routes(d);
	rest(d);
}

/* One with a local-address has nowhere to go. */
static bool moves(const struct policy *policy)
{
	for (unsigned int i = 0; i < policy->n_gateways; i++)
		if (policy->gateways[i].mobike == POLICY_MOBIKE_YES &&
		    !policy->gateways[i].local.family)
			return true;
	return false;
}

static bool watch_routes(struct daemon *d)
{
	int fd = open_watch();

	if (fd < 0)
		return false;
	d->routes_rest = event_new(d->base, -1, 0, on_rested, d);
	d->routes = event_new(d->base, fd, EV_READ | EV_PERSIST, on_changed, d);
	if (!d->routes)
		close(fd);
	return d->routes && d->routes_rest && !event_add(d->routes, NULL);
}

void routes_settle(struct daemon *d)
{
	bool wanted = moves(d->policy);

	if (!wanted)
		routes_close(d);
	if (!wanted || d->routes || watch_routes(d))
		return;
	log_warning(NULL, "changes of addresses are not noticed, so IKE SAs do not move: %s",
		    strerror(errno));
	routes_close(d);
}

void routes_close(struct daemon *d)
{
	if (d->routes_rest)
		event_free(d->routes_rest);
	d->routes_rest = NULL;
	if (!d->routes)
		return;
	event_del(d->routes);
	close(event_get_fd(d->routes));
	event_free(d->routes);
	d->routes = NULL;
}
