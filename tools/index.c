// SPDX-License-Identifier: GPL-2.0-or-later
#include "index.h"
#include <err.h>
#include <stdlib.h>

void index_init(struct index *index, size_t n)
{
	index->entries = calloc(n ? n : 1, sizeof(*index->entries));
	index->n = 0;
	if (!index->entries || table_init(&index->table))
		errx(1, "out of memory");
}

void index_free(struct index *index)
{
	table_free(&index->table);
	free(index->entries);
}

void index_add(struct index *index, uint64_t key, const void *item)
{
	struct index_entry *entry = &index->entries[index->n++];

	entry->item = item;
	table_add(&index->table, &entry->node, key);
}

static const struct index_entry *entry_of(const struct table_node *node)
{
	return node ? container_of(node, const struct index_entry, node) : NULL;
}

const struct index_entry *index_first(const struct index *index, uint64_t key)
{
	return entry_of(table_find(&index->table, key));
}

const struct index_entry *index_next(const struct index_entry *entry)
{
	return entry_of(table_next(&entry->node));
}
