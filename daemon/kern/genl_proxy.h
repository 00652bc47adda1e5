/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The proxy-IDs of a tunnel. */
#ifndef PANTUN_KERN_GENL_PROXY_H
#define PANTUN_KERN_GENL_PROXY_H

#include "kern/kern.h"

/* The operations of kern_ops; see kern.h. */
int genl_proxy_sync(struct kern *k, const struct policy_tunnel *tunnel);
int genl_proxy_fail(struct kern *k, const char *ifname, const char *proxy);

#endif
