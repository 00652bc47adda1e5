// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/bytes.h"

#include <string.h>

bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool bytes_from_hex(const char *text, uint8_t *out, size_t n)
{
	for (; n; n--, text += 2) {
		int high = hex_digit(text[0]);
		/* what ends after the first digit has no second one to be read */
		int low = high < 0 ? -1 : hex_digit(text[1]);

		if (low < 0)
			return false;
		*out++ = (uint8_t)(high << 4 | low);
	}
	return true;
}

void bytes_to_hex(struct bytes in, char *text)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < in.n; i++) {
		*text++ = digits[in.p[i] >> 4];
		*text++ = digits[in.p[i] & 15];
	}
	*text = '\0';
}

uint16_t get_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t get_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

void put_be16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

void put_be32(uint8_t *p, uint32_t v)
{
	put_be16(p, (uint16_t)(v >> 16));
	put_be16(p + 2, (uint16_t)v);
}
