// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One end lacks an SA that the other uses (RFC 7296 sections 1.5, 2.4 and 2.21.4): it began anew,
 * or the other never heard of its end.  That is said in clear, by anybody who likes, so without
 * the token of crash.c it is a hint: whoever gets it looks more closely, and nothing ends because
 * of it.
 */
#include <string.h>

#include "base/log.h"
#include "ike/ike_life.h"
#include "ike/v2/v2.h"

#define ANSWERS_MOST	16		/* in a second, to all peers together */
#define HINT_MS		SECONDS(10)	/* between two that are heeded */

/* --- we lack it --- */

static bool may_answer(struct ike_core *core)
{
	if (core->now >= core->lost_since + SECONDS(1)) {
		core->lost_since = core->now;
		core->lost_answers = 0;
	}
	return core->lost_answers++ < ANSWERS_MOST;
}

void v2_lost_answer(struct ike_core *core, const struct v2_in *in)
{
	const struct wire_header *header = &in->message->header;
	struct wire_writer w;

	/*
	 * An answer would be answered; a reflection of our own is no request; and who is no peer
	 * gets nothing out of us.
	 */
	if (wire_is_response(header) || header->exchange == IKE_EXCH_IKE_SA_INIT ||
	    !wire_message_sk(in->message) || ike_find(core, header->spi_i) ||
	    ike_find(core, header->spi_r) ||
	    !gateway_for_peer(core, NULL, &in->local.addr, &in->remote.addr) || !may_answer(core))
		return;
	v2_clear_begin(core, in, &w);
	wire_put_notify(&w, IKE_N_INVALID_IKE_SPI, bytes_of(NULL, 0));
	v2_crash_say(core, in, &w);
	action_send(&core->actions, &in->local, &in->remote, wire_end(&w), 0, 0);
}

/* --- the peer lacks it --- */

static bool hint_counts(struct ike_sa *ike)
{
	if (ike->hinted && ike->core->now < ike->hinted + HINT_MS)
		return false;
	ike->hinted = ike->core->now;
	return true;
}

/* The peer answers our request, which it could not read, with INVALID_IKE_SPI. */
static void lost_ike(struct ike_core *core, const struct v2_in *in)
{
	const struct wire_header *header = &in->message->header;
	struct ike_sa *ike = ike_find(core, wire_from_initiator(header) ? header->spi_r :
				      header->spi_i);

	if (!ike || !v2_speaks(ike) || ike->state != IKE_UP ||
	    wire_from_initiator(header) == ike->initiator ||
	    memcmp(ike->spi_i, header->spi_i, IKE_SPI_LEN) != 0 ||
	    memcmp(ike->spi_r, header->spi_r, IKE_SPI_LEN) != 0 ||
	    !addr_equal(&in->remote.addr, &ike->path->remote.addr) ||
	    job_waits(ike, JOB_OURS) || !v2_answers(ike, header))
		return;
	if (v2_crash_proved(ike, in)) {
		v2_crash_heed(ike);
		return;
	}
	if (ike->doubted || !hint_counts(ike))
		return;
	log_info(ike->gw->subject, "peer says that it does not know our IKE SA: it may have "
				   "started anew");
	exchange_hurry(ike);
	gateway_doubt(ike->gw, ike);
}

/* It got ESP by an SPI that it does not know: if it is that, it may not live as we think. */
static void lost_child(struct ike_core *core, const struct v2_in *in, uint32_t spi)
{
	const struct addr *local = &in->local.addr, *remote = &in->remote.addr;
	struct gateway *gw = NULL;

	while ((gw = gateway_for_peer(core, gw, local, remote))) {
		struct ike_sa *ike = gw->ike;

		if (!ike || ike->state != IKE_UP || ike->ex.current ||
		    !addr_equal(remote, &ike->path->remote.addr) ||
		    !v2_notify_child(ike, spi) || !hint_counts(ike))
			continue;
		exchange_queue(ike, task_new(TASK_LIVENESS));
		return;
	}
}

bool v2_lost_notice(struct ike_core *core, const struct v2_in *in)
{
	const struct wire_header *header = &in->message->header;
	struct wire_notify notify;

	if (header->exchange == IKE_EXCH_IKE_SA_INIT || wire_message_sk(in->message))
		return false;
	if (wire_is_response(header)) {
		if (!wire_notify_find(in->payloads, IKE_N_INVALID_IKE_SPI, &notify))
			return false;
		lost_ike(core, in);
		return true;
	}
	if (header->exchange != IKE_EXCH_INFORMATIONAL ||
	    !wire_notify_find(in->payloads, IKE_N_INVALID_SPI, &notify))
		return false;
	if (notify.data.n == 4)
		lost_child(core, in, get_be32(notify.data.p));
	return true;
}
