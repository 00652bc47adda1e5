/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of whatever happened to the core. */
#ifndef PANTUN_ENGINE_TURN_H
#define PANTUN_ENGINE_TURN_H

struct engine;

/* Carries out what the core wants, and has the timer fire when it wants to be called again. */
void turn_end(struct engine *e);
/* The timer fired. */
void turn_tick(struct engine *e);

#endif
