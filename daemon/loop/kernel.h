/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel reports by itself, and what follows from it. */
#ifndef PANTUN_LOOP_KERNEL_H
#define PANTUN_LOOP_KERNEL_H

#include <stdbool.h>

#include "kern/kern.h"

struct daemon;

/* Where its reports go: @d, which outlives them. */
struct kern_events kernel_events(struct daemon *d);
/* Opens d->kern; false with a log line that names the cause. */
bool kernel_open(struct daemon *d);

#endif
