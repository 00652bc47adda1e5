// SPDX-License-Identifier: GPL-2.0-or-later
/* Quick mode where we began (RFC 2409 section 5.5). */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ike/child_end.h"
#include "ike/child_kernel.h"
#include "ike/child_wish.h"
#include "ike/ike_life.h"
#include "ike/nonce.h"
#include "ike/v1/v1.h"
#include "prop/prop_v1.h"

#define TEXT_MAX	512
#define KILOBYTE	1000

bool v1_child_derive(struct child_sa *child, struct bytes shared, const struct v1_quick *quick)
{
	const struct keymat_v1 *keys = &v1_of(child->ike)->keys;
	struct keymat_v1_esp input = {
		.encr = child->prop.encr,
		.integ = child->prop.integ,
		.protocol = (uint8_t)child->prop.proto,
		.shared = shared,
		.ni = bytes_of(quick->ni, quick->ni_n),
		.nr = bytes_of(quick->nr, quick->nr_n),
	};
	uint32_t spi_i = child->initiator ? child->spi_in : child->spi_out;
	uint32_t spi_r = child->initiator ? child->spi_out : child->spi_in;
	bool good;

	nonce_lesser(input.ni, input.nr, child->nonce_min);
	child_forget_keys(child);
	child->keys = calloc(1, sizeof(*child->keys));
	if (!child->keys)
		return false;
	/* An SA has the keys of its SPI, and that is of who receives by it. */
	input.spi = spi_r;
	good = !keymat_v1_esp(keys, &input, &child->keys->initiator);
	input.spi = spi_i;
	return good && !keymat_v1_esp(keys, &input, &child->keys->responder);
}

/* --- the request --- */

/* As with IKEv2, the group of the IKE SA is what the peer takes for a child most likely. */
static bool pfs_pair(struct ike_sa *ike, struct task *task, const struct prop_list *esp)
{
	struct job_dh want = { .own = &task->dh };

	if (!task->group)
		task->group = prop_list_has_dh(esp, ike->prop.dh->id) ? ike->prop.dh :
			      prop_list_dh(esp);
	want.group = task->group;
	return !task->group || task->dh || (job_dh(ike, JOB_OURS, &want) && task->dh);
}

static void put_offer(struct isakmp_writer *w, const struct child_sa *child,
		      const struct task *task)
{
	const struct policy_tunnel *tunnel = child->tunnel;
	uint64_t kilobytes = tunnel->life_bytes / KILOBYTE;
	uint8_t spi[4];
	const struct prop_v1_terms terms = {
		.spi = bytes_of(spi, sizeof(spi)),
		.encap = v1_encap(child->ike, tunnel->transport),
		.group = task->group ? task->group->id : 0,
		.life_seconds = (uint32_t)tunnel->life_seconds,
		.life_kilobytes = kilobytes < UINT32_MAX ? (uint32_t)kilobytes : UINT32_MAX,
	};

	put_be32(spi, child->spi_in);
	prop_v1_offer(&tunnel->esp, &terms, w);
}

/* The first message for @child. */
static struct packet *request_for(struct child_sa *child, struct task *task,
				  struct v1_quick *quick, const struct v1_pair *pair)
{
	struct ike_sa *ike = child->ike;
	struct isakmp_writer w;

	v1_begin(&w, ike, ISAKMP_EXCH_QUICK, quick->message_id, true);
	v1_hash_begin(&w, ike);
	put_offer(&w, child, task);
	isakmp_put(&w, ISAKMP_PL_NONCE, bytes_of(quick->ni, quick->ni_n));
	if (task->dh)
		isakmp_put(&w, ISAKMP_PL_KE, dh_public(task->dh));
	v1_pair_put(&w, pair);
	if (!v1_hash_end(&w, ike, quick->message_id, bytes_of(NULL, 0)))
		return NULL;
	return v1_seal(ike, &w, &quick->iv);
}

static struct v1_quick *begin_quick(struct ike_sa *ike)
{
	uint32_t id = v1_message_id(ike);
	struct v1_quick *quick = id ? v1_quick_new(ike, id, true) : NULL;

	if (!quick)
		return NULL;
	if (!core_random(ike->core, quick->ni, NONCE_N)) {
		quick->done = true;
		return NULL;
	}
	quick->ni_n = NONCE_N;
	return quick;
}

struct packet *v1_child_build(struct ike_sa *ike, struct task *task)
{
	struct child_sa *old = child_held(ike->core, task->old), *child;
	struct slot *slot = child_wanted_by(task, old);
	struct v1_quick *quick;
	struct v1_pair pair;
	const char *why;

	if (!slot || ike->state != IKE_UP || !v1_pair_of(slot, true, &pair, &why) ||
	    !pfs_pair(ike, task, &slot->tunnel->esp))
		return NULL;
	child = child_new(ike, slot, true);
	if (!child)
		return NULL;
	task->fresh = child->token;
	child->replaces = task->old;
	quick = begin_quick(ike);
	if (!quick)
		return NULL;
	quick->child = child->token;
	return request_for(child, task, quick, &pair);
}

/* Nothing was made of @task. */
static void fail(struct ike_sa *ike, struct task *task)
{
	struct child_sa *fresh = child_held(ike->core, task->fresh);
	struct child_sa *old = child_held(ike->core, task->old);
	struct v1_quick *quick = fresh ? v1_quick_of(fresh) : NULL;

	if (quick)
		quick->done = true;
	if (fresh)
		child_failed(fresh, false);
	else if (old)
		child_keep(old, CHILD_REFUSED_MS);
	else if (task->slot)
		slot_backoff(task->slot);
}

void v1_child_unsent(struct ike_sa *ike, struct task *task)
{
	struct child_sa *fresh = child_held(ike->core, task->fresh);
	struct slot *slot = fresh ? fresh->slot :
			    child_wanted_by(task, child_held(ike->core, task->old));
	const char *why = "out of memory or randomness, or the crypto library does not support "
			  "what it is asked for";
	const char *reason;
	struct v1_pair pair;

	if (!slot)
		return;
	if (!v1_pair_of(slot, true, &pair, &reason))
		why = reason;
	slot_fail(slot, "the request for an SA could not be built: %s", why);
	fail(ike, task);
}

/* --- the answer --- */

/* It was answered, and cannot be used. */
static bool unusable(struct child_sa *fresh, const char *why)
{
	slot_fail(fresh->slot, "%s", why);
	return false;
}

static bool same_pair(struct child_sa *fresh, const struct v1_in *in)
{
	const struct addr *local = &fresh->path->local.addr, *remote = &fresh->path->remote.addr;
	char i[TS_TEXT], r[TS_TEXT], theirs_i[TS_TEXT], theirs_r[TS_TEXT];
	struct v1_pair asked, said;
	const char *why;

	if (!v1_pair_of(fresh->slot, true, &asked, &why) ||
	    !v1_pair_read(in, local, remote, &said))
		return unusable(fresh, "peer answered with addresses that cannot be read");
	if (v1_pair_equal(&asked, &said))
		return v1_pair_set(fresh, &asked);
	v1_pair_text(&asked, i, r);
	v1_pair_text(&said, theirs_i, theirs_r);
	slot_fail(fresh->slot, "peer answered with the proxy-id local %s remote %s, which is not "
			       "ours: local %s remote %s", theirs_i, theirs_r, i, r);
	return false;
}

/* What the peer chose; false: it is of no use, and why was said. */
static bool accept_choice(struct child_sa *fresh, const struct task *task, const struct v1_in *in)
{
	const struct policy_tunnel *tunnel = fresh->tunnel;
	char why[TEXT_MAX];

	if (!v1_answer_good(fresh->ike, in, &tunnel->esp, v1_encap(fresh->ike, tunnel->transport),
			    &fresh->prop, why, sizeof(why)))
		return unusable(fresh, why);
	if (fresh->prop.dh != task->group)
		return unusable(fresh, "peer answered with another key exchange than ours");
	child_set_spi_out(fresh, get_be32(fresh->prop.spi));
	fresh->transport = tunnel->transport;
	return child_mode_good(fresh->ike, fresh->slot, fresh->transport) &&
	       same_pair(fresh, in);
}

/* The last message; it goes out again whenever the answer comes again. */
static bool confirm(struct ike_sa *ike, struct v1_quick *quick, const struct v1_in *in)
{
	uint8_t hash[ALG_PRF_MAX];
	struct isakmp_writer w;
	struct packet *message;

	if (v1_hash_last(ike, quick, hash))
		return false;
	v1_begin(&w, ike, ISAKMP_EXCH_QUICK, quick->message_id, true);
	isakmp_put(&w, ISAKMP_PL_HASH, bytes_of(hash, ike->prop.prf->out_n));
	message = v1_seal(ike, &w, &quick->iv);
	if (!message)
		return false;
	v1_quick_keep(quick, in->data, message);
	quick->done = true;
	return true;
}

/* Makes the child of what @in says, with the result of the key exchange. */
static void conclude(struct child_sa *fresh, struct task *task, struct v1_quick *quick,
		     const struct v1_in *in, const struct job_dh *exchange)
{
	struct ike_sa *ike = fresh->ike;
	bool good = accept_choice(fresh, task, in);

	if (good && exchange->error)
		good = unusable(fresh, dh_error_text(exchange->error));
	if (good && (!v1_child_derive(fresh, dh_secret_bytes(&exchange->shared), quick) ||
		     !confirm(ike, quick, in)))
		good = unusable(fresh, "the SA could not be made: out of memory");
	if (!good) {
		fail(ike, task);
		return;
	}
	/* The peer uses the pair once it has our last message, so that is sent after this. */
	child_install(fresh);
	ike_send(ike, quick->said);
}

/* The HASH, nonce and public value that have to be there; false: it is not the answer. */
static bool read_answer(struct ike_sa *ike, const struct v1_in *in, struct v1_quick *quick,
			const struct task *task, struct bytes *public)
{
	const struct isakmp_payload *nonce = isakmp_find(&in->payloads, ISAKMP_PL_NONCE, NULL);
	const struct isakmp_payload *ke = isakmp_find(&in->payloads, ISAKMP_PL_KE, NULL);
	struct wire_error error;
	struct bytes nr;

	if (!v1_hash_good(ike, in, bytes_of(quick->ni, quick->ni_n)) || !nonce ||
	    isakmp_read_nonce(nonce, &nr, &error) || (task->group && !ke))
		return false;
	memcpy(quick->nr, nr.p, nr.n);
	quick->nr_n = nr.n;
	*public = ke ? ke->body : bytes_of(NULL, 0);
	return true;
}

bool v1_child_answer(struct ike_sa *ike, struct task *task, struct v1_in *in)
{
	struct child_sa *fresh = child_held(ike->core, task->fresh);
	struct v1_quick *quick = v1_quick_find(ike, in->header.message_id);
	struct job_dh exchange = { .group = task->group, .own = &task->dh };
	struct keymat_v1_iv iv;

	if (!quick)
		return false;
	/* Nobody wants it any more. */
	if (!fresh || quick->child != fresh->token) {
		quick->done = true;
		return true;
	}
	iv = quick->iv;
	if (!v1_open(ike, in, &iv) || !read_answer(ike, in, quick, task, &exchange.peer)) {
		log_debug(ike->gw->subject, "message dropped: it is not authentic");
		return false;
	}
	ike_heard(ike);
	if (task->group && !job_dh(ike, JOB_OURS, &exchange))
		return false;
	quick->iv = iv;
	conclude(fresh, task, quick, in, &exchange);
	secret_wipe(&exchange.shared, sizeof(exchange.shared));
	return true;
}

/* --- there is none --- */

void v1_child_lost(struct ike_sa *ike, struct task *task)
{
	struct child_sa *fresh = child_held(ike->core, task->fresh);
	char i[TS_TEXT], r[TS_TEXT];
	struct v1_pair pair;
	const char *why;

	if (fresh && v1_pair_of(fresh->slot, true, &pair, &why)) {
		v1_pair_text(&pair, i, r);
		slot_fail(fresh->slot, "peer does not answer quick mode for local %s remote %s: "
				       "make its proxy-id and ipsec-crypto-profile agree with "
				       "ours, and see its log", i, r);
	}
	fail(ike, task);
	exchange_queue_once(ike, TASK_LIVENESS);
}

void v1_child_refused(struct ike_sa *ike, struct task *task, uint16_t type)
{
	struct child_sa *fresh = child_held(ike->core, task->fresh);
	char text[TEXT_MAX], other[TEXT_MAX], name[32];

	if (!fresh)
		return;
	switch (type) {
	case ISAKMP_N_NO_PROPOSAL_CHOSEN:
		slot_fail(fresh->slot, "peer accepts none of our %s proposals "
				       "(NO_PROPOSAL_CHOSEN): make the ipsec-crypto-profile of "
				       "both ends agree; we offer %s",
			  prop_proto_text(prop_list_proto(&fresh->tunnel->esp)),
			  prop_list_text(&fresh->tunnel->esp, text, sizeof(text)));
		break;
	case ISAKMP_N_INVALID_ID_INFORMATION:
		slot_fail(fresh->slot, "peer has no proxy-id that is equal to local %s remote %s "
				       "(INVALID_ID_INFORMATION): make those of both ends mirror "
				       "each other",
			  ts_list_text(&fresh->slot->proxy->ts.local, text, sizeof(text)),
			  ts_list_text(&fresh->slot->proxy->ts.remote, other, sizeof(other)));
		break;
	default:
		slot_fail(fresh->slot, "peer refused the SA (%s): see its log",
			  isakmp_notify_text(type, name));
	}
	fail(ike, task);
}
