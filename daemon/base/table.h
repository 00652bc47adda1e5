/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hash table with 64-bit keys whose nodes are embedded in the objects, so adding never fails.
 * Several objects may share a key: the one added last is found first.  Lookups in a zeroed table
 * find nothing.
 */
#ifndef PANTUN_BASE_TABLE_H
#define PANTUN_BASE_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table_node {
	struct table_node *next;
	uint64_t key;
};

struct table {
	struct table_node **buckets;
	unsigned int bits;
	size_t n;
};

/* Returns 0, or -1 if memory runs out. */
int table_init(struct table *table);
/* Nodes remain the caller's. */
void table_free(struct table *table);
void table_add(struct table *table, struct table_node *node, uint64_t key);
/* Ignores a node that is not in the table. */
void table_remove(struct table *table, struct table_node *node);
struct table_node *table_find(const struct table *table, uint64_t key);
/* Returns the next node with the same key, or NULL. */
struct table_node *table_next(const struct table_node *node);
/*
 * Returns a key for @text, chained to @before, the key of preceding texts (0: none).  Keys may
 * collide: compare what is found.
 */
uint64_t table_text(uint64_t before, const char *text);
uint64_t table_octets(uint64_t before, const void *octets, size_t n);

/* The object that @field of @type is a part of. */
#define container_of(ptr, type, field) \
	((type *)(void *)((char *)(ptr) - offsetof(type, field)))

#endif
