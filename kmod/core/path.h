/* SPDX-License-Identifier: GPL-2.0 */
/* Where the packets of an SA go, and how they are encapsulated. */
#ifndef _PANTUN_PATH_H
#define _PANTUN_PATH_H

#include <linux/types.h>
#include <linux/workqueue.h>
#include <net/dst_cache.h>
#include "pure/selector.h"

/*
 * Published by sa->path; replaced as a whole under RCU, freed from a worker.  Until then only
 * the MTU and the cached route, with the number of its options, change.
 */
struct pantun_path {
	u8 family;			/* AF_INET or AF_INET6 */
	u8 encap;			/* enum pantun_encap */
	bool udp_csum;			/* UDP checksum over IPv4, too */
	union pantun_addr local;
	union pantun_addr remote;
	__be16 local_port;
	__be16 remote_port;
	u32 mtu;			/* of the route, as the last packet saw it; READ_ONCE */
	u32 routed_by;			/* tunnel->opts_number of the cached route; cfg_lock */
	struct dst_cache dst_cache;
	struct rcu_work free_work;
};

/* NULL on lack of memory.  Process context. */
struct pantun_path *pantun_path_alloc(void);
/* After a grace period, from a worker: nobody may find the path any more. */
void pantun_path_free_rcu(struct pantun_path *path);
/* Octets before the ESP header: IP, and UDP where encapsulated. */
u16 pantun_path_header_len(const struct pantun_path *path);

#endif
