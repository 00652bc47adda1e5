/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rate limit for recurring log lines: each is written once in a while, with the number of lines
 * suppressed since.
 */
#ifndef PANTUN_BASE_REPEAT_H
#define PANTUN_BASE_REPEAT_H

#include <stdbool.h>
#include <stdint.h>

#define REPEAT_CAUSES	4
#define REPEAT_TEXT	48	/* room for repeat_text() */

/* Initialize to zero; reset to zero when the cause has gone away. */
struct repeat {
	struct repeat_cause {
		const char *cause;	/* NULL: free */
		uint64_t text;		/* hash of the last line */
		uint64_t at;		/* when it was written */
		unsigned int held;	/* suppressed since */
	} of[REPEAT_CAUSES];
};

/*
 * Whether to write a line at @now (milliseconds): the same line once a minute, others of the same
 * cause every five seconds.  @cause is compared as a pointer; use the format string.  @held gets
 * the number of lines of that cause suppressed since the last.
 */
bool repeat_due(struct repeat *repeat, uint64_t now, const char *cause, const char *text,
		unsigned int *held);
/* " (3 such lines were left out)", or nothing for 0; into and returns @out. */
const char *repeat_text(unsigned int held, char out[REPEAT_TEXT]);

#endif
