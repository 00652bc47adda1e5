// SPDX-License-Identifier: GPL-2.0-or-later
#include "kern/genl_monitor_attr.h"

#include <linux/pantun.h>
#include <netlink/attr.h>
#include <string.h>

#include "genl/attr.h"
#include "genl/monitor.h"

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
