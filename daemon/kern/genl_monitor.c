// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/pantun.h>
#include <netlink/attr.h>
#include <string.h>

#include "genl/attr.h"
#include "genl/monitor.h"
#include "kern/genl_monitor.h"
#include "kern/genl_request.h"

_Static_assert((int)POLICY_WAIT_RECOVER == (int)PANTUN_MONITOR_WAIT_RECOVER &&
	       (int)POLICY_FAIL_OVER == (int)PANTUN_MONITOR_FAIL_OVER, "monitor actions differ");

static bool put_terms(struct nl_msg *msg, const struct policy_monitor *monitor,
		      const struct policy_probe *probe)
{
	return genl_attr_put_either(msg, PANTUN_MONITOR_A_SRC4, PANTUN_MONITOR_A_SRC6,
				    &probe->source) &&
	       (!monitor->proxy[0] ||
		!nla_put_string(msg, PANTUN_MONITOR_A_PROXY, monitor->proxy)) &&
	       !nla_put_u32(msg, PANTUN_MONITOR_A_ACTION, monitor->action) &&
	       !nla_put_u32(msg, PANTUN_MONITOR_A_INTERVAL, monitor->interval_ms) &&
	       !nla_put_u32(msg, PANTUN_MONITOR_A_THRESHOLD, monitor->threshold) &&
	       !nla_put_u32(msg, PANTUN_MONITOR_A_RECOVERY, monitor->recovery);
}

bool genl_monitor_put(struct nl_msg *msg, const struct policy_monitor *monitor,
		      const struct policy_probe *probe)
{
	struct nlattr *nest = nla_nest_start(msg, PANTUN_A_MONITOR);

	if (!nest || !genl_attr_put_either(msg, PANTUN_MONITOR_A_DST4, PANTUN_MONITOR_A_DST6,
					   &probe->destination) ||
	    (monitor && !put_terms(msg, monitor, probe)))
		return false;
	nla_nest_end(msg, nest);
	return true;
}

enum kern_path genl_monitor_path(const struct nlattr *attr)
{
	switch (genl_attr_u32(attr)) {
	case PANTUN_PATH_UP:
		return KERN_PATH_UP;
	case PANTUN_PATH_DOWN:
		return KERN_PATH_DOWN;
	default:
		return KERN_PATH_UNKNOWN;
	}
}

const char *genl_monitor_unsent(const struct nlattr *attr)
{
	uint32_t error = genl_attr_u32(attr);
	const char *text = genl_monitor_error(error);

	if (error == PANTUN_MONITOR_ERROR_NO_SOURCE)
		return GENL_NO_SOURCE ": give it one, or a source-ip";
	return text ? text : "unknown reason";
}

bool genl_monitor_get(struct nlmsghdr *header, struct kern_monitor *out)
{
	struct nlattr *attrs[PANTUN_A_MAX + 1], *a[PANTUN_MONITOR_A_MAX + 1];

	memset(out, 0, sizeof(*out));
	if (!genl_attr_message(header, attrs, PANTUN_A_MONITOR, a, PANTUN_MONITOR_A_MAX))
		return false;
	genl_attr_text(attrs[PANTUN_A_IFNAME], out->ifname, sizeof(out->ifname));
	genl_attr_text(a[PANTUN_MONITOR_A_PROXY], out->proxy, sizeof(out->proxy));
	genl_attr_either(a[PANTUN_MONITOR_A_DST4], a[PANTUN_MONITOR_A_DST6],
			 &out->probe.destination);
	genl_attr_either(a[PANTUN_MONITOR_A_SRC4], a[PANTUN_MONITOR_A_SRC6],
			 &out->probe.source);
	out->action = genl_attr_u32(a[PANTUN_MONITOR_A_ACTION]);
	out->interval_ms = genl_attr_u32(a[PANTUN_MONITOR_A_INTERVAL]);
	out->threshold = genl_attr_u32(a[PANTUN_MONITOR_A_THRESHOLD]);
	out->recovery = genl_attr_u32(a[PANTUN_MONITOR_A_RECOVERY]);
	out->state = genl_monitor_path(a[PANTUN_MONITOR_A_STATE]);
	out->unsent = genl_monitor_unsent(a[PANTUN_MONITOR_A_ERROR]);
	return out->probe.destination.family;
}

bool genl_monitor_equal(const struct kern_monitor *a, const struct policy_monitor *monitor,
			const struct policy_probe *probe)
{
	return addr_equal(&a->probe.destination, &probe->destination) &&
	       addr_equal(&a->probe.source, &probe->source) &&
	       !strcmp(a->proxy, monitor->proxy) && a->action == monitor->action &&
	       a->interval_ms == monitor->interval_ms && a->threshold == monitor->threshold &&
	       a->recovery == monitor->recovery;
}

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
