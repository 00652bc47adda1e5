/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every leaf of the configuration: one row of one table. */
#ifndef PANTUN_CONF_SCHEMA_H
#define PANTUN_CONF_SCHEMA_H

#include "base/addr.h"
#include "report.h"

#define SCHEMA_PATH_MAX	256	/* octets of a path with its NUL */

enum schema_kind {
	SCHEMA_FLAG,		/* no value: being there is all */
	SCHEMA_WORD,		/* one of values */
	SCHEMA_NUMBER,		/* min to max */
	SCHEMA_NAME,		/* of an object */
	SCHEMA_TEXT,		/* anything, min to max octets */
	SCHEMA_SECRET,		/* the same, never repeated in a message */
	SCHEMA_ADDRESS,		/* IP address; a prefix length behind it may stand */
	SCHEMA_SUBNET,		/* address, prefix or range */
	SCHEMA_REST,		/* whatever follows on the line */
};

/* What becomes of a value that this version cannot carry out. */
enum schema_lack {
	LACK_NOTHING,		/* it can */
	LACK_WARN,		/* traffic and security stay the same: warned about */
	LACK_REFUSE,		/* they do not: an error */
};

struct schema_row {
	const char *path;	/* words; * stands for a name */
	enum schema_kind kind;
	bool list;		/* several values, [ a b ] */
	uint64_t min, max;
	const char *values;	/* of WORD, separated by blanks */
	const char *preset;	/* default, lists separated by blanks; NULL: none */
	enum schema_lack lack;
	const char *works;	/* values that are carried out in spite of lack */
	const char *help;
	const char *instead;	/* what to do where it lacks; NULL: nothing */
};

extern const struct schema_row schema_rows[];
extern const size_t schema_n;

/* Begin of a row's path, * for names; {} at the root. */
struct schema_path {
	size_t n;
	char text[SCHEMA_PATH_MAX];
};

/* Where a further word leads. */
struct schema_step {
	bool known;
	bool name;			/* it stands for * */
	const struct schema_row *leaf;	/* NULL: a level of the tree */
};

/* One step down from @path, which grows by the word if it is known. */
struct schema_step schema_step(struct schema_path *path, const char *word);
/* Whether lines that go on with @word behind @path are another part's of a firewall. */
bool schema_elsewhere(const struct schema_path *path, const char *word);
/* Takes the last word off. */
void schema_up(struct schema_path *path);
/* Offers all words that may follow @path. */
void schema_near(const struct schema_path *path, struct conf_near *near);
/* They all, "ike, tunnel, ..."; into and returns @out of @n octets. */
const char *schema_words(const struct schema_path *path, char *out, size_t n);
/* The row of @path, or NULL. */
const struct schema_row *schema_find(const char *path);
/* @word is one of the blank-separated @list (NULL: of none). */
bool schema_has(const char *list, const char *word);
/* Complains about a name with what may not be in one. */
bool schema_check_name(const char *name, struct conf_place at, struct conf_report *report);
/* The address in "10.0.0.1" or "10.0.0.1/24", without the prefix length; false: it is none. */
bool schema_address(const char *value, struct addr *out);
/*
 * Complains about a value that the row does not allow or that cannot be carried
 * out; true if it may be stored.  A FLAG has the value "".
 */
bool schema_check(const struct schema_row *row, const char *value, struct conf_place at,
		  struct conf_report *report);

#endif
