// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/v2/mobike.h"

#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "ike/child_kernel.h"
#include "ike/ike_life.h"

#define COOKIE2_LEAST	8	/* octets, by section 4.2.5 */
#define COOKIE2_MOST	64

void v2_mobike_put(struct wire_writer *w)
{
	wire_put_notify(w, IKE_N_MOBIKE_SUPPORTED, bytes_of(NULL, 0));
}

/* Section 4.2.6: from where the sender sent, and to where, with the ports. */
bool v2_mobike_untranslated(const struct v2_in *in)
{
	size_t n = addr_len(&in->remote.addr);
	uint8_t said[2 * sizeof(in->remote.addr.b) + 4];

	if (!in->notes.has_no_nats)
		return true;
	memcpy(said, in->remote.addr.b, n);
	memcpy(said + n, in->local.addr.b, n);
	put_be16(said + 2 * n, in->remote.port);
	put_be16(said + 2 * n + 2, in->local.port);
	return bytes_equal(in->notes.no_nats, bytes_of(said, 2 * n + 4));
}

/* What a path is like, or would be. */
struct nats {
	bool local, remote;
};

static bool tied_to_path(const struct pathref *path, bool encap)
{
	for (const struct child_sa *child = path->children; child; child = child->path_next)
		if (child->transport || (encap && child->prop.proto == PROP_AH))
			return true;
	return false;
}

/* Why the peer is not followed to where @in came from; NULL: it is. */
static const char *unacceptable(const struct ike_sa *ike, const struct v2_in *in,
				const struct nats *nats)
{
	const struct policy_gateway *conf = ike->gw->conf;
	bool encap = nats->local || nats->remote;

	if (ike->proved_first)
		return "we began, and say where the IKE SA goes";
	if (in->remote.addr.family != ike->path->remote.addr.family)
		return "its addresses are of the other family";
	if (conf->local.family && !addr_equal(&conf->local, &in->local.addr))
		return "our local-address is another";
	if (encap && !conf->nat_traversal)
		return "a NAT is in between, and nat-traversal is not enabled";
	if (encap && in->local.port != IKE_NATT_PORT)
		return "a NAT is in between, and it does not use port 4500";
	if (tied_to_path(ike->path, encap))
		return "it has children in transport mode or, where a NAT is in between, of AH";
	return NULL;
}

/* The peer says that it is where @in came from. */
static void follow(struct ike_sa *ike, const struct v2_in *in, const struct nats *nats)
{
	struct pathref *path = ike->path;

	path->told = ike->core->now;
	if (path->nat_local == nats->local && path->nat_remote == nats->remote &&
	    endpoint_equal(&path->local, &in->local) && endpoint_equal(&path->remote, &in->remote))
		return;
	path->nat_local = nats->local;
	path->nat_remote = nats->remote;
	pathref_move(path, &in->local, &in->remote);
	ike_path_changed(ike);
	gateway_followed(ike->gw, path);
	exchange_queue_once(ike, TASK_ROUTABLE);
}

static void update(struct ike_sa *ike, const struct v2_in *in, const struct nats *nats,
		   struct wire_writer *w)
{
	const char *why = unacceptable(ike, in, nats);
	char peer[ADDR_TEXT];

	if (!why) {
		follow(ike, in, nats);
		return;
	}
	log_warning(ike->gw->subject, "peer wants to move to %s, and is not followed: %s",
		    endpoint_text(&in->remote, peer), why);
	wire_put_notify(w, IKE_N_UNACCEPTABLE_ADDRESSES, bytes_of(NULL, 0));
}

void v2_mobike_request(struct ike_sa *ike, const struct v2_in *in, struct wire_writer *w)
{
	bool detects = in->notes.natd_source || in->notes.natd_destination;
	struct nats nats = { ike->path->nat_local, ike->path->nat_remote };
	struct bytes cookie = in->notes.cookie2;

	if (!ike->mobike)
		return;
	if (detects)
		v2_natd_read(in, &nats.local, &nats.remote);
	if (!v2_mobike_untranslated(in))
		wire_put_notify(w, IKE_N_UNEXPECTED_NAT_DETECTED, bytes_of(NULL, 0));
	else if (in->notes.update)
		update(ike, in, &nats, w);
	if (detects)
		v2_natd_put(w, ike->spi_i, ike->spi_r, &in->local, &in->remote);
	if (cookie.n >= COOKIE2_LEAST && cookie.n <= COOKIE2_MOST)
		wire_put_notify(w, IKE_N_COOKIE2, cookie);
}

/* --- whether the peer is there --- */

static bool put_cookie(struct ike_sa *ike, struct task *task, struct wire_writer *w)
{
	if (!core_random(ike->core, task->nonce, NONCE_N))
		return false;
	wire_put_notify(w, IKE_N_COOKIE2, bytes_of(task->nonce, NONCE_N));
	return true;
}

static bool brings_cookie(const struct task *task, const struct v2_in *in)
{
	struct bytes cookie = in->notes.cookie2;

	return cookie.n == NONCE_N && secret_equal(cookie.p, task->nonce, NONCE_N);
}

bool v2_mobike_ask_build(struct ike_sa *ike, struct task *task, struct wire_writer *w)
{
	return ike->state == IKE_UP && put_cookie(ike, task, w);
}

void v2_mobike_ask_response(struct ike_sa *ike, struct task *task, const struct v2_in *in)
{
	if (brings_cookie(task, in))
		return;
	gateway_fail(ike->gw, "peer moved, and does not answer from there with our cookie "
			      "(COOKIE2): the IKE SA is deleted");
	ike_delete(ike);
}

/* --- we have moved --- */

/* The path is that of the move already (ike/reroute.c). */
bool v2_mobike_move_build(struct ike_sa *ike, struct task *task, struct wire_writer *w)
{
	const struct pathref *path = ike->path;

	if (ike->state != IKE_UP)
		return false;
	task->local = path->local.addr;
	wire_put_notify(w, IKE_N_UPDATE_SA_ADDRESSES, bytes_of(NULL, 0));
	v2_natd_put(w, ike->spi_i, ike->spi_r, &path->local, &path->remote);
	return put_cookie(ike, task, w);
}

/* What the peer sends goes on to our former address: that is no use to anybody. */
static void not_followed(struct ike_sa *ike, const char *why)
{
	char text[ADDR_TEXT];

	gateway_fail(ike->gw, "peer does not follow us to %s: %s; the IKE SA is deleted, and "
			      "begun anew", addr_text(&ike->path->local.addr, text), why);
	ike_delete(ike);
}

/* Section 3.5: there may be another NAT on the way, or none any more. */
static void learn_nats(struct ike_sa *ike, const struct v2_in *in)
{
	struct pathref *path = ike->path;
	struct nats nats = { false, false };

	v2_natd_read(in, &nats.local, &nats.remote);
	if (path->nat_local == nats.local && path->nat_remote == nats.remote)
		return;
	path->nat_local = nats.local;
	path->nat_remote = nats.remote;
	pathref_move(path, &path->local, &path->remote);
	ike_path_changed(ike);
}

void v2_mobike_move_response(struct ike_sa *ike, struct task *task, const struct v2_in *in)
{
	char name[32];

	/* Meanwhile we have moved on, and the next request says so. */
	if (!addr_equal(&task->local, &ike->path->local.addr))
		return;
	if (in->notes.failed)
		not_followed(ike, v2_notify_text(in->notes.error.type, name));
	else if (!brings_cookie(task, in))
		not_followed(ike, "its answer lacks our cookie (COOKIE2)");
	else if (in->notes.natd_source)
		learn_nats(ike, in);
}
