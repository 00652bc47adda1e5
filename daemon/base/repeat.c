// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/repeat.h"

#include <stdio.h>

#define SAME_MS		60000
#define OTHER_MS	5000

/* FNV-1a: to tell lines apart, not to resist anybody. */
static uint64_t hash_of(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325ULL;

	for (; *text; text++)
		hash = (hash ^ (uint8_t)*text) * 0x100000001b3ULL;
	return hash;
}

/* That of @cause, or a free one, or the one that was last used longest ago. */
static struct repeat_cause *place_of(struct repeat *repeat, const char *cause)
{
	struct repeat_cause *oldest = &repeat->of[0];

	for (unsigned int i = 0; i < REPEAT_CAUSES; i++) {
		struct repeat_cause *c = &repeat->of[i];

		if (c->cause == cause)
			return c;
		if (c->at < oldest->at)
			oldest = c;
	}
	return oldest;
}

bool repeat_due(struct repeat *repeat, uint64_t now, const char *cause, const char *text,
		unsigned int *held)
{
	struct repeat_cause *c = place_of(repeat, cause);
	uint64_t hash = hash_of(text);

	*held = 0;
	if (c->cause == cause) {
		if (now < c->at + (c->text == hash ? SAME_MS : OTHER_MS)) {
			c->held++;
			return false;
		}
		*held = c->held;
	}
	*c = (struct repeat_cause){ .cause = cause, .text = hash, .at = now };
	return true;
}

const char *repeat_text(unsigned int held, char out[REPEAT_TEXT])
{
	out[0] = '\0';
	if (held)
		snprintf(out, REPEAT_TEXT, " (%u such line%s left out)", held,
			 held == 1 ? " was" : "s were");
	return out;
}
