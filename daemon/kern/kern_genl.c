// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel behind generic netlink: opens and closes it.  What is done there with tunnels,
 * proxy-IDs, monitors and SAs has files of its own.
 */
#include <errno.h>
#include <linux/pantun.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/version.h"
#include "genl/module.h"
#include "genl/read.h"
#include "kern/genl_events.h"
#include "kern/genl_monitor.h"
#include "kern/genl_proxy.h"
#include "kern/genl_request.h"
#include "kern/genl_sa.h"
#include "kern/genl_tunnel.h"

static int read_open(struct kern *k, const char *what)
{
	struct kern_genl *g = genl_of(k);

	return genl_read_open(g->genl, genl_events_family(g->events), what);
}

static int genl_fd(const struct kern *k)
{
	return genl_events_fd(((const struct kern_genl *)k)->events);
}

static void genl_dispatch(struct kern *k)
{
	genl_events_read(genl_of(k)->events);
}

static void genl_close(struct kern *k)
{
	struct kern_genl *g = genl_of(k);

	genl_events_close(g->events);
	genl_sock_close(g->rtnl);
	genl_sock_close(g->genl);
	free(g);
}

static const struct kern_ops genl_ops = {
	.tunnel_ensure = genl_tunnel_ensure,
	.proxy_sync = genl_proxy_sync,
	.monitor_sync = genl_monitor_sync,
	.monitor_each = genl_monitor_each,
	.proxy_fail = genl_proxy_fail,
	.sa_add = genl_sa_add,
	.sa_activate = genl_sa_activate,
	.sa_move = genl_sa_move,
	.sa_idle = genl_sa_idle,
	.sa_del = genl_sa_del,
	.sa_each = genl_sa_each,
	.read_open = read_open,
	.fd = genl_fd,
	.dispatch = genl_dispatch,
	.close = genl_close,
};

/* Whether the module is one to work with; complains in the log where it is another version. */
static bool check_version(struct kern_genl *g, int family)
{
	char version[VERSION_TEXT], said[GENL_TEXT], text[320];
	enum version_match match;
	int error;

	error = genl_module_version(g->genl, family, version, said, sizeof(said));
	if (error) {
		genl_explain(error, said, text, sizeof(text));
		log_error(NULL, "cannot ask for the module's version: %s", text);
		return false;
	}
	match = version_of_module("pantund", version, text, sizeof(text));
	if (match == VERSION_FOREIGN)
		log_error(NULL, "%s", text);
	else if (match == VERSION_DIFFERS)
		log_warning(NULL, "%s", text);
	return match != VERSION_FOREIGN;
}

/* Opens the sockets and finds the family; complains in the log. */
static bool connect_kernel(struct kern_genl *g)
{
	int family, group;

	g->genl = genl_sock_open(NETLINK_GENERIC);
	g->rtnl = genl_sock_open(NETLINK_ROUTE);
	if (!g->genl || !g->rtnl) {
		log_error(NULL, "netlink: %s", strerror(errno));
		return false;
	}
	family = genl_ctrl_resolve(g->genl, PANTUN_GENL_NAME);
	if (family < 0) {
		log_error(NULL, GENL_NOT_LOADED);
		return false;
	}
	group = genl_ctrl_resolve_grp(g->genl, PANTUN_GENL_NAME, PANTUN_MCGRP_EVENTS);
	g->events = genl_events_open(&g->kern.events, family, group);
	if (g->events)
		return check_version(g, family);
	if (errno == EPERM)
		log_error(NULL, "the kernel refuses events: run as root or with CAP_NET_ADMIN");
	else
		log_error(NULL, "kernel events: %s", strerror(errno));
	return false;
}

struct kern *kern_genl_open(const struct kern_events *events)
{
	struct kern_genl *g = calloc(1, sizeof(*g));

	if (!g) {
		log_error(NULL, "out of memory");
		return NULL;
	}
	g->kern.ops = &genl_ops;
	g->kern.events = *events;
	if (connect_kernel(g))
		return &g->kern;
	genl_close(&g->kern);
	return NULL;
}
