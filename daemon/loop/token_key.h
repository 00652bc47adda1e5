/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The secret of quick crash detection (RFC 6290): the file that keeps it beyond the daemon's end,
 * so that peers believe the next one that it has lost its IKE SAs.
 */
#ifndef PANTUN_LOOP_TOKEN_KEY_H
#define PANTUN_LOOP_TOKEN_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "ike/core.h"

#define TOKEN_KEY_DIR	"/var/lib/pantun"

/*
 * Reads the secret from the file in @dir, or draws one and writes it there, with access for its
 * owner alone.  Where that cannot be, a log line says so, and the secret is good until the daemon
 * ends.  False with a log line: no randomness.
 */
bool token_key_load(const char *dir, uint8_t key[IKE_TOKEN_KEY_N]);

#endif
