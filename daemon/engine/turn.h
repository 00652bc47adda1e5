/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is done after each event of the core, and at the end of each round of the event loop.  A
 * round has many events where much happens, and to ask the clock and set the timer for each of
 * them would cost more than to read a message.
 */
#ifndef PANTUN_ENGINE_TURN_H
#define PANTUN_ENGINE_TURN_H

#include <stdbool.h>

#include "base/clock.h"
#include "ike/core.h"

struct engine;

/* False: out of memory. */
bool turn_init(struct engine *e);
void turn_free(struct engine *e);

/* The time for the core's next event.  The clock is asked once for a few events of a round. */
ike_time turn_now(struct engine *e);
/* Carries out what the core wants; once the round is over, the timer is set to its next time. */
void turn_end(struct engine *e);
/* The timer fired. */
void turn_tick(struct engine *e);

#endif
