/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pre-shared keys, by their numbers: who has these has no business with the network. */
#ifndef PANTUN_AUTH_KEYS_H
#define PANTUN_AUTH_KEYS_H

#include "base/bytes.h"

struct auth_keys;

/* NULL: out of memory. */
struct auth_keys *auth_keys_new(void);
/* Wipes all; NULL is fine. */
void auth_keys_free(struct auth_keys *keys);
/*
 * Copies @octets, to be known by @number from now on, instead of what was known by it.  0, or -1:
 * out of memory, no number (0), or a key of no octets or of too many.
 */
int auth_keys_set(struct auth_keys *keys, uint64_t number, struct bytes octets);
/* Wipes that key; one that is not there is fine. */
void auth_keys_forget(struct auth_keys *keys, uint64_t number);
/* Its octets, until it is set anew or forgotten; none: it is not there. */
struct bytes auth_keys_octets(const struct auth_keys *keys, uint64_t number);
size_t auth_keys_count(const struct auth_keys *keys);

#endif
