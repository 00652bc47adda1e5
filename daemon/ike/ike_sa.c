// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/ike_sa.h"

#include <stdlib.h>
#include <string.h>

#include "ike/fragments.h"
#include "ike/stranger.h"
#include "ike/version.h"

const char *ike_state_text(enum ike_state state)
{
	switch (state) {
	case IKE_MAKING:
	case IKE_INIT_SENT:
	case IKE_HALF_OPEN:
	case IKE_AUTH_SENT:
		return "half-open";
	case IKE_UP:
		return "established";
	default:
		return "deleting";
	}
}

struct cipher_key *ike_key_out(struct ike_sa *ike)
{
	return ike->initiator ? &ike->keys.initiator : &ike->keys.responder;
}

const struct cipher_key *ike_key_in(const struct ike_sa *ike)
{
	return ike->initiator ? &ike->keys.responder : &ike->keys.initiator;
}

/* --- birth --- */

/* Takes over the caller's reference to @path, which may be NULL. */
static struct ike_sa *new_on(const struct ike_version *version, struct gateway *gw, bool initiator,
			     struct pathref *path)
{
	struct ike_core *core = gw->core;
	struct ike_sa *ike = path ? calloc(1, sizeof(*ike)) : NULL;

	if (!ike) {
		pathref_put(path);
		return NULL;
	}
	if (!ike_choose_spi(core, initiator ? ike->spi_i : ike->spi_r)) {
		pathref_put(path);
		free(ike);
		return NULL;
	}
	ike->core = core;
	ike->version = version;
	ike_join_gateway(ike, gw);
	ike_set_conf(ike);
	ike->initiator = initiator;
	ike->path = path;
	ike->children_end = &ike->children;
	ike->begun = core->now;
	ike->heard = core->now;
	ike->half_open.kind = TIMER_HALF_OPEN;
	ike->life.kind = TIMER_IKE_LIFE;
	ike->idle.kind = TIMER_IKE_IDLE;
	ike->reauth.kind = TIMER_IKE_REAUTH;
	exchange_init(ike);
	job_init(ike);
	table_add(&core->by_spi, &ike->node, ike_key(ike));
	ike->next = core->ikes;
	ike->prev = &core->ikes;
	if (ike->next)
		ike->next->prev = &ike->next;
	core->ikes = ike;
	return ike;
}

struct ike_sa *ike_new(const struct ike_version *version, struct gateway *gw, bool initiator,
		       const struct endpoint *local, const struct endpoint *remote)
{
	return new_on(version, gw, initiator, pathref_new(local, remote));
}

static void set_conf(struct ike_sa *ike, struct policy_box *box, const struct policy_gateway *conf)
{
	policy_box_replace(&ike->box, box);
	ike->conf = conf;
}

struct ike_sa *ike_new_heir(const struct ike_sa *old, bool initiator)
{
	struct ike_sa *heir = new_on(old->version, old->gw, initiator,
				     pathref_get(old->path));

	if (!heir)
		return NULL;
	if (!policy_id_keep(&heir->local_id, &old->local_id) ||
	    !policy_id_keep(&heir->remote_id, &old->remote_id)) {
		ike_free(heir);
		return NULL;
	}
	set_conf(heir, old->box, old->conf);
	heir->plain = old->plain;
	heir->fragmentation = old->fragmentation;
	heir->mobike = old->mobike;
	heir->tokens = old->tokens;
	memcpy(heir->ppk, old->ppk, sizeof(heir->ppk));
	return heir;
}

void ike_set_conf(struct ike_sa *ike)
{
	set_conf(ike, ike->gw->box, ike->gw->conf);
}

void ike_move_to_gateway(struct ike_sa *ike, struct gateway *gw)
{
	ike_leave_gateway(ike);
	ike_join_gateway(ike, gw);
	ike_set_conf(ike);
}

bool ike_outdated(const struct ike_sa *ike)
{
	return ike->conf != ike->gw->conf;
}

/* --- end --- */

void ike_handshake_free(struct ike_sa *ike)
{
	struct handshake *hs = ike->hs;

	if (!hs)
		return;
	ike->hs = NULL;
	dh_free(hs->dh);
	free(hs->offered);
	packet_free(hs->request);
	packet_free(hs->response);
	fragments_forget_early(ike, hs);
	secret_wipe(hs, sizeof(*hs));
	free(hs);
}

void ike_free(struct ike_sa *ike)
{
	struct ike_core *core = ike->core;

	exchange_clear(ike);
	chain_free(ike->chain);
	ike_handshake_free(ike);
	if (ike->version->forget)
		ike->version->forget(ike);
	timer_stop(&core->waits, &ike->half_open);
	timer_stop(&core->timers, &ike->life);
	timer_stop(&core->timers, &ike->idle);
	stranger_leave(ike);
	table_remove(&core->by_spi, &ike->node);
	if (!ike->initiator)
		table_remove(&core->by_peer_spi, &ike->peer_node);
	*ike->prev = ike->next;
	if (ike->next)
		ike->next->prev = ike->prev;
	packet_free(ike->ex.response);
	pathref_put(ike->path);
	policy_box_put(ike->box);
	policy_id_drop(&ike->local_id);
	policy_id_drop(&ike->remote_id);
	secret_free(ike->certs);
	ike_leave_gateway(ike);
	secret_wipe(ike, sizeof(*ike));
	free(ike);
}

void ikes_sweep(struct ike_core *core)
{
	while (core->dead) {
		struct ike_sa *ike = core->dead;

		core->dead = ike->dead_next;
		ike_free(ike);
	}
}

void ike_keep(struct ike_sa *ike, ike_time wait)
{
	if (ike->ends && !ike->condemned)
		timer_set(&ike->core->timers, &ike->life, core_retry(ike->core, wait, ike->ends));
}
