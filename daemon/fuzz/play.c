// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz/play.h"

#include "base/log.h"

uint8_t play_octet(struct play *play)
{
	if (!play->n)
		return 0;
	play->n--;
	return *play->p++;
}

void play_alter(struct play *play, uint8_t *body, size_t n)
{
	size_t at;

	for (uint8_t others = play_octet(play); others && n; others--) {
		at = (size_t)play_octet(play) << 8;
		at |= play_octet(play);
		body[at % n] = play_octet(play);
	}
}

static void ignore(void *ctx, enum log_level level, const char *subject, const char *text)
{
	(void)ctx;
	(void)level;
	(void)subject;
	(void)text;
}

void play_silently(void)
{
	log_set_sink(ignore, NULL);
}
