/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tracks the SAs in the kernel: our own, by token, and those that a former daemon left.  The
 * latter keep carrying traffic until a successor for their proxy-ID is in use.
 */
#ifndef PANTUN_LOOP_LIVE_H
#define PANTUN_LOOP_LIVE_H

#include "ike/core.h"
#include "kern/kern.h"

struct live;

/* NULL: out of memory. */
struct live *live_new(void);
void live_free(struct live *live);

/* An SA of ours was installed or deleted. */
void live_add(struct live *live, const struct ike_sa_spec *sa);
void live_remove(struct live *live, const struct ike_sa_spec *sa);
/* It takes another path, maybe with another encapsulation. */
void live_move(struct live *live, const struct ike_sa_spec *sa);
/* Returns how many SAs of ours exist. */
unsigned int live_count(const struct live *live);
/* Whether our SA is in UDP. */
bool live_in_udp(const struct live *live, const struct ike_sa_spec *sa);
/* Whether @sa is ours, by token, direction, SPI and place. */
bool live_has(const struct live *live, const struct ike_sa_spec *sa);
/*
 * `ike`, which made our SAs, has died: treats them as those of a former daemon.  Returns 0, or a
 * negative errno with its text in kern->error.
 */
int live_orphan(struct live *live, struct kern *kern);
/*
 * Reads the SAs in the kernel.  Those with a cookie that are not ours belong to a former daemon.
 * Calls @lost for each of ours that is missing because it has expired.  Returns 0, or a negative
 * errno with its text in kern->error.
 */
int live_sync(struct live *live, struct kern *kern,
	      void (*lost)(void *ctx, uint64_t token, bool inbound), void *ctx);
/* Whether there are SAs of a former daemon, which live_succeeded() would look for. */
bool live_has_former(const struct live *live);
/*
 * The outbound SA of a proxy-ID is in use: deletes a former daemon's SAs for it, outbound ones at
 * once, inbound ones once packets in flight have had time to arrive.
 */
void live_succeeded(struct live *live, struct kern *kern, ike_time now, const char *ifname,
		    const char *proxy);
/* Calls @each for every proxy-ID whose packets a former daemon's SA carries. */
void live_each_former(const struct live *live,
		      void (*each)(void *ctx, const char *ifname, const char *proxy), void *ctx);
/*
 * An SA has reached its hard limit.  If it was a former daemon's, it is forgotten, and @each is
 * called for its proxy-ID if it was outbound.
 */
void live_expired(struct live *live, uint64_t cookie, bool inbound,
		  void (*each)(void *ctx, const char *ifname, const char *proxy), void *ctx);
/* Deletes a former daemon's SAs of tunnels that @policy does not negotiate. */
void live_without(struct live *live, struct kern *kern, const struct policy *policy);
/* Deletes all of a former daemon's SAs. */
void live_flush(struct live *live, struct kern *kern);
/* When live_tick() is due, or IKE_NEVER. */
ike_time live_due(const struct live *live);
/* Deletes SAs that have lingered long enough.  When to call again, or IKE_NEVER. */
ike_time live_tick(struct live *live, struct kern *kern, ike_time now);

#endif
