/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel tells by itself, with a watch on its sequence numbers.  The family's number and
 * that of its group change when the module is unloaded and loaded again, which is followed.
 */
#ifndef PANTUN_KERN_GENL_EVENTS_H
#define PANTUN_KERN_GENL_EVENTS_H

#include "kern/kern.h"

struct genl_events;

/* @events stays the caller's and outlives it.  NULL: errno is set. */
struct genl_events *genl_events_open(const struct kern_events *events, int family, int group);
/* NULL is fine. */
void genl_events_close(struct genl_events *e);
/* The family's id: the last one, while the module is not loaded. */
int genl_events_family(const struct genl_events *e);
bool genl_events_loaded(const struct genl_events *e);
int genl_events_fd(const struct genl_events *e);
/* Reads until there is nothing more. */
void genl_events_read(struct genl_events *e);
/* One datagram of the kernel's; public for tests. */
void genl_events_datagram(struct genl_events *e, void *data, int n);

#endif
