// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/ike_sa.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ike/child_sa.h"
#include "ike/stranger.h"

#define REKEYED_MS	SECONDS(30)	/* for the peer to delete what it replaced */
#define KEEPALIVE_MS	SECONDS(20)	/* RFC 3948 section 4 */
#define CONDEMNED_MS	SECONDS(1)	/* between looks at a tie's loser */
#define PUT_OFF_FIRST	SECONDS(5)	/* pauses where the peer puts us off */
#define PUT_OFF_LAST	SECONDS(60)
#define PUT_OFF_MOST	SECONDS(180)	/* it may do so for as long, */
#define PUT_OFF_SOME	SECONDS(30)	/* or as long where an SA would end before we ask again */
#define PUT_OFF_CALM	SECONDS(120)	/* without it: the next is a first again */
#define PARDON_MS	SECONDS(10)	/* until a tie's loser that is needed is rekeyed */
#define CONDEMNED_MOST	SECONDS(20)	/* then it goes, successors or not */
#define RENEW_MS	SECONDS(60)	/* for a rekey, where a shorter life is over already */
#define RENEW_SPREAD	SECONDS(10)

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

/* --- timers --- */

static void condemned_look(struct ike_sa *ike)
{
	struct ike_core *core = ike->core;
	bool needed = false;

	for (struct child_sa *child = ike->children; child; child = child->ike_next)
		needed |= child->slot->current == child && !child->slot->gone;
	if (needed && core->now < ike->condemned_at + CONDEMNED_MOST)
		timer_set(&core->timers, &ike->life, core->now + CONDEMNED_MS);
	else if (ike->doubted)
		ike_forgotten(ike);
	else
		ike_delete(ike);
}

static void up_timer(struct ike_sa *ike)
{
	struct ike_core *core = ike->core;

	if (ike->condemned) {
		condemned_look(ike);
		return;
	}
	timer_set(&core->timers, &ike->life, ike->ends);
	if (core->now < ike->ends) {
		if (!ike_outdated(ike) && !exchange_find(ike, TASK_IKE_REKEY))
			exchange_queue(ike, task_new(TASK_IKE_REKEY));
		return;
	}
	/* The peer may be using the heir already; the exchange ends one way or other. */
	if (ike->ex.current && ike->ex.current->kind == TASK_IKE_REKEY) {
		timer_set(&core->timers, &ike->life, core->now + LINGER_MS);
		return;
	}
	gateway_tell(ike->gw, "ike-down", "lifetime of the IKE SA has expired");
	ike_delete(ike);
}

static void ike_life(struct ike_core *core, struct timer *timer)
{
	struct ike_sa *ike = container_of(timer, struct ike_sa, life);
	char peer[ADDR_TEXT];

	(void)core;
	switch (ike->state) {
	case IKE_HALF_OPEN:
		log_debug(NULL, "%s began an IKE SA and never authenticated",
			  endpoint_text(&ike->path->remote, peer));
		ike_close(ike, false);
		break;
	case IKE_UP:
		up_timer(ike);
		break;
	case IKE_REKEYED:
		ike_delete(ike);
		break;
	case IKE_CLOSED:
		ike->state = IKE_DEAD;
		core->dead++;
		break;
	default:
		break;
	}
}

static void idle_arm(struct ike_sa *ike)
{
	uint32_t liveness = ike->gw->conf->liveness_seconds;
	ike_time at = IKE_NEVER;

	if (liveness)
		at = ike->heard + SECONDS(liveness);
	if (ike->path->nat_local && ike->keepalive_at < at)
		at = ike->keepalive_at;
	if (at <= ike->core->now)
		at = ike->core->now + SECONDS(1);
	if (at != IKE_NEVER)
		timer_set(&ike->core->timers, &ike->idle, at);
}

/* Armed lazily: what was heard since only moves the next look. */
static void ike_idle(struct ike_core *core, struct timer *timer)
{
	struct ike_sa *ike = container_of(timer, struct ike_sa, idle);
	uint32_t liveness = ike->gw->conf->liveness_seconds;
	static const uint8_t keepalive = 0xff;

	if (ike->state != IKE_UP)
		return;
	if (ike->path->nat_local && core->now >= ike->keepalive_at) {
		ike_send(ike, bytes_of(&keepalive, 1));
		ike->keepalive_at = core->now + KEEPALIVE_MS;
	}
	if (liveness && core->now >= ike->heard + SECONDS(liveness) && !ike->ex.current)
		exchange_queue(ike, task_new(TASK_LIVENESS));
	idle_arm(ike);
}

void ike_heard(struct ike_sa *ike)
{
	ike->heard = ike->core->now;
	if (!ike->doubted)
		return;
	ike->doubted = false;
	if (!ike_outdated(ike))
		gateway_stop_starting(ike->gw);
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

/* Takes over the caller's reference to @path, which may be NULL. */
static struct ike_sa *new_on(struct ike_core *core, struct gateway *gw, bool initiator,
			     struct pathref *path)
{
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
	ike->gw = gw;
	gw->ikes++;
	ike_set_conf(ike);
	ike->initiator = initiator;
	ike->path = path;
	ike->begun = core->now;
	ike->heard = core->now;
	ike->life.fire = ike_life;
	ike->idle.fire = ike_idle;
	exchange_init(ike);
	table_add(&core->by_spi, &ike->node, ike_key(ike));
	ike->next = core->ikes;
	ike->prev = &core->ikes;
	if (ike->next)
		ike->next->prev = &ike->next;
	core->ikes = ike;
	return ike;
}

struct ike_sa *ike_new(struct ike_core *core, struct gateway *gw, bool initiator,
		       const struct endpoint *local, const struct endpoint *remote)
{
	return new_on(core, gw, initiator, pathref_new(local, remote));
}

static void set_conf(struct ike_sa *ike, struct policy_box *box, const struct policy_gateway *conf)
{
	policy_box_replace(&ike->box, box);
	ike->conf = conf;
}

struct ike_sa *ike_new_heir(const struct ike_sa *old, bool initiator)
{
	struct ike_sa *heir = new_on(old->core, old->gw, initiator, pathref_get(old->path));

	if (heir)
		set_conf(heir, old->box, old->conf);
	return heir;
}

void ike_set_conf(struct ike_sa *ike)
{
	set_conf(ike, ike->gw->box, ike->gw->conf);
}

bool ike_outdated(const struct ike_sa *ike)
{
	return ike->conf != ike->gw->conf;
}

static bool local_address(struct gateway *gw, struct addr *local)
{
	const struct ike_hooks *hooks = &gw->core->hooks;
	char peer[ADDR_TEXT], text[ERROR_TEXT];

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
	ike = ike_new(gw->core, gw, true, &local, &remote);
	if (!ike)
		return false;
	ike->state = IKE_INIT_SENT;
	ike->hs = calloc(1, sizeof(*ike->hs));
	if (!ike->hs) {
		ike_close(ike, false);
		return false;
	}
	ike->hs->slot = slot->id;
	gw->starting = ike;
	exchange_queue(ike, task_new(TASK_INIT));
	return true;
}

static void arm_end(struct ike_sa *ike)
{
	struct ike_core *core = ike->core;
	ike_time span = SECONDS(ike->gw->conf->life_seconds);

	timer_stop(&core->timers, &ike->life);
	ike->ends = span ? ike->up_at + span : 0;
	if (!span)
		return;
	/* From 80 to 95 percent, so that the ends rarely do it at once. */
	timer_set(&core->timers, &ike->life,
		  ike->up_at + core_jitter(core, span * 95 / 100, 84));
}

/* Another life than before may be over already: there is time for a rekey all the same. */
static void rearm_end(struct ike_sa *ike)
{
	struct ike_core *core = ike->core;

	arm_end(ike);
	if (!ike->ends)
		return;
	if (ike->ends < core->now + RENEW_MS)
		ike->ends = core->now + RENEW_MS;
	if (ike->life.at <= core->now)
		timer_set(&core->timers, &ike->life,
			  core->now + core_jitter(core, RENEW_SPREAD, 0));
}

static void arm_life(struct ike_sa *ike)
{
	struct ike_core *core = ike->core;

	ike->up_at = core->now;
	ike->heard = core->now;
	ike->keepalive_at = core->now + KEEPALIVE_MS;
	arm_end(ike);
	idle_arm(ike);
}

void ike_reconfigure(struct ike_sa *ike)
{
	bool kin = policy_gateway_kin(ike->conf, ike->gw->conf);
	bool aged = ike->conf->life_seconds != ike->gw->conf->life_seconds;

	/* Whom a half-open one is for turns out in IKE_AUTH. */
	if (kin || ike->state == IKE_HALF_OPEN)
		ike_set_conf(ike);
	if (ike->state == IKE_INIT_SENT || ike->state == IKE_AUTH_SENT) {
		if (!kin)
			ike_delete(ike);
	} else if (ike->state == IKE_UP && !ike->condemned) {
		if (!kin)
			exchange_drop(ike, TASK_IKE_REKEY);
		else if (aged)
			rearm_end(ike);
		idle_arm(ike);
	}
}

void ike_established(struct ike_sa *ike)
{
	char text[PROP_TEXT], local[ADDR_TEXT], remote[ADDR_TEXT];

	stranger_leave(ike);
	ike->state = IKE_UP;
	arm_life(ike);
	ike_handshake_free(ike);
	gateway_tell(ike->gw, "ike-up", "IKE SA with %s up from %s, %s%s",
		     endpoint_text(&ike->path->remote, remote),
		     endpoint_text(&ike->path->local, local),
		     prop_text(&ike->prop, text, sizeof(text)),
		     ike->path->nat_local ? ", we are behind a NAT" :
		     ike->path->nat_remote ? ", peer is behind a NAT" : "");
	gateway_ike_up(ike->gw, ike);
}

void ike_keep(struct ike_sa *ike, ike_time wait)
{
	if (ike->ends && !ike->condemned)
		timer_set(&ike->core->timers, &ike->life, core_retry(ike->core, wait, ike->ends));
}

void ike_wait(struct ike_sa *ike)
{
	ike->state = IKE_REKEYED;
	timer_stop(&ike->core->timers, &ike->idle);
	timer_set(&ike->core->timers, &ike->life, ike->core->now + REKEYED_MS);
}

/* It was rekeyed, by the peer most likely, which does not make its life longer. */
static void keep_end(struct ike_sa *heir, const struct ike_sa *old)
{
	heir->ends = old->ends;
	timer_stop(&heir->core->timers, &heir->life);
	if (heir->ends)
		timer_set(&heir->core->timers, &heir->life, heir->ends);
}

void ike_inherit(struct ike_sa *heir, struct ike_sa *old)
{
	struct gateway *gw = old->gw;

	heir->state = IKE_UP;
	heir->local_id = old->local_id;
	heir->remote_id = old->remote_id;
	arm_life(heir);
	if (ike_outdated(heir))
		keep_end(heir, old);
	while (old->children) {
		struct child_sa *child = old->children;

		old->children = child->ike_next;
		child->ike = heir;
		child->ike_next = heir->children;
		heir->children = child;
	}
	ike_wait(old);
	exchange_move(old, heir);
	if (gw->ike == old)
		gw->ike = heir;
	gateway_tell(gw, "ike-up", "IKE SA is rekeyed");
	gateway_poke(gw);
	/* The peer rekeyed it, or answered our rekeying, after we had made up our mind. */
	if (old->condemned)
		ike_condemn(heir);
}

/* --- a peer that puts us off --- */

ike_time ike_put_off(struct ike_sa *ike, ike_time ends)
{
	ike_time now = ike->core->now, since, wait;

	if (!ike->put_off || now > ike->put_off_last + PUT_OFF_CALM)
		ike->put_off = now;
	ike->put_off_last = now;
	since = now - ike->put_off;
	wait = since < PUT_OFF_FIRST ? PUT_OFF_FIRST : since;
	if (wait > PUT_OFF_LAST)
		wait = PUT_OFF_LAST;
	if (since >= PUT_OFF_MOST || (ends && now + wait >= ends && since >= PUT_OFF_SOME))
		return 0;
	return core_jitter(ike->core, wait, 75);
}

void ike_not_put_off(struct ike_sa *ike)
{
	ike->put_off = 0;
}

void ike_lose_patience(struct ike_sa *ike)
{
	if (ike->state != IKE_UP)
		return;
	gateway_fail(ike->gw, "peer keeps putting off requests (TEMPORARY_FAILURE): the IKE SA "
			      "is deleted and a new one negotiated");
	ike_delete(ike);
}

/* --- end --- */

void ike_condemn(struct ike_sa *ike)
{
	struct ike_core *core = ike->core;

	ike->condemned = true;
	ike->condemned_at = core->now;
	exchange_drop(ike, TASK_CHILD_NEW);
	for (struct child_sa *child = ike->children; child; child = child->ike_next) {
		if (child->state == CHILD_UP || child->state == CHILD_REKEYING)
			child->state = CHILD_REPLACED;
	}
	timer_set(&core->timers, &ike->life,
		  core->now + (ike->initiator ? CONDEMNED_MS : CHILD_TIE_MS));
	gateway_poke(ike->gw);
}

void ike_pardon(struct ike_sa *ike)
{
	struct ike_core *core = ike->core;

	if (!ike->condemned)
		return;
	ike->condemned = false;
	timer_stop(&core->timers, &ike->life);
	ike_keep(ike, PARDON_MS);
	for (struct child_sa *child = ike->children; child; child = child->ike_next) {
		if (child->state != CHILD_REPLACED)
			continue;
		if (child->slot->current == child)
			child_keep(child, PARDON_MS);
		else if (!child->turn.armed)
			timer_set(&core->timers, &child->turn, core->now + CHILD_SPARE_MS);
	}
}

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
	ike->state = linger ? IKE_CLOSED : IKE_DEAD;
	if (linger)
		timer_set(&core->timers, &ike->life, core->now + LINGER_MS);
	else
		core->dead++;
	if (ike->gw->starting == ike)
		ike->gw->starting = NULL;
	if (ike->gw->slow == ike)
		ike->gw->slow = NULL;
	while (ike->children)
		child_close(ike->children);
	gateway_poke(ike->gw);
}

void ike_orphan_children(struct ike_sa *ike)
{
	struct child_sa *next;

	for (struct child_sa *child = ike->children; child; child = next) {
		next = child->ike_next;
		if (child->slot->current == child && !child->slot->gone &&
		    child->state >= CHILD_UP && child->state <= CHILD_REPLACED)
			child_orphan(child);
	}
}

void ike_forgotten(struct ike_sa *ike)
{
	log_info(ike->gw->conf->name, "peer has lost its earlier IKE SA");
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
	ike->gw->ikes--;
	secret_wipe(ike, sizeof(*ike));
	free(ike);
}

void ikes_sweep(struct ike_core *core)
{
	struct ike_sa *next;

	if (!core->dead)
		return;
	core->dead = 0;
	for (struct ike_sa *ike = core->ikes; ike; ike = next) {
		next = ike->next;
		if (ike->state == IKE_DEAD)
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
