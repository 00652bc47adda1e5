/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Monitored destinations in the kernel. */
#ifndef PANTUN_KERN_GENL_MONITOR_H
#define PANTUN_KERN_GENL_MONITOR_H

#include "kern/kern.h"

/* The operations of kern_ops; see kern.h. */
int genl_monitor_sync(struct kern *k, const struct policy_tunnel *tunnel);
int genl_monitor_each(struct kern *k, void (*each)(void *ctx, const struct kern_monitor *),
		      void *ctx);

#endif
