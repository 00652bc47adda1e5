/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The SAs that stand in the kernel: ours, by token, and those of a daemon before us.
 * The latter carry traffic on until a successor of their proxy-ID is in use.
 */
#ifndef PANTUN_LOOP_LIVE_H
#define PANTUN_LOOP_LIVE_H

#include "ike/core.h"
#include "kern/kern.h"

struct live;

/* NULL on lack of memory. */
struct live *live_new(void);
void live_free(struct live *live);

/* An SA of ours was installed or deleted. */
void live_add(struct live *live, const struct ike_sa_spec *sa);
void live_remove(struct live *live, const struct ike_sa_spec *sa);
/*
 * Reads what stands in the kernel.  SAs with a cookie that are not ours are put down
 * as a former daemon's; ours that are missing are told by @lost, as hard expiry.
 * 0 or a negative errno with its text in kern->error.
 */
int live_sync(struct live *live, struct kern *kern,
	      void (*lost)(void *ctx, uint64_t token, bool inbound), void *ctx);
/*
 * The outbound SA of a proxy-ID is in use: its predecessors of a former daemon may
 * go, the outbound at once, the inbound when packets on their way have arrived.
 */
void live_succeeded(struct live *live, struct kern *kern, ike_time now, const char *ifname,
		    const char *proxy);
/* Calls for each proxy-ID whose packets a former daemon's SA carries. */
void live_each_former(const struct live *live,
		      void (*each)(void *ctx, const char *ifname, const char *proxy), void *ctx);
/* An SA reached its hard limit: if it was such a one, it is forgotten, and its proxy-ID told. */
void live_expired(struct live *live, uint64_t cookie, bool inbound,
		  void (*each)(void *ctx, const char *ifname, const char *proxy), void *ctx);
/* Those of tunnels that @policy does not have go at once. */
void live_without(struct live *live, struct kern *kern, const struct policy *policy);
/* Those of a former daemon go, all of them and at once. */
void live_flush(struct live *live, struct kern *kern);
/* Deletes what has lingered long enough; when to call again, or IKE_NEVER. */
ike_time live_tick(struct live *live, struct kern *kern, ike_time now);

#endif
