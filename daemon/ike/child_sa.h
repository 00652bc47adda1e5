/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A child SA (RFC 7296 sections 1.3, 2.8, 2.17): one ESP SA each way, made for a proxy-ID. */
#ifndef PANTUN_IKE_CHILD_SA_H
#define PANTUN_IKE_CHILD_SA_H

#include "ike/ike_sa.h"

#define CHILD_LINGER_MS		SECONDS(5)	/* a replaced in-SA still receives */
#define CHILD_UNTOLD_MS		SECONDS(30)	/* the same, where the peer does not know that */
#define CHILD_SWITCH_MS		SECONDS(20)	/* then the responder of a rekey switches */
#define CHILD_SPARE_MS		SECONDS(60)	/* for the peer to delete the older of two */
#define CHILD_ORPHAN_MS		SECONDS(60)	/* for a peer that has restarted */
#define CHILD_ADOPT_MS		SECONDS(10)	/* for the peer to say it has a pair */
#define CHILD_LATE_MS		500		/* once it has answered what we sent after that */
#define CHILD_TIE_MS		SECONDS(15)	/* for the peer to delete what lost a tie */
#define CHILD_RETRY_MS		SECONDS(10)	/* after the kernel refused a rekey */

enum child_state {
	CHILD_NEGOTIATING = 1,	/* we have asked for it, or key exchanges are left */
	CHILD_INSTALLING,	/* the kernel has not yet accepted both SAs */
	CHILD_UP,
	CHILD_REKEYING,		/* up, and we are asking for a successor */
	CHILD_REPLACED,		/* has a successor; one of the ends deletes it */
	CHILD_DELETING,		/* our DELETE is under way */
	CHILD_ORPHANED,		/* its IKE SA is gone; used until there is a successor */
	CHILD_LINGERING,	/* only the in-SA is left, for late packets */
};

struct child_sa {
	struct table_node node;		/* in core->by_spi_in */
	struct table_node out_node;	/* in core->by_spi_out, once spi_out is known */
	struct ike_core *core;
	struct ike_sa *ike;		/* NULL: orphaned, lingering */
	struct child_sa *ike_next, **ike_prev;	/* in ike->children */
	struct slot *slot;
	struct child_sa *slot_next;
	struct policy_box *box;
	const struct policy_tunnel *tunnel;	/* as configured when negotiation began */
	enum child_state state;
	bool initiator;			/* we asked for it */
	bool in_auth;			/* made in IKE_AUTH, without a DH group of its own */
	bool tie;			/* the peer made the current one at the same time */
	bool standby;			/* its out-SA waits for ACTIVATE */
	bool named;			/* in the DELETE that is under way */
	bool in_added, out_added;	/* handed to the kernel */
	bool unconfirmed;		/* the peer may not want it: child_confirmed() */
	bool in_there;			/* the kernel has the in-SA of such a one */
	uint64_t token;
	uint32_t spi_in, spi_out;	/* host order */
	struct pathref *path;		/* that of its IKE SA; may outlive it */
	struct child_sa *path_next, **path_prev;
	bool transport;			/* mode, as negotiated */
	bool udp_csum;			/* of ESP in UDP, as it was configured */
	bool no_tfc;			/* the peer does not accept TFC padding */
	struct prop_chosen prop;
	struct ts_kept *ts;		/* as negotiated; NULL: not yet */
	struct keymat_child *keys;	/* NULL once the kernel has both SAs */
	uint8_t nonce_min[NONCE_N];	/* as in struct ike_sa */
	uint64_t replaces;		/* token of the child it is a rekey of; 0: none */
	ike_time begun, up_at, ends;	/* ends 0: no limit */
	ike_time renew_at;		/* during an early rekey: when it is due anyway; else 0 */
	struct timer life;		/* rekey, then hard end; end of lingering, of the peer's */
					/* time for more key exchanges */
	struct timer turn;		/* when to switch to it, or delete it after a tie */
	struct timer early;		/* the version's: child_up() in version.h */
};

/* Has a fresh inbound SPI; NULL if out of memory or randomness. */
struct child_sa *child_new(struct ike_sa *ike, struct slot *slot, bool initiator);
struct child_sa *child_find(const struct ike_core *core, uint64_t token);
/* Likewise, but NULL for one that belongs to no IKE SA any more. */
struct child_sa *child_held(const struct ike_core *core, uint64_t token);
/* The child that @child is a rekey of; NULL if none, or freed since. */
struct child_sa *child_replaced(const struct child_sa *child);
/* The child of @ike with this outbound SPI (the peer's), or NULL. */
struct child_sa *child_by_spi_out(const struct ike_sa *ike, uint8_t proto, uint32_t spi);

/* The peer has told the SPI that it receives by. */
void child_set_spi_out(struct child_sa *child, uint32_t spi);
/* What was agreed to; false: no memory. */
bool child_set_ts(struct child_sa *child, const struct ts_pair *ts);
/* Wipes its keys, which are not needed any more. */
void child_forget_keys(struct child_sa *child);
/* It is @heir's from now on, which takes over from its IKE SA. */
void child_bequeath(struct child_sa *child, struct ike_sa *heir);
/* It belongs to no IKE SA any more. */
void child_disown(struct child_sa *child);
/*
 * Its IKE SA ends, but the peer's kernel may still have the pair: it is used until there is a
 * successor, and removed without a word to the peer.
 */
void child_orphan(struct child_sa *child);
/* Frees it and leaves the kernel's SAs alone. */
void child_free(struct child_sa *child);

#endif
