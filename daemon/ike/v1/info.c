// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Informational exchanges (RFC 2409 section 5.7): one message each, which nobody answers, except
 * for DPD (RFC 3706).
 */
#include <string.h>

#include "base/log.h"
#include "ike/child_end.h"
#include "ike/child_use.h"
#include "ike/ike_life.h"
#include "ike/peer_gone.h"
#include "ike/stranger.h"
#include "ike/v1/v1.h"

#define SPARE_MS	SECONDS(3)	/* for the last message of a quick mode to come */
#define DELETE_MOST	256		/* SPIs in a message of ours */
#define ADVISED_SENDS	2		/* more tries after an answer in clear that says no */
#define SEQUENCE_MOST	0x7fffffff	/* RFC 3706 section 5.4: the top bit is 0 at first */

/* --- ours --- */

static uint32_t begin_info(struct ike_sa *ike, struct isakmp_writer *w)
{
	uint32_t id = v1_message_id(ike);

	v1_begin(w, ike, ISAKMP_EXCH_INFORMATIONAL, id, true);
	v1_hash_begin(w, ike);
	return id;
}

static struct packet *end_info(struct ike_sa *ike, struct isakmp_writer *w, uint32_t id)
{
	const struct v1_sa *own = v1_of(ike);
	struct keymat_v1_iv iv;

	if (!id || keymat_v1_iv_phase2(&own->keys, &own->iv, id, &iv) ||
	    !v1_hash_end(w, ike, id, bytes_of(NULL, 0)))
		return NULL;
	return v1_seal(ike, w, &iv);
}

static void send_once(struct ike_sa *ike, struct packet *message)
{
	ike_send(ike, message);
	packet_free(message);
}

static struct packet *notify_with(struct ike_sa *ike, const struct isakmp_notify *notify)
{
	struct isakmp_writer w;
	uint32_t id = begin_info(ike, &w);

	isakmp_put_notify(&w, notify);
	return end_info(ike, &w, id);
}

void v1_info_error(struct ike_sa *ike, uint8_t protocol, uint16_t type)
{
	const struct isakmp_notify notify = { .protocol = protocol, .type = type };

	send_once(ike, notify_with(ike, &notify));
}

/* A question of RFC 3706, or its answer. */
static struct packet *dpd_message(struct ike_sa *ike, uint16_t type, struct bytes sequence)
{
	uint8_t spis[V1_SPIS_N];
	const struct isakmp_notify notify = {
		.protocol = ISAKMP_PROTO_ISAKMP, .type = type,
		.spi = bytes_of(spis, sizeof(spis)), .data = sequence,
	};

	v1_spis(ike, spis);
	return notify_with(ike, &notify);
}

/* Of the children that are to go, or of all, those of one protocol; true: they were named. */
static bool put_deleted(struct isakmp_writer *w, struct ike_sa *ike, enum prop_proto proto,
			bool all)
{
	uint8_t spis[4 * DELETE_MOST];
	size_t n = 0;

	for (struct child_sa *child = ike->children; child; child = child->ike_next) {
		if (child->state != CHILD_DELETING && !all)
			break;
		if (child->named || child->prop.proto != proto ||
		    child->state == CHILD_NEGOTIATING)
			continue;
		if (n == DELETE_MOST) {
			exchange_queue_once(ike, TASK_CHILD_DELETE);
			break;
		}
		child->named = true;
		put_be32(spis + 4 * n++, child->spi_in);
	}
	if (n)
		isakmp_put_delete(w, (uint8_t)proto, bytes_of(spis, 4 * n), 4);
	return n;
}

static void send_deleted(struct ike_sa *ike, bool all)
{
	struct isakmp_writer w;
	uint32_t id = begin_info(ike, &w);
	bool esp = put_deleted(&w, ike, PROP_ESP, all), ah = put_deleted(&w, ike, PROP_AH, all);

	if (esp || ah)
		send_once(ike, end_info(ike, &w, id));
}

struct packet *v1_child_delete_build(struct ike_sa *ike, struct task *task)
{
	(void)task;
	send_deleted(ike, false);
	return NULL;
}

struct packet *v1_ike_delete_build(struct ike_sa *ike, struct task *task)
{
	struct isakmp_writer w;
	uint8_t spis[V1_SPIS_N];
	uint32_t id;

	(void)task;
	if (!ike->keyed)
		return NULL;
	/* Alone it would leave the peer with children that we do not have any more. */
	send_deleted(ike, true);
	id = begin_info(ike, &w);
	v1_spis(ike, spis);
	isakmp_put_delete(&w, ISAKMP_PROTO_ISAKMP, bytes_of(spis, sizeof(spis)), sizeof(spis));
	send_once(ike, end_info(ike, &w, id));
	return NULL;
}

void v1_ike_delete_unsent(struct ike_sa *ike, struct task *task)
{
	(void)task;
	ike_close(ike, false);
}

void v1_child_delete_unsent(struct ike_sa *ike, struct task *task)
{
	struct child_sa *next;

	(void)task;
	for (struct child_sa *child = ike->children; child; child = next) {
		next = child->ike_next;
		if (child->state != CHILD_DELETING)
			break;
		if (child->named)
			child_close(child);
	}
}

struct packet *v1_liveness_build(struct ike_sa *ike, struct task *task)
{
	struct child_sa *fresh = child_held(ike->core, task->fresh);
	struct v1_sa *own = v1_of(ike);
	uint8_t sequence[4];

	/* The last message of quick mode has shown that the peer has it. */
	if (fresh)
		child_proven(fresh);
	if (!own->dpd)
		ike->heard = ike->core->now;
	if (fresh || !own->dpd || ike->state != IKE_UP)
		return NULL;
	if (!own->dpd_sequence) {
		if (!core_random(ike->core, &own->dpd_sequence, sizeof(own->dpd_sequence)))
			return NULL;
		own->dpd_sequence &= SEQUENCE_MOST;
	}
	put_be32(sequence, own->dpd_sequence);
	return dpd_message(ike, ISAKMP_N_R_U_THERE, bytes_of(sequence, sizeof(sequence)));
}

/* --- the peer's --- */

/* The peer is alive, and says so to our question, if that is what it was asked. */
static void take_alive(struct ike_sa *ike, struct bytes sequence)
{
	struct task *task = ike->ex.current;
	struct v1_sa *own = v1_of(ike);

	if (!task || task->kind != TASK_LIVENESS || !ike->ex.request || sequence.n != 4 ||
	    get_be32(sequence.p) != own->dpd_sequence)
		return;
	own->dpd_sequence++;
	v1_answered(ike, task);
}

/* An authentic error is about our current request, as there is one at a time. */
static void take_error(struct ike_sa *ike, uint16_t type)
{
	struct task *task = ike->ex.current;
	char peer[ADDR_TEXT], name[32];

	if (task && ike->ex.request && !job_waits(ike, JOB_OURS) &&
	    (task->kind == TASK_CHILD_NEW || task->kind == TASK_CHILD_REKEY)) {
		v1_child_refused(ike, task, type);
		v1_answered(ike, task);
		return;
	}
	log_warning(ike->gw->subject, "peer %s says %s",
		    addr_text(&ike->path->remote.addr, peer), isakmp_notify_text(type, name));
}

static void take_notify(struct ike_sa *ike, const struct isakmp_notify *notify)
{
	switch (notify->type) {
	case ISAKMP_N_R_U_THERE:
		send_once(ike, dpd_message(ike, ISAKMP_N_R_U_THERE_ACK, notify->data));
		break;
	case ISAKMP_N_R_U_THERE_ACK:
		take_alive(ike, notify->data);
		break;
	case ISAKMP_N_INITIAL_CONTACT:
		ike_initial_contact(ike);
		break;
	default:
		if (notify->type < ISAKMP_N_CONNECTED)
			take_error(ike, notify->type);
	}
}

/*
 * The peer has a successor, and the message that would have us use that is still on its way, or
 * lost: the peer receives by what it deletes for a while, as others do.
 */
static bool successor_due(const struct child_sa *child)
{
	for (const struct child_sa *other = child->slot->children; other; other = other->slot_next)
		if (other->unconfirmed)
			return child->slot->current == child && child->state <= CHILD_REPLACED;
	return false;
}

/* A peer that deletes what it just agreed to is not asked again at once. */
static void child_gone(struct child_sa *child)
{
	bool early = child->core->now < child->up_at + EARLY_MS;
	struct slot *slot = child->slot;

	if (successor_due(child)) {
		child->state = CHILD_REPLACED;
		timer_set(&child->core->timers, &child->turn, child->core->now + SPARE_MS);
		return;
	}
	child_close(child);
	if (early && !slot_busy(slot))
		slot_backoff(slot);
}

/* The peer ends phase 1; its children go on until they have successors (RFC 2409 5.5). */
static void ike_gone(struct ike_sa *ike)
{
	bool early = ike_deleted_early(ike);
	struct gateway *gw = ike->gw;

	/* That it has replaced one is no news. */
	if (gw->ike == ike)
		gateway_tell(gw, "ike-down", "peer deleted the IKE SA");
	ike_orphan_children(ike);
	ike_close(ike, false);
	ike_peer_deleted(gw, early);
}

static void take_delete(struct ike_sa *ike, const struct isakmp_delete *del)
{
	uint8_t spis[V1_SPIS_N];

	v1_spis(ike, spis);
	for (unsigned int i = 0; i < del->count; i++) {
		struct bytes spi = bytes_of(del->spis.p + (size_t)i * del->spi_n, del->spi_n);
		struct child_sa *child;

		if (del->protocol == ISAKMP_PROTO_ISAKMP) {
			if (ike->state == IKE_UP && bytes_equal(spi, bytes_of(spis, V1_SPIS_N)))
				ike_gone(ike);
			continue;
		}
		child = spi.n == 4 ? child_by_spi_out(ike, del->protocol, get_be32(spi.p)) : NULL;
		if (child)
			child_gone(child);
	}
}

/* Anybody may send an answer in clear: note it, and wait a while for a better one. */
static void take_advice(struct ike_sa *ike, const struct v1_in *in)
{
	const struct isakmp_payload *payload = isakmp_find(&in->payloads, ISAKMP_PL_NOTIFY, NULL);
	struct isakmp_notify notify;
	struct wire_error error;
	char peer[ADDR_TEXT], name[32], text[PROP_LIST_TEXT];

	if (!ike->hs || ike->hs->advice[0] || !ike->initiator || !ike->ex.request || !payload ||
	    isakmp_read_notify(payload, &notify, &error) || notify.type >= ISAKMP_N_CONNECTED ||
	    !addr_equal(&in->remote.addr, &ike->path->remote.addr))
		return;
	addr_text(&ike->path->remote.addr, peer);
	if (notify.type == ISAKMP_N_NO_PROPOSAL_CHOSEN)
		gateway_fail(ike->gw, "peer %s accepts none of our IKE proposals "
				      "(NO_PROPOSAL_CHOSEN), or does not know us: make the "
				      "ike-crypto-profile of both ends agree; we offer %s",
			     peer, prop_list_text(policy_gateway_ike(ike->conf, V1_MAJOR), text,
						  sizeof(text)));
	else
		gateway_fail(ike->gw, "peer %s refused a message of phase 1 (%s): see its log",
			     peer, isakmp_notify_text(notify.type, name));
	memcpy(ike->hs->advice, ike->gw->last_error, sizeof(ike->hs->advice) - 1);
	exchange_limit(&ike->ex, ADVISED_SENDS);
}

void v1_info_input(struct ike_sa *ike, struct v1_in *in)
{
	const struct v1_sa *own = v1_of(ike);
	struct keymat_v1_iv iv;

	if (!v1_encrypted(in)) {
		take_advice(ike, in);
		return;
	}
	if (ike->state < IKE_UP || !ike->keyed ||
	    keymat_v1_iv_phase2(&own->keys, &own->iv, in->header.message_id, &iv) ||
	    !v1_open(ike, in, &iv) || !v1_hash_good(ike, in, bytes_of(NULL, 0))) {
		log_debug(ike->gw->subject, "message dropped: it is not authentic");
		return;
	}
	if (v1_seen(ike, in->header.message_id)) {
		log_debug(ike->gw->subject, "message dropped: its message id was used before");
		return;
	}
	v1_see(ike, in->header.message_id);
	ike_heard(ike);
	for (unsigned int i = 0; i < in->payloads.n; i++) {
		const struct isakmp_payload *payload = &in->payloads.list[i];
		struct isakmp_notify notify;
		struct isakmp_delete del;
		struct wire_error error;

		if (payload->type == ISAKMP_PL_NOTIFY &&
		    !isakmp_read_notify(payload, &notify, &error))
			take_notify(ike, &notify);
		if (payload->type == ISAKMP_PL_DELETE && !isakmp_read_delete(payload, &del, &error))
			take_delete(ike, &del);
	}
}
