// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Aggressive mode where we began (RFC 2409 section 5.4).  The first message has a public value, so
 * all transforms that we offer are of one group: the first in a proposal that IKEv1 can express.
 * The peer's answer proves its identity, our last message ours.
 */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "ike/ike_life.h"
#include "ike/v1/v1.h"
#include "policy/id.h"

#define ADVISED_SENDS	2	/* more tries after an answer that is of no use */
#define WHY_MAX		512

/* --- the first message --- */

static bool has_group(const struct prop *prop, const struct alg_dh *group)
{
	for (unsigned int i = 0; i < prop->n_dh; i++)
		if (prop->dh[i] == group)
			return true;
	return false;
}

/* The first group of the first proposal that is not of combined modes; NULL: there is none. */
static const struct alg_dh *first_group(const struct prop_list *list)
{
	for (unsigned int i = 0; i < list->n; i++)
		if (list->prop[i].n_encr && !list->prop[i].encr[0]->aead && list->prop[i].n_dh)
			return list->prop[i].dh[0];
	return NULL;
}

/* What is to be offered, in the handshake; false: there is none, or no memory. */
static bool prepare(struct ike_sa *ike)
{
	const struct prop_list *all = policy_gateway_ike(ike->conf, V1_MAJOR);
	struct handshake *hs = ike->hs;
	struct prop_list *offered;

	if (hs->offered)
		return true;
	hs->group = first_group(all);
	offered = hs->group ? calloc(1, sizeof(*offered)) : NULL;
	if (!offered)
		return false;
	for (unsigned int i = 0; i < all->n; i++) {
		struct prop *prop = &offered->prop[offered->n];

		*prop = all->prop[i];
		if (!has_group(prop, hs->group))
			continue;
		prop->n_dh = 1;
		prop->dh[0] = hs->group;
		offered->n++;
	}
	hs->offered = offered;
	return true;
}

struct packet *v1_aggr_build(struct ike_sa *ike, struct task *task)
{
	struct ike_id ours = id_or_addr(&ike->conf->local_id, &ike->path->local.addr);
	struct handshake *hs = ike->hs;
	struct isakmp_writer w;

	(void)task;
	if (!ike->own || !prepare(ike) || !policy_id_keep(&ike->local_id, &ours))
		return NULL;
	if (!hs->ni_n) {
		if (!core_random(ike->core, hs->ni, NONCE_N))
			return NULL;
		hs->ni_n = NONCE_N;
	}
	if (!v1_key_pair(ike, JOB_OURS) || !hs->dh)
		return NULL;
	v1_begin(&w, ike, ISAKMP_EXCH_AGGRESSIVE, 0, false);
	if (!v1_offer_put(&w, ike, hs->offered))
		return NULL;
	v1_keys_put(&w, ike, bytes_of(hs->ni, hs->ni_n));
	v1_id_put(&w, &ike->local_id);
	v1_sign_ask(&w, ike);
	v1_vendor_put(&w, ike);
	return v1_end(ike, &w);
}

/* --- the answer --- */

/* Anybody may have sent it, as nothing protects it: a better one may follow. */
static void forget_answer(struct ike_sa *ike)
{
	static const uint8_t none[IKE_SPI_LEN];
	struct v1_sa *own = v1_of(ike);

	ike_set_peer_spi(ike, none);
	secret_wipe(&own->keys, sizeof(own->keys));
	ike->keyed = false;
	own->natt = V1_NATT_NONE;
	own->dpd = false;
	ike->fragmentation = false;
}

/* It cannot be used: that is reported if no better one comes. */
static bool useless(struct ike_sa *ike)
{
	forget_answer(ike);
	memcpy(ike->hs->advice, ike->gw->last_error, sizeof(ike->hs->advice) - 1);
	exchange_limit(&ike->ex, ADVISED_SENDS);
	return false;
}

/* Makes the keys of it; false: job_waits(), or it cannot be used. */
static bool take_keys(struct ike_sa *ike, const struct v1_in *in)
{
	struct prop_chosen chosen;
	char why[WHY_MAX];

	/* It is the same answer as before: another waits until this one is done with. */
	if (ike->keyed)
		return true;
	if (!v1_answer_good(ike, in, ike->hs->offered, 0, &chosen, why, sizeof(why))) {
		gateway_fail(ike->gw, "%s", why);
		return false;
	}
	ike_set_peer_spi(ike, in->header.spi_r);
	ike->prop = chosen;
	v1_vendor_read(ike, in);
	return v1_keys_read(ike, in) && v1_keys_make(ike, JOB_OURS);
}

/* Sends our last message, or job_waits(); it is sent again whenever the answer comes again. */
static bool send_proof(struct ike_sa *ike, const struct v1_in *in)
{
	struct v1_sa *own = v1_of(ike);
	struct isakmp_writer w;
	struct packet *message;

	v1_begin(&w, ike, ISAKMP_EXCH_AGGRESSIVE, 0, true);
	if (!v1_proof_put(&w, ike, &ike->local_id, ike->conf))
		return false;
	v1_natd_put(&w, ike);
	if (v1_initial_due(ike->gw))
		v1_initial_put(&w, ike);
	message = v1_seal(ike, &w, &own->iv);
	if (!message)
		return false;
	packet_free(own->heard);
	own->heard = packet_new(in->data);
	exchange_respond(ike, &ike->path->local, &ike->path->remote, message);
	return true;
}

/* The peer has proved that it has the key and is @id. */
static void take_peer(struct ike_sa *ike, const struct v1_in *in, const struct ike_id *id)
{
	if (!v1_peer_fits(ike, id)) {
		ike_start_failed(ike, true);
		return;
	}
	ike_heard(ike);
	v1_natd_check(ike, in);
	if (pathref_encap(ike->path)) {
		ike->path->local.port = IKE_NATT_PORT;
		ike->path->remote.port = IKE_NATT_PORT;
	}
	if (send_proof(ike, in)) {
		v1_established(ike);
		return;
	}
	if (job_waits(ike, JOB_OURS))
		return;
	gateway_fail(ike->gw, "the last message of aggressive mode could not be built: out of "
			      "memory, or our private key cannot be used");
	ike_start_failed(ike, true);
}

bool v1_aggr_answer(struct ike_sa *ike, struct task *task, struct v1_in *in)
{
	static const uint8_t none[IKE_SPI_LEN];
	char peer[ADDR_TEXT];
	struct ike_id id;

	(void)task;
	if (ike->state != IKE_INIT_SENT)
		return true;
	if (!memcmp(in->header.spi_r, none, IKE_SPI_LEN))
		return false;
	if (!v1_needed(ike->gw)) {
		ike_close(ike, false);
		return true;
	}
	if (!take_keys(ike, in))
		return !job_waits(ike, JOB_OURS) && useless(ike);
	if (!v1_proof_read(ike, in, &id)) {
		if (job_waits(ike, JOB_OURS))
			return false;
		if (!v1_of(ike)->auth)
			gateway_fail(ike->gw, "the proof of peer %s is wrong: most likely "
					      "pre-shared keys differ; check key-file on both "
					      "ends", addr_text(&ike->path->remote.addr, peer));
		return useless(ike);
	}
	take_peer(ike, in, &id);
	return !job_waits(ike, JOB_OURS);
}

void v1_aggr_again(struct ike_sa *ike, const struct v1_in *in)
{
	const struct v1_sa *own = v1_of(ike);

	if (own->aggressive && bytes_equal(packet_bytes(own->heard), in->data))
		v1_answer_again(ike, &ike->path->local, &ike->path->remote);
}
