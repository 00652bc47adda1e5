// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/v2/v2.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ike/child_kernel.h"
#include "ike/fragments.h"
#include "ike/ike_life.h"
#include "ike/stranger.h"
#include "ike/v2/pfs.h"
#include "wire/payload_rules.h"

/* --- what we are asked --- */

static const struct asked {
	unsigned int states;
	uint8_t exchange;
	void (*handle)(struct ike_sa *ike, const struct v2_in *in, struct wire_writer *w);
	const char *story;
} v2_requests[] = {
	{ IN(IKE_HALF_OPEN), IKE_EXCH_IKE_INTERMEDIATE, v2_intermediate_request,
	  "peer wants a further key exchange" },
	{ IN(IKE_HALF_OPEN), IKE_EXCH_IKE_AUTH, v2_auth_request, "peer authenticates" },
	{ IN_USE, IKE_EXCH_CREATE_CHILD_SA, v2_create_request,
	  "peer wants an SA, or one rekeyed" },
	{ IN_USE, IKE_EXCH_IKE_FOLLOWUP_KE, v2_followup_request,
	  "peer goes on with its rekeying, or another child" },
	{ ENDING, IKE_EXCH_IKE_FOLLOWUP_KE, v2_refuse_request,
	  "peer rekeys an IKE SA that is ending" },
	{ ENDING, IKE_EXCH_CREATE_CHILD_SA, v2_refuse_request,
	  "peer wants an SA from one that is ending" },
	{ IN_USE | ENDING, IKE_EXCH_INFORMATIONAL, v2_info_request,
	  "peer deletes, notifies, or asks whether we live" },
};

static const struct asked *find_asked(const struct ike_sa *ike, uint8_t exchange)
{
	for (size_t i = 0; i < sizeof(v2_requests) / sizeof(v2_requests[0]); i++) {
		const struct asked *asked = &v2_requests[i];

		if (asked->states & IN(ike->state) && asked->exchange == exchange)
			return asked;
	}
	return NULL;
}

static struct packet *request(struct ike_sa *ike, struct task *task)
{
	const struct v2_task *row = v2_row(task->kind);
	uint8_t *buf = ike->core->scratch;
	struct wire_writer w;

	v2_begin(&w, buf, ike, row->exchange, ike->ex.send_id, false);
	if (row->clear) {
		if (!row->build(ike, task, &w))
			return NULL;
		packet_free(ike->hs->request);
		ike->hs->request = packet_new(wire_end(&w));
		return ike->hs->request ? packet_new(packet_bytes(ike->hs->request)) : NULL;
	}
	wire_sk_begin(&w, cipher_iv_len(ike_key_out(ike)));
	if (!row->build(ike, task, &w))
		return NULL;
	return v2_pack(ike, &w, buf);
}

/* --- in --- */

static void complain(const struct v2_in *in, const char *what, const struct wire_error *error)
{
	char peer[ADDR_TEXT], text[WIRE_ERROR_TEXT];

	log_debug(NULL, "%s from %s: %s", what, endpoint_text(&in->remote, peer),
		  wire_error_text(error, text));
}

/* Section 2.5: a version or payload we do not know, said in clear, to a request only. */
static void refuse_clear(struct ike_core *core, const struct v2_in *in,
			 const struct wire_error *error)
{
	const struct wire_header *header = &in->message->header;

	if (wire_is_response(header))
		return;
	if (error->code == WIRE_ERR_VERSION && header->version >> 4 > 2)
		v2_say_clear(core, in, IKE_N_INVALID_MAJOR_VERSION, bytes_of(NULL, 0));
	else if (error->code == WIRE_ERR_CRITICAL && header->exchange == IKE_EXCH_IKE_SA_INIT)
		v2_say_clear(core, in, IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD,
			     bytes_of(&error->payload, 1));
}

/*
 * Decrypts into core->plain; false: it is not authentic, or not whole yet.  @next: the type of the
 * first payload.
 */
static bool open_message(struct ike_sa *ike, enum job_side side, const struct v2_in *in,
			 struct bytes *plain, uint8_t *next)
{
	const struct wire_payload *sk = wire_message_sk(in->message);

	if (sk->type == IKE_PL_SKF)
		return v2_fragment_take(ike, side, in, plain, next);
	*next = sk->next;
	if (v2_intermediate_open(ike, in, wire_payload_body_offset(sk), plain))
		return true;
	log_debug(ike->gw->subject, "message dropped: it is not authentic");
	return false;
}

/* The response to what is authentic but malformed or unknown (section 2.21). */
static void put_wire_error(struct wire_writer *w, const struct wire_error *error)
{
	if (error->code == WIRE_ERR_CRITICAL)
		wire_put_notify(w, IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD,
				bytes_of(&error->payload, 1));
	else if (error->code == WIRE_ERR_MISSING && error->payload == IKE_PL_AUTH)
		wire_put_notify(w, IKE_N_AUTHENTICATION_FAILED, bytes_of(NULL, 0));
	else
		wire_put_notify(w, IKE_N_INVALID_SYNTAX, bytes_of(NULL, 0));
}

/*
 * The peer's address is where its newest authentic request came from (section 2.23):
 * a NAT may give it another one at any time.
 */
static void adopt_address(struct ike_sa *ike, const struct v2_in *in)
{
	/* By which mobike.c decides whether to follow. */
	if (ike->mobike && in->notes.update)
		return;
	if (ike->state == IKE_HALF_OPEN) {
		if (ike->path->remote.addr.family == in->remote.addr.family)
			pathref_move(ike->path, &in->local, &in->remote);
	} else if (pathref_follow(ike->path, &in->local, &in->remote)) {
		gateway_moved(ike->gw, ike->path);
	}
}

/* What it means that something is missing in IKE_AUTH, to be put behind the fact. */
static const char *auth_meaning(const struct wire_error *error, bool response)
{
	if (error->code != WIRE_ERR_MISSING)
		return "";
	switch (error->payload) {
	case IKE_PL_SA:
	case IKE_PL_TSI:
	case IKE_PL_TSR:
		return response ?
		       "; no child SA would come of it, and it does not say why: see the log of "
		       "the peer" : "";
	case IKE_PL_AUTH:
		return response ? "; it does not prove who it is: set a pre-shared key there" :
				  "; it wants to authenticate by EAP, which is not supported: set "
				  "a pre-shared key there";
	case IKE_PL_IDI:
	case IKE_PL_IDR:
		return "; it does not say who it is: set local-id there";
	default:
		return "";
	}
}

/* Section 2.21.2: what can not be read ends an IKE SA that is not up yet. */
static void wrong_request(struct ike_sa *ike, const struct wire_error *error,
			  struct wire_writer *w)
{
	const struct addr *local = &ike->path->local.addr, *remote = &ike->path->remote.addr;
	char text[WIRE_ERROR_TEXT], peer[ADDR_TEXT];

	put_wire_error(w, error);
	if (ike->state != IKE_HALF_OPEN)
		return;
	stranger_fail(ike->core, stranger_gateway(ike->core, local, remote),
		      "peer %s authenticates in a way that we do not support: %s%s",
		      addr_text(remote, peer), wire_error_text(error, text),
		      auth_meaning(error, false));
	ike_close(ike, true);
}

/* The peer lives: it is told that the IKE SA ends, as soon as that may be (section 2.3). */
static void end_answered(struct ike_sa *ike)
{
	struct task *task = ike->ex.current;
	struct ike_sa *heir = ike_by_key(ike->core, task->heir);
	struct gateway *gw = ike->gw;

	if (heir)
		ike_close(heir, false);
	if (task->kind == TASK_IKE_DELETE) {
		ike_close(ike, false);
		return;
	}
	exchange_answered(ike);
	ike_delete(ike);
	/* Closing the SA freed the task. */
	if (ike->ex.current == task)
		exchange_done(ike);
	/* What it cannot answer now it may not be able to answer then. */
	if (!gw->gone && !gw->ike && !gw->starting)
		gateway_backoff(gw);
}

/* Section 2.21.3: there is no answer to an answer, and no way to go on. */
static void wrong_response(struct ike_sa *ike, const struct wire_error *error)
{
	bool starting = ike->state == IKE_AUTH_SENT;
	char text[WIRE_ERROR_TEXT], peer[ADDR_TEXT];

	gateway_fail(ike->gw, "peer %s answered with a message that we cannot use, its SAs are "
			      "deleted: %s%s",
		     addr_text(&ike->path->remote.addr, peer), wire_error_text(error, text),
		     starting ? auth_meaning(error, true) : "");
	if (starting)
		ike_start_failed(ike, true);
	else
		end_answered(ike);
}

static void handle_request(struct ike_sa *ike, const struct v2_in *in,
			   const struct wire_error *error)
{
	const struct wire_header *header = &in->message->header;
	const struct asked *asked = find_asked(ike, header->exchange);
	uint8_t buf[MESSAGE_MAX];
	struct wire_writer w;
	struct packet *message;

	if (!asked) {
		log_debug(ike->gw->subject, "%s in a state that has no use for it",
			  ike_exchange_name(header->exchange));
		return;
	}
	log_debug(ike->gw->subject, "%s", asked->story);
	adopt_address(ike, in);
	v2_begin(&w, buf, ike, header->exchange, header->message_id, true);
	wire_sk_begin(&w, cipher_iv_len(ike_key_out(ike)));
	if (error)
		wrong_request(ike, error, &w);
	else
		asked->handle(ike, in, &w);
	if (job_waits(ike, JOB_PEERS))
		return;
	job_forget(ike, JOB_PEERS);
	message = v2_pack(ike, &w, buf);
	if (message)
		exchange_respond(ike, &in->local, &in->remote, message);
}

static void handle_response(struct ike_sa *ike, const struct v2_in *in)
{
	struct task *task = ike->ex.current;
	const struct v2_task *row = v2_row(task->kind);
	bool late = ike->state == IKE_DELETING && row->late;

	if (late || row->states & IN(ike->state)) {
		log_debug(ike->gw->subject, "%s", row->story);
		(late ? row->late : row->response)(ike, task, in);
	}
	if (job_waits(ike, JOB_OURS)) {
		exchange_pause(ike);
		return;
	}
	job_forget(ike, JOB_OURS);
	exchange_answered(ike);
	/* Closing the SA freed the task. */
	if (ike->ex.current != task)
		return;
	if (!task->goes_on) {
		exchange_done(ike);
		return;
	}
	task->goes_on = false;
	exchange_again(ike);
}

/* The answer has nothing of the child that we asked for, and does not say why. */
static bool lacks_child(const struct ike_sa *ike, const struct v2_in *in,
			struct wire_error *error)
{
	const struct task *task = ike->ex.current;

	if (!wire_is_response(&in->message->header) || !task || task->kind != TASK_AUTH ||
	    !task->fresh || in->notes.failed || wire_payload_find(in->payloads, IKE_PL_SA))
		return false;
	wire_fail(error, WIRE_ERR_MISSING, IKE_PL_SA, 0);
	return true;
}

/* @plain is what @in brought, and begins with a payload of type @next. */
static void opened_input(struct ike_sa *ike, const struct v2_in *in, uint8_t next,
			 struct bytes plain)
{
	bool response = wire_is_response(&in->message->header);
	struct v2_in opened = *in;
	struct wire_payloads inner;
	struct wire_error error;
	bool bad;

	bad = wire_payloads_parse(next, plain, &inner, &error) ||
	      wire_rules_check(in->message, &inner, &error);
	if (bad)
		complain(in, "authentic but wrong message", &error);
	opened.payloads = &inner;
	opened.plain = plain;
	opened.next = next;
	if (!bad) {
		v2_notify_read(&opened);
		bad = lacks_child(ike, &opened, &error);
	}
	if (!response)
		handle_request(ike, &opened, bad ? &error : NULL);
	else if (bad)
		wrong_response(ike, &error);
	else
		handle_response(ike, &opened);
}

static enum job_side side_of(const struct wire_header *header)
{
	return wire_is_response(header) ? JOB_OURS : JOB_PEERS;
}

static void protected_input(struct ike_sa *ike, const struct v2_in *in)
{
	const struct wire_header *header = &in->message->header;
	bool response = wire_is_response(header);
	struct bytes plain;
	uint8_t next;

	if (response ? !v2_answers(ike, header) :
	    header->message_id != ike->ex.recv_id && header->message_id + 1 != ike->ex.recv_id) {
		log_debug(ike->gw->subject, "message id %u is outside the window",
			  header->message_id);
		return;
	}
	/* Whoever replays a request gets this far, too, but no further. */
	if (!response && header->message_id != ike->ex.recv_id) {
		v2_fragment_answer_again(ike, in);
		return;
	}
	if (!open_message(ike, side_of(header), in, &plain, &next))
		return;
	ike_heard(ike);
	opened_input(ike, in, next, plain);
	secret_wipe(ike->core->plain, plain.n);
}

/* @in is as if it had come just now, which it may have. */
static void sa_handle(struct ike_sa *ike, const struct v2_in *in)
{
	const struct wire_header *header = &in->message->header;

	if (header->exchange == IKE_EXCH_IKE_SA_INIT) {
		if (ike->state == IKE_INIT_SENT && wire_is_response(header) &&
		    !header->message_id && addr_equal(&in->remote.addr, &ike->path->remote.addr))
			v2_row(TASK_INIT)->response(ike, ike->ex.current, in);
		return;
	}
	if (memcmp(ike->spi_i, header->spi_i, IKE_SPI_LEN) != 0 ||
	    memcmp(ike->spi_r, header->spi_r, IKE_SPI_LEN) != 0)
		return;
	if (ike->keyed || v2_init_keys(ike, in))
		protected_input(ike, in);
}

static bool is_fragment(const struct v2_in *in)
{
	const struct wire_payload *sk = wire_message_sk(in->message);

	return sk && sk->type == IKE_PL_SKF;
}

/* The keys of the first protected request are being made, and @in may be a part of it. */
static bool is_early(const struct ike_sa *ike, const struct v2_in *in)
{
	return !ike->keyed && ike->state == IKE_HALF_OPEN && ike->hs->response &&
	       ike->fragmentation && is_fragment(in) && !wire_is_response(&in->message->header) &&
	       in->message->header.message_id == ike->ex.recv_id;
}

/* The peer is done with IKE_AUTH, and goes on before we have checked its answer. */
static void hold(struct ike_sa *ike, const struct v2_in *in)
{
	struct bytes plain = bytes_of(NULL, 0);
	uint8_t next;

	if (is_fragment(in) && (in->message->header.message_id != ike->ex.recv_id ||
				!v2_fragment_take(ike, JOB_PEERS, in, &plain, &next)))
		return;
	secret_wipe(ike->core->plain, plain.n);
	job_hold(ike, &in->local, &in->remote, in->message->data);
}

static void sa_input(struct ike_sa *ike, const struct v2_in *in)
{
	const struct wire_header *header = &in->message->header;
	enum job_side side = side_of(header);

	/* What says that it comes from us is a reflection of our own. */
	if (wire_from_initiator(header) == ike->initiator)
		return;
	job_forget_late(ike, side);
	/* @in is a repetition of the message that waits for a job, or an answer to no request. */
	if (job_waits(ike, side)) {
		if (is_early(ike, in))
			fragments_keep_early(ike, in->message->data);
		return;
	}
	if (side == JOB_PEERS && ike->state == IKE_AUTH_SENT && job_waits(ike, JOB_OURS)) {
		hold(ike, in);
		return;
	}
	sa_handle(ike, in);
	if (!job_waits(ike, side))
		return;
	/* What waits is the next request of ours, not @in: it will be built, with no message. */
	if (side == JOB_OURS && !ike->ex.request)
		return;
	if (!job_keep(ike, side, &in->local, &in->remote, in->message->data))
		job_forget(ike, side);
}

/* What came while the keys were being made, as if it had come from where the first part did. */
static void early_input(struct ike_sa *ike, const struct endpoint *local,
			const struct endpoint *remote)
{
	struct packet *early = fragments_take_early(ike);
	struct wire_message message;
	struct v2_in in = {
		.message = &message, .payloads = &message.clear,
		.local = *local, .remote = *remote,
	};
	struct wire_error error;

	for (const struct packet *one = early; one; one = one->next)
		if (!wire_message_parse(bytes_of(one->b, one->n), &message, &error))
			sa_input(ike, &in);
	packet_free(early);
}

static void resume(struct ike_sa *ike, const struct endpoint *local, const struct endpoint *remote,
		   struct bytes data)
{
	bool first = ike->state == IKE_HALF_OPEN && !ike->hs->response;
	struct wire_message message;
	struct v2_in in = {
		.message = &message,
		.payloads = &message.clear,
		.local = first ? ike->path->local : *local,
		.remote = first ? ike->path->remote : *remote,
	};
	struct wire_error error;

	if (first)
		data = packet_bytes(ike->hs->request);
	if (!data.n) {
		exchange_again(ike);
		return;
	}
	if (wire_message_parse(data, &message, &error)) {
		log_error(NULL, "a message that was kept cannot be read any more");
		return;
	}
	v2_notify_read(&in);
	if (first)
		v2_init_answer(ike, &in);
	else
		sa_input(ike, &in);
	if (ike->keyed && ike->state == IKE_HALF_OPEN)
		early_input(ike, local, remote);
}

static void input(struct ike_core *core, const struct endpoint *local,
		  const struct endpoint *remote, struct bytes data)
{
	static const uint8_t none[IKE_SPI_LEN];
	struct wire_message message;
	struct v2_in in = {
		.message = &message,
		.payloads = &message.clear,
		.local = *local,
		.remote = *remote,
	};
	const struct wire_header *header = &message.header;
	struct wire_error error;
	struct ike_sa *ike;

	bool bad = wire_message_parse(data, &message, &error);

	if (!bad && v2_lost_notice(core, &in))
		return;
	if (bad || wire_rules_check_clear(&message, &error)) {
		complain(&in, "malformed message", &error);
		if (error.code != WIRE_ERR_HDR_SHORT)
			refuse_clear(core, &in, &error);
		return;
	}
	v2_notify_read(&in);
	if (header->exchange == IKE_EXCH_IKE_SA_INIT && !wire_is_response(header)) {
		if (wire_from_initiator(header) && !header->message_id &&
		    !memcmp(header->spi_r, none, IKE_SPI_LEN))
			v2_init_request(core, &in);
		return;
	}
	ike = ike_find(core, wire_from_initiator(header) ? header->spi_r : header->spi_i);
	if (ike && v2_speaks(ike))
		sa_input(ike, &in);
	else if (!ike)
		v2_lost_answer(core, &in);
}

static enum ike_urgency urgency(struct bytes data)
{
	struct wire_header header;
	struct wire_error error;

	if (wire_header_parse(data, &header, &error))
		return IKE_BEGINNING;
	switch (header.exchange) {
	case IKE_EXCH_CREATE_CHILD_SA:
	case IKE_EXCH_INFORMATIONAL:
	case IKE_EXCH_IKE_FOLLOWUP_KE:
		return IKE_URGENT;
	case IKE_EXCH_IKE_INTERMEDIATE:
	case IKE_EXCH_IKE_AUTH:
		return IKE_GOING_ON;
	default:
		return wire_is_response(&header) ? IKE_GOING_ON : IKE_BEGINNING;
	}
}

const struct ike_version v2_version = {
	.major = V2_MAJOR,
	.begin = v2_init_begin,
	.urgency = urgency,
	.input = input,
	.resume = resume,
	.request = request,
	.repeats = v2_repeats,
	.packet_most = v2_fragment_size,
	.unsent = v2_unsent,
	.rule = v2_rule,
	.child_up = v2_pfs_plan,
	.child_early = v2_pfs_probe,
	.lost = v2_lost,
};
