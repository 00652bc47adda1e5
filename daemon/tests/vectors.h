/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Known answers from files below daemon/tests/vectors; for tests run at the root of the tree. */
#ifndef PANTUN_TESTS_VECTORS_H
#define PANTUN_TESTS_VECTORS_H

#include <jansson.h>

#include "base/bytes.h"

#define VECTOR_MAX	1568	/* octets of one value */

/* The file's object, freed with json_decref(); ends the test where it can't be read. */
json_t *vectors_load(const char *name);
/* The member's hex digits as octets; the test ends where it is missing or no hex. */
struct bytes vector_hex(json_t *row, const char *member, uint8_t out[VECTOR_MAX]);
const char *vector_text(json_t *row, const char *member);
struct bytes hex_octets(const char *hex, uint8_t out[VECTOR_MAX]);

#endif
