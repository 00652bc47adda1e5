/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tunnel monitors.  The kernel probes and takes the carrier away; the daemon negotiates new
 * keys, and tells the log and observers what happened and what is done about it.
 */
#ifndef PANTUN_LOOP_MONITORS_H
#define PANTUN_LOOP_MONITORS_H

#include "ike/core.h"
#include "kern/kern.h"

struct monitors;

struct monitors_ops {
	void *ctx;
	/* Passes an event on to observers. */
	void (*tell)(void *ctx, const struct ike_event *event);
	/* Has IKE make new keys, and monitors_renewed() called: now or later. */
	void (*lost)(void *ctx, const char *ifname);
	/* IKE need not make any more. */
	void (*back)(void *ctx, const char *ifname);
};

/* NULL: out of memory. */
struct monitors *monitors_new(const struct monitors_ops *ops);
/* NULL is fine. */
void monitors_free(struct monitors *m);

/*
 * Ends the kernel's monitors of tunnels that @policy does not have.  Those are the tunnels of
 * @before; or without it, the ones that a former daemon's SAs belong to, which must not have
 * been deleted yet.  Monitors that somebody set by hand are left alone.
 */
void monitors_retire(struct kern *kern, const struct policy *before, const struct policy *policy);
/*
 * The path of the tunnel on netdevice @ifname is @path now.  Only a change is reported.  @unsent
 * is as in struct kern_events, and reported once if it is a mistake on this host.
 */
void monitors_path(struct monitors *m, const struct policy *policy, const char *ifname,
		   enum kern_path path, const char *unsent);
/*
 * IKE makes new keys for @renewed proxy-IDs of the tunnel on @ifname, whose path was lost; which
 * is told now.
 */
void monitors_renewed(struct monitors *m, struct kern *kern, const struct policy *policy,
		      const char *ifname, unsigned int renewed);
/* IKE was started anew: it is told of every path that is lost. */
void monitors_tell_ike(struct monitors *m);
/*
 * Reads the paths of all tunnels from the kernel and does as monitors_path().  0 or a negative
 * errno, which is logged.
 */
int monitors_read(struct monitors *m, struct kern *kern, const struct policy *policy);

#endif
