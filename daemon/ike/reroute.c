// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/reroute.h"

#include "ike/child_kernel.h"
#include "ike/ike_life.h"

/* Whoever began the first of a row of IKE SAs says where it goes (RFC 4555 section 3.5). */
static bool may_move(const struct ike_sa *ike)
{
	return ike->state == IKE_UP && ike->mobike && ike->proved_first &&
	       !ike->gw->conf->local.family;
}

/*
 * The SAs go at once: from where they were nothing gets through.  What the peer sends until it
 * knows comes to the former address, which the kernel takes it by for a while yet, if it still has
 * that.  A request under way goes on from here, too, and the peer hears of the move right after.
 */
static void move_ours(struct ike_sa *ike, const struct endpoint *local)
{
	char text[ADDR_TEXT];

	pathref_move(ike->path, local, &ike->path->remote);
	gateway_tell(ike->gw, "ike-up", "our address is %s now: the SAs move there",
		     addr_text(&local->addr, text));
	exchange_rerouted(ike);
	if (!ike->ex.waiting[TASK_MOVE])
		exchange_queue_first(ike, task_new(TASK_MOVE));
	ike_path_changed(ike);
}

/* Without a route there is nowhere to go: it may come back, and until then nothing is lost. */
static void reroute(struct ike_sa *ike)
{
	const struct ike_hooks *hooks = &ike->core->hooks;
	struct endpoint local = ike->path->local;

	if (hooks->source(hooks->ctx, &ike->path->remote.addr, &local.addr) ||
	    local.addr.family != ike->path->local.addr.family ||
	    addr_equal(&local.addr, &ike->path->local.addr))
		return;
	move_ours(ike, &local);
}

void ikes_reroute(struct ike_core *core)
{
	for (struct ike_sa *ike = core->ikes; ike; ike = ike->next)
		if (may_move(ike))
			reroute(ike);
}
