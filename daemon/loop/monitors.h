/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tunnel monitors: the kernel probes and takes the carrier away; here is what the daemon
 * makes of it.  New keys are asked for, and log and observers told what happened and what
 * is done about it.
 */
#ifndef PANTUN_LOOP_MONITORS_H
#define PANTUN_LOOP_MONITORS_H

#include "ike/core.h"
#include "kern/kern.h"

struct monitors;

/* @tell has observers know.  NULL on lack of memory. */
struct monitors *monitors_new(void (*tell)(void *ctx, const struct ike_event *event), void *ctx);
/* NULL is fine. */
void monitors_free(struct monitors *m);

/*
 * Ends the kernel's monitors of tunnels that @policy does not have: those of @before
 * (NULL: none), and of a former daemon, whose SAs must still stand.  Others, made by
 * hand, are left alone.
 */
void monitors_retire(struct kern *kern, const struct policy *before, const struct policy *policy);
/*
 * The path of the tunnel on that netdevice is this now; once told, it is no news.
 * @unsent as in struct kern_events, and told once if it is a mistake of this host.
 */
void monitors_path(struct monitors *m, struct kern *kern, struct ike_core *core, ike_time now,
		   const struct policy *policy, const char *ifname, enum kern_path path,
		   const char *unsent);
/* The same for all tunnels, from what the kernel has.  0 or a negative errno, which is logged. */
int monitors_read(struct monitors *m, struct kern *kern, struct ike_core *core, ike_time now,
		  const struct policy *policy);

#endif
