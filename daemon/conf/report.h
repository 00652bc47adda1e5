/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Complaints about a configuration, and guesses at what was meant. */
#ifndef PANTUN_CONF_REPORT_H
#define PANTUN_CONF_REPORT_H

#include "base/near.h"
#include "conf/conf.h"

/* A place in the file.  Both count from 1; line 0 is the file as a whole. */
struct conf_place {
	unsigned int line, column;
};

void conf_error(struct conf_report *report, struct conf_place at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void conf_warning(struct conf_report *report, struct conf_place at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define CONF_NEAR_MAX	NEAR_MAX	/* no guess is made for longer words */

/*
 * Finds which of several words is nearest to one that is not among them.  Begin with
 * { .word = W }, offer candidates, then read best; "": none is near.
 */
struct conf_near {
	const char *word;
	char best[CONF_NEAR_MAX + 1];
	unsigned int cost;
};

/* Offers @n octets at @candidate, which need not end there. */
void conf_near_offer(struct conf_near *near, const char *candidate, size_t n);
#define CONF_HINT	(CONF_NEAR_MAX + 24)	/* room for any hint, with its NUL */

/* "; did you mean "X"?", or "" if nothing is near; into and returns @out of CONF_HINT. */
const char *conf_near_hint(const struct conf_near *near, char *out);

#endif
