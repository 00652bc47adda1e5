// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/peer_gone.h"

#include "policy/id.h"

void ike_peer_dead(struct ike_sa *ike)
{
	struct gateway *gw = ike->gw;
	char peer[ADDR_TEXT];

	if (gw->ike && gw->ike != ike) {
		ike_forgotten(ike);
		return;
	}
	endpoint_text(&ike->path->remote, peer);
	gateway_tell(gw, "ike-down", "peer %s is dead", peer);
	ike_close(ike, false);
	/* after that, as it says so of all proxy-IDs that are down now */
	gateway_fail(gw, "peer %s does not answer any more: its SAs are deleted", peer);
}

bool ike_deleted_early(const struct ike_sa *ike)
{
	return ike->core->now < ike->up_at + EARLY_MS;
}

void ike_peer_deleted(struct gateway *gw, bool early)
{
	if (gw->ike || gw->starting)
		return;
	if (early)
		gateway_backoff(gw);
	else
		gateway_give_way(gw);
}

void ike_initial_contact(struct ike_sa *ike)
{
	for (struct ike_sa *old = ike->gw->ikes; old; old = old->gw_next) {
		if (old == ike || old->state < IKE_UP || old->state >= IKE_CLOSED ||
		    old->up_at > ike->begun || !id_same(&old->remote_id, &ike->remote_id))
			continue;
		gateway_tell(ike->gw, "ike-down", "peer started anew: its old IKE SA is deleted");
		ike_orphan_children(old);
		ike_close(old, false);
	}
}
