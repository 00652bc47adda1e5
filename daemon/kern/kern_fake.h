/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel in memory for tests: it keeps what it is given, behaves as the module
 * does, and notes as a fault whatever a careful daemon would never ask for.
 */
#ifndef PANTUN_KERN_KERN_FAKE_H
#define PANTUN_KERN_KERN_FAKE_H

#include "kern/kern.h"

#define KERN_FAKE_FAULT	256	/* octets of a fault's text */

/* NULL on lack of memory; end it with ops->close(). */
struct kern *kern_fake_open(const struct kern_events *events);

/* What was first done wrong, or NULL.  Valid as long as @k. */
const char *kern_fake_fault(const struct kern *k);

/* The out-SA that a packet of the proxy-ID would take, or NULL; valid until the next call. */
const struct ike_sa_spec *kern_fake_out(const struct kern *k, const char *ifname,
					const char *proxy);
/* The in-SA that takes a packet with @spi, or NULL; likewise. */
const struct ike_sa_spec *kern_fake_in(const struct kern *k, uint32_t spi);
/* The options that the tunnel was last given, or NULL; likewise. */
const struct policy_outer *kern_fake_outer(const struct kern *k, const char *ifname);
/* What its monitor was last given, likewise; n 0: nothing stands. */
const struct policy_monitor *kern_fake_monitor(const struct kern *k, const char *ifname);
/* How many destinations were ever added or changed, and how many deleted. */
unsigned int kern_fake_monitor_sets(const struct kern *k);
unsigned int kern_fake_monitor_dels(const struct kern *k);
/* SAs that stand; those of @proxy alone where it is not NULL. */
unsigned int kern_fake_count(const struct kern *k, bool inbound, const char *proxy);
/* How often a proxy-ID was said to have failed. */
unsigned int kern_fake_failed(const struct kern *k);
/* How many were ever added. */
unsigned int kern_fake_added(const struct kern *k);

/* The next @n additions of SAs of that direction fail with @error (negative errno). */
void kern_fake_refuse(struct kern *k, bool inbound, unsigned int n, int error);
/*
 * Reports through kern_events that the limit of an SA is reached; at the hard one the
 * SA goes, as in the module.  -1: there is no such SA.
 */
int kern_fake_expire(struct kern *k, uint64_t token, bool inbound, bool hard);
/*
 * The tunnel's destinations @answer from now on, or not.  Told through kern_events, one by
 * one, unless @silent: that events got lost.  -1: there is no such tunnel.
 */
int kern_fake_path(struct kern *k, const char *ifname, bool answer, bool silent);
/* All in-SAs had their last packet so long ago, until this is called again; at first: never. */
void kern_fake_idle(struct kern *k, uint64_t ms);
/* All SAs of that direction that stand have carried packets up to that number. */
void kern_fake_carried(struct kern *k, bool inbound, uint64_t seq);

#endif
