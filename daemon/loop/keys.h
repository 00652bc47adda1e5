/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hands pre-shared keys to the process `auth` as they are read. */
#ifndef PANTUN_LOOP_KEYS_H
#define PANTUN_LOOP_KEYS_H

#include <stdbool.h>
#include <stdint.h>

struct daemon;

/* False: no memory or randomness. */
bool keys_open(struct daemon *d);
void keys_close(struct daemon *d);
/* Sends a new `auth` the keys of all configurations in force or pending. */
void keys_send_all(struct daemon *d);
/*
 * Asks `auth` to confirm all keys sent so far; config_keyed() is then called with @number.  False:
 * no `auth` runs; the next one gets its keys before it can talk to `ike`.
 */
bool keys_mark(struct daemon *d, uint64_t number);

#endif
