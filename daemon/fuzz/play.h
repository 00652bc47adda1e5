/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The input of a fuzz target, read as a play: octets that say what happens next. */
#ifndef PANTUN_FUZZ_PLAY_H
#define PANTUN_FUZZ_PLAY_H

#include <stddef.h>
#include <stdint.h>

/* What is left of the input. */
struct play {
	const uint8_t *p;
	size_t n;
};

/* The next octet; behind the end all are 0. */
uint8_t play_octet(struct play *play);
/* Of the @n octets of @body, the play says which become others. */
void play_alter(struct play *play, uint8_t *body, size_t n);
/* The log goes nowhere: a play may cause thousands of lines. */
void play_silently(void);

#endif
