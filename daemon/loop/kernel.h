/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handles the kernel's events. */
#ifndef PANTUN_LOOP_KERNEL_H
#define PANTUN_LOOP_KERNEL_H

#include <stdbool.h>

#include "kern/kern.h"

struct daemon;

/* Returns handlers that report to @d, which must outlive them. */
struct kern_events kernel_events(struct daemon *d);
/* Opens d->kern.  False with a log line that names the cause. */
bool kernel_open(struct daemon *d);

#endif
