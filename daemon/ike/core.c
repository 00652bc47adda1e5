// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ike/agenda.h"
#include "ike/child_end.h"
#include "ike/child_kernel.h"
#include "ike/child_life.h"
#include "ike/child_settle.h"
#include "ike/ike_life.h"
#include "ike/life_sign.h"
#include "ike/line.h"
#include "ike/match.h"
#include "ike/renewal.h"
#include "ike/version.h"
#include "wire/ike_hdr.h"

#define DATAGRAM_MAX	65536
#define LOOK_MS		SECONDS(1)	/* we want to be called that often while we wait */
#define LATE_MS		250		/* that happens on any host */

struct ike_core *ike_core_new(const struct ike_hooks *hooks,
			      const struct ike_version *const *versions)
{
	struct ike_core *core = calloc(1, sizeof(*core));

	if (!core)
		return NULL;
	core->hooks = *hooks;
	core->versions = versions;
	action_init(&core->actions);
	TAILQ_INIT(&core->line);
	core->chorus_end.kind = TIMER_CHORUS;
	core->plain = malloc(DATAGRAM_MAX);
	core->scratch = malloc(MESSAGE_MAX);
	if (!core->plain || !core->scratch || table_init(&core->by_spi) ||
	    table_init(&core->by_peer_spi) || table_init(&core->by_spi_in) ||
	    table_init(&core->by_proxy) || table_init(&core->by_ifname) ||
	    table_init(&core->by_renewal) || table_init(&core->by_source) ||
	    table_init(&core->by_slot_id) || table_init(&core->by_spi_out) ||
	    gateway_index_init(&core->index)) {
		ike_core_free(core);
		return NULL;
	}
	return core;
}

/* Those that linger belong to no IKE SA any more. */
static void each_lingering(struct ike_core *core, void (*do_it)(struct child_sa *child))
{
	for (struct gateway *gw = core->gateways; gw; gw = gw->next) {
		for (struct slot *slot = gw->slots; slot; slot = slot->next) {
			while (slot->children)
				do_it(slot->children);
		}
	}
}

void ike_core_free(struct ike_core *core)
{
	if (!core)
		return;
	ikes_free(core);
	each_lingering(core, child_free);
	gateways_free(core);
	action_clear(&core->actions);
	table_free(&core->by_spi);
	table_free(&core->by_peer_spi);
	table_free(&core->by_spi_in);
	table_free(&core->by_proxy);
	table_free(&core->by_ifname);
	table_free(&core->by_renewal);
	table_free(&core->by_slot_id);
	table_free(&core->by_spi_out);
	table_free(&core->by_source);
	gateway_index_free(&core->index);
	free(core->plain);
	free(core->scratch);
	secret_wipe(core, sizeof(*core));
	free(core);
}

const struct ike_action *ike_core_action(struct ike_core *core)
{
	return action_take(&core->actions);
}

struct ike_job *ike_core_take_job(struct ike_core *core)
{
	return action_take_job(&core->actions);
}

ike_time ike_core_deadline(const struct ike_core *core)
{
	ike_time clock = timer_first(&core->timers), wait = timer_first(&core->waits);

	if (core->waits.root && wait > core->now + LOOK_MS)
		wait = core->now + LOOK_MS;
	return clock < wait ? clock : wait;
}

/*
 * The host was suspended, or gave us no CPU: we were to be called by now, and nobody did.  That
 * is no fault of those whom we wait for, who may have spoken to nobody meanwhile.
 */
static void count_gap(struct ike_core *core, ike_time now)
{
	ike_time due = ike_core_deadline(core);

	if (due < core->now)
		due = core->now;
	if (core->waits.root && now > due + LATE_MS)
		timer_hold_back(&core->waits, now - due);
}

static void event_begin(struct ike_core *core, ike_time now)
{
	count_gap(core, now);
	core->now = now;
}

/* What handlers only asked for is done, and what died is freed. */
static void event_end(struct ike_core *core)
{
	while (gateways_poked(core) || exchanges_woken(core) || line_moves(core))
		;
	ikes_sweep(core);
	gateways_sweep(core);
}

void ike_core_job_done(struct ike_core *core, ike_time now, struct ike_job *job)
{
	event_begin(core, now);
	job_done(core, job);
	event_end(core);
}

int ike_core_set_policy(struct ike_core *core, ike_time now, struct policy *policy)
{
	int error;

	event_begin(core, now);
	error = gateways_configure(core, policy);
	event_end(core);
	return error;
}

/* Called once, disarmed, when the time has come. */
static void (*const fire[])(struct ike_core *core, struct timer *timer) = {
	[TIMER_GATEWAY] = gateway_retry,
	[TIMER_SLOT] = slot_retry,
	[TIMER_RENEWAL] = renewal_due,
	[TIMER_EXCHANGE] = exchange_timeout,
	[TIMER_HELD] = job_held_due,
	[TIMER_HALF_OPEN] = ike_half_open_due,
	[TIMER_IKE_LIFE] = ike_life,
	[TIMER_IKE_IDLE] = ike_idle,
	[TIMER_CHILD_LIFE] = child_life,
	[TIMER_CHILD_TURN] = child_turn,
	[TIMER_CHILD_EARLY] = child_early,
	[TIMER_CHORUS] = chorus_ends,
};

/* The one that is due first at the time of this event, or NULL. */
static struct timer *next_due(struct ike_core *core)
{
	bool waits = timer_first(&core->waits) < timer_first(&core->timers);

	return timer_due(waits ? &core->waits : &core->timers, core->now);
}

void ike_core_tick(struct ike_core *core, ike_time now)
{
	struct timer *timer;

	event_begin(core, now);
	while ((timer = next_due(core))) {
		fire[timer->kind](core, timer);
		event_end(core);
	}
}

enum ike_urgency ike_core_urgency(const struct ike_core *core, struct bytes data)
{
	const struct ike_version *version = ike_version_of(core, wire_major(data));

	return version ? version->urgency(data) : IKE_BEGINNING;
}

void ike_core_datagram(struct ike_core *core, ike_time now, const struct endpoint *local,
		       const struct endpoint *remote, struct bytes data)
{
	const struct ike_version *version = ike_version_of(core, wire_major(data));

	if (data.n > DATAGRAM_MAX)
		return;
	/* The first refuses what no other takes (RFC 7296 section 2.5). */
	if (!version)
		version = core->versions[0];
	event_begin(core, now);
	version->input(core, local, remote, data);
	event_end(core);
}

/* The administrator does not wait for the next attempt. */
static void ask(struct slot *slot)
{
	struct timer_heap *timers = &slot->gw->core->timers;

	slot->asked = true;
	timer_stop(timers, &slot->retry);
	timer_stop(timers, &slot->gw->retry);
	slot_poke(slot);
}

static void each_acquired(struct ike_core *core, const char *ifname, const char *proxy,
			  void (*do_it)(struct slot *slot))
{
	struct slot *slot = proxy ? slot_named(core, ifname, proxy) : slot_first_on(core, ifname);

	for (; slot; slot = proxy ? NULL : slot_next_on(slot)) {
		if (!slot->current)
			do_it(slot);
	}
}

void ike_core_acquire(struct ike_core *core, ike_time now, const char *ifname, const char *proxy)
{
	event_begin(core, now);
	each_acquired(core, ifname, proxy, slot_acquire);
	event_end(core);
	each_acquired(core, ifname, proxy, slot_answer);
}

unsigned int ike_core_path_lost(struct ike_core *core, ike_time now, const char *ifname)
{
	struct slot *slot = slot_first_on(core, ifname);
	unsigned int n = 0;

	event_begin(core, now);
	if (slot)
		n = renewal_begin(slot->gw, ifname);
	event_end(core);
	return n;
}

void ike_core_path_back(struct ike_core *core, ike_time now, const char *ifname)
{
	struct slot *slot = slot_first_on(core, ifname);

	event_begin(core, now);
	if (slot)
		renewal_end(slot->gw, ifname);
	event_end(core);
}

void ike_core_adopt(struct ike_core *core, ike_time now, const char *ifname, const char *proxy,
		    bool ended)
{
	struct slot *slot = slot_named(core, ifname, proxy);

	event_begin(core, now);
	if (slot && !slot->current) {
		slot->adopted = !ended;
		slot_poke(slot);
	}
	event_end(core);
}

void ike_core_expire(struct ike_core *core, ike_time now, uint64_t token, bool inbound, bool hard)
{
	struct child_sa *child = child_find(core, token);

	if (!child)
		return;
	event_begin(core, now);
	if (hard)
		child_hard_expired(child, inbound);
	else
		child_soft_expired(child);
	event_end(core);
}

void ike_core_sa_heard(struct ike_core *core, ike_time now, uint64_t token, uint64_t idle)
{
	struct child_sa *child = child_held(core, token);

	if (!child)
		return;
	event_begin(core, now);
	life_sign_heard(child->ike, idle);
	event_end(core);
}

void ike_core_moved(struct ike_core *core, ike_time now, uint64_t token,
		    const struct endpoint *local, const struct endpoint *remote)
{
	struct child_sa *child = child_find(core, token);

	if (!child)
		return;
	event_begin(core, now);
	if (pathref_follow(child->path, local, remote))
		gateway_moved(child->slot->gw, child->path);
	event_end(core);
}

void ike_core_sa_result(struct ike_core *core, ike_time now, uint64_t token, bool inbound,
			int error, const char *text)
{
	struct child_sa *child = child_find(core, token);

	if (!child)
		return;
	event_begin(core, now);
	child_added(child, inbound, error, text);
	event_end(core);
}

/* --- commands --- */

static bool named(const char *wanted, const char *name)
{
	return !wanted || !strcmp(wanted, name);
}

/*
 * The tunnel's own name where @wanted is that of its interface, as people know both; a
 * tunnel of the name @wanted goes before.
 */
static const char *tunnel_name(const struct ike_core *core, const char *wanted)
{
	const char *name = wanted;

	for (const struct gateway *gw = core->gateways; wanted && gw; gw = gw->next) {
		for (const struct slot *slot = gw->slots; slot; slot = slot->next) {
			if (slot->gone)
				continue;
			if (!strcmp(slot->tunnel->name, wanted))
				return wanted;
			if (!strcmp(slot->tunnel->ifname, wanted))
				name = slot->tunnel->name;
		}
	}
	return name;
}

struct ike_standing ike_core_standing(const struct ike_core *core, const char *tunnel)
{
	struct ike_standing standing = { 0 };

	tunnel = tunnel_name(core, tunnel);
	for (const struct gateway *gw = core->gateways; gw; gw = gw->next) {
		for (const struct slot *slot = gw->slots; slot; slot = slot->next) {
			if (slot->gone || !named(tunnel, slot->tunnel->name))
				continue;
			if (slot->current)
				standing.up++;
			else if (gw->conf->passive)
				standing.passive++;
		}
	}
	return standing;
}

int ike_core_initiate(struct ike_core *core, ike_time now, const char *tunnel)
{
	int n = tunnel ? -1 : 0;

	tunnel = tunnel_name(core, tunnel);
	event_begin(core, now);
	for (struct gateway *gw = core->gateways; gw; gw = gw->next) {
		for (struct slot *slot = gw->slots; slot; slot = slot->next) {
			if (slot->gone || !named(tunnel, slot->tunnel->name))
				continue;
			if (n < 0)
				n = 0;
			if (gw->conf->passive || slot->current)
				continue;
			ask(slot);
			n++;
		}
	}
	event_end(core);
	return n;
}

int ike_core_clear_ike(struct ike_core *core, ike_time now, const char *gateway)
{
	int n = gateway && !gateway_find(core, gateway) ? -1 : 0;
	struct ike_sa *next;

	event_begin(core, now);
	for (struct ike_sa *ike = core->ikes; ike; ike = next) {
		next = ike->next;
		if (ike->gw->gone || !named(gateway, ike->gw->conf->name) ||
		    ike->state == IKE_MAKING || ike->state >= IKE_REKEYED)
			continue;
		gateway_tell(ike->gw, "ike-down", "IKE SA is deleted on command");
		ike_delete(ike);
		n++;
	}
	event_end(core);
	return n;
}

static int clear_slot(struct slot *slot)
{
	int n = child_orphans_close(slot);
	struct child_sa *next;

	for (struct child_sa *child = slot->children; child; child = next) {
		next = child->slot_next;
		if (child->state < CHILD_INSTALLING || child->state >= CHILD_DELETING)
			continue;
		child_delete(child);
		n++;
	}
	return n;
}

int ike_core_clear_ipsec(struct ike_core *core, ike_time now, const char *tunnel)
{
	int n = tunnel ? -1 : 0;

	tunnel = tunnel_name(core, tunnel);
	event_begin(core, now);
	for (struct gateway *gw = core->gateways; gw; gw = gw->next) {
		for (struct slot *slot = gw->slots; slot; slot = slot->next) {
			if (slot->gone || !named(tunnel, slot->tunnel->name))
				continue;
			n = (n < 0 ? 0 : n) + clear_slot(slot);
		}
	}
	event_end(core);
	return n;
}

/* Sent at once: whatever else is under way does not matter any more. */
static void farewell(struct ike_sa *ike)
{
	struct task task = { .kind = TASK_IKE_DELETE };
	struct bytes message;

	/* A request under way keeps its id; the peer takes ours only after that one. */
	if (ike->ex.current && ike->ex.request)
		ike->ex.send_id++;
	message = ike->version->request(ike, &task);
	if (message.n)
		ike_send(ike, message);
}

void ike_core_shutdown(struct ike_core *core, ike_time now, bool delete_sas)
{
	event_begin(core, now);
	if (delete_sas) {
		for (struct gateway *gw = core->gateways; gw; gw = gw->next)
			gw->gone = true;
		for (struct ike_sa *ike = core->ikes; ike; ike = ike->next) {
			if (ike->state == IKE_UP)
				farewell(ike);
			ike_close(ike, false);
		}
		each_lingering(core, child_close);
	}
	core->woken = NULL;
	core->poked = NULL;
	chorus_rest(&core->chorus, IKE_NEVER);
}

static void set_away(struct slot *slot, const char *why)
{
	struct timer_heap *timers = &slot->gw->core->timers;

	slot->last_error[0] = '\0';
	slot->away = why;
	if (why) {
		snprintf(slot->last_error, sizeof(slot->last_error), "%s", why);
		slot->failed_at = slot->gw->core->now;
		clear_slot(slot);
		return;
	}
	timer_stop(timers, &slot->retry);
	timer_stop(timers, &slot->gw->retry);
	slot_poke(slot);
}

void ike_core_away(struct ike_core *core, ike_time now, const char *ifname, const char *why)
{
	struct slot *slot = slot_first_on(core, ifname);

	event_begin(core, now);
	for (; slot; slot = slot_next_on(slot)) {
		if (why || slot->away)
			set_away(slot, why);
	}
	event_end(core);
}
