// SPDX-License-Identifier: GPL-2.0-or-later
/* The responder's side of a child (RFC 7296 sections 1.3, 2.9, 2.25). */
#include <string.h>

#include "base/text.h"
#include "ike/child_end.h"
#include "ike/child_kernel.h"
#include "ike/child_wish.h"
#include "ike/v2/pfs.h"
#include "ike/v2/v2.h"
#include "prop/prop_wire.h"
#include "prop/ts_wire.h"

#define SLOT_CHILDREN_MOST	8	/* a peer can not pile up pairs for one proxy-ID */
#define TEXT_MAX		512
#define NO_OPAQUE		"OPAQUE ports are not supported: let the peer ask for all ports"

/* What the peer asks for. */
struct ask {
	struct v2_terms terms;
	struct bytes ni;
	bool auth;			/* within IKE_AUTH: no KE, no nonces of its own */
	struct child_sa *old;		/* to be rekeyed; NULL: a further one */
};

static void put_error(struct wire_writer *w, uint16_t type)
{
	wire_put_notify(w, type, bytes_of(NULL, 0));
}

static bool opaque(const struct ask *ask)
{
	return ts_wire_opaque(&ask->terms.tsr) || ts_wire_opaque(&ask->terms.tsi);
}

static void say_no_slot(struct gateway *gw, const struct ask *ask)
{
	char a[TEXT_MAX], b[TEXT_MAX], ours[TEXT_MAX], more[TEXT_MAX];
	struct slot *slot = match_meant(gw, &ask->terms.tsr, &ask->terms.tsi);
	struct text t;

	if (slot) {
		ts_list_text(&slot->proxy->ts.local, ours, sizeof(ours));
		slot_fail(slot, "peer asks for traffic selectors local %s remote %s, but "
				"configured are local %s remote %s: %s",
			  ts_wire_text(&ask->terms.tsr, a, sizeof(a)),
			  ts_wire_text(&ask->terms.tsi, b, sizeof(b)), ours,
			  ts_list_text(&slot->proxy->ts.remote, more, sizeof(more)),
			  opaque(ask) ? NO_OPAQUE : "make them mirror each other");
		return;
	}
	if (!gw->conf->n_tunnels) {
		gateway_refuse(gw, "peer asks for an SA, but no tunnel uses this gateway: set it "
				   "as the ike-gateway of a tunnel here, or disable the tunnel "
				   "there");
		return;
	}
	text_init(&t, ours, sizeof(ours));
	for (slot = gw->slots; slot; slot = slot->next) {
		if (slot->gone)
			continue;
		text_add(&t, "%s%s local %s ", t.n ? "; " : "", slot->proxy->name,
			 ts_list_text(&slot->proxy->ts.local, a, sizeof(a)));
		text_add(&t, "remote %s", ts_list_text(&slot->proxy->ts.remote, a, sizeof(a)));
	}
	gateway_refuse(gw, "peer asks for traffic selectors local %s remote %s, but configured "
			   "are: %s%s%s",
		     ts_wire_text(&ask->terms.tsr, a, sizeof(a)),
		     ts_wire_text(&ask->terms.tsi, b, sizeof(b)), ours,
		     opaque(ask) ? "; " : "", opaque(ask) ? NO_OPAQUE : "");
}

static bool crowded(const struct slot *slot)
{
	unsigned int n = 0;

	for (const struct child_sa *child = slot->children; child; child = child->slot_next)
		n += child->state != CHILD_LINGERING;
	return n >= SLOT_CHILDREN_MOST;
}

/* Picks the proposal; false with the notification written and the reason said. */
static bool choose(struct slot *slot, const struct ask *ask, struct prop_chosen *chosen,
		   struct wire_writer *w)
{
	struct prop_list esp = slot->tunnel->esp;
	const struct prop_query query = {
		.proto = prop_list_proto(&esp),
		.local = &esp,
		.spi_n = 4,
		.ignore_dh = ask->auth,
		.ke_group = ask->terms.has_ke ? ask->terms.ke.group : 0,
	};
	char why[TEXT_MAX];
	uint8_t group[2];

	if (ask->auth)
		prop_list_without_dh(&esp);
	if (!prop_select(&query, &ask->terms.sa, chosen, why, sizeof(why))) {
		if (ask->auth || !v2_pfs_say_refusing(slot, &ask->terms.sa, ask->old))
			slot_fail(slot, "%s", why);
		put_error(w, IKE_N_NO_PROPOSAL_CHOSEN);
		return false;
	}
	if (chosen->dh && (!ask->terms.has_ke || ask->terms.ke.group != chosen->dh->id)) {
		put_be16(group, chosen->dh->id);
		wire_put_notify(w, IKE_N_INVALID_KE_PAYLOAD, bytes_of(group, sizeof(group)));
		return false;
	}
	return true;
}

/* More key exchanges are to come: what was made by the first is kept, and how to go on written. */
static bool begin_child_chain(struct child_sa *child, struct bytes ni, struct bytes nr,
			      const struct dh_secret *shared, struct wire_writer *w)
{
	struct ike_sa *ike = child->ike;

	ike_drop_chain(ike);
	ike->chain = chain_new(ni, nr, shared);
	if (!ike->chain)
		return false;
	ike->chain->child = child->token;
	return v2_followup_offer(ike, w);
}

/*
 * Our half of the exchange: nonce and public value written, keys derived, unless more key
 * exchanges are to come.  @exchange has the result of the key exchange, where there is one.
 */
static bool exchange_keys(struct child_sa *child, const struct ask *ask,
			  const struct job_dh *exchange, struct bytes nr, struct wire_writer *w)
{
	if (ask->auth)
		return v2_child_derive(child, bytes_of(NULL, 0), ask->ni, nr);
	wire_put_nonce(w, nr);
	if (!child->prop.dh)
		return v2_child_derive(child, bytes_of(NULL, 0), ask->ni, nr);
	if (exchange->error) {
		slot_fail(child->slot, "key exchange with the peer failed: %s",
			  dh_error_text(exchange->error));
		return false;
	}
	wire_put_ke(w, child->prop.dh->id, dh_public(*exchange->own));
	if (v2_followup_group(&child->prop, NULL))
		return begin_child_chain(child, ask->ni, nr, &exchange->shared, w);
	return v2_child_derive(child, dh_secret_bytes(&exchange->shared), ask->ni, nr);
}

void v2_child_agreed(struct child_sa *child)
{
	struct task *task = child->ike->ex.current;

	timer_stop(&child->core->timers, &child->life);
	if (child->replaces && task && task->old == child->replaces)
		task->rival = child->token;
	child_install(child);
}

/* The child's answer is complete, and it is derived, unless that is put off. */
static void accept(struct child_sa *child, const struct ask *ask)
{
	if (ask->old)
		child->replaces = ask->old->token;
	v2_child_heed_tfc(child, ask->terms.no_tfc);
	if (child->keys)
		v2_child_agreed(child);
}

/* Makes the child in @slot, of what was chosen and agreed to, and writes the answer. */
static void make(struct ike_sa *ike, struct slot *slot, const struct ask *ask,
		 const struct prop_chosen *chosen, const struct ts_pair *ts,
		 const struct job_dh *exchange, struct bytes nr, struct wire_writer *w)
{
	struct child_sa *child = child_new(ike, slot, false);
	struct wire_writer undo;
	struct wire_sa sa;
	uint8_t spi[4];

	if (!child || !child_set_ts(child, ts)) {
		if (child)
			child_close(child);
		put_error(w, IKE_N_TEMPORARY_FAILURE);
		return;
	}
	child->in_auth = ask->auth;
	child->prop = *chosen;
	child->transport = slot->tunnel->transport;
	child_set_spi_out(child, get_be32(chosen->spi));
	put_be32(spi, child->spi_in);
	prop_answer(chosen, bytes_of(spi, sizeof(spi)), &sa);
	undo = *w;
	v2_child_put_mode(slot, w);
	wire_put_sa(w, &sa);
	if (!exchange_keys(child, ask, exchange, nr, w)) {
		*w = undo;
		put_error(w, IKE_N_INVALID_SYNTAX);
		child_close(child);
		return;
	}
	v2_child_put_ts(ts, false, w);
	accept(child, ask);
}

/* Both rekey at once: which one is to go is decided where neither needs another exchange. */
static bool child_must_wait(const struct ike_sa *ike, const struct ask *ask,
			    const struct prop_chosen *chosen)
{
	const struct task *task = ike->ex.current;

	return ask->old && task && task->old == ask->old->token &&
	       (task->kind == TASK_CHILD_FOLLOWUP ||
		(ike->ex.request && v2_followup_group(chosen, NULL)));
}

static void serve(struct ike_sa *ike, const struct ask *ask, struct bytes nr,
		  struct wire_writer *w)
{
	struct prop_chosen chosen;
	struct dh *own = NULL;
	struct job_dh exchange = { .own = &own };
	struct ts_pair ts;
	struct slot *slot;

	slot = match_slot(ike->gw, ask->old ? ask->old->slot : NULL, &ask->terms.tsr,
			  &ask->terms.tsi, &ts);
	if (!slot) {
		say_no_slot(ike->gw, ask);
		put_error(w, IKE_N_TS_UNACCEPTABLE);
		return;
	}
	if (slot->away || crowded(slot)) {
		put_error(w, IKE_N_NO_ADDITIONAL_SAS);
		return;
	}
	if (!child_mode_good(ike, slot, ask->terms.transport)) {
		put_error(w, IKE_N_NO_PROPOSAL_CHOSEN);
		return;
	}
	if (!choose(slot, ask, &chosen, w))
		return;
	if (child_must_wait(ike, ask, &chosen)) {
		put_error(w, IKE_N_TEMPORARY_FAILURE);
		return;
	}
	if (chosen.dh && !ask->auth) {
		exchange.group = chosen.dh;
		exchange.peer = ask->terms.ke.data;
		if (!job_dh(ike, JOB_PEERS, &exchange))
			return;
	}
	make(ike, slot, ask, &chosen, &ts, &exchange, nr, w);
	secret_wipe(&exchange.shared, sizeof(exchange.shared));
	dh_free(own);
}

void v2_child_serve(struct ike_sa *ike, const struct v2_in *in, struct bytes ni, struct bytes nr,
		    struct wire_writer *w)
{
	struct ask ask = { .auth = true, .ni = ni };

	if (v2_read_terms(in, &ask.terms))
		serve(ike, &ask, nr, w);
	else
		put_error(w, IKE_N_INVALID_SYNTAX);
}

void v2_refuse_request(struct ike_sa *ike, const struct v2_in *in, struct wire_writer *w)
{
	(void)ike;
	(void)in;
	put_error(w, IKE_N_TEMPORARY_FAILURE);
}

/* Section 2.25.1.  false: the rekeying can not be, and why is written. */
static bool find_old(struct ike_sa *ike, const struct v2_in *in, struct child_sa **old,
		     struct wire_writer *w)
{
	const struct wire_notify *rekey = &in->notes.rekey;

	*old = NULL;
	if (!in->notes.rekeys)
		return true;
	if (rekey->spi.n == 4)
		*old = child_by_spi_out(ike, rekey->protocol, get_be32(rekey->spi.p));
	/* The peer may know the SPIs of what we ask for before we do. */
	if (!*old && v2_under_way(ike)->makes_child) {
		put_error(w, IKE_N_TEMPORARY_FAILURE);
		return false;
	}
	if (!*old) {
		wire_put_notify_spi(w, rekey->protocol, rekey->spi.n == 4 ? rekey->spi :
				    bytes_of("\0\0\0", 4), IKE_N_CHILD_SA_NOT_FOUND,
				    bytes_of(NULL, 0));
		return false;
	}
	if ((*old)->state == CHILD_UP || (*old)->state == CHILD_REKEYING)
		return true;
	put_error(w, IKE_N_TEMPORARY_FAILURE);
	return false;
}

void v2_create_request(struct ike_sa *ike, const struct v2_in *in, struct wire_writer *w)
{
	const struct wire_payload *sa = wire_payload_find(in->payloads, IKE_PL_SA);
	uint8_t nr[NONCE_N];
	struct wire_error error;
	struct ask ask = { .auth = false };

	if (!sa || wire_read_sa(sa, &ask.terms.sa, &error) || !ask.terms.sa.n_proposals ||
	    !v2_read_nonce(in, &ask.ni)) {
		put_error(w, IKE_N_INVALID_SYNTAX);
		return;
	}
	if (ask.terms.sa.proposals[0].protocol == IKE_PROTO_IKE) {
		v2_rekey_request(ike, in, &ask.terms.sa, w);
		return;
	}
	if (v2_under_way(ike)->rule.rekeys) {
		put_error(w, IKE_N_TEMPORARY_FAILURE);
		return;
	}
	if (!find_old(ike, in, &ask.old, w))
		return;
	if (!v2_read_terms(in, &ask.terms) || !core_random(ike->core, nr, sizeof(nr))) {
		put_error(w, IKE_N_INVALID_SYNTAX);
		return;
	}
	serve(ike, &ask, bytes_of(nr, sizeof(nr)), w);
}
