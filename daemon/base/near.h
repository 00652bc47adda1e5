/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How near a word is to another one, for guesses at what was meant. */
#ifndef PANTUN_BASE_NEAR_H
#define PANTUN_BASE_NEAR_H

#include <stddef.h>

#define NEAR_MAX	63	/* octets of a word, at the most */

/*
 * How many letters of @a, of @na octets, are added, missing, changed or swapped with their
 * neighbour in @b.  Both are of NEAR_MAX octets or less, and need no NUL.
 */
unsigned int near_distance(const char *a, size_t na, const char *b, size_t nb);

#endif
