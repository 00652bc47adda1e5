/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words of the command line: subcommands and keywords, and what was meant instead. */
#ifndef PANTUN_TOOLS_WORDS_H
#define PANTUN_TOOLS_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXIT_USAGE	2	/* exit status for a wrong command line */

/* A keyword of a command, with the words that must follow it. */
struct keyword {
	const char *word;		/* NULL ends a table */
	const char *values;		/* "PORT PORT", "" for none: shown where they lack */
	unsigned int values_n;
	/* NULL, or what is wrong; @values as many as promised. */
	const char *(*take)(void *ctx, char *const *values);
};

/* The word of a list of @n nearest to @word, NULL if none is near. */
const char *words_nearest(const char *word, const char *const *list, size_t n);
/*
 * "PLACE: unknown NOUN "WORD"; did you mean ..?" and the choice, on standard error.
 * @place is the command, as "sa add"; "" for none.
 */
void words_unknown(const char *place, const char *noun, const char *word,
		   const char *const *list, size_t n);
/*
 * All words by the table, where an interface's name first is that of "dev"; 0, or EXIT_USAGE
 * with a line on standard error.
 */
int keywords_take(const char *place, const struct keyword *table, void *ctx, int argc,
		  char **argv);

/* Decimal, or hexadecimal after 0x; false where it is no number of min..max. */
bool number_take(const char *word, uint64_t min, uint64_t max, uint64_t *out);

#endif
