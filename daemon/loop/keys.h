/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pre-shared keys, which the process `auth` is given as they are read. */
#ifndef PANTUN_LOOP_KEYS_H
#define PANTUN_LOOP_KEYS_H

#include <stdbool.h>
#include <stdint.h>

struct daemon;

/* False: no memory or randomness. */
bool keys_open(struct daemon *d);
void keys_close(struct daemon *d);
/* A new `auth` gets those of all configurations that are in force, or soon are. */
void keys_send_all(struct daemon *d);
/*
 * Has `auth` say when it has all keys that were sent so far: config_keyed() will be called with
 * @number.  False: no `auth` runs.  The next one gets its keys before it meets `ike`.
 */
bool keys_mark(struct daemon *d, uint64_t number);

#endif
