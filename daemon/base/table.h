/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hash table by 64-bit keys whose nodes live in the objects; adding never fails.  Different
 * objects may share a key: the one that was added last is found first.  A zeroed table is an
 * empty one to look into.
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

/* 0, or -1 on lack of memory. */
int table_init(struct table *table);
/* The nodes stay the caller's. */
void table_free(struct table *table);
void table_add(struct table *table, struct table_node *node, uint64_t key);
/* A node that is not in the table is left alone. */
void table_remove(struct table *table, struct table_node *node);
struct table_node *table_find(const struct table *table, uint64_t key);
/* The next one with the same key, or NULL. */
struct table_node *table_next(const struct table_node *node);
/*
 * A key for @text, after the texts that @before is the key of (0: none).  Others may have the
 * same key: compare what is found.
 */
uint64_t table_text(uint64_t before, const char *text);
uint64_t table_octets(uint64_t before, const void *octets, size_t n);

/* The object that @field of @type is a part of. */
#define container_of(ptr, type, field) \
	((type *)(void *)((char *)(ptr) - offsetof(type, field)))

#endif
