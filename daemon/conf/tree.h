/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the lines said: a tree of words with values at its leaves, in the order in
 * which they first came.
 */
#ifndef PANTUN_CONF_TREE_H
#define PANTUN_CONF_TREE_H

#include "schema.h"

struct tree_value {
	struct tree_value *next;
	struct conf_place at;
	char text[];
};

struct tree_node {
	struct tree_node *parent, *first, *last, *next;
	struct tree_node *chain;	/* of the hash table */
	struct conf_place at;		/* of the word, where it first came */
	const struct schema_row *row;	/* of a leaf; NULL: a level */
	struct tree_value *value, *value_last;
	bool broken;			/* a line about it or what is below could not be read */
	char word[];
};

struct tree {
	struct tree_node *root;
	struct tree_node **buckets;
	size_t n, n_buckets;
	bool short_of_memory;		/* something is missing */
	struct conf_place secret;	/* of the first secret in it; line 0: there is none */
};

/* NULL on lack of memory.  Wiped and freed by tree_free(); NULL is fine. */
struct tree *tree_new(void);
void tree_free(struct tree *tree);
/* The child of @at with this word, made if missing; NULL on lack of memory. */
struct tree_node *tree_add(struct tree *tree, struct tree_node *at, const char *word,
			   struct conf_place place);
/* One more value of a leaf; false on lack of memory. */
bool tree_add_value(struct tree *tree, struct tree_node *leaf, const char *text,
		    struct conf_place at);

/*
 * Every line of a text into the tree: read.c.  What is wrong goes to the report
 * and is left out of the tree.
 */
void tree_read(struct tree *tree, char *text, size_t n, struct conf_report *report);

/* Down the blank-separated words of @path from @at; NULL: not there, or @at is NULL. */
struct tree_node *tree_find(const struct tree *tree, const struct tree_node *at, const char *path);
/* The child of this name, which may hold blanks; NULL as above. */
struct tree_node *tree_named(const struct tree *tree, const struct tree_node *at,
			     const char *name);
/* Number of its children; @at may be NULL. */
unsigned int tree_count(const struct tree_node *at);
/* Offers the words of its children; @at may be NULL. */
void tree_near(const struct tree_node *at, struct conf_near *near);
/* The value of the leaf at @path below @at, or NULL. */
const struct tree_value *tree_value(const struct tree *tree, const struct tree_node *at,
				    const char *path);
/*
 * Its text, or the preset of the row where it is not set.  @level is the path of
 * @at in the schema.
 */
const char *tree_text(const struct tree *tree, const struct tree_node *at, const char *level,
		      const char *path);
bool tree_yes(const struct tree *tree, const struct tree_node *at, const char *level,
	      const char *path);
uint64_t tree_number(const struct tree *tree, const struct tree_node *at, const char *level,
		     const char *path);

/*
 * Of words below @level of @at that exclude each other the one that stands there,
 * its index in @which; NULL: none.  Complains about a second one.
 */
const struct tree_node *tree_one_of(const struct tree *tree, const struct tree_node *at,
				    const char *level, const char *const *words, size_t n,
				    size_t *which, struct conf_report *report);

#endif
