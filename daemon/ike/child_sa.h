/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A child SA (RFC 7296 sections 1.3, 2.8, 2.17): one ESP SA each way, made for a proxy-ID. */
#ifndef PANTUN_IKE_CHILD_SA_H
#define PANTUN_IKE_CHILD_SA_H

#include "ike/ike_sa.h"

#define CHILD_LINGER_MS		SECONDS(5)	/* an in-SA that was replaced still takes packets */
#define CHILD_UNTOLD_MS		SECONDS(30)	/* the same, where the peer does not know that */
#define CHILD_SWITCH_MS		SECONDS(20)	/* responder of a rekey: for the old to go */
#define CHILD_SPARE_MS		SECONDS(60)	/* for the peer to delete the older one */
#define CHILD_ORPHAN_MS		SECONDS(60)	/* for a peer that started anew */
#define CHILD_ADOPT_MS		SECONDS(2)	/* for it to install a pair that it wanted */
#define CHILD_LATE_MS		500		/* once it has answered what we sent after that */
#define CHILD_TIE_MS		SECONDS(15)	/* for the peer to delete what it lost by a tie */
#define CHILD_RETRY_MS		SECONDS(10)	/* after a rekey that the kernel did not take */

enum child_state {
	CHILD_NEGOTIATING = 1,	/* our request for it is under way */
	CHILD_INSTALLING,	/* the kernel has not yet said yes to both */
	CHILD_UP,
	CHILD_REKEYING,		/* up, and our request for a successor is queued or under way */
	CHILD_REPLACED,		/* has a successor; to be deleted by one of the ends */
	CHILD_DELETING,		/* our DELETE is under way */
	CHILD_ORPHANED,		/* its IKE SA is gone; serves until a successor does */
	CHILD_LINGERING,	/* out-SA is gone, in-SA takes late packets */
};

struct child_sa {
	struct table_node node;		/* in core->by_spi_in */
	struct ike_core *core;
	struct ike_sa *ike;		/* NULL: orphaned, lingering */
	struct child_sa *ike_next;
	struct slot *slot;
	struct child_sa *slot_next;
	struct policy_box *box;
	const struct policy_tunnel *tunnel;	/* as it was when the negotiation began */
	enum child_state state;
	bool initiator;			/* we asked for it */
	bool in_auth;			/* within IKE_AUTH, where no group is agreed on */
	bool tie;			/* made while the peer made the one in use */
	bool standby;			/* its out-SA waits for ACTIVATE */
	bool named;			/* in the DELETE that is under way */
	bool in_added, out_added;	/* kernel has them, or is getting them */
	uint64_t token;
	uint32_t spi_in, spi_out;	/* host order */
	struct pathref *path;		/* of its IKE SA, which it may outlive */
	struct child_sa *path_next, **path_prev;
	bool transport;			/* mode, as both ends have said */
	bool udp_csum;			/* of ESP in UDP, as it was configured */
	bool no_tfc;			/* the peer does not take padded packets */
	struct prop_chosen prop;
	struct ts_pair ts;
	struct keymat_child keys;	/* until both SAs are handed to the kernel */
	uint8_t nonce_min[NONCE_N];	/* as of the IKE SA */
	uint64_t replaces;		/* token of the one that it is a rekey of; 0: of none */
	ike_time begun, up_at, ends;	/* ends 0: no limit */
	ike_time renew_at;		/* of an early rekey: the ordinary time; 0: there is none */
	struct timer life;		/* rekey, hard end; lingering: end */
	struct timer turn;		/* switch to it, or deletion after a tie */
	struct timer early;		/* rekey, to see whether there can be one (pfs.h) */
};

/* With a fresh inbound SPI; NULL on lack of memory or randomness. */
struct child_sa *child_new(struct ike_sa *ike, struct slot *slot, bool initiator);
struct child_sa *child_find(const struct ike_core *core, uint64_t token);
/* Likewise, as long as it belongs to an IKE SA. */
struct child_sa *child_held(const struct ike_core *core, uint64_t token);
/* What @child is a rekey of, until that is freed; NULL: nothing. */
struct child_sa *child_replaced(const struct child_sa *child);
/* The child of @ike with this outbound (peer's) or inbound SPI, or NULL. */
struct child_sa *child_by_spi_out(const struct ike_sa *ike, uint32_t spi);

/* Derives the keys; false on failure. */
bool child_derive(struct child_sa *child, struct bytes shared, struct bytes ni, struct bytes nr);
/* Asks the peer to delete the pair. */
void child_delete(struct child_sa *child);
/* Takes it out of the kernel (an in-SA that has a successor lingers) and frees it. */
void child_close(struct child_sa *child);
/*
 * Its IKE SA ends, but the peer's kernel may have the pair still: it stays until a
 * successor is in use, and nobody is told when it goes.
 */
void child_orphan(struct child_sa *child);
/* Closes the slot's orphans; how many there were. */
int child_orphans_close(struct slot *slot);
/* Frees it without a word to the kernel. */
void child_free(struct child_sa *child);

#endif
