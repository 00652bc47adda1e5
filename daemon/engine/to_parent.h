/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends the core's actions to whoever carries them out. */
#ifndef PANTUN_ENGINE_TO_PARENT_H
#define PANTUN_ENGINE_TO_PARENT_H

struct engine;

/* Drains the core's queue of actions. */
void to_parent_all(struct engine *e);

#endif
