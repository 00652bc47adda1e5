/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parent knows what strangers cost us at present, and can say so while we are too busy with
 * them to be asked: it is told of changes, once a second at most.
 */
#ifndef PANTUN_ENGINE_STRANGERS_H
#define PANTUN_ENGINE_STRANGERS_H

#include <stdbool.h>

struct engine;

bool strangers_init(struct engine *e);
/* The end of an event. */
void strangers_settle(struct engine *e);
void strangers_free(struct engine *e);

#endif
