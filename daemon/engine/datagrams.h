/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams on their way in.  Sockets are emptied as soon as there is something, into an inbox,
 * whose most urgent goes first; a few at a time, as others have something to do, too.
 */
#ifndef PANTUN_ENGINE_DATAGRAMS_H
#define PANTUN_ENGINE_DATAGRAMS_H

#include <stdbool.h>

struct engine;

/* Prepares for the sockets to be read.  False: no memory. */
bool datagrams_init(struct engine *e);
/* The sockets are read from now on, as the core knows what to answer.  False: no memory. */
bool datagrams_begin(struct engine *e);
/*
 * To be called before timers fire: whatever has come for an SA by now is handled, or the core
 * would count as silent who has spoken.
 */
void datagrams_catch_up(struct engine *e);
/* Reads no more, and forgets what waits. */
void datagrams_end(struct engine *e);

#endif
