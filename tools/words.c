// SPDX-License-Identifier: GPL-2.0-or-later
#include "words.h"
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX	32	/* longer ones have no near word */
#define KEYWORDS_MAX	40	/* keywords of one command */

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool swapped(const char *a, size_t i, const char *b, size_t j)
{
	return i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
}

/* Edit distance, neighbours that changed places counting one. */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX + 1] = { 0 }, n = strlen(a), m = strlen(b);

	if (n > WORD_MAX || m > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= m; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3];

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t change = above[j - 1] + (a[i - 1] != b[j - 1]);

			row[j] = smaller(change, smaller(above[j], row[j - 1]) + 1);
			if (swapped(a, i, b, j))
				row[j] = smaller(row[j], rows[(i + 1) % 3][j - 2] + 1);
		}
	}
	return rows[n % 3][m];
}

const char *words_nearest(const char *word, const char *const *list, size_t n)
{
	const char *best = NULL;
	size_t least = 1 + strlen(word) / 2;

	for (size_t i = 0; i < n; i++) {
		size_t d = distance(word, list[i]);

		if (strlen(word) > 1 && !strncmp(list[i], word, strlen(word)))
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
