/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Secrets, and how to wipe them. */
#ifndef PANTUN_BASE_SECRET_H
#define PANTUN_BASE_SECRET_H

#include "base/bytes.h"

#define SECRET_MAX	1024	/* octets of a key that peers share */

struct secret {
	size_t n;
	uint8_t b[];
};

void secret_wipe(void *p, size_t n);
/* A copy of @octets; NULL: no memory. */
struct secret *secret_new(struct bytes octets);
/* Wipes and frees; NULL is fine. */
void secret_free(struct secret *s);
/* In constant time: it depends only on @n. */
bool secret_equal(const void *a, const void *b, size_t n);
static inline struct bytes secret_bytes(const struct secret *s)
{
	return bytes_of(s->b, s->n);
}

#endif
