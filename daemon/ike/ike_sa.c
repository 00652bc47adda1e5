// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/ike_sa.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ike/child_sa.h"
#include "ike/child_use.h"
#include "ike/ike_life.h"
#include "ike/stranger.h"
#include "ike/version.h"

const char *ike_state_text(enum ike_state state)
{
	switch (state) {
	case IKE_MAKING:
	case IKE_INIT_SENT:
	case IKE_HALF_OPEN:
	case IKE_AUTH_SENT:
		return "half-open";
	case IKE_UP:
		return "established";
	default:
		return "deleting";
	}
}

const uint8_t *ike_our_spi(const struct ike_sa *ike)
{
	return ike->initiator ? ike->spi_i : ike->spi_r;
}

struct cipher_key *ike_key_out(struct ike_sa *ike)
{
	return ike->initiator ? &ike->keys.initiator : &ike->keys.responder;
}

const struct cipher_key *ike_key_in(const struct ike_sa *ike)
{
	return ike->initiator ? &ike->keys.responder : &ike->keys.initiator;
}

static uint64_t spi_key(const uint8_t *spi)
{
	uint64_t key;

	memcpy(&key, spi, sizeof(key));
	return key;
}

struct ike_sa *ike_find(struct ike_core *core, const uint8_t *our_spi)
{
	struct table_node *node = table_find(&core->by_spi, spi_key(our_spi));

	return node ? container_of(node, struct ike_sa, node) : NULL;
}

uint64_t ike_key(const struct ike_sa *ike)
{
	return spi_key(ike_our_spi(ike));
}

struct ike_sa *ike_by_key(struct ike_core *core, uint64_t key)
{
	struct table_node *node = table_find(&core->by_spi, key);
	struct ike_sa *ike = node ? container_of(node, struct ike_sa, node) : NULL;

	return ike && ike->state != IKE_DEAD ? ike : NULL;
}

static struct ike_sa *from_peer_node(struct table_node *node)
{
	return node ? container_of(node, struct ike_sa, peer_node) : NULL;
}

struct ike_sa *ike_peer_first(struct ike_core *core, const uint8_t *spi_i)
{
	return from_peer_node(table_find(&core->by_peer_spi, spi_key(spi_i)));
}

struct ike_sa *ike_peer_next(const struct ike_sa *ike)
{
	return from_peer_node(table_next(&ike->peer_node));
}

void ike_set_peer_spi(struct ike_sa *ike, const uint8_t *spi)
{
	if (ike->initiator) {
		memcpy(ike->spi_r, spi, IKE_SPI_LEN);
		return;
	}
	memcpy(ike->spi_i, spi, IKE_SPI_LEN);
	table_add(&ike->core->by_peer_spi, &ike->peer_node, spi_key(spi));
}

void nonce_lesser(struct bytes a, struct bytes b, uint8_t *out)
{
	size_t common = a.n < b.n ? a.n : b.n;
	int order = memcmp(a.p, b.p, common);
	struct bytes less = order < 0 || (!order && a.n < b.n) ? a : b;

	memset(out, 0, NONCE_N);
	memcpy(out, less.p, less.n < NONCE_N ? less.n : NONCE_N);
}

void ike_send(struct ike_sa *ike, struct bytes message)
{
	action_send(&ike->core->actions, &ike->path->local, &ike->path->remote, message);
}

/* --- birth --- */

static bool choose_spi(struct ike_core *core, uint8_t *spi)
{
	do {
		if (!core_random(core, spi, IKE_SPI_LEN))
			return false;
	} while (!spi_key(spi) || ike_find(core, spi));
	return true;
}

static void join_gateway(struct ike_sa *ike, struct gateway *gw)
{
	ike->gw = gw;
	if (ike->stranger) {
		gw->strangers++;
		return;
	}
	ike->gw_next = gw->ikes;
	ike->gw_prev = &gw->ikes;
	if (ike->gw_next)
		ike->gw_next->gw_prev = &ike->gw_next;
	gw->ikes = ike;
}

static void leave_gateway(struct ike_sa *ike)
{
	gateway_ended(ike->gw);
	if (ike->stranger) {
		ike->gw->strangers--;
		return;
	}
	*ike->gw_prev = ike->gw_next;
	if (ike->gw_next)
		ike->gw_next->gw_prev = ike->gw_prev;
}

/* Takes over the caller's reference to @path, which may be NULL. */
static struct ike_sa *new_on(const struct ike_version *version, struct gateway *gw, bool initiator,
			     struct pathref *path)
{
	struct ike_core *core = gw->core;
	struct ike_sa *ike = path ? calloc(1, sizeof(*ike)) : NULL;

	if (!ike) {
		pathref_put(path);
		return NULL;
	}
	if (!choose_spi(core, initiator ? ike->spi_i : ike->spi_r)) {
		pathref_put(path);
		free(ike);
		return NULL;
	}
	ike->core = core;
	ike->version = version;
	join_gateway(ike, gw);
	ike_set_conf(ike);
	ike->initiator = initiator;
	ike->path = path;
	ike->children_end = &ike->children;
	ike->begun = core->now;
	ike->heard = core->now;
	ike->life.kind = TIMER_IKE_LIFE;
	ike->idle.kind = TIMER_IKE_IDLE;
	exchange_init(ike);
	job_init(ike);
	table_add(&core->by_spi, &ike->node, ike_key(ike));
	ike->next = core->ikes;
	ike->prev = &core->ikes;
	if (ike->next)
		ike->next->prev = &ike->next;
	core->ikes = ike;
	return ike;
}

struct ike_sa *ike_new(const struct ike_version *version, struct gateway *gw, bool initiator,
		       const struct endpoint *local, const struct endpoint *remote)
{
	return new_on(version, gw, initiator, pathref_new(local, remote));
}

static void set_conf(struct ike_sa *ike, struct policy_box *box, const struct policy_gateway *conf)
{
	policy_box_replace(&ike->box, box);
	ike->conf = conf;
}

struct ike_sa *ike_new_heir(const struct ike_sa *old, bool initiator)
{
	struct ike_sa *heir = new_on(old->version, old->gw, initiator,
				     pathref_get(old->path));

	if (heir)
		set_conf(heir, old->box, old->conf);
	return heir;
}

void ike_set_conf(struct ike_sa *ike)
{
	set_conf(ike, ike->gw->box, ike->gw->conf);
}

void ike_move_to_gateway(struct ike_sa *ike, struct gateway *gw)
{
	leave_gateway(ike);
	join_gateway(ike, gw);
	ike_set_conf(ike);
}

void ike_set_stranger(struct ike_sa *ike, bool stranger)
{
	leave_gateway(ike);
	ike->stranger = stranger;
	join_gateway(ike, ike->gw);
}

bool ike_outdated(const struct ike_sa *ike)
{
	return ike->conf != ike->gw->conf;
}

static bool local_address(struct gateway *gw, struct addr *local)
{
	const struct ike_hooks *hooks = &gw->core->hooks;
	char peer[ADDR_TEXT], text[IKE_ERROR_TEXT];

	if (gw->conf->local.family) {
		*local = gw->conf->local;
		return true;
	}
	if (!hooks->source(hooks->ctx, &gw->conf->peer, local))
		return true;
	snprintf(text, sizeof(text), "no route to peer %s: check the routing table and the "
		 "gateway's peer-address", addr_text(&gw->conf->peer, peer));
	/* It is tried every few seconds, while a link is down. */
	if (strcmp(text, gw->last_error) != 0)
		gateway_fail(gw, "%s", text);
	return false;
}

bool ike_initiate(struct gateway *gw, struct slot *slot)
{
	struct endpoint local = { .port = IKE_PORT };
	struct endpoint remote = { .addr = gw->conf->peer, .port = IKE_PORT };
	struct ike_sa *ike;

	if (!gw->conf->peer.family || !local_address(gw, &local.addr))
		return false;
	ike = ike_new(gw->core->versions[0], gw, true, &local, &remote);
	if (!ike)
		return false;
	ike->hs = calloc(1, sizeof(*ike->hs));
	if (!ike->hs) {
		ike_close(ike, false);
		return false;
	}
	ike->hs->slot = slot->id;
	gw->starting = ike;
	ike->version->begin(ike);
	return true;
}

/* --- end --- */

void ike_handshake_free(struct ike_sa *ike)
{
	struct handshake *hs = ike->hs;

	if (!hs)
		return;
	ike->hs = NULL;
	dh_free(hs->dh);
	free(hs->offered);
	free(hs->request);
	free(hs->response);
	secret_wipe(hs, sizeof(*hs));
	free(hs);
}

void ike_die(struct ike_sa *ike)
{
	ike->state = IKE_DEAD;
	ike->dead_next = ike->core->dead;
	ike->core->dead = ike;
}

void ike_close(struct ike_sa *ike, bool linger)
{
	struct ike_core *core = ike->core;
	struct ike_sa *heir;

	if (ike->state >= IKE_CLOSED)
		return;
	heir = ike->ex.current ? ike_by_key(core, ike->ex.current->heir) : NULL;
	if (heir)
		ike_close(heir, false);
	exchange_clear(ike);
	ike_handshake_free(ike);
	timer_stop(&core->timers, &ike->idle);
	timer_stop(&core->timers, &ike->life);
	if (ike->state == IKE_UP)
		gateway_ike_down(ike->gw, ike);
	ike->state = IKE_CLOSED;
	if (linger)
		timer_set(&core->timers, &ike->life, core->now + LINGER_MS);
	else
		ike_die(ike);
	if (ike->gw->starting == ike)
		ike->gw->starting = NULL;
	if (ike->gw->slow == ike)
		ike->gw->slow = NULL;
	while (ike->children)
		child_close(ike->children);
	/* Strangers come and go, and the gateway has nothing to do with it. */
	if (!ike->stranger)
		gateway_poke(ike->gw);
}

void ike_orphan_children(struct ike_sa *ike)
{
	struct child_sa *next;

	for (struct child_sa *child = ike->children; child; child = next) {
		next = child->ike_next;
		/* The peer may send by one already that we have not turned to yet. */
		if ((child->slot->current == child || child_unproven(child)) &&
		    !child->slot->gone && child->state >= CHILD_UP &&
		    child->state <= CHILD_REPLACED)
			child_orphan(child);
	}
}

void ike_forgotten(struct ike_sa *ike)
{
	log_info(ike->gw->subject, "peer has lost its earlier IKE SA");
	ike_orphan_children(ike);
	ike_close(ike, false);
}

/* Its children serve until they go with it, or have successors, which they do not delay. */
static void release_children(struct ike_sa *ike)
{
	struct child_sa *next;

	for (struct child_sa *child = ike->children; child; child = next) {
		next = child->ike_next;
		if (child->state <= CHILD_INSTALLING)
			child_close(child);
		else if (child->state <= CHILD_REKEYING)
			child->state = CHILD_REPLACED;
	}
}

void ike_delete(struct ike_sa *ike)
{
	struct task *task;

	switch (ike->state) {
	case IKE_INIT_SENT:
	case IKE_HALF_OPEN:
		ike_close(ike, false);
		break;
	case IKE_AUTH_SENT:
	case IKE_UP:
	case IKE_REKEYED:
		if (ike->state == IKE_UP)
			gateway_ike_down(ike->gw, ike);
		if (ike->gw->starting == ike)
			ike->gw->starting = NULL;
		if (ike->gw->slow == ike)
			ike->gw->slow = NULL;
		task = task_new(TASK_IKE_DELETE);
		if (!task) {
			ike_close(ike, false);
			break;
		}
		ike->state = IKE_DELETING;
		timer_stop(&ike->core->timers, &ike->life);
		timer_stop(&ike->core->timers, &ike->idle);
		exchange_end(ike, task);
		release_children(ike);
		gateway_poke(ike->gw);
		break;
	default:
		break;
	}
}

/* Frees one that no other SA needs; the rest of its links end here. */
static void ike_free(struct ike_sa *ike)
{
	struct ike_core *core = ike->core;

	exchange_clear(ike);
	ike_handshake_free(ike);
	timer_stop(&core->timers, &ike->life);
	timer_stop(&core->timers, &ike->idle);
	stranger_leave(ike);
	table_remove(&core->by_spi, &ike->node);
	if (!ike->initiator)
		table_remove(&core->by_peer_spi, &ike->peer_node);
	*ike->prev = ike->next;
	if (ike->next)
		ike->next->prev = ike->prev;
	free(ike->ex.response);
	pathref_put(ike->path);
	policy_box_put(ike->box);
	leave_gateway(ike);
	secret_wipe(ike, sizeof(*ike));
	free(ike);
}

void ikes_sweep(struct ike_core *core)
{
	while (core->dead) {
		struct ike_sa *ike = core->dead;

		core->dead = ike->dead_next;
		ike_free(ike);
	}
}

void ikes_free(struct ike_core *core)
{
	struct ike_sa *next;

	for (struct ike_sa *ike = core->ikes; ike; ike = next) {
		next = ike->next;
		while (ike->children)
			child_free(ike->children);
		ike_free(ike);
	}
}
