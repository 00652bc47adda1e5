/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is that?  Which of the configured gateways a peer may be, by its address or its identity, and
 * which proxy-ID its traffic selectors mean.  Where several gateways fit, the first in the
 * configuration has priority; the tables are made anew with it.
 */
#ifndef PANTUN_IKE_MATCH_H
#define PANTUN_IKE_MATCH_H

#include "ike/gateway.h"
#include "wire/v2_codec.h"

/* 0, or -1 on lack of memory. */
int gateway_index_init(struct gateway_index *index);
void gateway_index_free(struct gateway_index *index);
/* Goes by the configuration of all that are not gone, in their order. */
void gateway_index_all(struct ike_core *core);
void gateway_index_remove(struct gateway *gw);
/* By name; NULL: there is none. */
struct gateway *gateway_find(const struct ike_core *core, const char *name);
/* No other has the same two identities. */
bool gateway_is_sole(const struct gateway *gw);
/* The first gateway at that address that a peer who reached us at @local may be, or NULL. */
struct gateway *gateway_at(const struct ike_core *core, const struct addr *local,
			   const struct addr *remote);
/*
 * The gateway after @from (NULL: the first) that a peer at @remote who reached us at
 * @local may be, those with its exact address before dynamic ones; NULL: none left.
 */
struct gateway *gateway_for_peer(const struct ike_core *core, const struct gateway *from,
				 const struct addr *local, const struct addr *remote);
/* Likewise, but of dynamic ones with the same proposals, which may be many, the first alone. */
struct gateway *gateway_kind_for_peer(const struct ike_core *core, const struct gateway *from,
				      const struct addr *local, const struct addr *remote);
/*
 * Likewise all those with the exact address, but of dynamic ones those alone whose peer-id may
 * be @id: that is their peer-id, or they have none.  The caller compares.
 */
struct gateway *gateway_named_by(const struct ike_core *core, const struct gateway *from,
				 const struct addr *local, const struct addr *remote,
				 const struct ike_id *id);
/* The one gateway that a peer at @remote who reached us at @local may be; NULL: not just one. */
struct gateway *stranger_gateway(struct ike_core *core, const struct addr *local,
				 const struct addr *remote);

/*
 * The slot for what the peer wants (from our side: @local, @remote), narrowed to @out; @only is the
 * one that it must be (NULL: any).  NULL: none.
 */
struct slot *match_slot(struct gateway *gw, struct slot *only, const struct wire_ts_list *local,
			const struct wire_ts_list *remote, struct ts_pair *out);
/*
 * Where none fits, the one that the peer means most likely: of those without an SA, one with a side
 * in common, or the only one.  NULL: there is no telling.
 */
struct slot *match_meant(const struct gateway *gw, const struct wire_ts_list *local,
			 const struct wire_ts_list *remote);

#endif
