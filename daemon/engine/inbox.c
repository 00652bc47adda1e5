// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/inbox.h"

#include <stdlib.h>
#include <string.h>

void inbox_init(struct inbox *inbox)
{
	for (enum ike_urgency i = 0; i < IKE_URGENCIES; i++) {
		STAILQ_INIT(&inbox->of[i]);
		inbox->octets[i] = 0;
	}
}

void inbox_drop(struct inbox *inbox)
{
	for (enum ike_urgency i = 0; i < IKE_URGENCIES; i++)
		while (!STAILQ_EMPTY(&inbox->of[i]))
			free(inbox_take(inbox, i));
}

void inbox_put(struct inbox *inbox, enum ike_urgency urgency, const struct endpoint *local,
	       const struct endpoint *remote, struct bytes data)
{
	size_t room = sizeof(struct letter) + data.n;
	struct letter *letter;

	if (inbox->octets[urgency] + room > INBOX_ROOM)
		return;
	letter = malloc(room);
	if (!letter)
		return;
	letter->local = *local;
	letter->remote = *remote;
	letter->n = data.n;
	if (data.n)
		memcpy(letter->data, data.p, data.n);
	STAILQ_INSERT_TAIL(&inbox->of[urgency], letter, list);
	inbox->octets[urgency] += room;
}

struct letter *inbox_take(struct inbox *inbox, enum ike_urgency urgency)
{
	struct letter *letter = STAILQ_FIRST(&inbox->of[urgency]);

	if (!letter)
		return NULL;
	STAILQ_REMOVE_HEAD(&inbox->of[urgency], list);
	inbox->octets[urgency] -= sizeof(*letter) + letter->n;
	return letter;
}

bool inbox_empty(const struct inbox *inbox)
{
	for (enum ike_urgency i = 0; i < IKE_URGENCIES; i++)
		if (!STAILQ_EMPTY(&inbox->of[i]))
			return false;
	return true;
}
