/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Distinguished names from text. */
#ifndef PANTUN_CRYPTO_DN_MAKE_H
#define PANTUN_CRYPTO_DN_MAKE_H

#include <stddef.h>
#include <stdint.h>

/*
 * DER of "C=DE, O=Example, CN=hq", in that order; a backslash takes the meaning from a comma.
 * Its length, @max at most, or 0 with the reason in @why of @n octets.
 */
size_t dn_make(const char *text, uint8_t *out, size_t max, char *why, size_t n);

#endif
