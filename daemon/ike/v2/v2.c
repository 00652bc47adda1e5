// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/v2/v2.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ike/ike_life.h"
#include "ike/stranger.h"
#include "wire/payload_rules.h"

#define SENDS_MOST	8	/* about a minute */
#define SENDS_AUTH	9	/* about a minute: scripts and other servers may be asked */
#define SENDS_FEW	5	/* about 16 s */

const char *v2_notify_text(uint16_t type, char out[32])
{
	const char *name = ike_notify_name(type);

	if (name)
		return name;
	snprintf(out, 32, "notification %u", type);
	return out;
}

/* --- what we ask, in the order of enum task_kind --- */

/*
 * The first message is soon begun with anew: waits between its repetitions that grew
 * further would only add to the time until a peer that is back is noticed.
 */
static const struct {
	uint8_t exchange;
	unsigned int sends;
	bool (*build)(struct ike_sa *ike, struct task *task, struct wire_writer *w);
} v2_task[TASK_KINDS] = {
	[TASK_INIT] = { IKE_EXCH_IKE_SA_INIT, SENDS_FEW, v2_init_build },
	[TASK_AUTH] = { IKE_EXCH_IKE_AUTH, SENDS_AUTH, v2_auth_build },
	[TASK_CHILD_NEW] = { IKE_EXCH_CREATE_CHILD_SA, SENDS_MOST, v2_child_build },
	[TASK_CHILD_REKEY] = { IKE_EXCH_CREATE_CHILD_SA, SENDS_MOST, v2_child_build },
	[TASK_CHILD_DELETE] = { IKE_EXCH_INFORMATIONAL, SENDS_MOST, v2_child_delete_build },
	[TASK_IKE_REKEY] = { IKE_EXCH_CREATE_CHILD_SA, SENDS_MOST, v2_rekey_build },
	[TASK_IKE_DELETE] = { IKE_EXCH_INFORMATIONAL, SENDS_FEW, v2_ike_delete_build },
	[TASK_LIVENESS] = { IKE_EXCH_INFORMATIONAL, SENDS_FEW, v2_liveness_build },
};

/* --- what we are told: requests have no task, responses that of our request --- */

#define IN(state)	(1u << (state))
#define IN_USE		(IN(IKE_UP))
#define ENDING		(IN(IKE_REKEYED) | IN(IKE_DELETING))

struct transition {
	unsigned int states;
	uint8_t exchange;
	enum task_kind task;
	void (*request)(struct ike_sa *ike, const struct v2_in *in, struct wire_writer *w);
	void (*response)(struct ike_sa *ike, struct task *task, const struct v2_in *in);
	const char *story;
};

static const struct transition transitions[] = {
	{ IN(IKE_INIT_SENT), IKE_EXCH_IKE_SA_INIT, TASK_INIT, NULL, v2_init_response,
	  "peer answers our first message" },
	{ IN(IKE_HALF_OPEN), IKE_EXCH_IKE_AUTH, TASK_NONE, v2_auth_request, NULL,
	  "peer authenticates" },
	{ IN(IKE_AUTH_SENT), IKE_EXCH_IKE_AUTH, TASK_AUTH, NULL, v2_auth_response,
	  "peer answers our authentication" },
	{ IN_USE, IKE_EXCH_CREATE_CHILD_SA, TASK_NONE, v2_create_request, NULL,
	  "peer wants an SA, or one rekeyed" },
	{ ENDING, IKE_EXCH_CREATE_CHILD_SA, TASK_NONE, v2_refuse_request, NULL,
	  "peer wants an SA from one that is ending" },
	{ IN_USE, IKE_EXCH_CREATE_CHILD_SA, TASK_CHILD_NEW, NULL, v2_child_response,
	  "peer answers our wish for a child" },
	{ IN_USE, IKE_EXCH_CREATE_CHILD_SA, TASK_CHILD_REKEY, NULL, v2_child_response,
	  "peer answers our rekeying of a child" },
	{ IN_USE, IKE_EXCH_CREATE_CHILD_SA, TASK_IKE_REKEY, NULL, v2_rekey_response,
	  "peer answers our rekeying of the IKE SA" },
	{ IN(IKE_DELETING), IKE_EXCH_CREATE_CHILD_SA, TASK_IKE_REKEY, NULL, v2_rekey_late,
	  "peer answers our rekeying of an IKE SA that is to go" },
	{ IN_USE | ENDING, IKE_EXCH_INFORMATIONAL, TASK_NONE, v2_info_request, NULL,
	  "peer deletes, notifies, or asks whether we live" },
	{ IN_USE | ENDING, IKE_EXCH_INFORMATIONAL, TASK_CHILD_DELETE, NULL,
	  v2_child_delete_response, "peer deleted a child as we asked" },
	{ IN_USE | ENDING, IKE_EXCH_INFORMATIONAL, TASK_IKE_DELETE, NULL, v2_ike_delete_response,
	  "peer deleted the IKE SA as we asked" },
	{ IN_USE | ENDING, IKE_EXCH_INFORMATIONAL, TASK_LIVENESS, NULL, v2_liveness_response,
	  "peer lives" },
};

static const struct transition *find_transition(const struct ike_sa *ike, uint8_t exchange,
						enum task_kind task)
{
	for (size_t i = 0; i < sizeof(transitions) / sizeof(transitions[0]); i++) {
		const struct transition *t = &transitions[i];

		if (t->states & IN(ike->state) && t->exchange == exchange && t->task == task)
			return t;
	}
	return NULL;
}

/* --- out --- */

static unsigned int sends(enum task_kind kind)
{
	return v2_task[kind].sends;
}

void v2_begin(struct wire_writer *w, uint8_t *buf, const struct ike_sa *ike, uint8_t exchange,
	      uint32_t message_id, bool response)
{
	struct wire_header header = { .exchange = exchange, .message_id = message_id };

	header.flags = (ike->initiator ? IKE_FLAG_INITIATOR : 0) |
		       (response ? IKE_FLAG_RESPONSE : 0);
	memcpy(header.spi_i, ike->spi_i, IKE_SPI_LEN);
	memcpy(header.spi_r, ike->spi_r, IKE_SPI_LEN);
	wire_begin(w, buf, MESSAGE_MAX, &header);
}

struct bytes v2_seal(struct ike_sa *ike, struct wire_writer *w, uint8_t *buf)
{
	struct cipher_key *key = ike_key_out(ike);
	struct ike_hooks *hooks = &ike->core->hooks;
	struct bytes message;

	wire_sk_end(w, cipher_pad_len(key, wire_sk_plain_len(w)), cipher_icv_len(key));
	message = wire_end(w);
	if (!message.n || cipher_seal(key, hooks->random, hooks->ctx, buf, message.n,
				      wire_sk_body(w))) {
		log_error(ike->gw->subject, "a message could not be built");
		return bytes_of(NULL, 0);
	}
	return message;
}

static struct bytes request(struct ike_sa *ike, struct task *task)
{
	uint8_t *buf = ike->core->scratch;
	struct wire_writer w;

	v2_begin(&w, buf, ike, v2_task[task->kind].exchange, ike->ex.send_id, false);
	if (task->kind == TASK_INIT) {
		if (!v2_task[task->kind].build(ike, task, &w))
			return bytes_of(NULL, 0);
		free(ike->hs->request);
		ike->hs->request = packet_new(wire_end(&w));
		return packet_bytes(ike->hs->request);
	}
	wire_sk_begin(&w, cipher_iv_len(ike_key_out(ike)));
	if (!v2_task[task->kind].build(ike, task, &w))
		return bytes_of(NULL, 0);
	return v2_seal(ike, &w, buf);
}

/* Our attempt to bring the IKE SA up came to nothing; @heard: something is at the peer's. */
static void start_failed(struct ike_sa *ike, bool heard)
{
	struct gateway *gw = ike->gw;

	ike_close(ike, false);
	if (gw->gone || !gateway_lacks_ike(gw))
		return;
	if (heard)
		gateway_backoff(gw);
	else
		gateway_again(gw);
}

static void unsent(struct ike_sa *ike, struct task *task)
{
	switch (task->kind) {
	case TASK_INIT:
		gateway_fail(ike->gw, "the first message could not be built: out of memory or "
				      "randomness, or the crypto library does not support %s: "
				      "try another dh-group in the ike-crypto-profile of both ends",
			     ike->hs->group ? ike->hs->group->name : "what it is asked for");
		start_failed(ike, true);
		return;
	case TASK_AUTH:
		start_failed(ike, true);
		return;
	case TASK_IKE_DELETE:
		ike_close(ike, false);
		return;
	case TASK_CHILD_NEW:
	case TASK_CHILD_REKEY:
		v2_child_unsent(ike, task);
		break;
	case TASK_CHILD_DELETE:
		v2_child_delete_unsent(ike);
		break;
	case TASK_IKE_REKEY:
		v2_rekey_unsent(ike, task);
		break;
	default:
		break;
	}
	exchange_done(ike);
}

static void lost(struct ike_sa *ike, struct task *task)
{
	struct gateway *gw = ike->gw;
	char peer[ADDR_TEXT];

	/* One of two attempts at once (gateway_hedge()): the other may succeed. */
	if (ike->state == IKE_DELETING ||
	    (ike->state < IKE_UP && gw->slow && (gw->slow != ike || gw->starting))) {
		ike_close(ike, false);
		return;
	}
	endpoint_text(&ike->path->remote, peer);
	switch (task->kind) {
	case TASK_INIT:
		if (!ike->hs->advice[0])
			gateway_fail(ike->gw, "peer %s does not answer: check that it is "
					      "reachable, that UDP ports 500 and 4500 pass, and "
					      "that IKEv2 runs there",
				     peer);
		start_failed(ike, ike->hs->advice[0]);
		break;
	case TASK_AUTH:
		gateway_fail(ike->gw, "peer %s answered IKE_SA_INIT but not IKE_AUTH: check that "
				      "UDP port 4500 passes, and the log of the peer",
			     peer);
		start_failed(ike, true);
		break;
	default:
		if (gw->ike && gw->ike != ike) {
			ike_forgotten(ike);
			break;
		}
		gateway_tell(gw, "ike-down", "peer %s is dead", peer);
		ike_close(ike, false);
		/* after that, as it says so of all proxy-IDs that are down now */
		gateway_fail(gw, "peer %s does not answer any more: its SAs are deleted", peer);
	}
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
	const struct wire_header *theirs = &in->message->header;
	struct wire_header header = *theirs;
	struct wire_writer w;

	if (wire_is_response(theirs))
		return;
	header.flags = IKE_FLAG_RESPONSE | (wire_from_initiator(theirs) ? 0 : IKE_FLAG_INITIATOR);
	wire_begin(&w, core->scratch, MESSAGE_MAX, &header);
	if (error->code == WIRE_ERR_VERSION && theirs->version >> 4 > 2)
		wire_put_notify(&w, IKE_N_INVALID_MAJOR_VERSION, bytes_of(NULL, 0));
	else if (error->code == WIRE_ERR_CRITICAL && theirs->exchange == IKE_EXCH_IKE_SA_INIT)
		wire_put_notify(&w, IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD,
				bytes_of(&error->payload, 1));
	else
		return;
	action_send(&core->actions, &in->local, &in->remote, wire_end(&w));
}

/* Decrypts into core->plain and parses; false: not authentic. */
static bool open_message(struct ike_sa *ike, const struct v2_in *in, struct bytes *plain)
{
	const struct wire_payload *sk = wire_message_sk(in->message);

	return sk && sk->type == IKE_PL_SK &&
	       !cipher_open(ike_key_in(ike), in->message->data, wire_payload_body_offset(sk),
			    ike->core->plain, plain);
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
		       "the peer, and whether it is to make IKE SAs without children (RFC 6023)" :
		       "; it wants an IKE SA without a child SA (RFC 6023), which is not "
		       "supported: have it ask for one in IKE_AUTH (childless initiation off)";
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
		start_failed(ike, true);
	else
		ike_close(ike, false);
}

static void handle_request(struct ike_sa *ike, const struct v2_in *in,
			   const struct wire_error *error)
{
	const struct wire_header *header = &in->message->header;
	const struct transition *t = find_transition(ike, header->exchange, TASK_NONE);
	uint8_t buf[MESSAGE_MAX];
	struct wire_writer w;
	struct bytes message;

	if (!t) {
		log_debug(ike->gw->subject, "%s in a state that has no use for it",
			  ike_exchange_name(header->exchange));
		return;
	}
	log_debug(ike->gw->subject, "%s", t->story);
	adopt_address(ike, in);
	v2_begin(&w, buf, ike, header->exchange, header->message_id, true);
	wire_sk_begin(&w, cipher_iv_len(ike_key_out(ike)));
	if (error)
		wrong_request(ike, error, &w);
	else
		t->request(ike, in, &w);
	if (job_waits(ike, JOB_PEERS))
		return;
	job_forget(ike, JOB_PEERS);
	message = v2_seal(ike, &w, buf);
	if (message.n)
		exchange_respond(ike, &in->local, &in->remote, message);
}

static void handle_response(struct ike_sa *ike, const struct v2_in *in)
{
	struct task *task = ike->ex.current;
	const struct transition *t = find_transition(ike, in->message->header.exchange,
						     task->kind);

	if (t) {
		log_debug(ike->gw->subject, "%s", t->story);
		t->response(ike, task, in);
	}
	if (job_waits(ike, JOB_OURS)) {
		exchange_pause(ike);
		return;
	}
	job_forget(ike, JOB_OURS);
	exchange_answered(ike);
	/* Closing the SA freed the task. */
	if (ike->ex.current == task)
		exchange_done(ike);
}

static bool response_due(const struct ike_sa *ike, const struct wire_header *header)
{
	const struct exchange *ex = &ike->ex;

	return ex->current && ex->request && header->message_id == ex->send_id &&
	       header->exchange == v2_task[ex->current->kind].exchange;
}

static void protected_input(struct ike_sa *ike, const struct v2_in *in)
{
	const struct wire_header *header = &in->message->header;
	bool response = wire_is_response(header);
	struct v2_in opened = *in;
	struct wire_payloads inner;
	struct wire_error error;
	struct bytes plain;
	bool bad;

	if (response ? !response_due(ike, header) :
	    header->message_id != ike->ex.recv_id && header->message_id + 1 != ike->ex.recv_id) {
		log_debug(ike->gw->subject, "message id %u is outside the window",
			  header->message_id);
		return;
	}
	if (!open_message(ike, in, &plain)) {
		log_debug(ike->gw->subject, "message dropped: it is not authentic");
		return;
	}
	if (!response && header->message_id != ike->ex.recv_id) {
		exchange_respond_again(ike, &in->local, &in->remote);
		goto wipe;
	}
	/* Whoever replays a request gets this far, too, but no further. */
	ike_heard(ike);
	bad = wire_payloads_parse(wire_message_sk(in->message)->next, plain, &inner, &error) ||
	      wire_rules_check(in->message, &inner, &error);
	if (bad)
		complain(in, "authentic but wrong message", &error);
	opened.payloads = &inner;
	if (!response)
		handle_request(ike, &opened, bad ? &error : NULL);
	else if (bad)
		wrong_response(ike, &error);
	else
		handle_response(ike, &opened);
wipe:
	secret_wipe(ike->core->plain, plain.n);
}

/* @in is as if it had come just now, which it may have. */
static void sa_handle(struct ike_sa *ike, const struct v2_in *in)
{
	const struct wire_header *header = &in->message->header;

	if (header->exchange == IKE_EXCH_IKE_SA_INIT) {
		if (ike->state == IKE_INIT_SENT && wire_is_response(header) &&
		    !header->message_id && addr_equal(&in->remote.addr, &ike->path->remote.addr))
			v2_init_response(ike, ike->ex.current, in);
		return;
	}
	if (memcmp(ike->spi_i, header->spi_i, IKE_SPI_LEN) != 0 ||
	    memcmp(ike->spi_r, header->spi_r, IKE_SPI_LEN) != 0)
		return;
	if (ike->keyed || v2_init_keys(ike, in))
		protected_input(ike, in);
}

static void sa_input(struct ike_sa *ike, const struct v2_in *in)
{
	const struct wire_header *header = &in->message->header;
	enum job_side side = wire_is_response(header) ? JOB_OURS : JOB_PEERS;

	/* What says that it comes from us is a reflection of our own. */
	if (wire_from_initiator(header) == ike->initiator)
		return;
	job_forget_late(ike, side);
	/* @in is a repetition of the message that waits for a job, or an answer to no request. */
	if (job_waits(ike, side))
		return;
	/* The peer is done with IKE_AUTH, and goes on before we have checked its answer. */
	if (side == JOB_PEERS && ike->state == IKE_AUTH_SENT && job_waits(ike, JOB_OURS)) {
		job_hold(ike, &in->local, &in->remote, in->message->data);
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
	if (!data.n)
		exchange_again(ike);
	else if (wire_message_parse(data, &message, &error))
		log_error(NULL, "a message that was kept cannot be read any more");
	else if (first)
		v2_init_answer(ike, &in);
	else
		sa_input(ike, &in);
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

	if (wire_message_parse(data, &message, &error) ||
	    wire_rules_check_clear(&message, &error)) {
		complain(&in, "malformed message", &error);
		if (error.code != WIRE_ERR_HDR_SHORT)
			refuse_clear(core, &in, &error);
		return;
	}
	if (header->exchange == IKE_EXCH_IKE_SA_INIT && !wire_is_response(header)) {
		if (wire_from_initiator(header) && !header->message_id &&
		    !memcmp(header->spi_r, none, IKE_SPI_LEN))
			v2_init_request(core, &in);
		return;
	}
	ike = ike_find(core, wire_from_initiator(header) ? header->spi_r : header->spi_i);
	if (ike)
		sa_input(ike, &in);
}

const struct ike_version v2_version = {
	.major = IKE_VERSION_2 >> 4,
	.begin = v2_init_begin,
	.input = input,
	.resume = resume,
	.request = request,
	.unsent = unsent,
	.sends = sends,
	.lost = lost,
};
