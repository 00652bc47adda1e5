// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/pantun.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <string.h>
#include <sys/socket.h>

#include "kern/genl_attr.h"
#include "kern/genl_monitor.h"

_Static_assert((int)POLICY_WAIT_RECOVER == (int)PANTUN_MONITOR_WAIT_RECOVER &&
	       (int)POLICY_FAIL_OVER == (int)PANTUN_MONITOR_FAIL_OVER, "monitor actions differ");

/* @v4 is followed by the attribute of the same address in IPv6; none for family 0. */
static bool put_addr(struct nl_msg *msg, int v4, const struct addr *addr)
{
	int type = addr->family == AF_INET6 ? v4 + 1 : v4;

	return !addr->family || !nla_put(msg, type, (int)addr_len(addr), addr->b);
}

static bool put_terms(struct nl_msg *msg, const struct policy_monitor *monitor,
		      const struct policy_probe *probe)
{
	return put_addr(msg, PANTUN_MONITOR_A_SRC4, &probe->source) &&
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

	if (!nest || !put_addr(msg, PANTUN_MONITOR_A_DST4, &probe->destination) ||
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
	static const char *const texts[] = {
		[PANTUN_MONITOR_ERROR_UNSPEC] = "",
		[PANTUN_MONITOR_ERROR_NO_SA] = KERN_NO_SA,
		[PANTUN_MONITOR_ERROR_NO_SOURCE] = "the interface has no address of that family: "
						   "give it one, or a source-ip",
		[PANTUN_MONITOR_ERROR_NO_PROXY] = "no proxy-ID takes them",
		[PANTUN_MONITOR_ERROR_SELECTOR] = "proxy-ID or SA do not cover their addresses",
		[PANTUN_MONITOR_ERROR_TRANSPORT] = "in transport mode only the gateways' own "
						   "addresses pass",
		[PANTUN_MONITOR_ERROR_NO_MEMORY] = "no memory",
	};
	uint32_t error = genl_attr_u32(attr);

	return error < sizeof(texts) / sizeof(texts[0]) ? texts[error] : "unknown reason";
}

bool genl_monitor_get(struct nlmsghdr *header, struct kern_monitor *out)
{
	struct nlattr *attrs[PANTUN_A_MAX + 1], *a[PANTUN_MONITOR_A_MAX + 1];

	memset(out, 0, sizeof(*out));
	if (genlmsg_parse(header, 0, attrs, PANTUN_A_MAX, NULL) || !attrs[PANTUN_A_MONITOR] ||
	    nla_parse_nested(a, PANTUN_MONITOR_A_MAX, attrs[PANTUN_A_MONITOR], NULL))
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
