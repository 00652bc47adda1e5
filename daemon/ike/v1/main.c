// SPDX-License-Identifier: GPL-2.0-or-later
/* Main mode where we began (RFC 2409 section 5.4). */
#include <string.h>

#include "base/log.h"
#include "ike/ike_life.h"
#include "ike/v1/v1.h"

#define WHY_MAX	512

/* --- the offer --- */

struct packet *v1_offer_build(struct ike_sa *ike, struct task *task)
{
	struct isakmp_writer w;

	(void)task;
	if (!ike->own)
		return NULL;
	v1_begin(&w, ike, ISAKMP_EXCH_MAIN, 0, false);
	if (!v1_offer_put(&w, ike, policy_gateway_ike(ike->conf, V1_MAJOR)))
		return NULL;
	v1_vendor_put(&w, ike);
	return v1_end(ike, &w);
}

bool v1_offer_answer(struct ike_sa *ike, struct task *task, struct v1_in *in)
{
	static const uint8_t none[IKE_SPI_LEN];
	struct gateway *gw = ike->gw;
	struct prop_chosen chosen;
	char why[WHY_MAX];

	(void)task;
	if (ike->state != IKE_INIT_SENT)
		return true;
	/* Nothing authenticates this message: drop a bad one, as a better one may follow. */
	if (!memcmp(in->header.spi_r, none, IKE_SPI_LEN))
		return false;
	if (!v1_answer_good(ike, in, policy_gateway_ike(ike->conf, V1_MAJOR), 0, &chosen, why,
			    sizeof(why))) {
		gateway_fail(gw, "%s", why);
		return false;
	}
	if (!v1_needed(gw)) {
		ike_close(ike, false);
		return true;
	}
	ike_set_peer_spi(ike, in->header.spi_r);
	ike->prop = chosen;
	ike->hs->group = chosen.dh;
	v1_vendor_read(ike, in);
	ike->state = IKE_AUTH_SENT;
	exchange_queue(ike, task_new(TASK_INTERMEDIATE));
	return true;
}

/* --- the key exchange --- */

struct packet *v1_exchange_build(struct ike_sa *ike, struct task *task)
{
	struct handshake *hs = ike->hs;
	struct isakmp_writer w;

	(void)task;
	if (!hs->ni_n) {
		if (!core_random(ike->core, hs->ni, NONCE_N))
			return NULL;
		hs->ni_n = NONCE_N;
	}
	if (!v1_key_pair(ike, JOB_OURS) || !hs->dh)
		return NULL;
	v1_begin(&w, ike, ISAKMP_EXCH_MAIN, 0, false);
	v1_keys_put(&w, ike, bytes_of(hs->ni, hs->ni_n));
	v1_sign_ask(&w, ike);
	v1_natd_put(&w, ike);
	return v1_end(ike, &w);
}

bool v1_exchange_answer(struct ike_sa *ike, struct task *task, struct v1_in *in)
{
	(void)task;
	if (ike->state != IKE_AUTH_SENT)
		return true;
	if (!v1_keys_read(ike, in))
		return false;
	if (!v1_keys_make(ike, JOB_OURS)) {
		if (!job_waits(ike, JOB_OURS))
			ike_start_failed(ike, true);
		return !job_waits(ike, JOB_OURS);
	}
	v1_natd_check(ike, in);
	if (pathref_encap(ike->path)) {
		ike->path->local.port = IKE_NATT_PORT;
		ike->path->remote.port = IKE_NATT_PORT;
	}
	exchange_queue(ike, task_new(TASK_AUTH));
	return true;
}

/* --- the proof --- */

struct packet *v1_proof_build(struct ike_sa *ike, struct task *task)
{
	struct ike_id ours = id_or_addr(&ike->conf->local_id, &ike->path->local.addr);
	struct isakmp_writer w;

	(void)task;
	v1_begin(&w, ike, ISAKMP_EXCH_MAIN, 0, true);
	v1_id_put(&w, &ours);
	if (!policy_id_keep(&ike->local_id, &ours) || !v1_proof_put(&w, ike, &ours, ike->conf))
		return NULL;
	if (v1_initial_due(ike->gw))
		v1_initial_put(&w, ike);
	return v1_seal(ike, &w, &v1_of(ike)->iv);
}

/* Ends the attempt, and tells the peer. */
static void reject(struct ike_sa *ike)
{
	v1_ike_delete_build(ike, NULL);
	ike_start_failed(ike, true);
}

/* Nobody else can answer under these keys: if that is no proof, no other one follows. */
static bool is_final(const struct ike_sa *ike, const struct v1_in *in)
{
	return v1_of(ike)->auth && ike->state == IKE_AUTH_SENT &&
	       isakmp_find(&in->payloads, ISAKMP_PL_SIG, NULL);
}

bool v1_proof_answer(struct ike_sa *ike, struct task *task, struct v1_in *in)
{
	struct keymat_v1_iv iv = v1_of(ike)->iv;
	struct ike_id id;

	(void)task;
	if (!v1_open(ike, in, &iv)) {
		log_debug(ike->gw->subject, "message dropped: it is not authentic");
		return false;
	}
	if (!v1_proof_read(ike, in, &id)) {
		if (job_waits(ike, JOB_OURS))
			return false;
		if (!is_final(ike, in)) {
			log_debug(ike->gw->subject, "message dropped: it is not authentic");
			return false;
		}
		v1_of(ike)->iv = iv;
		reject(ike);
		return true;
	}
	ike_heard(ike);
	v1_of(ike)->iv = iv;
	/* It was to be deleted meanwhile: now the peer can be told. */
	if (ike->state != IKE_AUTH_SENT)
		return true;
	if (v1_peer_fits(ike, &id)) {
		v1_established(ike);
		return true;
	}
	reject(ike);
	return true;
}
