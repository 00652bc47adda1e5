/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capabilities, by plain system calls, so usable between fork and exec, too. */
#ifndef PANTUN_BASE_CAPS_H
#define PANTUN_BASE_CAPS_H

#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CAPS(capability)	(UINT64_C(1) << (capability))

/* A bit for each capability. */
struct caps {
	uint64_t effective, permitted, inheritable;
};

/* Those of another process.  0, or -1 with errno set. */
int caps_of(pid_t pid, struct caps *caps);
/* Those of this thread, likewise. */
int caps_get(struct caps *caps);
int caps_set(const struct caps *caps);
bool caps_effective(unsigned int capability);
/* Drops all but @keep from the bounding set.  Needs CAP_SETPCAP. Returns 0 or -1. */
int caps_bound(uint64_t keep);

#endif
