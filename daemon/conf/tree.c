// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "conf/tree.h"

#define BUCKETS_FIRST	64

/* FNV-1a over the parent's address and the word. */
static size_t hash(const struct tree_node *parent, const char *word, size_t n)
{
	uint64_t h = 0xcbf29ce484222325ULL ^ (uint64_t)(uintptr_t)parent;
	size_t i;

	for (i = 0; i < n; i++)
		h = (h ^ (uint8_t)word[i]) * 0x100000001b3ULL;
	return (size_t)(h ^ (h >> 32));
}

struct tree *tree_new(void)
{
	struct tree *tree = calloc(1, sizeof(*tree));

	if (!tree)
		return NULL;
	tree->n_buckets = BUCKETS_FIRST;
	tree->buckets = calloc(tree->n_buckets, sizeof(struct tree_node *));
	tree->root = calloc(1, sizeof(*tree->root) + 1);
	if (!tree->buckets || !tree->root) {
		tree_free(tree);
		return NULL;
	}
	return tree;
}

static void free_values(struct tree_value *value)
{
	struct tree_value *next;

	for (; value; value = next) {
		next = value->next;
		/* Any of them may be a pre-shared key. */
		secret_wipe(value->text, strlen(value->text));
		free(value);
	}
}

void tree_free(struct tree *tree)
{
	struct tree_node *node, *next;
	size_t i;

	if (!tree)
		return;
	for (i = 0; tree->buckets && i < tree->n_buckets; i++) {
		for (node = tree->buckets[i]; node; node = next) {
			next = node->chain;
			free_values(node->value);
			free(node);
		}
	}
	free(tree->buckets);
	free(tree->root);
	free(tree);
}

static struct tree_node *lookup(const struct tree *tree, const struct tree_node *at,
				const char *word, size_t n)
{
	struct tree_node *node = tree->buckets[hash(at, word, n) & (tree->n_buckets - 1)];

	for (; node; node = node->chain)
		if (node->parent == at && !strncmp(node->word, word, n) && !node->word[n])
			return node;
	return NULL;
}

/* Doubles the buckets; if memory is short, the chains grow instead. */
static void grow(struct tree *tree)
{
	size_t i, n = tree->n_buckets * 2;
	struct tree_node **buckets = calloc(n, sizeof(struct tree_node *));
	struct tree_node *node, *next, **bucket;

	if (!buckets)
		return;
	for (i = 0; i < tree->n_buckets; i++) {
		for (node = tree->buckets[i]; node; node = next) {
			next = node->chain;
			bucket = &buckets[hash(node->parent, node->word, strlen(node->word)) &
					  (n - 1)];
			node->chain = *bucket;
			*bucket = node;
		}
	}
	free(tree->buckets);
	tree->buckets = buckets;
	tree->n_buckets = n;
}

struct tree_node *tree_add(struct tree *tree, struct tree_node *at, const char *word,
			   struct conf_place place)
{
	size_t n = strlen(word);
	struct tree_node *node = lookup(tree, at, word, n), **bucket;

	if (node)
		return node;
	node = calloc(1, sizeof(*node) + n + 1);
	if (!node) {
		tree->short_of_memory = true;
		return NULL;
	}
	memcpy(node->word, word, n);
	node->parent = at;
	node->at = place;
	if (at->last)
		at->last->next = node;
	else
		at->first = node;
	at->last = node;
	if (++tree->n > tree->n_buckets)
		grow(tree);
	bucket = &tree->buckets[hash(at, word, n) & (tree->n_buckets - 1)];
	node->chain = *bucket;
	*bucket = node;
	return node;
}

bool tree_add_value(struct tree *tree, struct tree_node *leaf, const char *text,
		    struct conf_place at)
{
	size_t n = strlen(text);
	struct tree_value *value = calloc(1, sizeof(*value) + n + 1);

	if (!value) {
		tree->short_of_memory = true;
		return false;
	}
	memcpy(value->text, text, n);
	value->at = at;
	if (leaf->row && leaf->row->kind == SCHEMA_SECRET && !tree->secret.line)
		tree->secret = at;
	if (leaf->value_last)
		leaf->value_last->next = value;
	else
		leaf->value = value;
	leaf->value_last = value;
	return true;
}

struct tree_node *tree_named(const struct tree *tree, const struct tree_node *at,
			     const char *name)
{
	return at ? lookup(tree, at, name, strlen(name)) : NULL;
}

struct tree_node *tree_find(const struct tree *tree, const struct tree_node *at, const char *path)
{
	struct tree_node *node = NULL;
	size_t n;

	while (at && *path) {
		n = strcspn(path, " ");
		node = lookup(tree, at, path, n);
		at = node;
		path += n + (path[n] == ' ');
	}
	return at ? node : NULL;
}

unsigned int tree_count(const struct tree_node *at)
{
	const struct tree_node *node;
	unsigned int n = 0;

	for (node = at ? at->first : NULL; node; node = node->next)
		n++;
	return n;
}

void tree_near(const struct tree_node *at, struct conf_near *near)
{
	const struct tree_node *node;

	for (node = at ? at->first : NULL; node; node = node->next)
		conf_near_offer(near, node->word, strlen(node->word));
}

const struct tree_value *tree_value(const struct tree *tree, const struct tree_node *at,
				    const char *path)
{
	const struct tree_node *node = tree_find(tree, at, path);

	return node ? node->value : NULL;
}

const char *tree_text(const struct tree *tree, const struct tree_node *at, const char *level,
		      const char *path)
{
	const struct tree_value *value = tree_value(tree, at, path);
	const struct schema_row *row;
	char whole[SCHEMA_PATH_MAX];

	if (value)
		return value->text;
	snprintf(whole, sizeof(whole), "%s %s", level, path);
	row = schema_find(whole);
	return row ? row->preset : NULL;
}

bool tree_yes(const struct tree *tree, const struct tree_node *at, const char *level,
	      const char *path)
{
	const char *text = tree_text(tree, at, level, path);

	return text && !strcmp(text, "yes");
}

uint64_t tree_number(const struct tree *tree, const struct tree_node *at, const char *level,
		     const char *path)
{
	const char *text = tree_text(tree, at, level, path);

	return text ? strtoull(text, NULL, 10) : 0;
}

const struct tree_node *tree_one_of(const struct tree *tree, const struct tree_node *at,
				    const char *level, const char *const *words, size_t n,
				    size_t *which, struct conf_report *report)
{
	const struct tree_node *top = tree_find(tree, at, level), *node, *found = NULL;
	size_t i;

	for (i = 0; i < n; i++) {
		node = tree_named(tree, top, words[i]);
		if (!node)
			continue;
		if (found)
			conf_error(report, node->at,
				   "\"%s %s\" beside \"%s %s\" on line %u: only one is allowed",
				   level, words[i], level, words[*which], found->at.line);
		found = node;
		*which = i;
	}
	return found;
}
