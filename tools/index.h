/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds things of a list by a key, where a walk for each of thousands would take too long. */
#ifndef PANTUN_TOOLS_INDEX_H
#define PANTUN_TOOLS_INDEX_H

#include <stddef.h>
#include "base/table.h"

struct index_entry {
	struct table_node node;
	const void *item;
};

struct index {
	struct table table;
	struct index_entry *entries;
	size_t n;
};

/* Room for @n items; ends the program where there is no memory. */
void index_init(struct index *index, size_t n);
void index_free(struct index *index);
/* Of items with one key the one that was added last is found first. */
void index_add(struct index *index, uint64_t key, const void *item);
/* Different things may have one key, unless it is a number of theirs: compare what is found. */
const struct index_entry *index_first(const struct index *index, uint64_t key);
const struct index_entry *index_next(const struct index_entry *entry);

#endif
