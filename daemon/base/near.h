/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Distance between words, to guess what was meant. */
#ifndef PANTUN_BASE_NEAR_H
#define PANTUN_BASE_NEAR_H

#include <stddef.h>

#define NEAR_MAX	63	/* octets of a word, at the most */

/*
 * Returns how many letters of @a (@na octets) are added, missing, changed or swapped with their
 * neighbour in @b.  Both have at most NEAR_MAX octets, and need no NUL.
 */
unsigned int near_distance(const char *a, size_t na, const char *b, size_t nb);

#endif
