/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The IKE core, which does no I/O: it takes events with the time at which they happened,
 * and returns actions for the caller to carry out.  Handlers never send, sleep or call
 * the kernel, and never free an SA that a caller still uses: dead SAs are freed at the
 * end of the event.  Randomness comes from a hook.  This lets two cores negotiate in one
 * process with a fake clock.
 *
 * After every event function the caller drains ike_core_action() and arms one timer
 * for ike_core_deadline().
 */
#ifndef PANTUN_IKE_CORE_H
#define PANTUN_IKE_CORE_H

#include "base/addr.h"
#include "ike/info.h"
#include "policy/policy.h"
#include "prop/prop.h"
#include "prop/ts.h"
#include "wire/ike_const.h"

#define IKE_NEVER	UINT64_MAX
#define IKE_TOKEN_KEY_N	32	/* octets */

/* Milliseconds of a clock that does not jump (CLOCK_BOOTTIME). */
typedef uint64_t ike_time;

struct ike_core;
/* What a version of IKE does: ike/version.h. */
struct ike_version;
/* Something long to compute, or that needs a secret which the core does not have. */
struct ike_job;
struct ike_auth_request;
struct ike_auth_answer;
struct name_answer;

enum ike_job_kind {
	IKE_JOB_DH,	/* ike_job_run() computes it */
	IKE_JOB_AUTH,	/* ike_job_auth_request() says what to ask who has the pre-shared keys */
};

struct ike_hooks {
	void *ctx;
	/* Fills @out with @n unpredictable octets; returns 0 or -1. */
	int (*random)(void *ctx, void *out, size_t n);
	/*
	 * The local address that packets to @peer leave from; 0 or -1.  Called for
	 * gateways without a local address only.
	 */
	int (*source)(void *ctx, const struct addr *peer, struct addr *local);
	/*
	 * Whether so many jobs wait that newcomers have to, too: they are asked to come again, with
	 * a cookie.  NULL: never.
	 */
	bool (*busy)(void *ctx);
};

enum ike_action_type {
	IKE_ACTION_SEND,	/* a datagram */
	IKE_ACTION_SA_ADD,	/* into the kernel; answer with ike_core_sa_result() */
	IKE_ACTION_SA_ACTIVATE,	/* switch the proxy-ID to this out-SA */
	IKE_ACTION_SA_MOVE,	/* the peer's address and port are others: set its path */
	IKE_ACTION_SA_DEL,
	IKE_ACTION_SA_ASK,	/* when an in-SA had its last packet; ike_core_sa_heard() */
	IKE_ACTION_PROXY_FAIL,	/* no SA will come for what the kernel holds there */
	IKE_ACTION_EVENT,	/* tell observers */
	IKE_ACTION_JOB,		/* ike_core_take_job(); once it is done, ike_core_job_done() */
	IKE_ACTION_NAME,	/* look a name up in DNS; answer with ike_core_named() */
};

/* An SA for the kernel.  Keys are wiped when the action is released. */
struct ike_sa_spec {
	uint64_t token;		/* names it in ike_core_sa_result(); also the kernel's cookie */
	bool inbound;
	uint32_t spi;		/* host order */
	const char *ifname;	/* tunnel's netdevice */
	const char *proxy;	/* proxy-ID's name */
	struct endpoint local, remote;
	struct endpoint new_local, new_remote;	/* SA_MOVE */
	bool udp_encap;
	bool udp_csum;
	bool ah;		/* else ESP */
	bool transport;		/* mode; else tunnel */
	bool esn;
	bool standby;		/* out-SA: wait for SA_ACTIVATE */
	const struct alg_encr *encr;	/* prop/alg_registry.h; NULL: AH */
	const struct alg_integ *integ;	/* NULL for combined modes */
	uint16_t key_bits;
	uint8_t encr_key[64], integ_key[64], salt[4];
	uint8_t encr_key_n, integ_key_n, salt_n;	/* octets */
	struct ts_pair ts;	/* as negotiated */
	uint32_t replay_window;
	uint64_t soft_seconds, hard_seconds, soft_bytes, hard_bytes;	/* 0: no limit */
};

struct ike_action {
	enum ike_action_type type;
	union {
		struct {
			struct endpoint local, remote;
			struct bytes data;	/* without the non-ESP marker */
			uint8_t dscp;
			/*
			 * How many actions about SAs (IKE_ACTION_SA_*), of all so far, must have
			 * been carried out before: a peer that hears of an SA uses it at once, and
			 * one that hears that an SA is gone deletes its own.
			 */
			uint64_t after;
		} send;
		struct ike_sa_spec sa;		/* SA_ADD; ACTIVATE, MOVE, DEL (ids only) */
		struct {
			const char *ifname, *proxy;
		} fail;				/* PROXY_FAIL */
		struct {
			uint64_t ticket;
			const char *name;
		} name;				/* NAME */
		struct ike_event event;
	};
};

/*
 * NULL if out of memory.  @versions: those that the core is to speak, ended by NULL, as
 * versions/versions.h has them.
 */
struct ike_core *ike_core_new(const struct ike_hooks *hooks,
			      const struct ike_version *const *versions);
/* Frees without telling peers; wipes keys. */
void ike_core_free(struct ike_core *core);

/*
 * The secret that tokens are made of for the case that we lose our IKE SAs (RFC 6290): the same one
 * as before a restart, or peers do not believe it.  Without one none are made.
 */
void ike_core_set_token_key(struct ike_core *core, const uint8_t key[IKE_TOKEN_KEY_N]);

/* The next action in order, or NULL; valid until the next call of any ike_core function. */
const struct ike_action *ike_core_action(struct ike_core *core);
/*
 * The job of the IKE_ACTION_JOB that ike_core_action() gave last: the caller's from now on, who
 * hands it to ike_core_job_done() or frees it.
 */
struct ike_job *ike_core_take_job(struct ike_core *core);
enum ike_job_kind ike_job_kind(const struct ike_job *job);
/* Computes a key exchange, which takes long; in any thread, as it knows nothing of the core. */
void ike_job_run(struct ike_job *job);
/* The question of an IKE_JOB_AUTH, valid as long as @job; its ticket is one that no other has. */
const struct ike_auth_request *ike_job_auth_request(const struct ike_job *job);
/* And its result. */
void ike_job_set_auth_answer(struct ike_job *job, const struct ike_auth_answer *answer);
/* A key exchange that takes no longer than to read and answer a message. */
bool ike_job_quick(const struct ike_job *job);
/* It is for an SA that stands, and goes before those of peers that only begin. */
bool ike_job_stands(const struct ike_job *job);
/* Wipes its keys; NULL is fine. */
void ike_job_free(struct ike_job *job);
/*
 * Takes over @job, which has its result.  Results may come in any order; one that does not come for
 * 20 s counts as failed.
 */
void ike_core_job_done(struct ike_core *core, ike_time now, struct ike_job *job);
/*
 * What IKE_ACTION_NAME has come to, by its ticket.  Answers may come in any order; one that does
 * not come for 30 s counts as failed.
 */
void ike_core_named(struct ike_core *core, ike_time now, const struct name_answer *answer);
/* When to call ike_core_tick() next, or IKE_NEVER. */
ike_time ike_core_deadline(const struct ike_core *core);

/*
 * Takes over @policy.  Gateways and tunnels that did not change (by value) keep their SAs.
 * Of those that did, what the peer has to agree to is negotiated beside what there is, which
 * goes once that has succeeded.  SAs of what is no longer configured are deleted at the peer.
 * 0, or -1 for want of memory: the policy before stays in force.
 */
int ike_core_set_policy(struct ike_core *core, ike_time now, struct policy *policy);
void ike_core_tick(struct ike_core *core, ike_time now);
/* How soon a datagram is to be handled where many wait. */
enum ike_urgency {
	IKE_URGENT,	/* of an SA that stands: whether it goes on standing may depend on it */
	IKE_GOING_ON,	/* of one that is being made */
	IKE_BEGINNING,	/* somebody wants another */
	IKE_URGENCIES
};

/* By its header alone, which anybody can forge. */
enum ike_urgency ike_core_urgency(const struct ike_core *core, struct bytes data);
/* A datagram to port 500, or to 4500 with the non-ESP marker taken off. */
void ike_core_datagram(struct ike_core *core, ike_time now, const struct endpoint *local,
		       const struct endpoint *remote, struct bytes data);
/*
 * The kernel holds a packet for this proxy-ID (NULL: find by tunnel alone), that of @flow (NULL:
 * not known).
 */
void ike_core_acquire(struct ike_core *core, ike_time now, const char *ifname, const char *proxy,
		      const struct ts_flow *flow);
/*
 * What the monitor of the tunnel on that netdevice found.  For one that is lost new SAs
 * are negotiated, with growing pauses until it is back; how many proxy-IDs get them.
 */
unsigned int ike_core_path_lost(struct ike_core *core, ike_time now, const char *ifname);
/*
 * The netdevice went away, for the reason @why: nothing is begun or taken for its proxy-IDs, and
 * show says why; their SAs are deleted at the peer.  @why NULL: it is back, and what is wanted
 * begins at once.
 */
void ike_core_away(struct ike_core *core, ike_time now, const char *ifname, const char *why);
void ike_core_path_back(struct ike_core *core, ike_time now, const char *ifname);
/*
 * The kernel has, or @ended: no longer, an outbound SA of this proxy-ID that a former daemon
 * made.  It carries packets until a successor does, which an on-demand tunnel gets at once.
 */
void ike_core_adopt(struct ike_core *core, ike_time now, const char *ifname, const char *proxy,
		    bool ended);
/*
 * The newest authentic packet of an inbound SA, ESP in UDP, came from @remote to @local, and not
 * along the SA's path: a NAT may have given the peer another port.
 */
void ike_core_moved(struct ike_core *core, ike_time now, uint64_t token,
		    const struct endpoint *local, const struct endpoint *remote);
/* Our addresses, or routes, are others than before. */
void ike_core_routes(struct ike_core *core, ike_time now);
/* The in-SA of @token had its last authentic packet @idle milliseconds ago. */
void ike_core_sa_heard(struct ike_core *core, ike_time now, uint64_t token, uint64_t idle);
/* A kernel SA has reached a limit, or, as with a hard one, is not there any more. */
void ike_core_expire(struct ike_core *core, ike_time now, uint64_t token, bool inbound, bool hard);
/* How SA_ADD went: 0, or a negative errno with the kernel's @text. */
void ike_core_sa_result(struct ike_core *core, ike_time now, uint64_t token, bool inbound,
			int error, const char *text);

/*
 * Commands.  Count of what was started or deleted; -1: no such name.  NULL: all.  A tunnel
 * goes by its own name or by that of its interface.
 */
int ike_core_initiate(struct ike_core *core, ike_time now, const char *tunnel);
int ike_core_clear_ike(struct ike_core *core, ike_time now, const char *gateway);
int ike_core_clear_ipsec(struct ike_core *core, ike_time now, const char *tunnel);
/* Proxy-IDs that ike_core_initiate() of @tunnel leaves alone. */
struct ike_standing ike_core_standing(const struct ike_core *core, const char *tunnel);
/* Call before exit.  @delete_sas: send DELETE for every IKE SA, once, without waiting. */
void ike_core_shutdown(struct ike_core *core, ike_time now, bool delete_sas);

/*
 * Whether a child in use on that netdevice was made with a peer that does not take
 * padded packets (RFC 7296 section 1.3.1): the caller leaves tfc-padding off then.
 */
bool ike_core_tfc_refused(const struct ike_core *core, const char *ifname);

/* What strangers cost us at present, without padding. */
struct ike_strangers ike_core_strangers(const struct ike_core *core, ike_time now);

/* Call @each for every one; this includes all configured proxy-IDs, up or not. */
void ike_core_each_ike(const struct ike_core *core, ike_time now,
		       void (*each)(void *ctx, const struct ike_sa_info *), void *ctx);
void ike_core_each_child(const struct ike_core *core, ike_time now,
			 void (*each)(void *ctx, const struct ike_child_info *), void *ctx);
void ike_core_each_gateway(const struct ike_core *core, ike_time now,
			   void (*each)(void *ctx, const struct ike_gateway_info *), void *ctx);

#endif
