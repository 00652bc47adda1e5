// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IKE_INTERMEDIATE (RFC 9242) between IKE_SA_INIT and IKE_AUTH, as many times as there are
 * additional key exchanges (RFC 9370 section 2.2.2).  After each, all keys are made anew; the
 * answer is still protected by those from before.  AUTH covers all these messages, by way of
 * IntAuth: nobody has proved anything yet.
 */
#include <string.h>

#include "base/secret.h"
#include "crypto/prf.h"
#include "ike/stranger.h"
#include "ike/v2/v2.h"

#define LENGTH_AT	24	/* in the IKE header */
#define NEXT_AT		16
#define INT_AUTH_PARTS	5

static const struct alg_dh *next_group(const struct ike_sa *ike)
{
	return ike->hs ? prop_next_round(&ike->prop, ike->hs->inter.done) : NULL;
}

bool v2_intermediate_due(const struct ike_sa *ike)
{
	return next_group(ike);
}

/* --- keys --- */

bool v2_intermediate_open(struct ike_sa *ike, const struct v2_in *in, size_t body,
			  struct bytes *plain)
{
	struct intermediate *inter = ike->hs ? &ike->hs->inter : NULL;
	const struct cipher_key *key = ike_key_in(ike);

	if (inter && inter->turns)
		key = &inter->next.initiator;
	if (cipher_open(key, in->message->data, body, ike->core->plain, plain))
		return false;
	if (inter && inter->turns) {
		ike->keys = inter->next;
		secret_wipe(&inter->next, sizeof(inter->next));
		inter->turns = false;
	}
	return true;
}

/* Those that follow the keys in use, by one more shared secret; false on failure. */
static bool derive_next(const struct ike_sa *ike, const struct dh_secret *shared,
			struct keymat_ike *out)
{
	const struct handshake *hs = ike->hs;
	const struct keymat_ike_input input = {
		.encr = ike->prop.encr,
		.integ = ike->prop.integ,
		.prf = ike->prop.prf,
		.shared = dh_secret_bytes(shared),
		.ni = bytes_of(hs->ni, hs->ni_n),
		.nr = bytes_of(hs->nr, hs->nr_n),
		.spi_i = bytes_of(ike->spi_i, IKE_SPI_LEN),
		.spi_r = bytes_of(ike->spi_r, IKE_SPI_LEN),
	};

	/* SKEYSEED is made as for a rekey; the SPIs are those of the SA itself. */
	return !keymat_ike_rekey(&ike->keys, &input, out);
}

/* --- IntAuth (RFC 9242 section 3.3.2) --- */

/*
 * One more message of the original initiator, or of the other end: its IKE header, what is between
 * that and the header of SK, that header's first two octets, and what is within.  The lengths are
 * as if that were all; a message in fragments counts as if it had come in one.  False on failure.
 */
static bool add_int_auth(struct ike_sa *ike, bool initiator, const uint8_t *message,
			 struct bytes clear, const uint8_t *sk, struct bytes plain)
{
	struct intermediate *inter = &ike->hs->inter;
	uint8_t *auth = initiator ? inter->auth_i : inter->auth_r;
	const uint8_t *key = initiator ? ike->keys.sk_pi : ike->keys.sk_pr;
	uint8_t header[IKE_HDR_LEN], generic[IKE_PAYLOAD_HDR_LEN] = { sk[0], sk[1] };
	size_t prf_n = ike->keys.prf->out_n, n = sizeof(generic) + plain.n;
	const struct bytes parts[INT_AUTH_PARTS] = {
		bytes_of(auth, inter->done ? prf_n : 0), bytes_of(header, sizeof(header)), clear,
		bytes_of(generic, sizeof(generic)), plain,
	};
	uint8_t made[ALG_PRF_MAX];

	memcpy(header, message, sizeof(header));
	if (!clear.n)
		header[NEXT_AT] = IKE_PL_SK;
	put_be32(header + LENGTH_AT, (uint32_t)(sizeof(header) + clear.n + n));
	put_be16(generic + 2, (uint16_t)n);
	if (prf(ike->keys.prf, bytes_of(key, prf_n), parts, INT_AUTH_PARTS, made))
		return false;
	memcpy(auth, made, prf_n);
	return true;
}

static bool add_received(struct ike_sa *ike, const struct v2_in *in)
{
	const struct wire_payload *sk = wire_message_sk(in->message);
	const uint8_t *data = in->message->data.p;
	bool whole = sk->type == IKE_PL_SK;
	const uint8_t generic[] = { in->next, whole ? data[sk->offset + 1] : 0 };

	return add_int_auth(ike, !ike->initiator, data,
			    bytes_of(data + IKE_HDR_LEN, whole ? sk->offset - IKE_HDR_LEN : 0),
			    generic, in->plain);
}

/* What is in @w is complete, but not protected yet. */
static bool add_written(struct ike_sa *ike, const struct wire_writer *w)
{
	const uint8_t generic[] = { wire_sk_next(w), 0 };
	size_t n = wire_sk_plain_len(w);

	return !w->buf.overflow &&
	       add_int_auth(ike, ike->initiator, w->buf.p, bytes_of(NULL, 0), generic,
			    bytes_of(w->buf.p + w->buf.n - n, n));
}

struct bytes v2_intermediate_signed(const struct ike_sa *ike, uint8_t out[V2_INT_AUTH_MAX])
{
	const struct intermediate *inter = &ike->hs->inter;
	size_t prf_n = ike->keys.prf->out_n;

	if (!inter->done)
		return bytes_of(NULL, 0);
	memcpy(out, inter->auth_i, prf_n);
	memcpy(out + prf_n, inter->auth_r, prf_n);
	/* IKE_SA_INIT has the message id 0, and IKE_AUTH comes next. */
	put_be32(out + 2 * prf_n, inter->done + 1);
	return bytes_of(out, 2 * prf_n + 4);
}

bool v2_read_ke_of(const struct v2_in *in, const struct alg_dh *group, struct bytes *data)
{
	const struct wire_payload *payload = wire_payload_find(in->payloads, IKE_PL_KE);
	struct wire_error error;
	struct wire_ke ke;

	if (!group || !payload || wire_read_ke(payload, &ke, &error) || ke.group != group->id)
		return false;
	*data = ke.data;
	return true;
}

/* --- initiator --- */

bool v2_intermediate_build(struct ike_sa *ike, struct task *task, struct wire_writer *w)
{
	struct handshake *hs = ike->hs;
	struct job_dh want = { .group = next_group(ike), .own = &hs->dh };

	(void)task;
	if (!want.group || (!hs->dh && !job_dh(ike, JOB_OURS, &want)) || !hs->dh)
		return false;
	wire_put_ke(w, want.group->id, dh_public(hs->dh));
	return add_written(ike, w);
}

static void exchange_failed(struct ike_sa *ike, const char *why)
{
	char peer[ADDR_TEXT];

	gateway_fail(ike->gw, "the additional key exchange %u with peer %s failed: %s",
		     ike->hs->inter.done + 1, addr_text(&ike->path->remote.addr, peer), why);
	ike_start_failed(ike, true);
}

/* Goes on with the keys that the shared secret gives; false on failure. */
static bool go_on(struct ike_sa *ike, const struct v2_in *in, const struct dh_secret *shared)
{
	struct handshake *hs = ike->hs;
	struct keymat_ike next;
	bool good = derive_next(ike, shared, &next) && add_received(ike, in);

	if (good) {
		ike->keys = next;
		hs->inter.done++;
		dh_free(hs->dh);
		hs->dh = NULL;
	}
	secret_wipe(&next, sizeof(next));
	return good;
}

void v2_intermediate_response(struct ike_sa *ike, struct task *task, const struct v2_in *in)
{
	struct job_dh exchange = { .group = next_group(ike), .own = &ike->hs->dh };
	char name[32];
	bool good;

	(void)task;
	if (in->notes.failed) {
		exchange_failed(ike, v2_notify_text(in->notes.error.type, name));
		return;
	}
	if (!v2_read_ke_of(in, exchange.group, &exchange.peer)) {
		exchange_failed(ike, "peer sent no value of the group that it chose");
		return;
	}
	if (!job_dh(ike, JOB_OURS, &exchange))
		return;
	if (exchange.error) {
		exchange_failed(ike, dh_error_text(exchange.error));
		return;
	}
	good = go_on(ike, in, &exchange.shared);
	secret_wipe(&exchange.shared, sizeof(exchange.shared));
	if (good)
		exchange_queue(ike, task_new(v2_intermediate_due(ike) ? TASK_INTERMEDIATE :
					     TASK_AUTH));
	else
		exchange_failed(ike, "the crypto library failed");
}

/* --- responder --- */

/* Ends what nobody has proved to be the peer's yet. */
static void refuse_further(struct ike_sa *ike, struct wire_writer *w, uint16_t type,
			   const char *why)
{
	const struct addr *local = &ike->path->local.addr, *remote = &ike->path->remote.addr;
	char peer[ADDR_TEXT];

	stranger_fail(ike->core, stranger_gateway(ike->core, local, remote),
		      "the additional key exchange %u with peer %s failed: %s",
		      ike->hs->inter.done + 1, addr_text(remote, peer), why);
	wire_put_notify(w, type, bytes_of(NULL, 0));
	ike_close(ike, true);
}

/* Answers, and keeps the new keys for what comes next. */
static bool answer_further(struct ike_sa *ike, const struct v2_in *in,
			   const struct job_dh *exchange, struct wire_writer *w)
{
	struct intermediate *inter = &ike->hs->inter;

	wire_put_ke(w, exchange->group->id, dh_public(*exchange->own));
	if (!derive_next(ike, &exchange->shared, &inter->next) || !add_received(ike, in) ||
	    !add_written(ike, w))
		return false;
	inter->turns = true;
	inter->done++;
	return true;
}

void v2_intermediate_request(struct ike_sa *ike, const struct v2_in *in, struct wire_writer *w)
{
	struct wire_writer undo = *w;
	struct dh *own = NULL;
	struct job_dh exchange = { .group = next_group(ike), .own = &own };

	if (!v2_read_ke_of(in, exchange.group, &exchange.peer)) {
		refuse_further(ike, w, IKE_N_INVALID_SYNTAX, "none with that group was agreed on");
		return;
	}
	exchange.error = dh_check(exchange.group, exchange.peer);
	if (!exchange.error && !job_dh(ike, JOB_PEERS, &exchange))
		return;
	if (exchange.error) {
		refuse_further(ike, w, IKE_N_NO_PROPOSAL_CHOSEN, dh_error_text(exchange.error));
	} else if (!answer_further(ike, in, &exchange, w)) {
		*w = undo;
		refuse_further(ike, w, IKE_N_INVALID_SYNTAX, "the crypto library failed");
	}
	secret_wipe(&exchange.shared, sizeof(exchange.shared));
	dh_free(own);
}
