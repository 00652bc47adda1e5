/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What runs for a configured gateway: which IKE SA is in use, and a slot for each
 * proxy-ID of its tunnels that holds the child SAs made for it.
 */
#ifndef PANTUN_IKE_GATEWAY_H
#define PANTUN_IKE_GATEWAY_H

#include "ike/core_priv.h"
#include "ike/policy_box.h"

#define SUBJECT_MAX	160	/* octets of "gateway hq", "tunnel hq:lan" */

struct child_sa;
struct renewal;
struct pathref;

struct slot {
	struct slot *next, **prev;	/* in gw->slots, where those of a tunnel stand together */
	struct table_node proxy_node;	/* in core->by_proxy, unless it is gone */
	struct table_node ifname_node;	/* in core->by_ifname, if it is its tunnel's first */
	uint32_t id;			/* never another's */
	struct table_node id_node;	/* in core->by_slot_id */
	struct gateway *gw;
	struct policy_box *box;
	const struct policy_tunnel *tunnel;
	const struct policy_proxy *proxy;
	char subject[SUBJECT_MAX];	/* of its log lines: "tunnel hq:lan" */
	bool gone;			/* no longer configured: freed with its last child */
	bool ended;			/* is in core->ended_slots */
	struct slot *ended_next;
	bool asked;			/* a packet or the administrator wants it */
	bool queued;			/* a task is to make a child for it */
	bool pfs_unknown;		/* its last child was made without a group: child_up() */
	bool adopted;			/* the kernel's SA of a former daemon carries its packets */
	bool away;			/* its netdevice is not there: nothing is begun or taken */
	bool held;			/* the kernel holds packets, and waits for our word */
	struct ts_flow flow;		/* what came when there was no SA last, if it is known */
	bool single;			/* the peer takes no more than one pair of addresses */
	bool poked;			/* is in gw->poked_slots */
	struct slot *poke_next;
	struct child_sa *children;	/* by slot_next */
	struct child_sa *current;	/* whose out-SA carries packets; NULL: none */
	unsigned int failures;		/* in a row */
	struct timer retry;		/* armed: not tried before */
	struct ike_counts counts;
	char last_error[IKE_ERROR_TEXT];
	struct repeat said;		/* failures, in the log */
	ike_time failed_at;		/* when that was */
};

/* An address that the peer may have: the configured one, or one that DNS gives to its name. */
struct place {
	struct table_node node;		/* in core->index: by_peer */
	struct gateway *gw;
	struct addr addr;
};

/* The peer's name, "peer-address fqdn", and when DNS is asked for it. */
struct peer_name {
	struct table_node node;		/* in core->by_ticket, while a question is under way */
	uint64_t ticket;		/* of that; 0: none is */
	struct timer timer;		/* the next one; while one is under way: it is lost */
	ike_time asked;			/* the last one began; 0: there was none */
	unsigned int failures;		/* in a row */
};

/* Whether a peer takes proposals with additional key exchanges, as far as is known. */
enum peer_rounds { PEER_ROUNDS_UNKNOWN, PEER_ROUNDS_TAKES, PEER_ROUNDS_REFUSES };

struct gateway {
	struct gateway *next, **prev;	/* in core->gateways */
	struct table_node name_node;	/* those in core->index: by_name */
	struct table_node id_node;	/* by_id, for a dynamic one */
	struct table_node ends_node;	/* by_ends */
	struct table_node kind_node;	/* by_kind, if it is the first of its kind */
	struct gateway *dynamic_next, *kind_next;
	struct ike_core *core;
	struct policy_box *box;
	const struct policy_gateway *conf;
	char subject[SUBJECT_MAX];	/* of its log lines: "gateway hq" */
	bool gone;			/* no longer configured: freed with its last IKE SA */
	bool kept;			/* by the configuration that is being applied */
	bool ended;			/* is in core->ended */
	struct gateway *ended_next;
	bool in_line;			/* is in core->line */
	TAILQ_ENTRY(gateway) line;
	bool childless;			/* its peer has to be asked for children later: refused() */
	bool contacted;			/* an IKE SA came up since the start */
	enum peer_rounds rounds;
	unsigned int silent;		/* attempts in a row without an answer */
	ike_time older_until;		/* we begin by IKEv1 until then: older.h; 0: we do not */
	bool older_proved;		/* and the peer has come up by that */
	bool poked;			/* is in core->poked */
	bool poked_all;			/* and so are all its slots, in effect */
	struct slot *poked_slots;	/* by poke_next; only while it is poked itself */
	struct gateway *poke_next;
	struct ike_sa *ikes;		/* by gw_next; without strangers, who may be thousands */
	unsigned int strangers;		/* IKE SAs whose peer may turn out to be another's */
	struct slot *slots;
	struct renewal *renewals;	/* of tunnels that lost their path, now or before */
	struct ike_sa *ike;		/* in use; NULL: none is up */
	struct ike_sa *starting;	/* we are trying to bring up; NULL: none */
	struct ike_sa *slow;		/* gateway_hedge() had doubts about; NULL: none */
	unsigned int failures;		/* in a row */
	struct place only, *places;	/* where its peer may be: place.h */
	unsigned int n_places, rank;	/* rank: as of index.added */
	struct addr peer;		/* attempts go there; family 0: it is not known */
	struct peer_name name;		/* of the peer, in DNS */
	struct timer retry;		/* armed: not tried before */
	struct ike_counts counts;
	char last_error[IKE_ERROR_TEXT];
	unsigned int patience;		/* until then: see gateway_patience() */
	ike_time patient_until;
	struct repeat said;		/* failures, in the log */
	ike_time failed_at;		/* when that was */
};

/* --- configure.c --- */

/* Replaces the policy; takes over @policy.  -1: no memory, and all is as it was. */
int gateways_configure(struct ike_core *core, struct policy *policy);
/* Frees gateways and slots that nothing needs any more, at the end of an event. */
void gateways_sweep(struct ike_core *core);
/* Frees all; IKE SAs and children must be gone. */
void gateways_free(struct ike_core *core);

/* --- slot_index.c: slots by what the kernel calls them --- */

/* Enters a slot that is configured; @first of its tunnel's. */
void slot_index_add(struct slot *slot, bool first);
/* Takes it out; one that is not in is left alone. */
void slot_index_remove(struct slot *slot);
/* The gateway's slot with that id, gone or not, or NULL. */
struct slot *slot_find(const struct gateway *gw, uint32_t id);
/* The configured slot of that proxy-ID on that netdevice, or NULL. */
struct slot *slot_named(const struct ike_core *core, const char *ifname, const char *proxy);
/* The first of those on that netdevice, or NULL; the one after @slot. */
struct slot *slot_first_on(const struct ike_core *core, const char *ifname);
struct slot *slot_next_on(const struct slot *slot);

/* --- gateway.c --- */

/* TIMER_GATEWAY, TIMER_SLOT: the pause before another attempt is over. */
void gateway_retry(struct ike_core *core, struct timer *timer);
void slot_retry(struct ike_core *core, struct timer *timer);
/* An attempt to bring up the IKE SA failed: waits longer each time before the next. */
void gateway_backoff(struct gateway *gw);
/* Likewise for a peer that nothing was heard of: waits as long each time. */
void gateway_again(struct gateway *gw);
/* An attempt for the proxy-ID failed: as gateway_backoff(). */
void slot_backoff(struct slot *slot);
/*
 * The peer has ended the IKE SA, and most likely begins another: we give it time to, or both
 * ends would make one at once.
 */
void gateway_give_way(struct gateway *gw);
/* The kernel holds packets of the proxy-ID: it gets an SA, or word that none will come. */
void slot_acquire(struct slot *slot, const struct ts_flow *flow);
/* To be called once what slot_acquire() asked for is under way, if it is. */
void slot_answer(struct slot *slot, const struct ts_flow *flow);
bool slot_wanted(const struct slot *slot);
/* Has or is getting a child. */
bool slot_busy(const struct slot *slot);
/* It is configured to wait for the peer to make its children. */
bool slot_left_to_peer(const struct slot *slot);

/* --- gateway_ike.c: an IKE SA is begun; which one is in use --- */

/* Starts negotiating with the gateway's peer; false if that can not be. */
bool ike_initiate(struct gateway *gw, struct slot *slot);
/*
 * Our attempt at @ike came to nothing before it was up: it is closed, and another one made later;
 * @heard: something is at the peer's.
 */
void ike_start_failed(struct ike_sa *ike, bool heard);
/* @ike came up: it is the one in use from now on, unless both ends made one at once. */
void gateway_ike_up(struct gateway *gw, struct ike_sa *ike);
/* There is none, or it is outdated: another is wanted. */
bool gateway_lacks_ike(const struct gateway *gw);
/* A doubt was wrong: the peer has answered on the IKE SA.  It is doubted later for a while. */
void gateway_doubt_wrong(struct gateway *gw);
/*
 * How many more repetitions than usual come before a doubt.  Where a peer is slow to answer some
 * requests, another IKE SA would be begun for each of them.
 */
unsigned int gateway_patience(const struct gateway *gw);
/*
 * The peer does not answer on @ike.  It may have been started anew, without its end of it:
 * another is begun, while what there is carries packets on.
 */
void gateway_doubt(struct gateway *gw, struct ike_sa *ike);
/* The peers have to authenticate anew: likewise, but there is no doubt that @ike serves. */
void gateway_reauth(struct gateway *gw, struct ike_sa *ike);
/*
 * The peer has answered IKE_SA_INIT on @ike, but not IKE_AUTH.  It may be slow, or have been
 * started anew in between: another attempt is begun beside, and the first to succeed
 * ends the other.  One alone: that the second is not answered either is an error to be told.
 */
void gateway_hedge(struct gateway *gw, struct ike_sa *ike);
/* Our attempt to bring up an IKE SA is not needed, if the peer has not answered it yet. */
void gateway_stop_starting(struct gateway *gw);

/* --- gateway_begin.c --- */

/* Does what gateway_poke() and slot_poke() asked for; true if there was something. */
bool gateways_poked(struct ike_core *core);

/* --- gateway_say.c: log, events, last_error --- */

/*
 * Says what went wrong and what to do about it, in an event and last_error, and in the log
 * unless it was written there a short while ago (base/repeat.h), or of many others
 * (base/chorus.h).
 * gateway_fail() is of the IKE SA, which hits all proxy-IDs of the gateway without an SA.
 */
void gateway_fail(struct gateway *gw, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The same where it hits none of them: the peer wants what is not configured. */
void gateway_refuse(struct gateway *gw, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void slot_fail(struct slot *slot, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* What only the log is to have, as a warning. */
void gateway_warn(struct gateway *gw, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* TIMER_CHORUS. */
void chorus_ends(struct ike_core *core, struct timer *timer);
/* Likewise for what is no failure: log and event. */
void gateway_tell(struct gateway *gw, const char *kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void slot_tell(struct slot *slot, const char *kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The peer at the end of @path was followed to where its NAT has it now: says so. */
void gateway_moved(struct gateway *gw, const struct pathref *path);
/* Likewise, to where it has asked to be followed. */
void gateway_followed(struct gateway *gw, const struct pathref *path);

#endif
