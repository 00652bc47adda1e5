/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pseudo-random sequence that can be repeated: splitmix64. */
#ifndef PANTUN_TESTS_DICE_H
#define PANTUN_TESTS_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

uint64_t dice_throw(struct dice *dice);
/* True in @percent of 100. */
bool dice_percent(struct dice *dice, unsigned int percent);

#endif
