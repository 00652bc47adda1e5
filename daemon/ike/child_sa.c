// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/child_sa.h"

#include <stdlib.h>

#include "ike/agenda.h"

struct child_sa *child_find(const struct ike_core *core, uint64_t token)
{
	struct table_node *node = table_find(&core->by_spi_in, (uint32_t)token);
	struct child_sa *child;

	if (!node)
		return NULL;
	child = container_of(node, struct child_sa, node);
	return child->token == token ? child : NULL;
}

struct child_sa *child_held(const struct ike_core *core, uint64_t token)
{
	struct child_sa *child = child_find(core, token);

	return child && child->ike ? child : NULL;
}

struct child_sa *child_replaced(const struct child_sa *child)
{
	return child_find(child->core, child->replaces);
}

/* Peers may choose the same SPIs, but an IKE SA, its heirs and its children have a path alone. */
static uint64_t out_key(const struct pathref *path, uint32_t spi)
{
	return table_octets((uintptr_t)path, &spi, sizeof(spi));
}

struct child_sa *child_by_spi_out(const struct ike_sa *ike, uint8_t proto, uint32_t spi)
{
	struct table_node *node = table_find(&ike->core->by_spi_out, out_key(ike->path, spi));

	for (; node; node = table_next(node)) {
		struct child_sa *child = container_of(node, struct child_sa, out_node);

		if (child->ike == ike && child->spi_out == spi &&
		    child->prop.proto == proto && child->state != CHILD_NEGOTIATING)
			return child;
	}
	return NULL;
}

void child_set_spi_out(struct child_sa *child, uint32_t spi)
{
	struct ike_core *core = child->core;

	table_remove(&core->by_spi_out, &child->out_node);
	child->spi_out = spi;
	table_add(&core->by_spi_out, &child->out_node, out_key(child->path, spi));
}

bool child_set_ts(struct child_sa *child, const struct ts_pair *ts)
{
	free(child->ts);
	child->ts = ts_keep(ts);
	return child->ts;
}

void child_forget_keys(struct child_sa *child)
{
	keymat_child_free(child->keys);
	child->keys = NULL;
}

/* --- birth --- */

static bool choose_spi_in(struct ike_core *core, uint32_t *spi)
{
	do {
		if (!core_random(core, spi, sizeof(*spi)))
			return false;
	} while (*spi < ESP_SPI_MIN || table_find(&core->by_spi_in, *spi));
	return true;
}

static void join_path(struct child_sa *child, struct pathref *path)
{
	child->path = pathref_get(path);
	child->path_next = path->children;
	child->path_prev = &path->children;
	if (child->path_next)
		child->path_next->path_prev = &child->path_next;
	path->children = child;
}

static void leave_path(struct child_sa *child)
{
	*child->path_prev = child->path_next;
	if (child->path_next)
		child->path_next->path_prev = child->path_prev;
	pathref_put(child->path);
}

static void join_ike(struct child_sa *child, struct ike_sa *ike)
{
	child->ike = ike;
	child->ike_prev = child->state == CHILD_DELETING ? &ike->children : ike->children_end;
	child->ike_next = *child->ike_prev;
	*child->ike_prev = child;
	if (child->ike_next)
		child->ike_next->ike_prev = &child->ike_next;
	else
		ike->children_end = &child->ike_next;
}

void child_disown(struct child_sa *child)
{
	if (!child->ike)
		return;
	*child->ike_prev = child->ike_next;
	if (child->ike_next)
		child->ike_next->ike_prev = child->ike_prev;
	else
		child->ike->children_end = child->ike_prev;
	child->ike = NULL;
}

void child_bequeath(struct child_sa *child, struct ike_sa *heir)
{
	child_disown(child);
	join_ike(child, heir);
}

struct child_sa *child_new(struct ike_sa *ike, struct slot *slot, bool initiator)
{
	struct ike_core *core = ike->core;
	struct child_sa *child = calloc(1, sizeof(*child));

	if (!child)
		return NULL;
	if (!choose_spi_in(core, &child->spi_in)) {
		free(child);
		return NULL;
	}
	child->token = (uint64_t)++core->child_count << 32 | child->spi_in;
	child->core = core;
	child->slot = slot;
	child->box = policy_box_get(slot->box);
	child->tunnel = slot->tunnel;
	child->udp_csum = slot->gw->conf->udp_csum;
	join_path(child, ike->path);
	child->initiator = initiator;
	child->state = CHILD_NEGOTIATING;
	child->begun = core->now;
	child->life.kind = TIMER_CHILD_LIFE;
	child->turn.kind = TIMER_CHILD_TURN;
	child->early.kind = TIMER_CHILD_EARLY;
	join_ike(child, ike);
	child->slot_next = slot->children;
	slot->children = child;
	table_add(&core->by_spi_in, &child->node, child->spi_in);
	return child;
}

/* --- end --- */

void child_free(struct child_sa *child)
{
	struct child_sa **at = &child->slot->children;
	struct ike_core *core = child->core;

	child_disown(child);
	while (*at && *at != child)
		at = &(*at)->slot_next;
	if (*at)
		*at = child->slot_next;
	if (child->slot->current == child)
		child->slot->current = NULL;
	slot_ended(child->slot);
	timer_stop(&core->timers, &child->life);
	timer_stop(&core->timers, &child->turn);
	timer_stop(&core->timers, &child->early);
	table_remove(&core->by_spi_in, &child->node);
	table_remove(&core->by_spi_out, &child->out_node);
	leave_path(child);
	policy_box_put(child->box);
	child_forget_keys(child);
	free(child->ts);
	free(child);
}

void child_orphan(struct child_sa *child)
{
	struct ike_core *core = child->core;
	ike_time until = core->now + CHILD_ORPHAN_MS;

	child_disown(child);
	child->state = CHILD_ORPHANED;
	timer_stop(&core->timers, &child->turn);
	timer_set(&core->timers, &child->life,
		  child->ends && child->ends < until ? child->ends : until);
}
