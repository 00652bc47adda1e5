// SPDX-License-Identifier: GPL-2.0-or-later
/* A gateway's IKE SAs: how one is begun, which is in use, and which of two goes. */
#include "ike/gateway.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ike/agenda.h"
#include "ike/condemned.h"
#include "ike/ike_sa.h"
#include "ike/line.h"
#include "ike/older.h"
#include "ike/place.h"
#include "ike/version.h"

#define PATIENCE_MS	SECONDS(300)	/* that a wrong doubt is remembered */
#define PATIENCE_MOST	3		/* repetitions: some 13 s */

/* --- an attempt --- */

static bool local_address(struct gateway *gw, struct addr *local)
{
	const struct ike_hooks *hooks = &gw->core->hooks;
	char peer[ADDR_TEXT], text[IKE_ERROR_TEXT];

	if (gw->conf->local.family) {
		*local = gw->conf->local;
		return true;
	}
	for (unsigned int i = 0; i < gw->n_places; i++, place_next(gw))
		if (!hooks->source(hooks->ctx, &gw->peer, local))
			return true;
	snprintf(text, sizeof(text), "no route to peer %s: check the routing table and the "
		 "gateway's peer-address", addr_text(&gw->peer, peer));
	/* It is tried every few seconds, while a link is down. */
	if (strcmp(text, gw->last_error) != 0)
		gateway_fail(gw, "%s", text);
	return false;
}

bool ike_initiate(struct gateway *gw, struct slot *slot)
{
	struct endpoint local = { .port = IKE_PORT };
	struct endpoint remote = { .port = IKE_PORT };
	const struct ike_version *version;
	struct ike_sa *ike;

	version = ike_version_of(gw->core, older_major(gw));
	if (!version || !gw->peer.family || !local_address(gw, &local.addr))
		return false;
	remote.addr = gw->peer;
	ike = ike_new(version, gw, true, &local, &remote);
	if (!ike)
		return false;
	ike->hs = calloc(1, sizeof(*ike->hs));
	if (!ike->hs) {
		ike_close(ike, false);
		return false;
	}
	ike->hs->slot = slot->id;
	gw->starting = ike;
	line_enter(ike);
	ike->version->begin(ike);
	return true;
}

void ike_start_failed(struct ike_sa *ike, bool heard)
{
	struct gateway *gw = ike->gw;

	older_failed(ike);
	ike_close(ike, false);
	if (gw->gone || !gateway_lacks_ike(gw))
		return;
	if (heard)
		gateway_backoff(gw);
	else
		gateway_again(gw);
}

/* --- success, and the end of others --- */

/*
 * Both ends may start at once; then two IKE SAs come up.  Each end sees that their
 * lives overlapped from the start, and both know all four nonces, so both find the
 * same one to be the loser: that with the least of them, as RFC 7296 section 2.8.1
 * has it for rekeying.  Otherwise the peer had a reason to make another; where it began
 * both, it says which one goes.
 */
static bool ikes_tied(const struct ike_sa *fresh, const struct ike_sa *old)
{
	return fresh->begun <= old->up_at && (fresh->initiator || old->initiator);
}

/*
 * We made @fresh while there were others, out of doubt, or they were made by another
 * configuration: they go.
 */
static void condemn_older(const struct ike_sa *fresh)
{
	for (struct ike_sa *old = fresh->gw->ikes; old; old = old->gw_next) {
		if (old->state != IKE_UP || old->condemned)
			continue;
		if (ike_outdated(old) || (fresh->initiator && old->up_at < fresh->begun))
			ike_condemn(old);
	}
}

/* Of two attempts of ours @ike has succeeded. */
static void end_hedge(struct gateway *gw, struct ike_sa *ike)
{
	struct ike_sa *slow = gw->slow, *other = gw->starting;

	if (!slow)
		return;
	if (slow == ike) {
		gw->slow = NULL;
		if (other)
			ike_delete(other);
	} else if (other == ike) {
		ike_close(slow, false);
	}
}

void gateway_ike_up(struct gateway *gw, struct ike_sa *ike)
{
	struct ike_sa *old = gw->ike;

	older_up(ike);
	condemn_older(ike);
	timer_stop(&gw->core->timers, &gw->retry);
	gw->last_error[0] = '\0';
	gw->said = (struct repeat){ 0 };
	gw->counts.successes++;
	end_hedge(gw, ike);
	if (gw->starting == ike)
		gw->starting = NULL;
	gateway_poke(gw);
	if (!old || old == ike) {
		gw->ike = ike;
		return;
	}
	if (ikes_tied(ike, old) && memcmp(ike->nonce_min, old->nonce_min, NONCE_N) < 0) {
		ike_condemn(ike);
		return;
	}
	gw->ike = ike;
	if (ikes_tied(ike, old))
		ike_condemn(old);
	else if (!ike->initiator && !old->condemned)
		exchange_queue(old, task_new(TASK_LIVENESS));
}

bool gateway_lacks_ike(const struct gateway *gw)
{
	return !gw->ike || ike_outdated(gw->ike);
}

void gateway_stop_starting(struct gateway *gw)
{
	if (gw->starting && gw->starting->state == IKE_INIT_SENT)
		ike_close(gw->starting, false);
}

/* --- doubt --- */

void gateway_doubt_wrong(struct gateway *gw)
{
	unsigned int before = gateway_patience(gw);

	gw->patience = before < PATIENCE_MOST ? before + 1 : PATIENCE_MOST;
	gw->patient_until = gw->core->now + PATIENCE_MS;
}

unsigned int gateway_patience(const struct gateway *gw)
{
	return gw->core->now < gw->patient_until ? gw->patience : 0;
}

/* What another IKE SA beside @ike is begun for; NULL: none may be begun, or only by the peer. */
static struct slot *beside(const struct gateway *gw, const struct ike_sa *ike)
{
	if (gw->gone || gw->conf->passive || gw->ike != ike || ike->state != IKE_UP ||
	    gw->starting || gw->retry.armed || line_full(gw->core, false))
		return NULL;
	for (struct slot *slot = gw->slots; slot; slot = slot->next)
		if (!slot->gone && slot->current && !slot_left_to_peer(slot))
			return slot;
	return NULL;
}

void gateway_doubt(struct gateway *gw, struct ike_sa *ike)
{
	struct slot *slot;

	place_ask_soon(gw);
	slot = beside(gw, ike);
	if (slot)
		ike->doubted = ike_initiate(gw, slot);
}

void gateway_reauth(struct gateway *gw, struct ike_sa *ike)
{
	struct slot *slot = beside(gw, ike);

	ike->stale = slot && ike_initiate(gw, slot);
	if (ike->stale)
		log_info(gw->subject, "both ends authenticate anew: another IKE SA is begun");
}

void gateway_hedge(struct gateway *gw, struct ike_sa *ike)
{
	struct slot *slot = slot_find(gw, ike->hs->slot);

	/* One that does not stand aside is no later than answers to others are: line.h. */
	if (gw->gone || gw->slow || gw->starting != ike || ike->hs->second || !ike->aside ||
	    !slot || slot->gone || line_full(gw->core, false))
		return;
	if (!ike_initiate(gw, slot))
		return;
	gw->slow = ike;
	if (gw->starting)
		gw->starting->hs->second = true;
}
