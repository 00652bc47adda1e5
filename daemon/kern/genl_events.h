/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the kernel's events and checks their sequence numbers.  Follows the ids of the family and
 * its group, which change when the module is reloaded.
 */
#ifndef PANTUN_KERN_GENL_EVENTS_H
#define PANTUN_KERN_GENL_EVENTS_H

#include "kern/kern.h"

struct genl_events;

/* @events remains the caller's and must outlive it.  NULL with errno set. */
struct genl_events *genl_events_open(const struct kern_events *events, int family, int group);
/* NULL is fine. */
void genl_events_close(struct genl_events *e);
/* Returns the family's id; while the module is not loaded, the last one. */
int genl_events_family(const struct genl_events *e);
bool genl_events_loaded(const struct genl_events *e);
int genl_events_fd(const struct genl_events *e);
/* Reads until there is nothing more. */
void genl_events_read(struct genl_events *e);
/* Handles one datagram from the kernel.  Public for tests. */
void genl_events_datagram(struct genl_events *e, void *data, int n);

#endif
