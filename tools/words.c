// SPDX-License-Identifier: GPL-2.0-or-later
#include "words.h"
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/near.h"

#define KEYWORDS_MAX	40	/* keywords of one command */

const char *words_nearest(const char *word, const char *const *list, size_t n)
{
	const char *best = NULL;
	size_t length = strlen(word), least = 1 + length / 2;

	for (size_t i = 0; length <= NEAR_MAX && i < n; i++) {
		size_t d = near_distance(word, length, list[i], strlen(list[i]));

		if (length > 1 && !strncmp(list[i], word, length))
			d = 0;
		if (d < least) {
			least = d;
			best = list[i];
		}
	}
	return best;
}

void words_unknown(const char *place, const char *noun, const char *word,
		   const char *const *list, size_t n)
{
	const char *near = words_nearest(word, list, n);

	fprintf(stderr, "pantunctl: %s%sunknown %s \"%s\"", place, *place ? ": " : "", noun, word);
	if (near)
		fprintf(stderr, "; did you mean \"%s\"?", near);
	fputs(" (one of:", stderr);
	for (size_t i = 0; i < n; i++)
		fprintf(stderr, " %s", list[i]);
	fputs(")\n", stderr);
}

/* The same against a keyword table. */
static void keyword_unknown(const char *place, const char *noun, const struct keyword *table,
			    const char *word)
{
	const char *list[KEYWORDS_MAX];
	size_t n = 0;

	for (; n < KEYWORDS_MAX && table[n].word; n++)
		list[n] = table[n].word;
	words_unknown(place, noun, word, list, n);
}

static const struct keyword *find(const struct keyword *table, const char *word)
{
	for (; table->word; table++) {
		if (!strcmp(table->word, word))
			return table;
	}
	return NULL;
}

/* One keyword with its @n values or more; 0, or EXIT_USAGE after a message. */
static int keyword_take(const char *place, const struct keyword *key, void *ctx, int n,
			char **values)
{
	const char *wrong;

	if ((unsigned int)n < key->values_n) {
		fprintf(stderr, "pantunctl: %s: \"%s\" must be followed by %s\n", place,
			key->word, key->values);
		return EXIT_USAGE;
	}
	wrong = key->take(ctx, values);
	if (!wrong)
		return 0;
	fprintf(stderr, "pantunctl: %s: %s%s%s: %s\n", place, key->word,
		key->values_n ? " " : "", key->values_n ? values[0] : "", wrong);
	return EXIT_USAGE;
}

int keywords_take(const char *place, const struct keyword *table, void *ctx, int argc,
		  char **argv)
{
	const struct keyword *dev = find(table, "dev");
	int at = 0, status = 0;

	/* "tunnel set tunnel1 ...": the name of an interface needs no "dev" at the front. */
	if (argc && dev && !find(table, argv[0]) && if_nametoindex(argv[0])) {
		status = keyword_take(place, dev, ctx, argc, argv);
		at++;
	}
	while (!status && at < argc) {
		const struct keyword *key = find(table, argv[at]);

		if (!key) {
			keyword_unknown(place, dev && !at ? "interface or word" : "word", table,
					argv[at]);
			return EXIT_USAGE;
		}
		at++;
		status = keyword_take(place, key, ctx, argc - at, argv + at);
		at += (int)key->values_n;
	}
	return status;
}

bool number_take(const char *word, uint64_t min, uint64_t max, uint64_t *out)
{
	bool hex = word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
	const char *digits = hex ? word + 2 : word;
	unsigned long long value;
	char *end;

	if (!*digits || strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789") !=
			strlen(digits))
		return false;
	errno = 0;
	value = strtoull(digits, &end, hex ? 16 : 10);
	if (errno || *end || value < min || value > max)
		return false;
	*out = value;
	return true;
}
