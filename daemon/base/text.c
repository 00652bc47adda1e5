// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

void text_init(struct text *t, char *p, size_t max)
{
	*t = (struct text){ .p = p, .max = max };
	p[0] = '\0';
}

void text_add(struct text *t, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(t->p + t->n, t->max - t->n, format, args);
	va_end(args);
	if (n < 0)
		return;
	t->n = (size_t)n < t->max - t->n ? t->n + (size_t)n : t->max - 1;
}

void text_add_octets(struct text *t, struct bytes octets)
{
	for (size_t i = 0; i < octets.n; i++) {
		uint8_t c = octets.p[i];

		if (c < 0x20 || c >= 0x7f) {
			text_add(t, "\\x%02x", c);
		} else if (t->n + 1 < t->max) {
			t->p[t->n++] = (char)c;
			t->p[t->n] = '\0';
		}
	}
}

void text_copy(char *out, size_t n, const char *text)
{
	size_t length = strnlen(text, n - 1);

	memcpy(out, text, length);
	out[length] = '\0';
}

const char *text_plural(size_t n)
{
	return n == 1 ? "" : "s";
}
