// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "ike/gateway.h"

static uint64_t proxy_key(const char *ifname, const char *proxy)
{
	return table_text(table_text(0, ifname), proxy);
}

void slot_index_add(struct slot *slot, bool first)
{
	struct ike_core *core = slot->gw->core;
	const char *ifname = slot->tunnel->ifname;

	table_add(&core->by_proxy, &slot->proxy_node, proxy_key(ifname, slot->proxy->name));
	if (first)
		table_add(&core->by_ifname, &slot->ifname_node, table_text(0, ifname));
}

void slot_index_remove(struct slot *slot)
{
	struct ike_core *core = slot->gw->core;

	table_remove(&core->by_proxy, &slot->proxy_node);
	table_remove(&core->by_ifname, &slot->ifname_node);
}

struct slot *slot_find(const struct gateway *gw, uint32_t id)
{
	struct table_node *node = table_find(&gw->core->by_slot_id, id);
	struct slot *slot = node ? container_of(node, struct slot, id_node) : NULL;

	return slot && slot->gw == gw ? slot : NULL;
}

struct slot *slot_named(const struct ike_core *core, const char *ifname, const char *proxy)
{
	struct table_node *node = table_find(&core->by_proxy, proxy_key(ifname, proxy));

	for (; node; node = table_next(node)) {
		struct slot *slot = container_of(node, struct slot, proxy_node);

		if (!strcmp(slot->tunnel->ifname, ifname) && !strcmp(slot->proxy->name, proxy))
			return slot;
	}
	return NULL;
}

struct slot *slot_first_on(const struct ike_core *core, const char *ifname)
{
	struct table_node *node = table_find(&core->by_ifname, table_text(0, ifname));

	for (; node; node = table_next(node)) {
		struct slot *slot = container_of(node, struct slot, ifname_node);

		if (!strcmp(slot->tunnel->ifname, ifname))
			return slot;
	}
	return NULL;
}

struct slot *slot_next_on(const struct slot *slot)
{
	struct slot *next = slot->next;

	return next && !next->gone && next->tunnel == slot->tunnel ? next : NULL;
}
