/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Algorithms in messages: the index of their row in the registry (prop/alg_registry.h), counted
 * from 1; 0: none.  Transform ids would be ambiguous: sha256 with 128 and with 96 bits share one.
 */
#ifndef PANTUN_TALK_NUMBERS_H
#define PANTUN_TALK_NUMBERS_H

#include "prop/alg_registry.h"

#define NUMBERS_OF(kind) \
	static inline uint16_t kind##_number(const struct alg_##kind *row) \
	{ \
		for (uint16_t i = 0; row && alg_##kind##_row(i); i++) \
			if (alg_##kind##_row(i) == row) \
				return (uint16_t)(i + 1); \
		return 0; \
	} \
	/* NULL: there is no such row. */ \
	static inline const struct alg_##kind *kind##_numbered(uint16_t number) \
	{ \
		for (uint16_t i = 0; alg_##kind##_row(i); i++) \
			if (i + 1 == number) \
				return alg_##kind##_row(i); \
		return NULL; \
	}

NUMBERS_OF(encr)
NUMBERS_OF(integ)
NUMBERS_OF(prf)
NUMBERS_OF(dh)

#endif
