/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to be done at a later time. */
#ifndef PANTUN_LOOP_TIMER_H
#define PANTUN_LOOP_TIMER_H

#include <stdbool.h>

struct daemon;

/* Opens d->timer, which rings at once.  False with a log line. */
bool timer_open(struct daemon *d);
void timer_close(struct daemon *d);

/*
 * Ends the handling of each event: sets the timer for what is due next.
 */
void timer_settle(struct daemon *d);
/* The timer went off: does what is due, and settles. */
void timer_tick(struct daemon *d);

#endif
