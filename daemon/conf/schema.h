/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table that has one row for every leaf of the configuration. */
#ifndef PANTUN_CONF_SCHEMA_H
#define PANTUN_CONF_SCHEMA_H

#include "base/addr.h"
#include "conf/report.h"

#define SCHEMA_PATH_MAX	256	/* octets of a path with its NUL */

enum schema_kind {
	SCHEMA_FLAG,		/* no value: it is there or not */
	SCHEMA_WORD,		/* one of values */
	SCHEMA_NUMBER,		/* min to max */
	SCHEMA_NAME,		/* of an object */
	SCHEMA_TEXT,		/* anything, min to max octets */
	SCHEMA_SECRET,		/* the same, never repeated in a message */
	SCHEMA_ADDRESS,		/* IP address; a prefix length may follow */
	SCHEMA_SUBNET,		/* address, prefix or range */
	SCHEMA_REST,		/* whatever follows on the line */
};

/* What to do with a value that this version does not support. */
enum schema_lack {
	LACK_NOTHING,		/* it does */
	LACK_WARN,		/* warn: traffic and security are the same without it */
	LACK_REFUSE,		/* refuse: they are not */
};

struct schema_row {
	const char *path;	/* words; * stands for a name */
	enum schema_kind kind;
	bool list;		/* several values, [ a b ] */
	uint64_t min, max;
	const char *values;	/* of WORD, separated by blanks */
	const char *preset;	/* default, lists separated by blanks; NULL: none */
	enum schema_lack lack;
	const char *works;	/* values that are supported in spite of lack */
	const char *help;
	const char *instead;	/* what the user can do; NULL: nothing */
};

extern const struct schema_row schema_rows[];
extern const size_t schema_n;

/* The beginning of a row's path, with * for names; {} at the root. */
struct schema_path {
	size_t n;
	char text[SCHEMA_PATH_MAX];
};

/* Where one more word leads. */
struct schema_step {
	bool known;
	bool name;			/* it is a name, * in the row */
	const struct schema_row *leaf;	/* NULL: a level of the tree */
};

/* Goes one word down from @path, which grows by the word if it is known. */
struct schema_step schema_step(struct schema_path *path, const char *word);
/* Whether lines with @word after @path belong to another part of a firewall. */
bool schema_elsewhere(const struct schema_path *path, const char *word);
/* Removes the last word. */
void schema_up(struct schema_path *path);
/* Offers all words that may follow @path. */
void schema_near(const struct schema_path *path, struct conf_near *near);
/* All those words, as "ike, tunnel, ..."; into and returns @out of @n octets. */
const char *schema_words(const struct schema_path *path, char *out, size_t n);
/* The row of @path, or NULL. */
const struct schema_row *schema_find(const char *path);
/* Whether @word is in the blank-separated @list; NULL: an empty one. */
bool schema_has(const char *list, const char *word);
/* Complains about a name that is too long or has characters that are not allowed. */
bool schema_check_name(const char *name, struct conf_place at, struct conf_report *report);
/* The address in "10.0.0.1" or "10.0.0.1/24", without the prefix length; false: it is none. */
bool schema_address(const char *value, struct addr *out);
/*
 * Complains about a value that the row does not allow or this version does not support; true if
 * it may be stored.  The value of a FLAG is "".
 */
bool schema_check(const struct schema_row *row, const char *value, struct conf_place at,
		  struct conf_report *report);

#endif
