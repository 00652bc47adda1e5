/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the lines say: a tree of words, in order of first appearance, with values at its leaves. */
#ifndef PANTUN_CONF_TREE_H
#define PANTUN_CONF_TREE_H

#include "conf/schema.h"

struct tree_value {
	struct tree_value *next;
	struct conf_place at;
	char text[];
};

struct tree_node {
	struct tree_node *parent, *first, *last, *next;
	struct tree_node *chain;	/* of the hash table */
	struct conf_place at;		/* of the word's first appearance */
	const struct schema_row *row;	/* of a leaf; NULL: a level */
	struct tree_value *value, *value_last;
	bool broken;			/* a line about it or below it could not be read */
	char word[];
};

struct tree {
	struct tree_node *root;
	struct tree_node **buckets;
	size_t n, n_buckets;
	bool short_of_memory;		/* something is missing */
	struct conf_place secret;	/* of its first secret; line 0: there is none */
};

/* NULL: out of memory.  tree_free() wipes secrets and frees all; it takes NULL. */
struct tree *tree_new(void);
void tree_free(struct tree *tree);
/* The child of @at with this word, made if missing; NULL: out of memory. */
struct tree_node *tree_add(struct tree *tree, struct tree_node *at, const char *word,
			   struct conf_place place);
/* Adds a value to a leaf; false: out of memory. */
bool tree_add_value(struct tree *tree, struct tree_node *leaf, const char *text,
		    struct conf_place at);

/* Reads every line of a text into the tree (read.c).  What is wrong is reported and left out. */
void tree_read(struct tree *tree, char *text, size_t n, struct conf_report *report);

/* The node at @path, blank-separated words, below @at; NULL: there is none, or @at is NULL. */
struct tree_node *tree_find(const struct tree *tree, const struct tree_node *at, const char *path);
/* The child of this name, which may contain blanks; NULL as above. */
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
 * Which of @words, @n of them, is below @level of @at; its index goes to @which.  NULL: none is.
 * Complains about a second one: they exclude each other.
 */
const struct tree_node *tree_one_of(const struct tree *tree, const struct tree_node *at,
				    const char *level, const char *const *words, size_t n,
				    size_t *which, struct conf_report *report);

#endif
