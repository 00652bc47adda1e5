/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds a text piece by piece in the caller's buffer. */
#ifndef PANTUN_BASE_TEXT_H
#define PANTUN_BASE_TEXT_H

#include "base/bytes.h"

/* Always NUL-terminated.  What does not fit is truncated. */
struct text {
	char *p;
	size_t max;	/* room, with the NUL */
	size_t n;	/* octets so far, without it */
};

/* @max is 1 at least. */
void text_init(struct text *t, char *p, size_t max);
void text_add(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Escapes what is not printable ASCII as \xNN: anyone may have sent the octets. */
void text_add_octets(struct text *t, struct bytes octets);
/* Copies as much of @text as fits, and a NUL, to @out of @n octets, 1 at least. */
void text_copy(char *out, size_t n, const char *text);
/* Returns the plural ending for a count: "" for 1, otherwise "s". */
const char *text_plural(size_t n);

#endif
