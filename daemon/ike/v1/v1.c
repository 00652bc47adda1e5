// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/v1/v1.h"

#include <string.h>

#include "base/log.h"
#include "ike/older.h"

/* --- answers to what we asked --- */

static bool is_answer(const struct ike_sa *ike, const struct v1_in *in)
{
	const struct task *task = ike->ex.current;
	const struct v1_task *row = task ? v1_row(ike, task->kind) : NULL;

	return row && row->answer && row->exchange == in->header.exchange &&
	       (row->either || row->clear != v1_encrypted(in));
}

static void keep_for_job(struct ike_sa *ike, enum job_side side, const struct v1_in *in)
{
	if (!job_keep(ike, side, &in->local, &in->remote, in->data))
		job_forget(ike, side);
}

static void answer_input(struct ike_sa *ike, struct v1_in *in)
{
	struct task *task = ike->ex.current;
	bool taken;

	job_forget_late(ike, JOB_OURS);
	/* It is a repetition of the message that waits for a job, or an answer to no request. */
	if (job_waits(ike, JOB_OURS) || !ike->ex.request)
		return;
	taken = v1_row(ike, task->kind)->answer(ike, task, in);
	if (job_waits(ike, JOB_OURS)) {
		exchange_pause(ike);
		keep_for_job(ike, JOB_OURS, in);
		return;
	}
	job_forget(ike, JOB_OURS);
	if (taken)
		v1_answered(ike, task);
}

/* --- what we are asked --- */

static void request_input(struct ike_sa *ike, struct v1_in *in,
			  void (*handle)(struct ike_sa *ike, struct v1_in *in))
{
	job_forget_late(ike, JOB_PEERS);
	if (job_waits(ike, JOB_PEERS))
		return;
	handle(ike, in);
	if (job_waits(ike, JOB_PEERS))
		keep_for_job(ike, JOB_PEERS, in);
	else
		job_forget(ike, JOB_PEERS);
}

/* Our own quick mode, and its answer is awaited. */
static bool is_our_quick(const struct ike_sa *ike, const struct v1_in *in)
{
	const struct v1_quick *quick = v1_quick_find(ike, in->header.message_id);

	return quick && quick->ours && !quick->done;
}

static void quick_input(struct ike_sa *ike, struct v1_in *in)
{
	if (ike->state < IKE_UP || ike->state >= IKE_CLOSED || !v1_encrypted(in) ||
	    !in->header.message_id)
		return;
	if (is_our_quick(ike, in)) {
		if (is_answer(ike, in))
			answer_input(ike, in);
	} else if (ike->state == IKE_UP) {
		request_input(ike, in, v1_quick_request);
	}
}

/* Where we began, the answer, from the peer's address; otherwise the last message. */
static void aggressive_input(struct ike_sa *ike, struct v1_in *in)
{
	if (ike->initiator && !addr_equal(&in->remote.addr, &ike->path->remote.addr))
		return;
	if (ike->initiator && ike->state >= IKE_UP)
		v1_aggr_again(ike, in);
	else if (is_answer(ike, in))
		answer_input(ike, in);
}

/* @in is as if it had come just now, which it may have. */
static void sa_input(struct ike_sa *ike, struct v1_in *in)
{
	switch (in->header.exchange) {
	case ISAKMP_EXCH_MAIN:
		if (in->header.message_id)
			break;
		if (!ike->initiator)
			request_input(ike, in, v1_main_request);
		else if (is_answer(ike, in) &&
			 addr_equal(&in->remote.addr, &ike->path->remote.addr))
			answer_input(ike, in);
		break;
	case ISAKMP_EXCH_AGGRESSIVE:
		if (!in->header.message_id)
			aggressive_input(ike, in);
		break;
	case ISAKMP_EXCH_QUICK:
		quick_input(ike, in);
		break;
	case ISAKMP_EXCH_INFORMATIONAL:
		if (ike->state < IKE_CLOSED)
			v1_info_input(ike, in);
		break;
	default:
		log_debug(ike->gw->subject, "exchange %u of IKEv1 is not supported",
			  in->header.exchange);
	}
	secret_wipe(ike->core->plain, in->data.n);
}

/* --- in --- */

/* Not encrypted, though some set that flag, as of the message that it is a part of. */
static bool is_fragment(const struct v1_in *in)
{
	return in->header.next == ISAKMP_PL_FRAGMENT;
}

/* False: it is malformed.  What is encrypted is not looked into yet. */
static bool parse(struct v1_in *in, struct bytes data)
{
	struct wire_error error;
	char text[WIRE_ERROR_TEXT], peer[ADDR_TEXT];

	in->data = data;
	in->plain = data;
	in->payloads.n = 0;
	if (!wire_header_parse_v1(data, &in->header, &error) &&
	    ((v1_encrypted(in) && !is_fragment(in)) ||
	     !isakmp_payloads_parse(in->header.next, data, true, &in->payloads, &error)))
		return true;
	log_debug(NULL, "malformed message from %s: %s", endpoint_text(&in->remote, peer),
		  wire_error_text(&error, text));
	return false;
}

/* The SA of ours that a message with these cookies is for, or NULL. */
static struct ike_sa *find(struct ike_core *core, const struct wire_header *header)
{
	static const uint8_t none[IKE_SPI_LEN];
	struct ike_sa *ike = ike_find(core, header->spi_r);

	if (ike && v1_speaks(ike) && !ike->initiator &&
	    !memcmp(ike->spi_i, header->spi_i, IKE_SPI_LEN))
		return ike;
	ike = ike_find(core, header->spi_i);
	if (!ike || !v1_speaks(ike) || !ike->initiator)
		return NULL;
	/* Until the peer has answered it has no cookie. */
	return !memcmp(ike->spi_r, header->spi_r, IKE_SPI_LEN) ||
	       !memcmp(ike->spi_r, none, IKE_SPI_LEN) ? ike : NULL;
}

/* The message that @in is the last part of is as if it had come whole. */
static void fragment_input(struct ike_sa *ike, const struct v1_in *in)
{
	struct v1_in again = { .local = in->local, .remote = in->remote };
	struct packet *whole = v1_fragment_take(ike, in);

	if (whole && parse(&again, packet_bytes(whole)) && find(ike->core, &again.header) == ike)
		sa_input(ike, &again);
	packet_free(whole);
}

/* Perhaps the peer says that it does not know the version of our first message. */
static void hint_input(struct ike_core *core, const struct v1_in *in)
{
	struct ike_sa *ike = ike_find(core, in->header.spi_i);
	const struct isakmp_payload *payload;
	struct isakmp_notify notify;
	struct wire_error error;

	if (in->header.exchange != ISAKMP_EXCH_INFORMATIONAL || v1_encrypted(in) || !ike ||
	    !ike->initiator || ike->state != IKE_INIT_SENT || !ike->ex.request ||
	    !addr_equal(&in->remote.addr, &ike->path->remote.addr))
		return;
	payload = isakmp_find(&in->payloads, ISAKMP_PL_NOTIFY, NULL);
	if (payload && !isakmp_read_notify(payload, &notify, &error))
		older_hint(ike, notify.type);
}

static bool is_first(const struct v1_in *in)
{
	static const uint8_t none[IKE_SPI_LEN];

	return (in->header.exchange == ISAKMP_EXCH_MAIN ||
		in->header.exchange == ISAKMP_EXCH_AGGRESSIVE) &&
	       !in->header.message_id && !v1_encrypted(in) &&
	       !memcmp(in->header.spi_r, none, IKE_SPI_LEN);
}

static void input(struct ike_core *core, const struct endpoint *local,
		  const struct endpoint *remote, struct bytes data)
{
	struct v1_in in = { .local = *local, .remote = *remote };
	struct ike_sa *ike;

	if (!parse(&in, data))
		return;
	ike = find(core, &in.header);
	if (ike && ike->own && is_fragment(&in))
		fragment_input(ike, &in);
	else if (ike && ike->own)
		sa_input(ike, &in);
	if (!ike)
		hint_input(core, &in);
	if (ike || !is_first(&in) || !v1_first_due(core, &in))
		return;
	if (in.header.exchange == ISAKMP_EXCH_MAIN)
		v1_main_first(core, &in);
	else
		v1_aggr_first(core, &in);
}

static void begin(struct ike_sa *ike)
{
	/* Without memory the first message cannot be built, which ends the attempt. */
	if (v1_own_new(ike)) {
		v1_of(ike)->auth = ike->conf->v1_auth;
		v1_of(ike)->key = ike->conf->key;
		v1_of(ike)->aggressive = ike->conf->exchange == POLICY_EXCHANGE_AGGRESSIVE;
	}
	ike->state = IKE_INIT_SENT;
	exchange_queue(ike, task_new(TASK_INIT));
}

static void resume(struct ike_sa *ike, const struct endpoint *local, const struct endpoint *remote,
		   struct bytes data)
{
	struct v1_in in = { .local = *local, .remote = *remote };

	if (!data.n)
		exchange_again(ike);
	else if (parse(&in, data))
		sa_input(ike, &in);
}

static enum ike_urgency urgency(struct bytes data)
{
	struct wire_header header;
	struct wire_error error;

	if (wire_header_parse_v1(data, &header, &error))
		return IKE_BEGINNING;
	switch (header.exchange) {
	case ISAKMP_EXCH_QUICK:
	case ISAKMP_EXCH_INFORMATIONAL:
		return IKE_URGENT;
	default:
		return header.flags & ISAKMP_FLAG_ENCRYPTED || header.next == ISAKMP_PL_FRAGMENT ?
		       IKE_GOING_ON : IKE_BEGINNING;
	}
}

const struct ike_version v1_version = {
	.major = V1_MAJOR,
	.forget = v1_own_free,
	.begin = begin,
	.urgency = urgency,
	.input = input,
	.resume = resume,
	.request = v1_request,
	.repeats = v1_repeats,
	.packet_most = v1_fragment_size,
	.unsent = v1_unsent,
	.rule = v1_rule,
	.child_up = v1_tie_up,
	.child_early = v1_quick_early,
	.lost = v1_lost,
};
