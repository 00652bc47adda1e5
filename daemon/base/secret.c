// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

void secret_wipe(void *p, size_t n)
{
	if (n != 0)
		explicit_bzero(p, n);
}

struct secret *secret_new(struct bytes octets)
{
	struct secret *s = malloc(sizeof(*s) + octets.n);

	if (!s)
		return NULL;
	s->n = octets.n;
	if (octets.n != 0)
		memcpy(s->b, octets.p, octets.n);
	return s;
}

void secret_free(struct secret *s)
{
	if (!s)
		return;
	secret_wipe(s, sizeof(*s) + s->n);
	free(s);
}

bool secret_equal(const void *a, const void *b, size_t n)
{
	/* volatile: the compiler must not leave the loop at the first difference */
	const volatile uint8_t *x = a;
	const volatile uint8_t *y = b;
	uint8_t differ = 0;
	size_t i;

	for (i = 0; i < n; i++)
		differ |= x[i] ^ y[i];
	return differ == 0;
}
