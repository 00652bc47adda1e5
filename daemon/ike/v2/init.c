// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ike/nonce.h"
#include "ike/older.h"
#include "ike/stranger.h"
#include "ike/v2/cert.h"
#include "ike/v2/v2.h"
#include "prop/prop_wire.h"

#define ADVISED_SENDS	2		/* more tries after an answer in clear that says no */
#define COMPLAINT_MS	SECONDS(2)	/* strangers can not fill the log */
#define TEXT_MAX	512

/* --- initiator --- */

/* Has our key pair made; false: return, and be called anew.  It is NULL where that failed. */
static bool init_key_pair(struct ike_sa *ike, enum job_side side)
{
	struct job_dh want = { .group = ike->hs->group, .own = &ike->hs->dh };

	return job_dh(ike, side, &want);
}

/* Nonce, key pair and offer are made once, and stay for a request begun anew. */
static bool prepare_first(struct ike_sa *ike, struct handshake *hs)
{
	struct ike_core *core = ike->core;

	if (!hs->ni_n) {
		if (!core_random(core, hs->ni, NONCE_N))
			return false;
		hs->ni_n = NONCE_N;
	}
	if (!hs->offered) {
		hs->offered = malloc(sizeof(*hs->offered));
		if (!hs->offered)
			return false;
		*hs->offered = ike->conf->ike;
		v2_plain_begin(ike);
	}
	if (!hs->group)
		hs->group = prop_list_dh(hs->offered);
	return hs->group && (hs->dh || init_key_pair(ike, JOB_OURS)) && hs->dh;
}

void v2_init_begin(struct ike_sa *ike)
{
	ike->state = IKE_INIT_SENT;
	exchange_queue(ike, task_new(TASK_INIT));
}

bool v2_init_build(struct ike_sa *ike, struct task *task, struct wire_writer *w)
{
	struct handshake *hs = ike->hs;
	struct wire_sa sa;

	(void)task;
	if (!prepare_first(ike, hs))
		return false;
	if (hs->cookie_n)
		wire_put_notify(w, IKE_N_COOKIE, bytes_of(hs->cookie, hs->cookie_n));
	prop_offer(hs->offered, bytes_of(NULL, 0), &sa);
	wire_put_sa(w, &sa);
	wire_put_ke(w, hs->group->id, dh_public(hs->dh));
	wire_put_nonce(w, bytes_of(hs->ni, hs->ni_n));
	if (ike->conf->nat_traversal)
		v2_natd_put(w, ike->spi_i, ike->spi_r, &ike->path->local, &ike->path->remote);
	if (ike->conf->fragmentation)
		wire_put_notify(w, IKE_N_FRAGMENTATION_SUPPORTED, bytes_of(NULL, 0));
	if (ike->conf->ppk.mode)
		wire_put_notify(w, IKE_N_USE_PPK, bytes_of(NULL, 0));
	if (v2_plain_asks(ike))
		wire_put_notify(w, IKE_N_INTERMEDIATE_EXCHANGE_SUPPORTED, bytes_of(NULL, 0));
	if (ike->conf->cert || ike->conf->trust)
		v2_cert_put_hashes(w);
	return true;
}

/* An answer in clear may be anybody's: noted, and a better one awaited for a while. */
static void take_advice(struct ike_sa *ike, const struct wire_notify *notify)
{
	char offer[TEXT_MAX], name[32], peer[ADDR_TEXT];

	if (ike->hs->advice[0] || ike->hs->refused)
		return;
	if (v2_plain_refused(ike, notify->type)) {
		exchange_limit(&ike->ex, ADVISED_SENDS);
		return;
	}
	if (older_hint(ike, notify->type))
		return;
	addr_text(&ike->path->remote.addr, peer);
	if (notify->type == IKE_N_NO_PROPOSAL_CHOSEN)
		gateway_fail(ike->gw, "peer %s accepts none of our IKE proposals "
				      "(NO_PROPOSAL_CHOSEN), or does not know us: make the "
				      "ike-crypto-profile of both ends agree; we offer %s",
			     peer, prop_list_text(ike->hs->offered, offer, sizeof(offer)));
	else
		gateway_fail(ike->gw, "peer %s refused our first message (%s): see its log", peer,
			     v2_notify_text(notify->type, name));
	memcpy(ike->hs->advice, ike->gw->last_error, sizeof(ike->hs->advice) - 1);
	exchange_limit(&ike->ex, ADVISED_SENDS);
}

/*
 * @in may be the answer to what the request was before we sent a cookie back, and bring another
 * cookie.  Once the peer has answered the request with the first, it is what AUTH will have to
 * sign, and not one with the other.
 */
static bool overtaken(struct handshake *hs, const struct v2_in *in)
{
	if (!in->notes.has_cookie || !hs->cookie_n || !hs->overtaken)
		return false;
	hs->overtaken--;
	return true;
}

/* @in repeats the answer that the request was begun anew for: that has been done. */
static bool heeded(const struct handshake *hs, const struct v2_in *in)
{
	const struct v2_notes *notes = &in->notes;

	if (notes->has_cookie)
		return hs->cookie_n &&
		       bytes_equal(notes->cookie, bytes_of(hs->cookie, hs->cookie_n));
	return hs->regrouped && notes->group.n == 2 &&
	       get_be16(notes->group.p) == hs->group->id;
}

/* Sections 2.6 and 1.2: the request is begun anew.  false: not with what @in says. */
static bool init_anew(struct ike_sa *ike, const struct v2_in *in)
{
	struct handshake *hs = ike->hs;
	const struct v2_notes *notes = &in->notes;
	const struct alg_dh *group;

	if (hs->rounds >= V2_ROUNDS_MAX)
		return false;
	if (notes->cookie.n && notes->cookie.n <= sizeof(hs->cookie)) {
		memcpy(hs->cookie, notes->cookie.p, notes->cookie.n);
		hs->cookie_n = notes->cookie.n;
	} else if (notes->group.n == 2) {
		group = alg_dh_by_id(get_be16(notes->group.p));
		if (!group || group == hs->group || !prop_list_has_dh(hs->offered, group->id))
			return false;
		hs->group = group;
		hs->regrouped = true;
		dh_free(hs->dh);
		hs->dh = NULL;
	} else {
		return false;
	}
	hs->rounds++;
	/* Each time that it was sent gives one answer at most. */
	hs->overtaken += ike->ex.sends - 1;
	exchange_again(ike);
	return true;
}

struct init_payloads {
	struct wire_sa sa;
	struct wire_ke ke;
	struct bytes nonce;
};

static bool read_payloads(const struct v2_in *in, struct init_payloads *out)
{
	const struct wire_payload *sa = wire_payload_find(in->payloads, IKE_PL_SA);
	const struct wire_payload *ke = wire_payload_find(in->payloads, IKE_PL_KE);
	const struct wire_payload *nonce = wire_payload_find(in->payloads, IKE_PL_NONCE);
	struct wire_error error;
	char text[WIRE_ERROR_TEXT];

	if (!sa || !ke || !nonce)
		return false;
	if (!wire_read_sa(sa, &out->sa, &error) && !wire_read_ke(ke, &out->ke, &error) &&
	    !wire_read_nonce(nonce, &out->nonce, &error))
		return true;
	log_debug(NULL, "IKE_SA_INIT: %s", wire_error_text(&error, text));
	return false;
}

/* Nobody is authenticated yet, so this is not said as often as it happens. */
static bool may_complain(struct ike_core *core)
{
	if (core->complained && core->now < core->complained + COMPLAINT_MS)
		return false;
	core->complained = core->now ? core->now : 1;
	return true;
}

/* It need not be the peer of a gateway who sent that. */
static void say_bad_value(struct ike_core *core, const struct addr *from, enum dh_error error)
{
	char peer[ADDR_TEXT];

	if (may_complain(core))
		log_warning(NULL, "key exchange with %s failed: %s", addr_text(from, peer),
			    dh_error_text(error));
}

/*
 * Keys of the IKE SA from both values and nonces; false with a log line, or while the shared
 * secret is being computed.
 */
static bool derive_first(struct ike_sa *ike, enum job_side side, struct bytes peer_public)
{
	struct handshake *hs = ike->hs;
	struct keymat_ike_input input = {
		.encr = ike->prop.encr,
		.integ = ike->prop.integ,
		.prf = ike->prop.prf,
		.ni = bytes_of(hs->ni, hs->ni_n),
		.nr = bytes_of(hs->nr, hs->nr_n),
		.spi_i = bytes_of(ike->spi_i, IKE_SPI_LEN),
		.spi_r = bytes_of(ike->spi_r, IKE_SPI_LEN),
	};
	struct job_dh want = { .group = hs->group, .own = &hs->dh, .peer = peer_public };

	if (!job_dh(ike, side, &want))
		return false;
	if (want.error) {
		say_bad_value(ike->core, &ike->path->remote.addr, want.error);
	} else {
		input.shared = dh_secret_bytes(&want.shared);
		ike->keyed = !keymat_ike_first(&input, &ike->keys);
		nonce_lesser(input.ni, input.nr, ike->nonce_min);
	}
	secret_wipe(&want.shared, sizeof(want.shared));
	/* A forged value leaves our key pair for the real one. */
	if (ike->keyed) {
		dh_free(hs->dh);
		hs->dh = NULL;
	}
	return ike->keyed;
}

static bool take_init_answer(struct ike_sa *ike, const struct v2_in *in)
{
	const struct prop_query query = { .proto = PROP_IKE, .local = ike->hs->offered };
	struct handshake *hs = ike->hs;
	static const uint8_t none[IKE_SPI_LEN];
	struct init_payloads p;
	char why[TEXT_MAX];

	if (!read_payloads(in, &p))
		return false;
	if (!prop_check_answer(&query, &p.sa, &ike->prop, why, sizeof(why))) {
		if (may_complain(ike->core))
			log_warning(ike->gw->subject, "%s", why);
		return false;
	}
	if (prop_next_round(&ike->prop, 0) && !in->notes.intermediate) {
		if (may_complain(ike->core))
			log_warning(ike->gw->subject, "peer takes additional key exchanges, but "
						      "no IKE_INTERMEDIATE (RFC 9242) for them");
		return false;
	}
	if (p.ke.group != hs->group->id || ike->prop.dh != hs->group ||
	    !memcmp(in->message->header.spi_r, none, IKE_SPI_LEN))
		return false;
	memcpy(hs->nr, p.nonce.p, p.nonce.n);
	hs->nr_n = p.nonce.n;
	ike_set_peer_spi(ike, in->message->header.spi_r);
	if (!derive_first(ike, JOB_OURS, p.ke.data))
		return false;
	packet_free(hs->response);
	hs->response = packet_new(in->message->data);
	return hs->response;
}

/* RFC 4555 section 3.3: a NAT that comes later is found by what goes to port 4500. */
static bool may_move(const struct ike_sa *ike, const struct v2_in *in)
{
	return ike->conf->nat_traversal && ike->conf->mobike == POLICY_MOBIKE_YES &&
	       in->notes.natd_source;
}

void v2_init_response(struct ike_sa *ike, struct task *task, const struct v2_in *in)
{
	struct gateway *gw = ike->gw;

	(void)task;
	if (overtaken(ike->hs, in) || heeded(ike->hs, in) || init_anew(ike, in))
		return;
	if (in->notes.failed) {
		take_advice(ike, &in->notes.error);
		return;
	}
	if (!ike->ex.request || !take_init_answer(ike, in) || v2_plain_mistaken(ike, in))
		return;
	/* The peer's own IKE SA with us came up meanwhile: this one is not needed. */
	if (!gateway_lacks_ike(gw) && !gw->ike->doubted && !gw->ike->stale) {
		ike_close(ike, false);
		return;
	}
	ike->fragmentation = ike->conf->fragmentation && in->notes.fragmentation;
	ike->use_ppk = ike->conf->ppk.mode && in->notes.use_ppk;
	ike->hs->childless = in->notes.childless;
	ike->hs->hashes = v2_cert_hashes(in->notes.hashes);
	ike->hs->no_pss = v2_cert_lacks_pss(in->notes.methods);
	ike->hs->announces = in->notes.has_methods;
	if (ike->conf->nat_traversal)
		v2_natd_read(in, &ike->path->nat_local, &ike->path->nat_remote);
	if (pathref_encap(ike->path) || may_move(ike, in)) {
		ike->path->local.port = IKE_NATT_PORT;
		ike->path->remote.port = IKE_NATT_PORT;
	}
	ike->state = IKE_AUTH_SENT;
	exchange_answered(ike);
	exchange_done(ike);
	exchange_queue(ike, task_new(v2_intermediate_due(ike) ? TASK_INTERMEDIATE : TASK_AUTH));
}

/* --- responder --- */

static void refuse(struct ike_core *core, const struct v2_in *in, uint16_t type, struct bytes data)
{
	struct wire_header header = in->message->header;
	struct wire_writer w;

	header.flags = IKE_FLAG_RESPONSE;
	wire_begin(&w, core->scratch, MESSAGE_MAX, &header);
	wire_put_notify(&w, type, data);
	action_send(&core->actions, &in->local, &in->remote, wire_end(&w), 0, 0);
}

/* A message that we have answered already; it is answered again, or lost its use. */
static bool repeated(struct ike_core *core, const struct v2_in *in)
{
	const uint8_t *spi_i = in->message->header.spi_i;

	for (struct ike_sa *ike = ike_peer_first(core, spi_i); ike; ike = ike_peer_next(ike)) {
		if (!v2_speaks(ike))
			continue;
		if (!endpoint_equal(&ike->path->remote, &in->remote) &&
		    !addr_equal(&ike->path->remote.addr, &in->remote.addr))
			continue;
		if (!ike->hs)
			return true;
		if (!bytes_equal(packet_bytes(ike->hs->request), in->message->data) &&
		    !v2_cookie_renewed(ike, in))
			continue;
		if (ike->hs->response)
			action_send(&core->actions, &in->local, &in->remote,
				    packet_bytes(ike->hs->response), ike->gw->conf->dscp, 0);
		return true;
	}
	return false;
}

/* Of @first and those that the peer may be besides none has a proposal in common with it. */
static void say_no_gateway(struct ike_core *core, const struct v2_in *in,
			   const struct init_payloads *p, struct gateway *first)
{
	char why[TEXT_MAX], peer[ADDR_TEXT];
	struct prop_chosen chosen;
	struct gateway *only;

	if (!may_complain(core))
		return;
	only = stranger_gateway(core, &in->local.addr, &in->remote.addr);
	addr_text(&in->remote.addr, peer);
	if (!first && stranger_say_version(core, &in->local.addr, &in->remote.addr, V2_MAJOR))
		return;
	if (!first)
		log_warning(NULL, "%s asks for an IKE SA, but is not the peer-address of any "
			    "gateway", peer);
	else if (match_takes(first, V2_MAJOR, &p->sa, p->ke.group, &chosen, why, sizeof(why)))
		return;
	else if (only)
		stranger_fail(core, only, "%s (peer %s asks for an IKE SA)", why, peer);
	else
		stranger_fail(core, NULL,
			      "%s (peer %s asks for an IKE SA; gateway %s is the first of several "
			      "that it may be, and none accepts it)",
			      why, peer, first->conf->name);
}

static bool respond(struct ike_sa *ike, const struct v2_in *in)
{
	struct handshake *hs = ike->hs;
	struct wire_writer w;
	struct wire_sa sa;

	v2_begin(&w, ike->core->scratch, ike, IKE_EXCH_IKE_SA_INIT, 0, true);
	prop_answer(&ike->prop, bytes_of(NULL, 0), &sa);
	wire_put_sa(&w, &sa);
	wire_put_ke(&w, hs->group->id, dh_public(hs->dh));
	wire_put_nonce(&w, bytes_of(hs->nr, hs->nr_n));
	if (ike->conf->nat_traversal) {
		v2_natd_put(&w, ike->spi_i, ike->spi_r, &in->local, &in->remote);
		v2_natd_read(in, &ike->path->nat_local, &ike->path->nat_remote);
	}
	ike->fragmentation = ike->conf->fragmentation && in->notes.fragmentation;
	if (ike->fragmentation)
		wire_put_notify(&w, IKE_N_FRAGMENTATION_SUPPORTED, bytes_of(NULL, 0));
	ike->use_ppk = ike->conf->ppk.mode && in->notes.use_ppk;
	if (ike->use_ppk)
		wire_put_notify(&w, IKE_N_USE_PPK, bytes_of(NULL, 0));
	if (ike->conf->childless != POLICY_CHILDLESS_NEVER)
		wire_put_notify(&w, IKE_N_CHILDLESS_IKEV2_SUPPORTED, bytes_of(NULL, 0));
	if (prop_next_round(&ike->prop, 0) ||
	    (in->notes.intermediate && prop_list_has_rounds(&ike->conf->ike)))
		wire_put_notify(&w, IKE_N_INTERMEDIATE_EXCHANGE_SUPPORTED, bytes_of(NULL, 0));
	hs->hashes = v2_cert_hashes(in->notes.hashes);
	if (v2_cert_meant(ike)) {
		/* It says so, or knows the older methods alone. */
		if (hs->hashes)
			v2_cert_put_hashes(&w);
		v2_cert_ask_all(ike, &w);
		v2_cert_announce(NULL, &w);
	}
	hs->response = packet_new(wire_end(&w));
	return hs->response;
}

/* What the answer needs; false: no memory or randomness. */
static bool half_open(struct ike_sa *ike, const struct v2_in *in, const struct init_payloads *p)
{
	struct ike_core *core = ike->core;
	struct handshake *hs = calloc(1, sizeof(*hs));

	ike->hs = hs;
	ike_set_peer_spi(ike, in->message->header.spi_i);
	if (!hs || !core_random(core, hs->nr, NONCE_N))
		return false;
	hs->nr_n = NONCE_N;
	memcpy(hs->ni, p->nonce.p, p->nonce.n);
	hs->ni_n = p->nonce.n;
	hs->group = ike->prop.dh;
	hs->request = packet_new(in->message->data);
	/* As dh_check() has seen, it is as long as those of the group are. */
	memcpy(hs->peer_public, p->ke.data.p, p->ke.data.n);
	hs->peer_public_n = p->ke.data.n;
	return hs->request;
}

void v2_init_answer(struct ike_sa *ike, const struct v2_in *in)
{
	if (!init_key_pair(ike, JOB_PEERS))
		return;
	if (!ike->hs->dh || !respond(ike, in)) {
		stranger_missed(ike->core);
		ike_close(ike, false);
		return;
	}
	ike->ex.recv_id = 1;
	ike_send(ike, ike->hs->response);
	timer_set(&ike->core->waits, &ike->half_open, ike->core->now + HALF_OPEN_MS);
}

/*
 * Whoever only begins costs us a key pair, and no more.  One whose value turns out to be bad
 * does not get a second try on the same SA.
 */
bool v2_init_keys(struct ike_sa *ike, const struct v2_in *in)
{
	const struct wire_header *header = &in->message->header;

	if (ike->state != IKE_HALF_OPEN ||
	    header->exchange != (v2_intermediate_due(ike) ? IKE_EXCH_IKE_INTERMEDIATE :
							    IKE_EXCH_IKE_AUTH) ||
	    wire_is_response(header) || header->message_id != ike->ex.recv_id)
		return false;
	if (derive_first(ike, JOB_PEERS, bytes_of(ike->hs->peer_public, ike->hs->peer_public_n)))
		return true;
	if (job_waits(ike, JOB_PEERS))
		return false;
	stranger_missed(ike->core);
	ike_close(ike, false);
	return false;
}

/* Whether the peer may begin, now; @proved: its address is its own. */
static bool may_begin(struct ike_core *core, const struct v2_in *in, struct bytes nonce,
		      bool *proved)
{
	const struct addr *local = &in->local.addr, *remote = &in->remote.addr;
	enum stranger_verdict verdict = stranger_judge(core, local, remote, false);

	*proved = verdict == STRANGER_COOKIE;
	if (*proved) {
		if (v2_cookie_demand(core, in, nonce)) {
			core->cookies_asked++;
			return false;
		}
		verdict = stranger_judge(core, local, remote, true);
	}
	core->strangers_dropped += verdict == STRANGER_DROPPED;
	return verdict == STRANGER_TAKEN;
}

/* The gateway that the first message is for, with what we choose of it; NULL: none. */
static struct gateway *judge_first(struct ike_core *core, const struct v2_in *in,
				   const struct init_payloads *p, struct prop_chosen *chosen)
{
	const struct addr *local = &in->local.addr, *remote = &in->remote.addr;
	const struct match_claim claim = {
		.major = V2_MAJOR, .local = local, .remote = remote,
	};
	struct gateway *first, *gw;
	char peer[ADDR_TEXT];
	enum dh_error error;
	uint8_t group[2];

	gw = match_offer(core, &claim, &p->sa, p->ke.group, chosen, &first);
	if (!gw) {
		say_no_gateway(core, in, p, first);
		refuse(core, in, IKE_N_NO_PROPOSAL_CHOSEN, bytes_of(NULL, 0));
		return NULL;
	}
	if (prop_next_round(chosen, 0) && !in->notes.intermediate) {
		if (may_complain(core))
			log_warning(NULL, "%s offers additional key exchanges, but no "
					  "IKE_INTERMEDIATE (RFC 9242) for them",
				    addr_text(remote, peer));
		refuse(core, in, IKE_N_NO_PROPOSAL_CHOSEN, bytes_of(NULL, 0));
		return NULL;
	}
	if (chosen->dh->id != p->ke.group) {
		put_be16(group, chosen->dh->id);
		refuse(core, in, IKE_N_INVALID_KE_PAYLOAD, bytes_of(group, sizeof(group)));
		return NULL;
	}
	/* Before we make a key pair of our own, which costs most. */
	error = dh_check(chosen->dh, p->ke.data);
	if (!error)
		return gw;
	say_bad_value(core, &in->remote.addr, error);
	return NULL;
}

void v2_init_request(struct ike_core *core, const struct v2_in *in)
{
	struct prop_chosen chosen;
	struct init_payloads p;
	struct gateway *gw;
	struct ike_sa *ike;
	bool proved;

	/* Our own message, reflected. */
	if (ike_find(core, in->message->header.spi_i) || repeated(core, in))
		return;
	if (!read_payloads(in, &p) || !may_begin(core, in, p.nonce, &proved))
		return;
	gw = judge_first(core, in, &p, &chosen);
	if (!gw) {
		stranger_missed(core);
		return;
	}
	ike = ike_new(ike_version_of(core, V2_MAJOR), gw, false, &in->local, &in->remote);
	if (!ike)
		return;
	ike->state = IKE_HALF_OPEN;
	stranger_enter(ike, proved);
	ike->prop = chosen;
	if (!half_open(ike, in, &p)) {
		stranger_missed(core);
		ike_close(ike, false);
		return;
	}
	timer_set(&core->waits, &ike->half_open, core->now + HALF_OPEN_MS);
	v2_init_answer(ike, in);
}
