// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/gateway.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "ike/child_sa.h"
#include "ike/condemned.h"
#include "ike/path.h"

#define FAIL_TEXT	1536		/* of a failure, with proposals of both sides */
#define BACKOFF_FIRST	SECONDS(2)
#define BACKOFF_MOST	SECONDS(60)
#define AGAIN		SECONDS(5)
#define GIVE_WAY	SECONDS(1)
#define CALM		SECONDS(120)
#define RESPONDER_GRACE	SECONDS(3)	/* the initiator of an IKE SA makes the children */

/* Cut off where it is too long for show. */
static void set_error(char last_error[ERROR_TEXT], const char *text)
{
	struct text t;

	text_init(&t, last_error, ERROR_TEXT);
	text_add(&t, "%s", text);
}

static void gateway_event(struct gateway *gw, const char *kind, const char *text)
{
	struct ike_event event = { .kind = kind, .gateway = gw->conf->name, .text = text };

	action_event(&gw->core->actions, &event);
}

static void slot_event(struct slot *slot, const char *kind, const char *text)
{
	struct ike_event event = {
		.kind = kind,
		.gateway = slot->gw->conf->name,
		.tunnel = slot->tunnel->name,
		.proxy = slot->proxy->name,
		.text = text,
	};

	action_event(&slot->gw->core->actions, &event);
}

/* Whoever fails tries again every few seconds. */
static void log_failure(struct repeat *said, ike_time now, const char *subject, const char *cause,
			const char *text)
{
	char left_out[REPEAT_TEXT];
	unsigned int held;

	if (repeat_due(said, now, cause, text, &held))
		log_error(subject, "%s%s", text, repeat_text(held, left_out));
	else
		log_debug(subject, "%s", text);
}

static void gateway_error(struct gateway *gw, const char *kind, const char *format, va_list args)
{
	char text[FAIL_TEXT];

	vsnprintf(text, sizeof(text), format, args);
	set_error(gw->last_error, text);
	gw->failed_at = gw->core->now;
	gw->counts.failures++;
	log_failure(&gw->said, gw->core->now, gw->subject, format, text);
	gateway_event(gw, kind, text);
}

void gateway_fail(struct gateway *gw, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	gateway_error(gw, "ike-fail", format, args);
	va_end(args);
	for (struct slot *slot = gw->slots; slot; slot = slot->next) {
		if (slot->current)
			continue;
		memcpy(slot->last_error, gw->last_error, sizeof(slot->last_error));
		slot->failed_at = gw->failed_at;
		slot->counts.failures++;
	}
}

void gateway_refuse(struct gateway *gw, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	gateway_error(gw, "child-fail", format, args);
	va_end(args);
}

void slot_fail(struct slot *slot, const char *format, ...)
{
	char text[FAIL_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	set_error(slot->last_error, text);
	slot->failed_at = slot->gw->core->now;
	slot->counts.failures++;
	log_failure(&slot->said, slot->gw->core->now, slot->subject, format, text);
	slot_event(slot, "child-fail", text);
}

void gateway_tell(struct gateway *gw, const char *kind, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	log_info(gw->subject, "%s", text);
	gateway_event(gw, kind, text);
}

void slot_tell(struct slot *slot, const char *kind, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	log_info(slot->subject, "%s", text);
	slot_event(slot, kind, text);
}

void policy_box_put(struct policy_box *box)
{
	if (!box || --box->refs)
		return;
	policy_free(box->policy);
	free(box);
}

struct policy_box *policy_box_get(struct policy_box *box)
{
	box->refs++;
	return box;
}

void policy_box_replace(struct policy_box **at, struct policy_box *box)
{
	struct policy_box *old = *at;

	*at = policy_box_get(box);
	policy_box_put(old);
}

/* --- what is wanted --- */

/* What carries its packets needs a successor, since it can not be rekeyed. */
static bool outdated(const struct slot *slot)
{
	if (slot->adopted)
		return true;
	for (const struct child_sa *child = slot->children; child; child = child->slot_next) {
		if (child->state == CHILD_ORPHANED)
			return true;
	}
	return false;
}

/* What carries its packets goes with an IKE SA that has lost to another, or is outdated. */
static bool bereft(const struct slot *slot)
{
	return slot->current && slot->current->ike && slot->current->ike->condemned;
}

struct slot *slot_find(const struct gateway *gw, uint32_t id)
{
	struct slot *slot = gw->slots;

	while (slot && slot->id != id)
		slot = slot->next;
	return slot;
}

bool slot_wanted(const struct slot *slot)
{
	enum policy_start start = slot->tunnel->start;

	if (slot->gone || slot->away || slot->gw->gone || slot->gw->conf->passive)
		return false;
	return slot->asked || start == POLICY_START_ALWAYS || bereft(slot) ||
	       (start == POLICY_START_ON_DEMAND && outdated(slot));
}

bool slot_busy(const struct slot *slot)
{
	if (slot->queued)
		return true;
	for (const struct child_sa *child = slot->children; child; child = child->slot_next) {
		if (child->state <= CHILD_REKEYING)
			return true;
	}
	return false;
}

void gateway_poke(struct gateway *gw)
{
	if (gw->poked)
		return;
	gw->poked = true;
	gw->poke_next = gw->core->poked;
	gw->core->poked = gw;
}

static void poke_children(struct gateway *gw)
{
	struct ike_core *core = gw->core;
	struct ike_sa *ike = gw->ike;

	for (struct slot *slot = gw->slots; slot; slot = slot->next) {
		struct task *task;

		if (!slot_wanted(slot) || slot_busy(slot) || slot->retry.armed)
			continue;
		if (!ike->initiator && !slot->asked && core->now < ike->up_at + RESPONDER_GRACE) {
			timer_set(&core->timers, &slot->retry, ike->up_at + RESPONDER_GRACE);
			continue;
		}
		task = task_new(TASK_CHILD_NEW);
		if (!task)
			continue;
		task->slot = slot;
		slot->queued = true;
		slot->counts.attempts++;
		exchange_queue(ike, task);
	}
}

static void start(struct gateway *gw)
{
	if (gw->gone || gw->conf->passive || gw->retry.armed || gw->starting || gw->slow)
		return;
	for (struct slot *slot = gw->slots; slot; slot = slot->next) {
		if (!slot_wanted(slot) || slot_busy(slot) || slot->retry.armed)
			continue;
		gw->counts.attempts++;
		slot->counts.attempts++;
		if (!ike_initiate(gw, slot))
			gateway_again(gw);
		return;
	}
}

/*
 * What there is was made by another configuration: its successor is begun beside it, and it
 * carries packets until then.
 */
static void renew(struct gateway *gw)
{
	struct slot *slot = gw->slots;

	if (!ike_outdated(gw->ike))
		return;
	while (slot && (slot->gone || !slot->current))
		slot = slot->next;
	if (!slot) {
		ike_delete(gw->ike);
		return;
	}
	if (gw->conf->passive || !gw->conf->peer.family || gw->retry.armed || gw->starting ||
	    gw->slow)
		return;
	gw->counts.attempts++;
	if (!ike_initiate(gw, slot))
		gateway_again(gw);
}

bool gateways_poked(struct ike_core *core)
{
	struct gateway *gw = core->poked;

	if (!gw)
		return false;
	core->poked = gw->poke_next;
	gw->poked = false;
	gateway_ended(gw);
	if (gw->ike)
		renew(gw);
	if (gw->ike)
		poke_children(gw);
	else
		start(gw);
	return true;
}

/* A success does not end a row of failures, only calm does: it may not last. */
static void backoff(struct ike_core *core, unsigned int *failures, struct timer *retry)
{
	ike_time wait = BACKOFF_FIRST;

	if (core->now > retry->at + CALM)
		*failures = 0;
	for (unsigned int i = 0; i < *failures && wait < BACKOFF_MOST; i++)
		wait *= 2;
	++*failures;
	if (wait > BACKOFF_MOST)
		wait = BACKOFF_MOST;
	timer_set(&core->timers, retry, core->now + core_jitter(core, wait, 75));
}

/* Packets that wait for an SA are given up. */
static void give_up(struct slot *slot)
{
	if (slot->held && !slot->current && !slot->gone)
		action_fail(&slot->gw->core->actions, slot->tunnel->ifname, slot->proxy->name);
	slot->held = false;
}

/* What was asked for is not, after a failure, unless it is asked for again. */
static void forget_asked(struct gateway *gw)
{
	if (gw->ike)
		return;
	for (struct slot *slot = gw->slots; slot; slot = slot->next) {
		slot->asked = false;
		give_up(slot);
	}
}

void gateway_backoff(struct gateway *gw)
{
	backoff(gw->core, &gw->failures, &gw->retry);
	forget_asked(gw);
}

void gateway_again(struct gateway *gw)
{
	struct ike_core *core = gw->core;

	timer_set(&core->timers, &gw->retry, core->now + core_jitter(core, AGAIN, 75));
	forget_asked(gw);
}

void gateway_give_way(struct gateway *gw)
{
	struct ike_core *core = gw->core;

	if (!gw->retry.armed)
		timer_set(&core->timers, &gw->retry, core->now + core_jitter(core, GIVE_WAY, 75));
}

void slot_backoff(struct slot *slot)
{
	slot->asked = false;
	give_up(slot);
	backoff(slot->gw->core, &slot->failures, &slot->retry);
}

bool slot_left_to_peer(const struct slot *slot)
{
	return slot->gw->conf->passive || slot->tunnel->start == POLICY_START_PASSIVE;
}

void slot_acquire(struct slot *slot)
{
	slot->held = true;
	slot->asked |= !slot_left_to_peer(slot);
	gateway_poke(slot->gw);
}

/*
 * Where the last attempt failed and the next one is some time ahead, or is the peer's,
 * senders are not kept waiting.
 */
void slot_answer(struct slot *slot)
{
	if (slot->held && !slot_busy(slot) && !slot->gw->starting &&
	    (slot_left_to_peer(slot) || slot->last_error[0]))
		give_up(slot);
}

void gateway_retry(struct ike_core *core, struct timer *timer)
{
	(void)core;
	gateway_poke(container_of(timer, struct gateway, retry));
}

void slot_retry(struct ike_core *core, struct timer *timer)
{
	(void)core;
	gateway_poke(container_of(timer, struct slot, retry)->gw);
}

/* --- which IKE SA is in use --- */

/*
 * Both ends may start at once; then two IKE SAs come up.  Each end sees that their
 * lives overlapped from the start, and both know all four nonces, so both find the
 * same one to be the loser: that with the least of them, as RFC 7296 section 2.8.1
 * has it for rekeying.  Otherwise the peer had a reason to make another; where it began
 * both, it says which one goes.
 */
static bool tied(const struct ike_sa *fresh, const struct ike_sa *old)
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
	if (tied(ike, old) && memcmp(ike->nonce_min, old->nonce_min, NONCE_N) < 0) {
		ike_condemn(ike);
		return;
	}
	gw->ike = ike;
	if (tied(ike, old))
		ike_condemn(old);
	else if (!ike->initiator && !old->condemned)
		exchange_queue(old, task_new(TASK_LIVENESS));
}

void gateway_ike_down(struct gateway *gw, struct ike_sa *ike)
{
	struct ike_sa *heir = NULL;

	if (gw->starting == ike)
		gw->starting = NULL;
	if (gw->ike != ike)
		return;
	for (struct ike_sa *other = gw->ikes; other; other = other->gw_next) {
		if (other == ike || other->state != IKE_UP)
			continue;
		if (!heir || (ike_outdated(heir) && !ike_outdated(other)))
			heir = other;
	}
	gw->ike = heir;
	if (heir)
		ike_pardon(heir);
	gateway_poke(gw);
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

void gateway_doubt(struct gateway *gw, struct ike_sa *ike)
{
	if (gw->gone || gw->conf->passive || gw->ike != ike || ike->state != IKE_UP ||
	    gw->starting || gw->retry.armed)
		return;
	for (struct slot *slot = gw->slots; slot; slot = slot->next) {
		if (slot->gone || !slot->current)
			continue;
		ike->doubted = ike_initiate(gw, slot);
		return;
	}
}

void gateway_hedge(struct gateway *gw, struct ike_sa *ike)
{
	struct slot *slot = slot_find(gw, ike->hs->slot);

	if (gw->gone || gw->slow || gw->starting != ike || !slot || slot->gone)
		return;
	if (ike_initiate(gw, slot))
		gw->slow = ike;
}

void gateway_moved(struct gateway *gw, const struct pathref *path)
{
	char peer[ADDR_TEXT];

	gateway_tell(gw, "ike-up", "peer moved behind its NAT, to %s: its SAs follow",
		     endpoint_text(&path->remote, peer));
}
