/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints a model: tables for people, JSON for programs. */
#ifndef PANTUN_TOOLS_OUT_H
#define PANTUN_TOOLS_OUT_H

#include <jansson.h>
#include "model.h"

/* What to print of it. */
enum view {
	VIEW_TUNNELS = 1 << 0,
	VIEW_PROXIES = 1 << 1,		/* with what the daemon knows about each */
	VIEW_IKE = 1 << 2,
	VIEW_IPSEC = 1 << 3,
	VIEW_DROPS = 1 << 4,
	VIEW_MONITORS = 1 << 5,

	VIEW_ALL = (1 << 6) - 1,

	VIEW_PROCESSES = 1 << 6,	/* alone */
	VIEW_CERTIFICATES = 1 << 7,	/* alone */
};

/* Views for which the kernel, the daemon, is asked. */
#define VIEW_OF_KERNEL	(VIEW_TUNNELS | VIEW_PROXIES | VIEW_IPSEC | VIEW_DROPS | VIEW_MONITORS)
#define VIEW_OF_DAEMON	(VIEW_PROXIES | VIEW_IKE | VIEW_PROCESSES | VIEW_CERTIFICATES)

/* Tables on standard output, with a line for a part that could not be asked. */
void out_tables(const struct model *model, unsigned int views);
/* One JSON object on standard output, described in pantunctl(8). */
void out_json(const struct model *model, unsigned int views);

/* The same objects for other printers; new references. */
json_t *json_of_tunnel(const struct tunnel *tunnel);
json_t *json_of_proxy(const struct proxy *proxy);
json_t *json_of_sa(const struct sa *sa);
json_t *json_of_monitor(const struct tunnel_monitor *monitor);
json_t *json_of_selector(const struct genl_selector *selector);
/* Prints @object (whose reference it takes) as one line. */
void json_line(json_t *object);

#endif
