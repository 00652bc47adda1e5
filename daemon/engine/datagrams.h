/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Received datagrams.  Sockets are drained into an inbox as soon as they are readable.  The most
 * urgent datagrams are handled first, a few at a time so that other events are not delayed.
 */
#ifndef PANTUN_ENGINE_DATAGRAMS_H
#define PANTUN_ENGINE_DATAGRAMS_H

#include <stdbool.h>

struct engine;

/* Creates the inbox and its events.  False: no memory. */
bool datagrams_init(struct engine *e);
/* Starts to read the sockets; call it once the core has a configuration.  False: no memory. */
bool datagrams_begin(struct engine *e);
/*
 * Handles everything that has arrived for existing SAs.  Call it before timers fire, or the core
 * would take a peer for silent whose message is still queued.
 */
void datagrams_catch_up(struct engine *e);
/* Stops reading and drops queued datagrams. */
void datagrams_end(struct engine *e);

#endif
