// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/wbuf.h"

#include <string.h>

void wbuf_init(struct wbuf *w, void *p, size_t max)
{
	*w = (struct wbuf){ .p = p, .max = max };
}

/* Room for @n more octets, or NULL with the flag set. */
static uint8_t *reserve(struct wbuf *w, size_t n)
{
	uint8_t *at = w->p + w->n;

	if (w->overflow || n > w->max - w->n) {
		w->overflow = true;
		return NULL;
	}
	w->n += n;
	return at;
}

void wbuf_put(struct wbuf *w, const void *p, size_t n)
{
	uint8_t *at;

	if (n == 0)
		return;
	at = reserve(w, n);
	if (at)
		memcpy(at, p, n);
}

void wbuf_bytes(struct wbuf *w, struct bytes b)
{
	wbuf_put(w, b.p, b.n);
}

void wbuf_u8(struct wbuf *w, uint8_t v)
{
	wbuf_put(w, &v, 1);
}

void wbuf_be16(struct wbuf *w, uint16_t v)
{
	uint8_t b[2];

	put_be16(b, v);
	wbuf_put(w, b, sizeof(b));
}

void wbuf_be32(struct wbuf *w, uint32_t v)
{
	uint8_t b[4];

	put_be32(b, v);
	wbuf_put(w, b, sizeof(b));
}

void wbuf_zero(struct wbuf *w, size_t n)
{
	uint8_t *at;

	if (n == 0)
		return;
	at = reserve(w, n);
	if (at)
		memset(at, 0, n);
}

struct bytes wbuf_view(const struct wbuf *w)
{
	if (w->overflow)
		return bytes_of(NULL, 0);
	return bytes_of(w->p, w->n);
}
