/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log lines of one cause about many things at once, a thousand gateways whose link is down say.
 * The first of them are written as they come, and a while later the last one, with how many more
 * there were in between.  (What recurs about one thing is for base/repeat.h.)
 */
#ifndef PANTUN_BASE_CHORUS_H
#define PANTUN_BASE_CHORUS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"

#define CHORUS_MOST	10	/* lines of a cause */
#define CHORUS_MS	10000	/* in that time, from the first on */
#define CHORUS_CAUSES	8
#define CHORUS_SUBJECT	160
#define CHORUS_TEXT	1024

/* Initialize to zero. */
struct chorus {
	struct chorus_cause {
		const char *cause;	/* NULL: free */
		uint64_t since;
		unsigned int n;		/* lines written since then */
		unsigned int held;	/* and those that were not; of the last: */
		enum log_level level;
		char subject[CHORUS_SUBJECT], text[CHORUS_TEXT];
	} of[CHORUS_CAUSES];
};

/*
 * Writes the line now, or keeps it for the end of its time.  @cause is compared as a pointer: a
 * format string.  @now: milliseconds.
 */
void chorus_log(struct chorus *chorus, uint64_t now, const char *cause, enum log_level level,
		const char *subject, const char *text);
/* When chorus_rest() is to be called next; UINT64_MAX: not at all. */
uint64_t chorus_due(const struct chorus *chorus);
/* Writes, for each cause whose time is over, the last line that was kept. */
void chorus_rest(struct chorus *chorus, uint64_t now);

#endif
