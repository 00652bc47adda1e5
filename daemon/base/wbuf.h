/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bounded writer to the caller's buffer.  Data that does not fit is dropped and sets a sticky
 * flag, so one check at the end is enough.
 */
#ifndef PANTUN_BASE_WBUF_H
#define PANTUN_BASE_WBUF_H

#include "base/bytes.h"

struct wbuf {
	uint8_t *p;
	size_t n;		/* written */
	size_t max;
	bool overflow;		/* sticky */
};

void wbuf_init(struct wbuf *w, void *p, size_t max);
void wbuf_put(struct wbuf *w, const void *p, size_t n);
void wbuf_bytes(struct wbuf *w, struct bytes b);
void wbuf_u8(struct wbuf *w, uint8_t v);
void wbuf_be16(struct wbuf *w, uint16_t v);
void wbuf_be32(struct wbuf *w, uint32_t v);
void wbuf_zero(struct wbuf *w, size_t n);
/* Returns what was written so far; empty after an overflow. */
struct bytes wbuf_view(const struct wbuf *w);

#endif
