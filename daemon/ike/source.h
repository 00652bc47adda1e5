/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where strangers come from: what those of one address cost us together (stranger.h).  Whoever has
 * one IPv6 address has its /64, which counts as one.
 */
#ifndef PANTUN_IKE_SOURCE_H
#define PANTUN_IKE_SOURCE_H

#include "ike/core_priv.h"

/* Lives as long as there are half-open SAs from there. */
struct source {
	struct table_node node;		/* in core->by_source */
	unsigned int half_open;		/* SAs from there, */
	unsigned int proved;		/* and those of them whose address is proved */
	size_t fragments_n;		/* octets of fragments that they hold, */
	size_t fragments_most;		/* and may hold */
};

/* Those from @addr, or NULL: there are none. */
struct source *source_find(const struct ike_core *core, const struct addr *addr);
/* One more from there; NULL: no memory. */
struct source *source_enter(struct ike_core *core, const struct addr *addr, bool proved);
/* One less, which holds no fragments any more; freed with the last. */
void source_leave(struct ike_core *core, struct source *source, bool proved);

#endif
