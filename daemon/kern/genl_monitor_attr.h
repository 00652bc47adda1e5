/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Monitored destinations as attributes. */
#ifndef PANTUN_KERN_GENL_MONITOR_ATTR_H
#define PANTUN_KERN_GENL_MONITOR_ATTR_H

#include "kern/kern.h"

struct nl_msg;
struct nlattr;
struct nlmsghdr;

/* Adds PANTUN_A_MONITOR; with @monitor NULL only what names it.  False: no room. */
bool genl_monitor_put(struct nl_msg *msg, const struct policy_monitor *monitor,
		      const struct policy_probe *probe);
/* Reads one from an answer or event.  False if there is none. */
bool genl_monitor_get(struct nlmsghdr *header, struct kern_monitor *out);
/* Whether the kernel's monitor is what the policy wants. */
bool genl_monitor_equal(const struct kern_monitor *a, const struct policy_monitor *monitor,
			const struct policy_probe *probe);
/* An enum pantun_path_state. */
enum kern_path genl_monitor_path(const struct nlattr *attr);
/* An enum pantun_monitor_error, for people; "" where there is none. */
const char *genl_monitor_unsent(const struct nlattr *attr);

#endif
