// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/table.h"

#include <stdlib.h>
#include <string.h>

#define TABLE_BITS_FIRST 6

/* Keys are random where they are ours, but not all are: spread them (Fibonacci hashing). */
static size_t bucket_of(uint64_t key, unsigned int bits)
{
	return (size_t)((key * 0x9e3779b97f4a7c15ULL) >> (64 - bits));
}

int table_init(struct table *table)
{
	table->bits = TABLE_BITS_FIRST;
	table->n = 0;
	table->buckets = calloc((size_t)1 << table->bits, sizeof(*table->buckets));
	return table->buckets ? 0 : -1;
}

void table_free(struct table *table)
{
	free(table->buckets);
	table->buckets = NULL;
	table->n = 0;
}

/* Doubles the buckets, chains in their order; without memory for that the chains just grow. */
static void table_grow(struct table *table)
{
	unsigned int bits = table->bits + 1;
	struct table_node **wider = calloc((size_t)1 << bits, sizeof(*wider));

	if (!wider)
		return;
	for (size_t i = 0; i < (size_t)1 << table->bits; i++) {
		/* One more bit of the same hash divides a bucket in two. */
		struct table_node **last[2] = { &wider[2 * i], &wider[2 * i + 1] };

		for (struct table_node *node = table->buckets[i]; node; node = node->next) {
			struct table_node ***half = &last[bucket_of(node->key, bits) & 1];

			**half = node;
			*half = &node->next;
		}
		*last[0] = NULL;
		*last[1] = NULL;
	}
	free(table->buckets);
	table->buckets = wider;
	table->bits = bits;
}

void table_add(struct table *table, struct table_node *node, uint64_t key)
{
	size_t to;

	if (table->n >= (size_t)1 << table->bits)
		table_grow(table);
	to = bucket_of(key, table->bits);
	node->key = key;
	node->next = table->buckets[to];
	table->buckets[to] = node;
	table->n++;
}

void table_remove(struct table *table, struct table_node *node)
{
	struct table_node **p;

	if (!table->n)
		return;
	p = &table->buckets[bucket_of(node->key, table->bits)];
	for (; *p; p = &(*p)->next) {
		if (*p != node)
			continue;
		*p = node->next;
		node->next = NULL;
		table->n--;
		return;
	}
}

struct table_node *table_find(const struct table *table, uint64_t key)
{
	struct table_node *node;

	if (!table->n)
		return NULL;
	node = table->buckets[bucket_of(key, table->bits)];
	while (node && node->key != key)
		node = node->next;
	return node;
}

struct table_node *table_next(const struct table_node *node)
{
	struct table_node *next = node->next;

	while (next && next->key != node->key)
		next = next->next;
	return next;
}

/* FNV-1a */
uint64_t table_octets(uint64_t before, const void *octets, size_t n)
{
	uint64_t key = before ^ 0xcbf29ce484222325ULL;
	const uint8_t *p = octets;

	for (size_t i = 0; i < n; i++)
		key = (key ^ p[i]) * 0x100000001b3ULL;
	return key;
}

/* The NUL counts, so that "a", "bc" differs from "ab", "c". */
uint64_t table_text(uint64_t before, const char *text)
{
	return table_octets(before, text, strlen(text) + 1);
}
