/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is done after each event of the core. */
#ifndef PANTUN_ENGINE_TURN_H
#define PANTUN_ENGINE_TURN_H

struct engine;

/* Carries out what the core wants, and sets the timer to when it is due again. */
void turn_end(struct engine *e);
/* The timer fired. */
void turn_tick(struct engine *e);

#endif
