// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/log.h"
#include "ike/child_end.h"
#include "ike/child_life.h"
#include "ike/child_use.h"
#include "ike/ike_life.h"
#include "ike/peer_gone.h"
#include "ike/v2/mobike.h"
#include "ike/v2/v2.h"

#define DELETE_MOST	256	/* SPIs in a request of ours, which is to fit into a packet */
#define DELETED_MOST	1024	/* in a response: as many as fit into a message */

bool v2_ike_delete_build(struct ike_sa *ike, struct task *task, struct wire_writer *w)
{
	(void)ike;
	(void)task;
	wire_put_delete_ike(w);
	return true;
}

/*
 * The peer may have got our last request, and only its answers get lost: then it takes the message
 * that follows.  One that has not got that drops it, as it is beyond its window (section 2.3), and
 * that is all that it does there.
 */
void v2_farewell(struct ike_sa *ike)
{
	uint8_t *buf = ike->core->scratch;
	struct packet *packet;
	struct wire_writer w;
	struct bytes message;

	v2_begin(&w, buf, ike, IKE_EXCH_INFORMATIONAL, ike->ex.send_id + 1, false);
	wire_sk_begin(&w, cipher_iv_len(ike_key_out(ike)));
	wire_put_delete_ike(&w);
	message = v2_seal(ike, &w, buf);
	packet = message.n ? packet_new(message) : NULL;
	if (packet)
		ike_send(ike, packet);
	packet_free(packet);
}

/* What a Delete payload names. */
struct named {
	uint32_t spis[DELETE_MOST];
	unsigned int n;
};

static void name(struct named *named, uint32_t spi)
{
	named->spis[named->n++] = spi;
}

static void put_named(struct wire_writer *w, uint8_t proto, const struct named *named)
{
	if (named->n)
		wire_put_delete(w, proto, named->spis, named->n);
}

/* All that are to go by now go with one message (section 1.4.1), by their protocols. */
bool v2_child_delete_build(struct ike_sa *ike, struct task *task, struct wire_writer *w)
{
	struct named esp = { .n = 0 }, ah = { .n = 0 };

	(void)task;
	for (struct child_sa *child = ike->children; child; child = child->ike_next) {
		if (child->state != CHILD_DELETING)
			break;
		if (esp.n + ah.n == DELETE_MOST) {
			exchange_queue_once(ike, TASK_CHILD_DELETE);
			break;
		}
		child->named = true;
		name(child->prop.proto == PROP_AH ? &ah : &esp, child->spi_in);
	}
	put_named(w, IKE_PROTO_ESP, &esp);
	put_named(w, IKE_PROTO_AH, &ah);
	return esp.n || ah.n;
}

/* Empty: any answer will do (section 1.4). */
bool v2_liveness_build(struct ike_sa *ike, struct task *task, struct wire_writer *w)
{
	(void)task;
	(void)w;
	return ike->state == IKE_UP;
}

void v2_ike_delete_response(struct ike_sa *ike, struct task *task, const struct v2_in *in)
{
	(void)task;
	(void)in;
	ike_close(ike, false);
}

static void close_named(struct ike_sa *ike)
{
	struct child_sa *next;

	for (struct child_sa *child = ike->children; child; child = next) {
		next = child->ike_next;
		if (child->state != CHILD_DELETING)
			break;
		if (child->named)
			child_close(child);
	}
}

void v2_child_delete_response(struct ike_sa *ike, struct task *task, const struct v2_in *in)
{
	(void)task;
	(void)in;
	close_named(ike);
}

void v2_child_delete_unsent(struct ike_sa *ike, struct task *task)
{
	(void)task;
	close_named(ike);
}

void v2_liveness_response(struct ike_sa *ike, struct task *task, const struct v2_in *in)
{
	struct child_sa *fresh = child_held(ike->core, task->fresh);

	(void)in;
	if (fresh)
		child_proven(fresh);
}

/*
 * The peer may have made a child, on our request, and be deleting it again before
 * its response gets here.
 */
static void doom(struct ike_sa *ike, uint32_t spi)
{
	struct task *task = ike->ex.current;

	if (task && task->n_doomed < DOOMED_MOST)
		task->doomed[task->n_doomed++] = spi;
}

/* A peer that deletes what it just agreed to is not asked again at once. */
static void close_child(struct child_sa *child)
{
	bool early = child->core->now < child->up_at + EARLY_MS;
	struct slot *slot = child->slot;

	child_close(child);
	if (early && !slot_busy(slot))
		slot_backoff(slot);
}

/*
 * The peer deletes the SAs it receives by; we delete the other half and name that,
 * unless our own DELETE for the pair is under way (section 1.4.1).
 */
static void delete_children(struct ike_sa *ike, const struct wire_delete *del,
			    struct wire_writer *w)
{
	uint32_t ours[DELETED_MOST];
	unsigned int n = 0;

	for (unsigned int i = 0; i < del->count; i++) {
		uint32_t spi = wire_delete_spi(del, i);
		struct child_sa *child = child_by_spi_out(ike, del->protocol, spi);

		if (!child) {
			doom(ike, spi);
			continue;
		}
		if (child->state != CHILD_DELETING && n < DELETED_MOST)
			ours[n++] = child->spi_in;
		close_child(child);
	}
	if (n)
		wire_put_delete(w, del->protocol, ours, n);
}

static void ike_deleted(struct ike_sa *ike)
{
	const struct task *task = ike->ex.current;
	bool early = ike_deleted_early(ike);
	struct ike_sa *rival = task ? ike_by_key(ike->core, task->rival_ike) : NULL;
	struct gateway *gw = ike->gw;

	/* The peer's rekey went ahead of ours, which it forgets (section 2.25.2). */
	if (ike->state == IKE_UP && rival && rival->state == IKE_REKEYED)
		ike_inherit(rival, ike);
	else if (ike->state == IKE_UP)
		gateway_tell(gw, "ike-down", "peer deleted the IKE SA");
	ike_close(ike, true);
	/* its farewell is for those, too, that it forgot when it started anew */
	if (!gw->ike)
		for (struct slot *slot = gw->slots; slot; slot = slot->next)
			child_orphans_close(slot);
	ike_peer_deleted(gw, early);
}

/* The peer gets our ESP, and has no SA for it: another takes its place. */
static void child_unknown(struct ike_sa *ike, const struct wire_notify *notify)
{
	struct child_sa *child = notify->data.n == 4 ?
				 v2_notify_child(ike, get_be32(notify->data.p)) : NULL;

	if (child && ike->core->now >= child->up_at + EARLY_MS)
		child_soft_expired(child);
}

static void take_notify(struct ike_sa *ike, const struct wire_notify *notify)
{
	char peer[ADDR_TEXT], name[32];

	if (notify->type >= IKE_N_STATUS)
		return;
	if (notify->type == IKE_N_INVALID_SPI)
		child_unknown(ike, notify);
	addr_text(&ike->path->remote.addr, peer);
	if (notify->type != IKE_N_AUTHENTICATION_FAILED) {
		log_warning(ike->gw->subject, "peer %s says %s", peer,
			    v2_notify_text(notify->type, name));
		return;
	}
	gateway_fail(ike->gw, "peer %s did not accept our proof (AUTHENTICATION_FAILED): check "
			      "pre-shared-key key-file and local-id/peer-id on both ends",
		     peer);
	ike_close(ike, true);
}

void v2_info_request(struct ike_sa *ike, const struct v2_in *in, struct wire_writer *w)
{
	if (in->notes.has_auth_life)
		ike_proof_ends(ike, in->notes.auth_life);
	v2_crash_take(ike, in);
	v2_mobike_request(ike, in, w);
	for (unsigned int i = 0; i < in->payloads->n; i++) {
		const struct wire_payload *payload = &in->payloads->list[i];
		struct wire_notify notify;
		struct wire_error error;
		struct wire_delete del;

		if (payload->type == IKE_PL_NOTIFY && !wire_read_notify(payload, &notify, &error))
			take_notify(ike, &notify);
		if (payload->type != IKE_PL_DELETE || wire_read_delete(payload, &del, &error))
			continue;
		if (del.protocol == IKE_PROTO_IKE)
			ike_deleted(ike);
		else if (del.protocol == IKE_PROTO_ESP || del.protocol == IKE_PROTO_AH)
			delete_children(ike, &del, w);
	}
}
