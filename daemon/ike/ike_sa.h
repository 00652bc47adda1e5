/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An IKE SA, from the first packet until it is freed at the end of its last event. */
#ifndef PANTUN_IKE_IKE_SA_H
#define PANTUN_IKE_IKE_SA_H

#include "crypto/keymat.h"
#include "ike/exchange.h"
#include "ike/gateway.h"
#include "ike/job_wait.h"
#include "ike/pathref.h"
#include "ike/source.h"
#include "prop/prop.h"
#include "wire/ike_const.h"

#define HALF_OPEN_MS	SECONDS(30)	/* a peer's time for IKE_AUTH */
#define TOKEN_MOST	128	/* octets of one that proves a crash (RFC 6290 section 4.2) */
#define LINGER_MS	SECONDS(10)	/* a dead or replaced SA still answers repetitions */
#define LINGER_STEP_MS	500		/* of a dead one; up to so much longer */

enum ike_state {
	IKE_MAKING,		/* by a rekey that is under way */
	IKE_INIT_SENT,		/* initiator: IKE_SA_INIT is under way */
	IKE_HALF_OPEN,		/* responder: answered IKE_SA_INIT */
	IKE_AUTH_SENT,		/* initiator: IKE_INTERMEDIATE or IKE_AUTH is under way */
	IKE_UP,
	IKE_REKEYED,		/* its children are its heir's; the peer will delete it */
	IKE_DELETING,		/* our DELETE is under way */
	IKE_CLOSED,		/* answers repetitions of the last request for a while */
	IKE_DEAD		/* freed at the end of the event */
};

/* Exchanges between IKE_SA_INIT and IKE_AUTH (RFC 9242), a key exchange each (RFC 9370). */
struct intermediate {
	unsigned int done;
	uint8_t auth_i[ALG_PRF_MAX], auth_r[ALG_PRF_MAX];	/* IntAuth of both ends */
	/* responder: keys of whatever comes next; their exchange may still be repeated */
	bool turns;
	struct keymat_ike next;
};

/* Needed until both ends are authenticated. */
struct handshake {
	struct packet *request, *response;	/* IKE_SA_INIT, for AUTH */
	uint8_t ni[IKE_NONCE_MAX], nr[IKE_NONCE_MAX];
	size_t ni_n, nr_n;
	/* responder: fragments that came while their keys were being made; unproven */
	struct packet *early;
	size_t early_n;				/* octets of them */
	struct dh *dh;
	uint8_t peer_public[ALG_PUBLIC_MAX];	/* responder: kept until IKE_AUTH comes */
	size_t peer_public_n;
	const struct alg_dh *group;
	struct intermediate inter;
	struct prop_list *offered;		/* initiator: what the answer is judged by */
	uint8_t cookie[64];
	size_t cookie_n;
	unsigned int rounds;			/* IKE_SA_INIT begun anew */
	unsigned int overtaken;			/* answers to what it was before may still come */
	bool regrouped;				/* for another group, among that */
	bool refused;				/* somebody says in clear that it is */
	bool older;				/* likewise, that the peer knows no IKEv2 */
	uint32_t hashes;		/* that the peer checks signatures by: bits; 0: RFC 7296 */
	bool no_pss;			/* it has named what it takes of RSA, and not PSS */
	bool announces;				/* it knows RFC 9593 */
	bool childless;				/* the responder takes IKE_AUTH without a child */
	bool second;				/* begun beside a slow one: gateway_hedge() */
	uint32_t slot;				/* id of the one whose child IKE_AUTH asks for */
	/* What an answer in clear said; believed if no other comes. */
	char advice[256];
};

struct ike_sa {
	struct table_node node;		/* in core->by_spi */
	struct table_node peer_node;	/* responder: in core->by_peer_spi */
	struct source *source;		/* stranger: where it comes from; NULL: no memory */
	struct ike_sa *next, **prev;	/* in core->ikes */
	struct ike_core *core;
	const struct ike_version *version;
	void *own;			/* the version's: its forget() frees it */
	struct gateway *gw;
	struct ike_sa *gw_next, **gw_prev;	/* in gw->ikes, unless it is a stranger */
	struct ike_sa *dead_next;	/* in core->dead */
	struct policy_box *box;
	const struct policy_gateway *conf;	/* what it was made by: ike_outdated() */
	enum ike_state state;
	bool initiator;			/* the original one of this SA (its first exchange) */
	uint8_t spi_i[IKE_SPI_LEN], spi_r[IKE_SPI_LEN];
	struct pathref *path;		/* shared with its heir and their children */
	struct prop_chosen prop;
	struct keymat_ike keys;
	bool keyed;
	bool stranger;			/* counted in core->half_open and gw->strangers */
	bool proved;			/* the stranger's address is its own: it had a cookie */
	struct handshake *hs;
	struct ike_id local_id, remote_id;	/* kept */
	struct secret *certs;		/* that the peer proved itself by, as items; NULL: none */
	uint64_t certified;		/* number of the authorities that they were held against */
	uint64_t look;			/* job under way that does so anew; 0: none */
	bool use_ppk;			/* both ends know post-quantum pre-shared keys */
	char ppk[POLICY_NAME];		/* identity of the one that is in the keys; "": none */
	ike_time begun;			/* first packet sent or received */
	ike_time up_at;
	ike_time heard;			/* last authenticated message */
	ike_time esp_heard;		/* its children's ESP, when last asked; 0: none */
	unsigned int signs_due;		/* answers to that */
	uint8_t nonce_min[NONCE_N];	/* start of the lesser nonce, for ties (section 2.8.1) */
	bool condemned;			/* lost a tie: deleted once its children have successors */
	ike_time condemned_at;		/* or when one of them last had its successor */
	unsigned int condemned_needed;	/* children that had none, at the last look */
	ike_time put_off;		/* since when the peer puts us off; 0: it does not */
	ike_time put_off_last;
	bool doubted;			/* the peer may know nothing of it: we began another */
	bool tokens;			/* the peer gives them, or did for what it is the heir of */
	bool crashed;			/* it has proved by that that it lost this SA */
	uint8_t token_n;		/* octets of the one for this SA; 0: there is none */
	uint8_t token[TOKEN_MOST];
	ike_time hinted;		/* somebody last said so of it; 0: never */
	struct chain *chain;		/* the peer's rekey of it, or a child, not done yet */
	struct exchange ex;
	struct job_wait jobs[JOB_SIDES];
	bool plain;			/* the peer refuses additional key exchanges */
	bool fragmentation;		/* both ends know fragments, as the version has these */
	bool mobike;			/* who began may change addresses (RFC 4555) */
	struct fragments *fragments[JOB_SIDES];	/* of the message that comes next; NULL: none */
	size_t fragments_n;		/* octets of all that it holds */
	struct timer held;		/* job_hold(): it is time */
	bool attempt;			/* counted in core->attempts, */
	bool aside;			/* but for now: line.h */
	bool woken;			/* is in core->woken */
	struct ike_sa *woken_next;
	struct child_sa *children;	/* by ike_next, those in CHILD_DELETING first */
	struct child_sa **children_end;
	struct timer half_open;		/* in core->waits: the peer's time for IKE_AUTH */
	struct timer life;		/* rekey, hard end, linger: by state */
	struct timer idle;		/* liveness, keepalive */
	struct timer reauth;		/* both ends have to authenticate anew */
	ike_time ends;			/* hard end; 0: none */
	ike_time proved_at;		/* when both ends last authenticated, maybe for another */
	bool proved_first;		/* we were the initiator of that */
	bool stale;			/* that was long ago: we have begun another */
	ike_time proof_ends;		/* when that is too old for the peer; 0: never */
	ike_time keepalive_at;
};

/* --- ike_index.c: where IKE SAs are found --- */

/* Draws an SPI that is none of ours yet; false on lack of randomness. */
bool ike_choose_spi(struct ike_core *core, uint8_t *spi);
/* The SA that a message with these SPIs is for, or NULL. */
struct ike_sa *ike_find(struct ike_core *core, const uint8_t *our_spi);
/* What stands for @ike where it may end before it is needed: its SPI of ours, never 0. */
uint64_t ike_key(const struct ike_sa *ike);
/* The one with that key which has not died yet, or NULL. */
struct ike_sa *ike_by_key(struct ike_core *core, uint64_t key);
/* Those that a peer began with this SPI, one after the other; NULL: no more. */
struct ike_sa *ike_peer_first(struct ike_core *core, const uint8_t *spi_i);
struct ike_sa *ike_peer_next(const struct ike_sa *ike);
/* The peer's SPI is known now. */
void ike_set_peer_spi(struct ike_sa *ike, const uint8_t *spi);
/* It is one of the gateway's from now on, or no longer. */
void ike_join_gateway(struct ike_sa *ike, struct gateway *gw);
void ike_leave_gateway(struct ike_sa *ike);
/* The peer has yet to prove that it is the gateway's, or has done so; it begins as if it had. */
void ike_set_stranger(struct ike_sa *ike, bool stranger);

/* --- ike_sa.c --- */

/* Made and entered into the tables; NULL on lack of memory or randomness. */
struct ike_sa *ike_new(const struct ike_version *version, struct gateway *gw, bool initiator,
		       const struct endpoint *local, const struct endpoint *remote);
/* Likewise for one that is to replace @old, and takes the same path. */
struct ike_sa *ike_new_heir(const struct ike_sa *old, bool initiator);
/* It turns out to be that gateway's, by whose configuration it goes from now on. */
void ike_move_to_gateway(struct ike_sa *ike, struct gateway *gw);
/*
 * The gateway's configuration has changed since, in what the peer has to agree to.  It goes on
 * until another is up, or its life is over: it is not rekeyed by us.
 */
bool ike_outdated(const struct ike_sa *ike);
/* Goes by the configuration of its gateway from now on. */
void ike_set_conf(struct ike_sa *ike);
/* Keys for what we send, and for what we receive. */
struct cipher_key *ike_key_out(struct ike_sa *ike);
const struct cipher_key *ike_key_in(const struct ike_sa *ike);
/* Frees the handshake's memory, wiped. */
void ike_handshake_free(struct ike_sa *ike);
/* Frees one that no other SA needs; the rest of its links end here. */
void ike_free(struct ike_sa *ike);
/* Frees those that died; at the end of an event. */
void ikes_sweep(struct ike_core *core);
/* A rekey of it came to nothing: it is tried again in @wait. */
void ike_keep(struct ike_sa *ike, ike_time wait);
const char *ike_state_text(enum ike_state state);

/* --- ike_end.c --- */

/*
 * The end: children go (those with a successor linger), the SA answers repetitions
 * for a while where @linger, and is freed.
 */
void ike_close(struct ike_sa *ike, bool linger);
/* What carries packets of its children, or is about to, stays until there are successors. */
void ike_orphan_children(struct ike_sa *ike);
/* It ends without a word: the peer lives, uses another, and does not answer on this one. */
void ike_forgotten(struct ike_sa *ike);
/* The peer's rekey of it, or of a child, comes to nothing, if one is under way. */
void ike_drop_chain(struct ike_sa *ike);
/* Asks the peer to delete it.  One that is being made goes with the one that it is to replace. */
void ike_delete(struct ike_sa *ike);
/* Frees all, without a word to anybody. */
void ikes_free(struct ike_core *core);

#endif
