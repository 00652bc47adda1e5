// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/source.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static uint64_t source_key(const struct addr *addr)
{
	uint64_t key = 0;

	memcpy(&key, addr->b, addr->family == AF_INET6 ? 8 : 4);
	return key;
}

struct source *source_find(const struct ike_core *core, const struct addr *addr)
{
	struct table_node *node = table_find(&core->by_source, source_key(addr));

	return node ? container_of(node, struct source, node) : NULL;
}

struct source *source_enter(struct ike_core *core, const struct addr *addr, bool proved)
{
	struct source *source = source_find(core, addr);

	if (!source) {
		source = calloc(1, sizeof(*source));
		if (!source)
			return NULL;
		table_add(&core->by_source, &source->node, source_key(addr));
	}
	source->half_open++;
	source->proved += proved;
	return source;
}

void source_leave(struct ike_core *core, struct source *source, bool proved)
{
	source->proved -= proved;
	if (--source->half_open)
		return;
	table_remove(&core->by_source, &source->node);
	free(source);
}
