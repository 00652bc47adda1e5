// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "kern/genl_list.h"

#define ROOM_FIRST	16	/* elements */

static bool grow(struct genl_list *list)
{
	size_t room = list->room ? 2 * list->room : ROOM_FIRST;
	void *more = reallocarray(list->elements, room, list->size);

	if (!more) {
		list->short_of_memory = true;
		return false;
	}
	list->elements = more;
	list->room = room;
	return true;
}

void genl_list_add(void *ctx, struct nlmsghdr *header)
{
	struct genl_list *list = ctx;

	if (list->n == list->room && !grow(list))
		return;
	if (list->get(header, (char *)list->elements + list->n * list->size))
		list->n++;
}

void genl_list_restart(struct genl_list *list)
{
	list->n = 0;
	list->short_of_memory = false;
}

void genl_list_free(struct genl_list *list)
{
	free(list->elements);
	list->elements = NULL;
	list->n = 0;
	list->room = 0;
}
