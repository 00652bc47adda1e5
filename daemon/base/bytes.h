/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Views of octets that someone else owns.  Links with libc alone. */
#ifndef PANTUN_BASE_BYTES_H
#define PANTUN_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Valid as long as the memory it points to. p may be NULL if n is 0. */
struct bytes {
	const uint8_t *p;
	size_t n;
};

static inline struct bytes bytes_of(const void *p, size_t n)
{
	return (struct bytes){ .p = p, .n = n };
}

/* Plain comparison, for what is public; secrets go through secret_equal(). */
bool bytes_equal(struct bytes a, struct bytes b);
/*
 * Converts 2 * @n hexadecimal digits to @n octets.  False if @text has another character or is too
 * short.
 */
bool bytes_from_hex(const char *text, uint8_t *out, size_t n);
/* In lower case; @text has room for 2 @in.n digits and a NUL. */
void bytes_to_hex(struct bytes in, char *text);

uint16_t get_be16(const uint8_t *p);
uint32_t get_be32(const uint8_t *p);
void put_be16(uint8_t *p, uint16_t v);
void put_be32(uint8_t *p, uint32_t v);

#endif
