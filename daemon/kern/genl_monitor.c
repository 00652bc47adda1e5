// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/pantun.h>
#include <string.h>

#include "kern/genl_monitor.h"
#include "kern/genl_monitor_attr.h"
#include "kern/genl_request.h"

static bool get_monitor(struct nlmsghdr *header, void *element)
{
	return genl_monitor_get(header, element);
}

/* @monitor is NULL for a deletion, which needs the destination alone. */
static int monitor_command(struct kern_genl *g, uint8_t cmd, const char *ifname,
			   const struct policy_monitor *monitor, const struct policy_probe *probe)
{
	struct nl_msg *msg = genl_request_begin(g, cmd, ifname);

	msg = genl_request_end(msg, msg && genl_monitor_put(msg, monitor, probe));
	return genl_request_send(g, msg, NULL, NULL);
}

static int monitors_remove(struct kern_genl *g, const struct policy_tunnel *tunnel,
			   const struct genl_list *list)
{
	const struct kern_monitor *monitors = list->elements;
	int error = 0;

	for (size_t i = 0; !error && i < list->n; i++) {
		const struct policy_probe *probe = &monitors[i].probe;

		if (policy_probe_find(&tunnel->monitor, &probe->destination) < 0)
			error = monitor_command(g, PANTUN_CMD_MONITOR_DEL, tunnel->ifname, NULL,
						probe);
		if (error == -ENOENT)
			error = 0;
	}
	return error;
}

static bool monitored(const struct genl_list *list, const struct policy_monitor *monitor,
		      const struct policy_probe *probe)
{
	const struct kern_monitor *monitors = list->elements;

	for (size_t i = 0; i < list->n; i++)
		if (genl_monitor_equal(&monitors[i], monitor, probe))
			return true;
	return false;
}

int genl_monitor_sync(struct kern *k, const struct policy_tunnel *tunnel)
{
	struct genl_list list = { .size = sizeof(struct kern_monitor), .get = get_monitor };
	const struct policy_monitor *monitor = &tunnel->monitor;
	struct kern_genl *g = genl_of(k);
	int error = genl_request_dump(g, PANTUN_CMD_MONITOR_GET, tunnel->ifname, &list);

	if (!error)
		error = monitors_remove(g, tunnel, &list);
	for (unsigned int i = 0; !error && i < monitor->n; i++)
		if (!monitored(&list, monitor, &monitor->probes[i]))
			error = monitor_command(g, PANTUN_CMD_MONITOR_NEW, tunnel->ifname, monitor,
						&monitor->probes[i]);
	genl_list_free(&list);
	return error;
}

int genl_monitor_each(struct kern *k, void (*each)(void *ctx, const struct kern_monitor *),
		      void *ctx)
{
	struct genl_list list = { .size = sizeof(struct kern_monitor), .get = get_monitor };
	int error = genl_request_dump(genl_of(k), PANTUN_CMD_MONITOR_GET, NULL, &list);
	const struct kern_monitor *monitors = list.elements;

	for (size_t i = 0; !error && i < list.n; i++)
		each(ctx, &monitors[i]);
	genl_list_free(&list);
	return error;
}
