/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether this host's addresses and routes change, by rtnetlink, while IKE SAs could move because
 * of it (MOBIKE).  What has changed is not looked at: `ike` asks the kernel for the address that
 * it needs.
 */
#ifndef PANTUN_LOOP_ROUTES_H
#define PANTUN_LOOP_ROUTES_H

struct daemon;

/* Watches, or ceases to, as the configuration in force has it. */
void routes_settle(struct daemon *d);
void routes_close(struct daemon *d);

#endif
