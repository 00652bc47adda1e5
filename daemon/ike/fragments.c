// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/fragments.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"

/* --- room --- */

/* @n octets more. */
static void room_take(struct ike_sa *ike, size_t n)
{
	ike->core->fragments_n += n;
	ike->fragments_n += n;
	if (ike->source)
		ike->source->fragments_n += n;
}

static void room_give(struct ike_sa *ike, size_t n)
{
	ike->core->fragments_n -= n;
	ike->fragments_n -= n;
	if (ike->source)
		ike->source->fragments_n -= n;
}

/* Those of one address may not take all that there is for strangers. */
static bool source_has_room(const struct ike_sa *ike, size_t n)
{
	const struct source *source = ike->source;

	if (!source)
		return !ike->stranger;
	return source->fragments_n + n <= source->fragments_most;
}

/* @n octets more, where @held are for the same message. */
static bool has_room(const struct ike_sa *ike, size_t held, size_t n)
{
	size_t all = ike->state < IKE_UP ? FRAGMENTS_HALF : FRAGMENTS_ALL;

	return held + n <= FRAGMENTS_OCTETS && ike->core->fragments_n + n <= all &&
	       source_has_room(ike, n);
}

/* --- proven ones --- */

/* @one belongs to what is there. */
static bool same_message(const struct fragments *f, const struct fragment *one)
{
	return f && f->message_id == one->message_id && f->exchange == one->exchange;
}

/* None is behind the last. */
static bool fits_total(const struct fragments *f, const struct fragment *one)
{
	if (f->total)
		return one->number < f->total;
	for (unsigned int i = one->total; one->total && i < FRAGMENTS_MOST; i++)
		if (f->part[i])
			return false;
	return true;
}

bool fragments_want(const struct ike_sa *ike, enum job_side side, const struct fragment *one)
{
	const struct fragments *f = ike->fragments[side];

	if (one->total > FRAGMENTS_MOST || one->number > FRAGMENTS_MOST)
		return false;
	if (!same_message(f, one))
		return true;
	if (!one->total || !f->total)
		return !f->part[one->number - 1] && fits_total(f, one);
	if (one->total > f->total)
		return true;
	return one->total == f->total && !f->part[one->number - 1];
}

/* The plaintext was secret. */
static void part_free(struct packet *part)
{
	if (part)
		secret_wipe(part->b, part->n);
	packet_free(part);
}

static void empty(struct fragments *f)
{
	for (unsigned int i = 0; i < FRAGMENTS_MOST; i++) {
		part_free(f->part[i]);
		f->part[i] = NULL;
	}
	room_give(f->ike, f->octets);
	f->octets = 0;
	f->have = 0;
	f->longest = 0;
}

static struct fragments *fragments_new(struct ike_sa *ike, enum job_side side)
{
	struct fragments *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->core = ike->core;
	f->ike = ike;
	f->side = side;
	f->timer.kind = TIMER_FRAGMENTS;
	ike->fragments[side] = f;
	return f;
}

/* What @one is to be put into, emptied where it begins anew; NULL: no memory. */
static struct fragments *place_for(struct ike_sa *ike, enum job_side side,
				   const struct fragment *one)
{
	struct fragments *f = ike->fragments[side];

	if (!f)
		f = fragments_new(ike, side);
	if (!f)
		return NULL;
	if (same_message(f, one) && (f->total == one->total || !f->total || !one->total)) {
		f->total = f->total ? f->total : one->total;
		return f;
	}
	empty(f);
	f->message_id = one->message_id;
	f->exchange = one->exchange;
	f->total = one->total;
	timer_set(&f->core->waits, &f->timer, f->core->now + FRAGMENTS_MS);
	return f;
}

bool fragments_put(struct ike_sa *ike, enum job_side side, const struct fragment *one)
{
	struct packet **part;
	struct fragments *f;

	if (!fragments_want(ike, side, one))
		return false;
	f = place_for(ike, side, one);
	if (!f || !has_room(ike, f->octets, one->plain.n))
		return false;
	part = &f->part[one->number - 1];
	*part = packet_new(one->plain);
	if (!*part)
		return false;
	f->octets += one->plain.n;
	room_take(ike, one->plain.n);
	f->have++;
	if (one->number == 1)
		f->next = one->next;
	if (one->datagram_n > f->longest)
		f->longest = one->datagram_n;
	return true;
}

bool fragments_whole(const struct fragments *fragments, uint32_t message_id)
{
	return fragments && fragments->message_id == message_id && fragments->total &&
	       fragments->have == fragments->total;
}

struct bytes fragments_join(const struct fragments *fragments, uint8_t *out)
{
	size_t n = 0;

	for (unsigned int i = 0; i < fragments->total; i++) {
		const struct packet *part = fragments->part[i];

		memcpy(out + n, part->b, part->n);
		n += part->n;
	}
	return bytes_of(out, n);
}

void fragments_drop(struct ike_sa *ike, enum job_side side)
{
	struct fragments *f = ike->fragments[side];

	if (!f)
		return;
	empty(f);
	timer_stop(&f->core->waits, &f->timer);
	free(f);
	ike->fragments[side] = NULL;
}

void fragments_due(struct ike_core *core, struct timer *timer)
{
	struct fragments *f = container_of(timer, struct fragments, timer);

	(void)core;
	log_debug(f->ike->gw->subject, "%u fragments of a message have come within %u s, and not "
		  "the rest: dropped", f->have, (unsigned int)(FRAGMENTS_MS / 1000));
	fragments_drop(f->ike, f->side);
}

/* --- those that come before their keys --- */

bool fragments_keep_early(struct ike_sa *ike, struct bytes data)
{
	struct packet **end = &ike->hs->early;
	unsigned int n = 0;

	for (; *end; end = &(*end)->next)
		n++;
	if (n == FRAGMENTS_MOST || !has_room(ike, ike->hs->early_n, data.n))
		return false;
	*end = packet_new(data);
	if (!*end)
		return false;
	ike->hs->early_n += data.n;
	room_take(ike, data.n);
	return true;
}

struct packet *fragments_take_early(struct ike_sa *ike)
{
	struct handshake *hs = ike->hs;
	struct packet *early = hs ? hs->early : NULL;

	if (!early)
		return NULL;
	room_give(ike, hs->early_n);
	hs->early = NULL;
	hs->early_n = 0;
	return early;
}

void fragments_forget_early(struct ike_sa *ike, struct handshake *hs)
{
	room_give(ike, hs->early_n);
	packet_free(hs->early);
	hs->early = NULL;
	hs->early_n = 0;
}
