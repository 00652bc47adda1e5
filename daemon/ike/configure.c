// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A new policy: gateways and slots go on by their names, others are made or retired, and
 * those that nothing needs any more are freed at the end of an event.
 *
 * Nothing is deleted before its successor is in use, as the peer may be configured some time
 * later, or not at all.  What the peer has no part in, such as who begins or how long an SA lives,
 * takes effect in place.  What it has to agree to (key, identities, addresses, proposals) makes
 * the IKE SA an outdated one (ike_outdated()): another is begun beside it, again and again with
 * growing pauses, and takes over once both ends agree.  Until then the old one and its children
 * carry packets, by the old addresses; children are rekeyed as ever.  But we do not rekey the
 * IKE SA itself, and a rekey by the peer does not lengthen its life: a key that was taken back
 * is of use for as long, and no longer, unless the administrator clears it before.  Who waits for
 * its peer to begin (passive, dynamic) waits for the successor in the same way.
 *
 * The children of a tunnel with other ciphers or lives are rekeyed.  A proxy-ID with other
 * selectors, or a tunnel with another interface, mode or GRE, is one removed and another made: the
 * kernel goes by the new selectors at once, and an SA with the old ones would carry packets that
 * the peer drops.  Without any tunnel a gateway deletes its IKE SA, which would serve nobody.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "ike/agenda.h"
#include "ike/child_end.h"
#include "ike/child_life.h"
#include "ike/child_sa.h"
#include "ike/gateway.h"
#include "ike/ike_life.h"
#include "ike/line.h"
#include "ike/match.h"
#include "ike/place.h"
#include "ike/renewal.h"

static struct slot *slot_new(struct gateway *gw)
{
	struct slot *slot = calloc(1, sizeof(*slot));

	if (!slot)
		return NULL;
	slot->gw = gw;
	slot->id = ++gw->core->slot_count;
	table_add(&gw->core->by_slot_id, &slot->id_node, slot->id);
	slot->retry.kind = TIMER_SLOT;
	return slot;
}

/* The slot that already serves this proxy-ID, or NULL. */
static struct slot *slot_before(const struct gateway *gw, const struct policy_tunnel *tunnel,
				const struct policy_proxy *proxy)
{
	struct slot *slot = slot_named(gw->core, tunnel->ifname, proxy->name);

	return slot && slot->gw == gw && policy_tunnel_kin(slot->tunnel, tunnel) &&
	       policy_proxy_equal(slot->proxy, proxy) ? slot : NULL;
}

/* No longer configured: the peer is told to delete its children. */
static void slot_retire(struct slot *slot)
{
	slot->gone = true;
	slot_index_remove(slot);
	slot_ended(slot);
	timer_stop(&slot->gw->core->timers, &slot->retry);
	slot_clear(slot);
}

/* What failed by the configuration before may go well by this one. */
static void slot_forget_failures(struct slot *slot)
{
	timer_stop(&slot->gw->core->timers, &slot->retry);
	slot->failures = 0;
	slot->last_error[0] = '\0';
}

static void slot_unlink(struct slot *slot)
{
	*slot->prev = slot->next;
	if (slot->next)
		slot->next->prev = slot->prev;
}

static void slot_configure(struct slot *slot, const struct policy_tunnel *tunnel,
			   const struct policy_proxy *proxy)
{
	if (slot->tunnel && !policy_tunnel_equal(slot->tunnel, tunnel)) {
		slot_forget_failures(slot);
		slot->pfs_unknown = false;
	}
	slot->tunnel = tunnel;
	slot->proxy = proxy;
	slot->single = false;
	snprintf(slot->subject, sizeof(slot->subject), "tunnel %s:%s", tunnel->name, proxy->name);
	policy_box_replace(&slot->box, slot->gw->box);
	/* What there is carries packets until the peer agrees to another. */
	if (slot->current && slot->current->ike && child_outdated(slot->current))
		child_soft_expired(slot->current);
}

/* Moves the tunnel's slots, those that there were and new ones, to the end of a list. */
static struct slot **configure_tunnel(struct gateway *gw, const struct policy_tunnel *tunnel,
				      struct slot **last)
{
	for (unsigned int p = 0; p < tunnel->n_proxies; p++) {
		struct slot *slot = slot_before(gw, tunnel, &tunnel->proxies[p]);

		if (slot) {
			slot_unlink(slot);
			slot_index_remove(slot);
		} else {
			slot = slot_new(gw);
		}
		if (!slot) {
			log_error(NULL, "out of memory: tunnel %s is left out", tunnel->name);
			continue;
		}
		slot_configure(slot, tunnel, &tunnel->proxies[p]);
		slot->next = NULL;
		slot->prev = last;
		*last = slot;
		last = &slot->next;
	}
	return last;
}

static void configure_slots(struct gateway *gw)
{
	struct slot *old = gw->slots, **last = &gw->slots;
	const struct policy_tunnel *before = NULL;

	if (old)
		old->prev = &old;
	gw->slots = NULL;
	for (unsigned int t = 0; t < gw->conf->n_tunnels; t++)
		last = configure_tunnel(gw, &gw->conf->tunnels[t], last);
	for (struct slot *slot = old; slot; slot = slot->next) {
		if (!slot->gone)
			slot_retire(slot);
	}
	for (struct slot *slot = gw->slots; slot; slot = slot->next) {
		slot_index_add(slot, slot->tunnel != before);
		before = slot->tunnel;
	}
	*last = old;
	if (old)
		old->prev = last;
}

static void gateway_retire(struct gateway *gw)
{
	gw->gone = true;
	gateway_index_remove(gw);
	place_forget(gw);
	gateway_ended(gw);
	timer_stop(&gw->core->timers, &gw->retry);
	for (struct slot *slot = gw->slots; slot; slot = slot->next) {
		slot->gone = true;
		slot_index_remove(slot);
		slot_ended(slot);
		timer_stop(&gw->core->timers, &slot->retry);
		child_orphans_close(slot);
	}
	for (struct ike_sa *ike = gw->ikes; ike; ike = ike->gw_next)
		ike_delete(ike);
}

/* At the end of the list, which *@last is moved along with. */
static struct gateway *gateway_new(struct ike_core *core, struct gateway ***last)
{
	struct gateway *gw = calloc(1, sizeof(*gw));

	if (!gw)
		return NULL;
	gw->core = core;
	gw->retry.kind = TIMER_GATEWAY;
	gw->name.timer.kind = TIMER_NAME;
	gw->places = &gw->only;
	gw->prev = *last;
	**last = gw;
	*last = &gw->next;
	return gw;
}

static void forget_failures(struct gateway *gw)
{
	timer_stop(&gw->core->timers, &gw->retry);
	gw->failures = 0;
	gw->last_error[0] = '\0';
	gw->said = (struct repeat){ 0 };
	for (struct slot *slot = gw->slots; slot; slot = slot->next)
		slot_forget_failures(slot);
}

static void gateway_configure(struct ike_core *core, struct policy_box *box,
			      const struct policy_gateway *conf, struct gateway ***last)
{
	struct gateway *gw = gateway_find(core, conf->name);
	bool moved;

	if (gw && !policy_gateway_equal(gw->conf, conf))
		forget_failures(gw);
	if (!gw)
		gw = gateway_new(core, last);
	if (!gw) {
		log_error(NULL, "out of memory: gateway %s is left out", conf->name);
		return;
	}
	moved = !gw->conf || place_differs(gw->conf, conf);
	gw->conf = conf;
	if (moved)
		place_configure(gw);
	snprintf(gw->subject, sizeof(gw->subject), "gateway %s", conf->name);
	policy_box_replace(&gw->box, box);
	configure_slots(gw);
	gateway_poke(gw);
}

/* Retires those that @policy does not have. */
static void retire_others(struct ike_core *core, const struct policy *policy)
{
	for (unsigned int i = 0; i < policy->n_gateways; i++) {
		struct gateway *gw = gateway_find(core, policy->gateways[i].name);

		if (gw)
			gw->kept = true;
	}
	for (struct gateway *gw = core->gateways; gw; gw = gw->next) {
		if (!gw->gone && !gw->kept)
			gateway_retire(gw);
		gw->kept = false;
	}
}

/* An IKE SA goes by the new configuration, or is deleted where there is no tunnel to serve. */
static void ike_configure(struct ike_sa *ike)
{
	struct gateway *gw = ike->gw;

	if (gw->gone)
		return;
	if (gw->conf->n_tunnels || ike->state == IKE_HALF_OPEN) {
		ike_reconfigure(ike);
		return;
	}
	ike_set_conf(ike);
	if (ike->state == IKE_UP)
		gateway_tell(gw, "ike-down", "no tunnel is left: the IKE SA is deleted");
	ike_delete(ike);
}

int gateways_configure(struct ike_core *core, struct policy *policy)
{
	struct policy_box *box = calloc(1, sizeof(*box));
	struct gateway **last = &core->gateways;

	if (!box) {
		policy_free(policy);
		return -1;
	}
	box->policy = policy;
	box->refs = 1;
	retire_others(core, policy);
	while (*last)
		last = &(*last)->next;
	for (unsigned int i = 0; i < policy->n_gateways; i++)
		gateway_configure(core, box, &policy->gateways[i], &last);
	gateway_index_all(core);
	for (struct ike_sa *ike = core->ikes; ike; ike = ike->next)
		ike_configure(ike);
	policy_box_put(core->box);
	core->box = box;
	return 0;
}

static void slot_free(struct slot *slot)
{
	slot_unlink(slot);
	slot_index_remove(slot);
	table_remove(&slot->gw->core->by_slot_id, &slot->id_node);
	timer_stop(&slot->gw->core->timers, &slot->retry);
	policy_box_put(slot->box);
	free(slot);
}

static void gateway_free(struct gateway *gw)
{
	struct slot *slot, *next;

	*gw->prev = gw->next;
	if (gw->next)
		gw->next->prev = gw->prev;
	gateway_index_remove(gw);
	place_forget(gw);
	if (gw->places != &gw->only)
		free(gw->places);
	line_leave(gw);
	timer_stop(&gw->core->timers, &gw->retry);
	for (slot = gw->slots; slot; slot = next) {
		next = slot->next;
		slot_free(slot);
	}
	renewals_free(gw);
	policy_box_put(gw->box);
	free(gw);
}

static void slots_sweep(struct ike_core *core)
{
	while (core->ended_slots) {
		struct slot *slot = core->ended_slots;

		core->ended_slots = slot->ended_next;
		slot->ended = false;
		if (slot->children || slot->queued)
			continue;
		gateway_ended(slot->gw);
		slot_free(slot);
	}
}

void gateways_sweep(struct ike_core *core)
{
	slots_sweep(core);
	while (core->ended) {
		struct gateway *gw = core->ended;

		core->ended = gw->ended_next;
		gw->ended = false;
		if (!gw->ikes && !gw->strangers && !gw->slots && !gw->poked)
			gateway_free(gw);
	}
}

void gateways_free(struct ike_core *core)
{
	struct gateway *gw, *next;

	for (gw = core->gateways; gw; gw = next) {
		next = gw->next;
		gateway_free(gw);
	}
	policy_box_put(core->box);
	core->box = NULL;
}
