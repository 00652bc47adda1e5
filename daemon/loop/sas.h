/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The SAs in the kernel, compared with those that ought to be there. */
#ifndef PANTUN_LOOP_SAS_H
#define PANTUN_LOOP_SAS_H

struct daemon;

/*
 * Finds a former daemon's SAs, and tells the core of its own that are gone.  0, or a negative
 * errno, which is logged.
 */
int sas_compare(struct daemon *d);
/* Makes the SAs with manual keys those of the policy, unless the module is unloaded. */
void sas_sync_manual(struct daemon *d);
/* Deletes a former daemon's SAs and those with manual keys.  The core deletes its own. */
void sas_flush(struct daemon *d);

#endif
