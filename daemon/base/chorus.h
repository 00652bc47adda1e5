/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Limits log lines when one cause affects many things at once, such as a link with a thousand
 * gateways.  The first lines are written as they come; later the last one follows, with the number
 * of lines in between. (For lines that recur about one thing see base/repeat.h.)
 */
#ifndef PANTUN_BASE_CHORUS_H
#define PANTUN_BASE_CHORUS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"

#define CHORUS_MOST	10	/* lines for each cause */
#define CHORUS_MS	10000	/* interval, from the first line on */
#define CHORUS_CAUSES	8
#define CHORUS_SUBJECT	160
#define CHORUS_TEXT	1024

/* Initialize to zero. */
struct chorus {
	struct chorus_cause {
		const char *cause;	/* NULL: free */
		uint64_t since;
		unsigned int n;		/* lines written since then */
		unsigned int held;	/* lines held back; the last one: */
		enum log_level level;
		char subject[CHORUS_SUBJECT], text[CHORUS_TEXT];
	} of[CHORUS_CAUSES];
};

/*
 * Writes the line now, or holds it until the interval ends.  @cause is compared as a pointer; use
 * the format string.  @now is in milliseconds.
 */
void chorus_log(struct chorus *chorus, uint64_t now, const char *cause, enum log_level level,
		const char *subject, const char *text);
/* Returns when to call chorus_rest() next; UINT64_MAX: never. */
uint64_t chorus_due(const struct chorus *chorus);
/* Writes the last line held for each cause whose interval has ended. */
void chorus_rest(struct chorus *chorus, uint64_t now);

#endif
