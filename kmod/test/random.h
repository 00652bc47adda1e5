/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers for tests that try many cases: the same ones in every run. */
#ifndef _PANTUN_TEST_RANDOM_H
#define _PANTUN_TEST_RANDOM_H

#include <linux/types.h>

/* splitmix64: any seed will do. */
static inline u64 test_random(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* 0 .. @bound - 1; @bound is far below 2^32, so that no value is favoured much. */
static inline u32 test_random_below(u64 *state, u32 bound)
{
	return (u32)(test_random(state) >> 32) % bound;
}

#endif
