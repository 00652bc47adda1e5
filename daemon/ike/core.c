// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ike/agenda.h"
#include "ike/certified.h"
#include "ike/child_end.h"
#include "ike/child_kernel.h"
#include "ike/child_life.h"
#include "ike/child_settle.h"
#include "ike/fragments.h"
#include "ike/ike_life.h"
#include "ike/life_sign.h"
#include "ike/line.h"
#include "ike/match.h"
#include "ike/peer_name.h"
#include "ike/renewal.h"
#include "ike/reroute.h"
#include "ike/version.h"
#include "wire/ike_hdr.h"

#define DATAGRAM_MAX	65536
#define TOLD_MS		SECONDS(5)	/* that older packets may come from elsewhere */
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
	    table_init(&core->by_renewal) || table_init(&core->by_ticket) ||
	    table_init(&core->by_source) ||
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
	table_free(&core->by_ticket);
	gateway_index_free(&core->index);
	free(core->plain);
	free(core->scratch);
	secret_wipe(core, sizeof(*core));
	free(core);
}

void ike_core_set_token_key(struct ike_core *core, const uint8_t key[IKE_TOKEN_KEY_N])
{
	memcpy(core->token_key, key, IKE_TOKEN_KEY_N);
	core->has_token_key = true;
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

void core_begin(struct ike_core *core, ike_time now)
{
	count_gap(core, now);
	core->now = now;
}

void core_end(struct ike_core *core)
{
	while (gateways_poked(core) || exchanges_woken(core) || line_moves(core))
		;
	ikes_sweep(core);
	gateways_sweep(core);
}

void ike_core_named(struct ike_core *core, ike_time now, const struct name_answer *answer)
{
	core_begin(core, now);
	peer_name_answered(core, answer);
	core_end(core);
}

void ike_core_job_done(struct ike_core *core, ike_time now, struct ike_job *job)
{
	core_begin(core, now);
	if (job->side == JOB_LOOK)
		certified_done(core, job);
	else
		job_done(core, job);
	core_end(core);
}

int ike_core_set_policy(struct ike_core *core, ike_time now, struct policy *policy)
{
	int error;

	core_begin(core, now);
	error = gateways_configure(core, policy);
	core_end(core);
	return error;
}

/* Called once, disarmed, when the time has come. */
static void (*const fire[])(struct ike_core *core, struct timer *timer) = {
	[TIMER_GATEWAY] = gateway_retry,
	[TIMER_NAME] = peer_name_due,
	[TIMER_SLOT] = slot_retry,
	[TIMER_RENEWAL] = renewal_due,
	[TIMER_EXCHANGE] = exchange_timeout,
	[TIMER_HELD] = job_held_due,
	[TIMER_FRAGMENTS] = fragments_due,
	[TIMER_HALF_OPEN] = ike_half_open_due,
	[TIMER_IKE_LIFE] = ike_life,
	[TIMER_IKE_IDLE] = ike_idle,
	[TIMER_IKE_REAUTH] = ike_reauth,
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

	core_begin(core, now);
	while ((timer = next_due(core))) {
		fire[timer->kind](core, timer);
		core_end(core);
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
	core_begin(core, now);
	version->input(core, local, remote, data);
	core_end(core);
}

static void each_acquired(struct ike_core *core, const char *ifname, const char *proxy,
			  const struct ts_flow *flow,
			  void (*do_it)(struct slot *slot, const struct ts_flow *flow))
{
	struct slot *slot = proxy ? slot_named(core, ifname, proxy) : slot_first_on(core, ifname);

	for (; slot; slot = proxy ? NULL : slot_next_on(slot)) {
		if (!slot->current)
			do_it(slot, flow);
	}
}

void ike_core_acquire(struct ike_core *core, ike_time now, const char *ifname, const char *proxy,
		      const struct ts_flow *flow)
{
	core_begin(core, now);
	each_acquired(core, ifname, proxy, flow, slot_acquire);
	core_end(core);
	each_acquired(core, ifname, proxy, flow, slot_answer);
}

unsigned int ike_core_path_lost(struct ike_core *core, ike_time now, const char *ifname)
{
	struct slot *slot = slot_first_on(core, ifname);
	unsigned int n = 0;

	core_begin(core, now);
	if (slot)
		n = renewal_begin(slot->gw, ifname);
	core_end(core);
	return n;
}

void ike_core_path_back(struct ike_core *core, ike_time now, const char *ifname)
{
	struct slot *slot = slot_first_on(core, ifname);

	core_begin(core, now);
	if (slot)
		renewal_end(slot->gw, ifname);
	core_end(core);
}

void ike_core_adopt(struct ike_core *core, ike_time now, const char *ifname, const char *proxy,
		    bool ended)
{
	struct slot *slot = slot_named(core, ifname, proxy);

	core_begin(core, now);
	if (slot && !slot->current) {
		slot->adopted = !ended;
		slot_poke(slot);
	}
	core_end(core);
}

void ike_core_expire(struct ike_core *core, ike_time now, uint64_t token, bool inbound, bool hard)
{
	struct child_sa *child = child_find(core, token);

	if (!child)
		return;
	core_begin(core, now);
	if (hard)
		child_hard_expired(child, inbound);
	else
		child_soft_expired(child);
	core_end(core);
}

void ike_core_sa_heard(struct ike_core *core, ike_time now, uint64_t token, uint64_t idle)
{
	struct child_sa *child = child_held(core, token);

	if (!child)
		return;
	core_begin(core, now);
	life_sign_heard(child->ike, idle);
	core_end(core);
}

void ike_core_moved(struct ike_core *core, ike_time now, uint64_t token,
		    const struct endpoint *local, const struct endpoint *remote)
{
	struct child_sa *child = child_find(core, token);

	if (!child)
		return;
	core_begin(core, now);
	if (!child->path->told || now >= child->path->told + TOLD_MS) {
		if (pathref_follow(child->path, local, remote))
			gateway_moved(child->slot->gw, child->path);
	}
	core_end(core);
}

void ike_core_routes(struct ike_core *core, ike_time now)
{
	core_begin(core, now);
	ikes_reroute(core);
	core_end(core);
}

void ike_core_sa_result(struct ike_core *core, ike_time now, uint64_t token, bool inbound,
			int error, const char *text)
{
	struct child_sa *child = child_find(core, token);

	if (!child)
		return;
	core_begin(core, now);
	child_added(child, inbound, error, text);
	core_end(core);
}

/* Sent at once: whatever else is under way does not matter any more. */
static void farewell(struct ike_sa *ike)
{
	struct task task = { .kind = TASK_IKE_DELETE };
	struct packet *message;

	/* A request under way keeps its id; the peer takes ours only after that one. */
	if (ike->ex.current && ike->ex.request)
		ike->ex.send_id++;
	message = ike->version->request(ike, &task);
	ike_send(ike, message);
	packet_free(message);
}

void ike_core_shutdown(struct ike_core *core, ike_time now, bool delete_sas)
{
	core_begin(core, now);
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
		slot_clear(slot);
		return;
	}
	timer_stop(timers, &slot->retry);
	timer_stop(timers, &slot->gw->retry);
	slot_poke(slot);
}

void ike_core_away(struct ike_core *core, ike_time now, const char *ifname, const char *why)
{
	struct slot *slot = slot_first_on(core, ifname);

	core_begin(core, now);
	for (; slot; slot = slot_next_on(slot)) {
		if (why || slot->away)
			set_away(slot, why);
	}
	core_end(core);
}
