// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/chorus.h"

#include "base/text.h"

static void write_kept(struct chorus_cause *c)
{
	if (!c->held)
		return;
	if (c->held == 1)
		log_msg(c->level, c->subject, "%s", c->text);
	else
		log_msg(c->level, c->subject, "%s (and %u more)", c->text, c->held - 1);
	c->held = 0;
}

/* Finds the entry of @cause, or the oldest one to reuse. */
static struct chorus_cause *cause_at(struct chorus *chorus, const char *cause)
{
	struct chorus_cause *oldest = &chorus->of[0];

	for (unsigned int i = 0; i < CHORUS_CAUSES; i++) {
		struct chorus_cause *c = &chorus->of[i];

		if (c->cause == cause)
			return c;
		if (!c->cause || (oldest->cause && c->since < oldest->since))
			oldest = c;
	}
	return oldest;
}

void chorus_log(struct chorus *chorus, uint64_t now, const char *cause, enum log_level level,
		const char *subject, const char *text)
{
	struct chorus_cause *c = cause_at(chorus, cause);

	if (c->cause != cause || now >= c->since + CHORUS_MS) {
		write_kept(c);
		c->cause = cause;
		c->since = now;
		c->n = 0;
	}
	if (c->n < CHORUS_MOST) {
		c->n++;
		log_msg(level, subject, "%s", text);
		return;
	}
	c->held++;
	c->level = level;
	text_copy(c->subject, sizeof(c->subject), subject);
	text_copy(c->text, sizeof(c->text), text);
}

uint64_t chorus_due(const struct chorus *chorus)
{
	uint64_t due = UINT64_MAX;

	for (unsigned int i = 0; i < CHORUS_CAUSES; i++) {
		const struct chorus_cause *c = &chorus->of[i];

		if (c->held && c->since + CHORUS_MS < due)
			due = c->since + CHORUS_MS;
	}
	return due;
}

void chorus_rest(struct chorus *chorus, uint64_t now)
{
	for (unsigned int i = 0; i < CHORUS_CAUSES; i++) {
		struct chorus_cause *c = &chorus->of[i];

		if (now >= c->since + CHORUS_MS)
			write_kept(c);
	}
}
