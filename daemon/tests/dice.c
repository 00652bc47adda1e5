// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/dice.h"

uint64_t dice_throw(struct dice *dice)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

bool dice_percent(struct dice *dice, unsigned int percent)
{
	return dice_throw(dice) % 100 < percent;
}
