/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends what the core wants done to whoever may do it. */
#ifndef PANTUN_ENGINE_TO_PARENT_H
#define PANTUN_ENGINE_TO_PARENT_H

struct engine;

/* Carries out every action that the core has. */
void to_parent_all(struct engine *e);

#endif
