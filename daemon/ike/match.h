/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is that?  Which of the configured gateways a peer may be, by its address or its identity, and
 * which proxy-ID its traffic selectors mean.  Where several gateways fit, the first in the
 * configuration has priority, and one whose peer-id is a pattern comes after all others; the tables
 * are made anew with it.
 */
#ifndef PANTUN_IKE_MATCH_H
#define PANTUN_IKE_MATCH_H

#include "ike/gateway.h"

struct wire_sa;
struct wire_ts_list;

/* 0, or -1 on lack of memory. */
int gateway_index_init(struct gateway_index *index);
void gateway_index_free(struct gateway_index *index);
/* Goes by the configuration of all that are not gone, in their order. */
void gateway_index_all(struct ike_core *core);
void gateway_index_remove(struct gateway *gw);
/*
 * The @n addresses that the peer of @gw, which is configured, may have from now on; attempts go to
 * the first.  There is room for that many.
 */
void gateway_set_places(struct gateway *gw, const struct addr *addrs, unsigned int n);
/* Attempts go to that one of them. */
void gateway_aim(struct gateway *gw, unsigned int place);
/* The peer may have that address; not of a dynamic gateway. */
bool gateway_is_at(const struct gateway *gw, const struct addr *addr);
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
/*
 * Some gateway that a peer at @remote who reached us at @local may be has require-cookie; of
 * dynamic ones, which all may be, any.
 */
bool gateway_wants_cookie(const struct ike_core *core, const struct addr *local,
			  const struct addr *remote);
/* The one gateway that a peer at @remote who reached us at @local may be; NULL: not just one. */
struct gateway *stranger_gateway(struct ike_core *core, const struct addr *local,
				 const struct addr *remote);

/*
 * What @gw chooses of what the peer offers in version @major, and has a public value of @group for;
 * false: @why.
 */
bool match_takes(const struct gateway *gw, uint8_t major, const struct wire_sa *offer,
		 uint16_t group, struct prop_chosen *chosen, char *why, size_t n);
/* What a peer claims, before it is proved. */
struct match_claim {
	uint8_t major;				/* version of IKE that it speaks */
	bool aggressive;			/* and of IKEv1, that it begins so, */
	uint8_t v1_auth;			/* and by what it signs; 0: by none, it has a key */
	const struct addr *local, *remote;
	const struct ike_id *id;		/* who it is */
	const struct ike_id *wanted;		/* who it wants us to be; NULL: it does not say */
	const struct prop_chosen *chosen;	/* by match_offer(); NULL: nothing was */
};

/*
 * Before the peer has said who it is, which is why claim->id does not count: the first gateway that
 * it may be and that takes what it offers, with what was @chosen.  NULL: none; *@first is the one
 * with priority, or NULL.
 */
struct gateway *match_offer(const struct ike_core *core, const struct match_claim *claim,
			    const struct wire_sa *offer, uint16_t group,
			    struct prop_chosen *chosen, struct gateway **first);

/* Gateways that have the peer's identity: the first of each kind, or NULL. */
struct match_found {
	struct gateway *fits;		/* and all else: it depends on the key */
	struct gateway *other_end;	/* but the peer wants to talk to somebody else */
	struct gateway *other_prop;	/* but not the proposal that was chosen */
};

/* Whether a peer at @remote that says it is @id has the identity that @conf expects. */
bool match_id(const struct policy_gateway *conf, const struct ike_id *id,
	      const struct addr *remote);
/*
 * The gateway after @from (NULL: the first) that the peer is, if it has the key: several may have
 * its address, or none in particular.  NULL: no more.  Others are noted in @found.
 */
struct gateway *match_claimed(const struct ike_core *core, const struct match_claim *claim,
			      const struct gateway *from, struct match_found *found);
/* The first of those with that key, which the peer has proved; NULL: none. */
struct gateway *match_proved(const struct ike_core *core, const struct match_claim *claim,
			     uint64_t key);

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
