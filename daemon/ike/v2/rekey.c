// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ike/ike_life.h"
#include "ike/nonce.h"
#include "ike/put_off.h"
#include "ike/v2/v2.h"
#include "prop/prop_wire.h"

#define RETRY_SOON_MS	SECONDS(5)
#define RETRY_LATE_MS	SECONDS(60)
#define TEXT_MAX	512

bool v2_rekey_derive(struct ike_sa *heir, const struct ike_sa *old, const struct chain *chain)
{
	struct bytes ni = bytes_of(chain->ni, chain->ni_n), nr = bytes_of(chain->nr, chain->nr_n);
	struct keymat_ike_input input = {
		.encr = heir->prop.encr,
		.integ = heir->prop.integ,
		.prf = heir->prop.prf,
		.shared = dh_secret_bytes(&chain->shared[0]),
		.more = chain->shared + 1,
		.n_more = chain->n - 1,
		.ni = ni,
		.nr = nr,
		.spi_i = bytes_of(heir->spi_i, IKE_SPI_LEN),
		.spi_r = bytes_of(heir->spi_r, IKE_SPI_LEN),
	};

	heir->keyed = !keymat_ike_rekey(&old->keys, &input, &heir->keys);
	nonce_lesser(ni, nr, heir->nonce_min);
	return heir->keyed;
}

/* What was computed for the first exchange, to be freed; NULL, with a line in the log: nothing. */
static struct chain *begin_chain(const struct ike_sa *ike, const struct job_dh *exchange,
				 struct bytes ni, struct bytes nr)
{
	if (!exchange->error)
		return chain_new(ni, nr, &exchange->shared);
	log_warning(ike->gw->subject, "key exchange with the peer failed: %s",
		    dh_error_text(exchange->error));
	return NULL;
}

static bool read_ke_nonce(const struct v2_in *in, struct wire_ke *ke, struct bytes *nonce)
{
	const struct wire_payload *ke_payload = wire_payload_find(in->payloads, IKE_PL_KE);
	struct wire_error error;

	return ke_payload && !wire_read_ke(ke_payload, ke, &error) && v2_read_nonce(in, nonce);
}

/* --- initiator --- */

/* What we offer, and a key pair for it; false: there is none, or not yet. */
static bool prepare_heir(struct ike_sa *ike, struct task *task)
{
	struct job_dh want = { .own = &task->dh };
	const struct prop_list *list;

	if (!task->offered) {
		task->offered = malloc(sizeof(*task->offered));
		if (!task->offered)
			return false;
		*task->offered = ike->conf->ike;
		if (ike->plain)
			prop_list_without_rounds(task->offered);
	}
	list = task->offered;
	if (!task->group || !prop_list_has_dh(list, task->group->id))
		task->group = prop_list_has_dh(list, ike->prop.dh->id) ? ike->prop.dh :
			      prop_list_dh(list);
	want.group = task->group;
	return job_dh(ike, JOB_OURS, &want) && task->dh;
}

/* The peer is about to rekey it: we wait, unless it has given up. */
static bool peer_rekeys(struct ike_sa *ike)
{
	if (ike->chain && ike->core->now >= ike->chain->since + CHAIN_MS)
		ike_drop_chain(ike);
	return ike->chain;
}

bool v2_rekey_build(struct ike_sa *ike, struct task *task, struct wire_writer *w)
{
	struct ike_sa *heir;
	struct wire_sa sa;

	if (ike->state != IKE_UP || ike->condemned || ike_outdated(ike) || peer_rekeys(ike))
		return false;
	if (!prepare_heir(ike, task) || !core_random(ike->core, task->nonce, NONCE_N))
		return false;
	heir = ike_new_heir(ike, true);
	if (!heir)
		return false;
	task->heir = ike_key(heir);
	prop_offer(task->offered, bytes_of(heir->spi_i, IKE_SPI_LEN), &sa);
	wire_put_sa(w, &sa);
	wire_put_nonce(w, bytes_of(task->nonce, NONCE_N));
	wire_put_ke(w, task->group->id, dh_public(task->dh));
	return true;
}

/* What the peer's rekeying of the same SA made, if that is still open. */
static struct ike_sa *open_rival(const struct ike_sa *ike, const struct task *task)
{
	struct ike_sa *rival = ike_by_key(ike->core, task->rival_ike);

	return rival && rival->state == IKE_REKEYED ? rival : NULL;
}

void v2_rekey_failed(struct ike_sa *ike, struct task *task, ike_time wait)
{
	struct ike_sa *heir = ike_by_key(ike->core, task->heir);
	struct ike_sa *rival = open_rival(ike, task);

	task->heir = 0;
	if (heir)
		ike_close(heir, false);
	if (rival)
		ike_inherit(rival, ike);
	else
		ike_keep(ike, wait);
}

void v2_rekey_unsent(struct ike_sa *ike, struct task *task)
{
	if (ike->state != IKE_UP || ike->condemned || ike_outdated(ike))
		return;
	if (ike->chain) {
		ike_keep(ike, RETRY_LATE_MS);
		return;
	}
	log_warning(ike->gw->subject,
		    "the request to rekey the IKE SA could not be built: out of memory or "
		    "randomness, or the crypto library does not support %s",
		    task->group ? task->group->name : "what it is asked for");
	v2_rekey_failed(ike, task, RETRY_LATE_MS);
}

/* It is tried without what some peers call malformed, as for the first IKE SA; false: it is not. */
static bool rekey_plainly(struct ike_sa *ike, struct task *task)
{
	struct task *again;

	if (ike->plain || ike_by_key(ike->core, task->rival_ike) ||
	    !prop_list_without_rounds(task->offered))
		return false;
	again = task_new(TASK_IKE_REKEY);
	if (!again)
		return false;
	ike->plain = true;
	exchange_queue_first(ike, again);
	return true;
}

void v2_rekey_refused(struct ike_sa *ike, struct task *task, const struct wire_notify *notify)
{
	const struct alg_dh *group = NULL;
	struct task *again;
	ike_time wait;
	char name[32];

	if (notify->type == IKE_N_TEMPORARY_FAILURE) {
		wait = ike_put_off(ike, ike->ends);
		v2_rekey_failed(ike, task, wait ? wait : RETRY_LATE_MS);
		if (!wait)
			ike_lose_patience(ike);
		return;
	}
	ike_not_put_off(ike);
	if (notify->type == IKE_N_INVALID_SYNTAX && rekey_plainly(ike, task)) {
		v2_rekey_failed(ike, task, RETRY_SOON_MS);
		return;
	}
	if (notify->type == IKE_N_INVALID_KE_PAYLOAD && notify->data.n == 2)
		group = alg_dh_by_id(get_be16(notify->data.p));
	if (group && group != task->group && task->rounds < V2_ROUNDS_MAX &&
	    !ike_by_key(ike->core, task->rival_ike) &&
	    prop_list_has_dh(task->offered, group->id)) {
		again = task_new(TASK_IKE_REKEY);
		if (again) {
			again->group = group;
			again->rounds = task->rounds + 1;
			exchange_queue_first(ike, again);
		}
	} else {
		log_warning(ike->gw->subject, "peer refused to rekey the IKE SA (%s)",
			    v2_notify_text(notify->type, name));
		v2_rekey_failed(ike, task, RETRY_LATE_MS);
		return;
	}
	v2_rekey_failed(ike, task, RETRY_SOON_MS);
}

/*
 * Whether @heir can be, when more key exchanges are done, if there are any; also false while the
 * shared secret is being computed.
 */
static bool take_rekey_answer(struct ike_sa *ike, struct ike_sa *heir, struct task *task,
			      const struct v2_in *in)
{
	const struct wire_payload *payload = wire_payload_find(in->payloads, IKE_PL_SA);
	const struct prop_query query = {
		.proto = PROP_IKE,
		.local = task->offered,
		.spi_n = IKE_SPI_LEN,
	};
	struct job_dh exchange = { .group = task->group, .own = &task->dh };
	struct wire_error error;
	struct wire_ke ke;
	struct wire_sa sa;
	struct bytes nr;
	char why[TEXT_MAX];

	if (!payload || wire_read_sa(payload, &sa, &error) || !read_ke_nonce(in, &ke, &nr))
		return false;
	if (!prop_check_answer(&query, &sa, &heir->prop, why, sizeof(why))) {
		log_warning(ike->gw->subject, "rekeying of the IKE SA: %s", why);
		return false;
	}
	if (heir->prop.dh != task->group || ke.group != task->group->id)
		return false;
	exchange.peer = ke.data;
	if (!job_dh(ike, JOB_OURS, &exchange))
		return false;
	ike_set_peer_spi(heir, heir->prop.spi);
	task->chain = begin_chain(ike, &exchange, bytes_of(task->nonce, NONCE_N), nr);
	secret_wipe(&exchange.shared, sizeof(exchange.shared));
	return task->chain && (v2_followup_group(&heir->prop, NULL) ||
			       v2_rekey_derive(heir, ike, task->chain));
}

void v2_rekey_settle(struct ike_sa *ike, struct ike_sa *heir, struct task *task)
{
	struct ike_sa *rival = open_rival(ike, task);

	task->heir = 0;
	/* A child that the peer was about to make. */
	ike_drop_chain(ike);
	/* Section 2.8.1: the SA with the least nonce goes, deleted by who made it. */
	if (rival && memcmp(heir->nonce_min, rival->nonce_min, NONCE_N) < 0) {
		ike_inherit(rival, ike);
		ike_wait(heir);
		ike_delete(heir);
		return;
	}
	ike_inherit(heir, ike);
	v2_crash_renew(heir);
	ike_delete(ike);
}

bool v2_rekey_go_on(struct ike_sa *ike, struct task *task, const struct v2_in *in)
{
	const char *why = v2_followup_begin(task, TASK_IKE_FOLLOWUP, in);

	if (why)
		log_warning(ike->gw->subject, "rekeying of the IKE SA: %s", why);
	return !why;
}

void v2_rekey_response(struct ike_sa *ike, struct task *task, const struct v2_in *in)
{
	struct ike_sa *heir = ike_by_key(ike->core, task->heir);

	if (in->notes.failed) {
		v2_rekey_refused(ike, task, &in->notes.error);
		return;
	}
	ike_not_put_off(ike);
	if (!heir || !take_rekey_answer(ike, heir, task, in)) {
		if (!job_waits(ike, JOB_OURS))
			v2_rekey_failed(ike, task, RETRY_LATE_MS);
		return;
	}
	v2_crash_take(heir, in);
	if (!v2_followup_group(&heir->prop, NULL))
		v2_rekey_settle(ike, heir, task);
	/* The peer's rekey is done, and it has put ours off if it needs more than that. */
	else if (open_rival(ike, task) || !v2_rekey_go_on(ike, task, in))
		v2_rekey_failed(ike, task, RETRY_LATE_MS);
}

void v2_rekey_late(struct ike_sa *ike, struct task *task, const struct v2_in *in)
{
	struct ike_sa *heir = ike_by_key(ike->core, task->heir);

	if (!heir)
		return;
	if (in->notes.failed || !take_rekey_answer(ike, heir, task, in)) {
		if (job_waits(ike, JOB_OURS))
			return;
		task->heir = 0;
		ike_close(heir, false);
		return;
	}
	task->heir = 0;
	/* The peer does not have it yet. */
	if (v2_followup_group(&heir->prop, NULL)) {
		ike_close(heir, false);
		return;
	}
	ike_wait(heir);
	ike_delete(heir);
}

/* --- responder --- */

/* Keys for @heir: now or, where more key exchanges are to come, after the last. */
static bool key_heir(struct ike_sa *ike, struct ike_sa *heir, struct chain *chain)
{
	bool good;

	if (v2_followup_group(&heir->prop, NULL)) {
		chain->heir = ike_key(heir);
		ike->chain = chain;
		return true;
	}
	good = v2_rekey_derive(heir, ike, chain);
	chain_free(chain);
	return good;
}

static struct ike_sa *make_heir(struct ike_sa *ike, const struct prop_chosen *chosen,
				const struct job_dh *exchange, struct bytes ni,
				struct wire_writer *w)
{
	struct ike_sa *heir = ike_new_heir(ike, false);
	uint8_t nonce[NONCE_N];
	struct chain *chain = NULL;
	struct wire_sa sa;

	if (!heir)
		return NULL;
	heir->prop = *chosen;
	ike_set_peer_spi(heir, chosen->spi);
	if (core_random(ike->core, nonce, sizeof(nonce)))
		chain = begin_chain(ike, exchange, ni, bytes_of(nonce, sizeof(nonce)));
	if (!chain || !key_heir(ike, heir, chain)) {
		ike_close(heir, false);
		return NULL;
	}
	prop_answer(chosen, bytes_of(heir->spi_r, IKE_SPI_LEN), &sa);
	wire_put_sa(w, &sa);
	wire_put_nonce(w, bytes_of(nonce, sizeof(nonce)));
	wire_put_ke(w, chosen->dh->id, dh_public(*exchange->own));
	if (heir->tokens)
		v2_crash_put(heir, w);
	return heir;
}

/* Our request to do the same is with the peer. */
static bool rekeys_too(const struct ike_sa *ike)
{
	return v2_under_way(ike)->rule.rekeys && ike->ex.request;
}

/* Both rekey at once: which one is to go is decided where neither needs another exchange. */
static bool must_wait(const struct ike_sa *ike, const struct prop_chosen *chosen)
{
	return ike->ex.current && (ike->ex.current->kind == TASK_IKE_FOLLOWUP ||
				   (rekeys_too(ike) && prop_next_round(chosen, 0)));
}

/* What the peer asks for is possible: makes it, and answers. */
static void serve_rekey(struct ike_sa *ike, const struct prop_chosen *chosen,
			const struct job_dh *exchange, struct bytes ni, struct wire_writer *w)
{
	struct wire_writer undo = *w;
	struct ike_sa *heir;

	ike_drop_chain(ike);
	heir = make_heir(ike, chosen, exchange, ni, w);
	if (heir && ike->chain && !v2_followup_offer(ike, w)) {
		ike_drop_chain(ike);
		heir = NULL;
	}
	if (!heir) {
		*w = undo;
		wire_put_notify(w, IKE_N_INVALID_SYNTAX, bytes_of(NULL, 0));
	} else if (!ike->chain && rekeys_too(ike)) {
		ike_wait(heir);
		ike->ex.current->rival_ike = ike_key(heir);
	} else if (!ike->chain) {
		ike_inherit(heir, ike);
	}
}

void v2_rekey_request(struct ike_sa *ike, const struct v2_in *in, const struct wire_sa *sa,
		      struct wire_writer *w)
{
	struct prop_query query = {
		.proto = PROP_IKE,
		.local = &ike->conf->ike,
		.spi_n = IKE_SPI_LEN,
	};
	struct prop_chosen chosen;
	struct dh *own = NULL;
	struct job_dh exchange = { .own = &own };
	struct bytes none = bytes_of(NULL, 0), ni;
	struct wire_ke ke;
	char why[TEXT_MAX];
	uint8_t group[2];

	if (v2_under_way(ike)->bars_rekey) {
		wire_put_notify(w, IKE_N_TEMPORARY_FAILURE, none);
		return;
	}
	if (!read_ke_nonce(in, &ke, &ni)) {
		wire_put_notify(w, IKE_N_INVALID_SYNTAX, none);
		return;
	}
	query.ke_group = ke.group;
	if (!prop_select(&query, sa, &chosen, why, sizeof(why))) {
		log_warning(ike->gw->subject, "rekeying of the IKE SA: %s", why);
		wire_put_notify(w, IKE_N_NO_PROPOSAL_CHOSEN, none);
		return;
	}
	if (must_wait(ike, &chosen)) {
		wire_put_notify(w, IKE_N_TEMPORARY_FAILURE, none);
		return;
	}
	if (chosen.dh->id != ke.group) {
		put_be16(group, chosen.dh->id);
		wire_put_notify(w, IKE_N_INVALID_KE_PAYLOAD, bytes_of(group, sizeof(group)));
		return;
	}
	exchange.group = chosen.dh;
	exchange.peer = ke.data;
	if (!job_dh(ike, JOB_PEERS, &exchange))
		return;
	serve_rekey(ike, &chosen, &exchange, ni, w);
	secret_wipe(&exchange.shared, sizeof(exchange.shared));
	dh_free(own);
}
