/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text built piece by piece in a buffer of the caller. */
#ifndef PANTUN_BASE_TEXT_H
#define PANTUN_BASE_TEXT_H

#include <stddef.h>

/* Always NUL-terminated; what does not fit is cut off. */
struct text {
	char *p;
	size_t max;	/* room, with the NUL */
	size_t n;	/* octets so far, without it */
};

/* @max is 1 at least. */
void text_init(struct text *t, char *p, size_t max);
void text_add(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Copies to @out of @n octets as much of @text as fits, and a NUL. */
void text_copy(char *out, size_t n, const char *text);
/* The ending of a noun that is counted: "" for one, "s" for any other number. */
const char *text_plural(size_t n);

#endif
