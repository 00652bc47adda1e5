// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "ike/v1/v1.h"

bool v1_own_new(struct ike_sa *ike)
{
	ike->own = calloc(1, sizeof(struct v1_sa));
	return ike->own;
}

static void quick_free(struct v1_quick *quick)
{
	packet_free(quick->heard);
	packet_free(quick->said);
	secret_wipe(quick, sizeof(*quick));
	free(quick);
}

void v1_own_free(struct ike_sa *ike)
{
	struct v1_sa *own = v1_of(ike);

	if (!own)
		return;
	while (own->quicks) {
		struct v1_quick *quick = own->quicks;

		own->quicks = quick->next;
		quick_free(quick);
	}
	packet_free(own->offer);
	packet_free(own->heard);
	free(own->seen);
	packet_free(own->peer_id);
	secret_wipe(own, sizeof(*own));
	free(own);
	ike->own = NULL;
}

/* Forgets the oldest of those that are over; false: none is. */
static bool quick_forget(struct v1_sa *own)
{
	struct v1_quick **at = &own->quicks, **oldest = NULL;
	struct v1_quick *quick;

	for (; *at; at = &(*at)->next)
		if ((*at)->done)
			oldest = at;
	if (!oldest)
		return false;
	quick = *oldest;
	*oldest = quick->next;
	own->n_quicks--;
	quick_free(quick);
	return true;
}

struct v1_quick *v1_quick_new(struct ike_sa *ike, uint32_t message_id, bool ours)
{
	struct v1_sa *own = v1_of(ike);
	struct v1_quick *quick;

	if (own->n_quicks >= V1_QUICK_MOST && !quick_forget(own))
		return NULL;
	quick = calloc(1, sizeof(*quick));
	if (!quick)
		return NULL;
	if (keymat_v1_iv_phase2(&own->keys, &own->iv, message_id, &quick->iv)) {
		free(quick);
		return NULL;
	}
	quick->message_id = message_id;
	quick->ours = ours;
	quick->next = own->quicks;
	own->quicks = quick;
	own->n_quicks++;
	return quick;
}

struct v1_quick *v1_quick_find(const struct ike_sa *ike, uint32_t message_id)
{
	struct v1_quick *quick = v1_of(ike)->quicks;

	while (quick && quick->message_id != message_id)
		quick = quick->next;
	return quick;
}

struct v1_quick *v1_quick_of(const struct child_sa *child)
{
	struct v1_quick *quick = v1_of(child->ike)->quicks;

	while (quick && quick->child != child->token)
		quick = quick->next;
	return quick;
}

void v1_quick_keep(struct v1_quick *quick, struct bytes heard, struct packet *said)
{
	packet_free(quick->heard);
	packet_free(quick->said);
	quick->heard = packet_new(heard);
	quick->said = said;
}

uint32_t v1_message_id(struct ike_sa *ike)
{
	uint32_t id;

	do {
		if (!core_random(ike->core, &id, sizeof(id)))
			return 0;
	} while (!id || v1_quick_find(ike, id));
	return id;
}

void v1_answered(struct ike_sa *ike, struct task *task)
{
	exchange_answered(ike);
	/* Closing the SA freed the task. */
	if (ike->ex.current == task)
		exchange_done(ike);
}
