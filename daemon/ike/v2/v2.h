/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKEv2 (RFC 7296).  Two tables say which handler takes which message in which state: v2_task[] in
 * tasks.c for what we ask, v2_requests[] in v2.c for what we are asked.  The other files here have
 * the handlers of one exchange each.  A request handler writes the response.  It may close the SA:
 * the response is still sent, and the SA is freed at the end of the event.
 */
#ifndef PANTUN_IKE_V2_H
#define PANTUN_IKE_V2_H

#include "crypto/keymat_v2.h"
#include "ike/child_sa.h"
#include "ike/match.h"
#include "ike/version.h"
#include "wire/v2_build.h"
#include "wire/v2_codec.h"

#define V2_ROUNDS_MAX	5	/* an exchange is restarted with a cookie or another group */

/* What the notifications of a message say; views of it. */
struct v2_notes {
	bool failed;			/* there is an error (a type below IKE_N_STATUS): */
	struct wire_notify error;	/* the first */
	bool has_group;			/* INVALID_KE_PAYLOAD */
	struct bytes group;
	bool has_cookie;
	struct bytes cookie;
	bool rekeys;			/* REKEY_SA */
	struct wire_notify rekey;
	bool initial_contact, transport, no_tfc, fragmentation, use_ppk, childless, intermediate;
	bool has_link;			/* ADDITIONAL_KEY_EXCHANGE */
	struct bytes link;
	struct bytes hashes;		/* SIGNATURE_HASH_ALGORITHMS; empty: none */
	bool has_methods;		/* SUPPORTED_AUTH_METHODS is there, */
	struct bytes methods;		/* with these */
	bool has_ppk;			/* PPK_IDENTITY */
	struct bytes ppk;
	struct bytes no_ppk_auth;	/* empty: there is none */
	struct bytes token;		/* QUICK_CRASH_DETECTION; empty: there is none */
	bool has_auth_life;		/* AUTH_LIFETIME (RFC 4478), in seconds: */
	uint32_t auth_life;
	bool mobike;			/* MOBIKE_SUPPORTED */
	bool update;			/* UPDATE_SA_ADDRESSES */
	struct bytes cookie2;		/* COOKIE2; empty: there is none */
	bool has_no_nats;		/* NO_NATS_ALLOWED */
	struct bytes no_nats;
	uint64_t natd_source, natd_destination;	/* of which payloads: bits, by their places */
};

/* A message that was parsed, decrypted and found valid. */
struct v2_in {
	const struct wire_message *message;
	const struct wire_payloads *payloads;	/* those in SK, or in clear in IKE_SA_INIT */
	struct bytes plain;		/* the octets of those in SK, */
	uint8_t next;			/* which begin with a payload of that type */
	struct endpoint local, remote;
	struct v2_notes notes;
};

/* What ike/ calls of all this. */
extern const struct ike_version v2_version;

#define V2_MAJOR	(IKE_VERSION_2 >> 4)

/* @ike speaks this version.  SPIs of ours are in one table for all. */
static inline bool v2_speaks(const struct ike_sa *ike)
{
	return ike->version->major == V2_MAJOR;
}

/* --- tasks.c: what we ask --- */

#define IN(state)	(1u << (state))
#define IN_USE		(IN(IKE_UP))
#define ENDING		(IN(IKE_REKEYED) | IN(IKE_DELETING))

/* All that is true of a kind of task; what is left out is not, or does nothing. */
struct v2_task {
	struct task_rule rule;		/* what ike/ goes by */
	uint8_t exchange;
	bool clear;			/* its request is not protected: there are no keys yet */
	bool makes_child;		/* the peer may know the child before we do */
	bool bars_rekey;		/* the peer's rekey of the IKE SA is put off (2.25.2) */
	/* Writes the request; false: there is nothing to send. */
	bool (*build)(struct ike_sa *ike, struct task *task, struct wire_writer *w);
	/* Nothing was sent. */
	void (*unsent)(struct ike_sa *ike, struct task *task);
	/* There was no answer to all that were sent. */
	void (*lost)(struct ike_sa *ike, struct task *task);
	unsigned int states;		/* of the IKE SA, in which an answer is of use */
	void (*response)(struct ike_sa *ike, struct task *task, const struct v2_in *in);
	/* Instead, where we are to delete the IKE SA. */
	void (*late)(struct ike_sa *ike, struct task *task, const struct v2_in *in);
	const char *story;		/* of an answer, for the log */
};

const struct v2_task *v2_row(enum task_kind kind);
/*
 * The row of what we have asked for, or are about to; an empty one if that is nothing.  By way of
 * the version, as the handlers that need it are in the rows themselves.
 */
static inline const struct v2_task *v2_under_way(const struct ike_sa *ike)
{
	enum task_kind kind = ike->ex.current ? ike->ex.current->kind : TASK_NONE;

	return container_of(ike->version->rule(kind), const struct v2_task, rule);
}
/* As ike/version.h has them. */
const struct task_rule *v2_rule(enum task_kind kind);
void v2_unsent(struct ike_sa *ike, struct task *task);
void v2_lost(struct ike_sa *ike, struct task *task);
/* A response with that header would be one to our request under way. */
bool v2_answers(const struct ike_sa *ike, const struct wire_header *header);

/* --- message.c: messages of ours --- */

/* Starts a message of ours in @w over @buf of MESSAGE_MAX octets. */
void v2_begin(struct wire_writer *w, uint8_t *buf, const struct ike_sa *ike, uint8_t exchange,
	      uint32_t message_id, bool response);
/* Ends the protected message in @w; empty if it did not fit or could not be sealed. */
struct bytes v2_seal(struct ike_sa *ike, struct wire_writer *w, uint8_t *buf);

/* --- fragment.c: fragmentation (RFC 7383) --- */

/* Octets of the longest packet that we send on @ike; 0: fragmentation was not agreed on. */
size_t v2_fragment_size(const struct ike_sa *ike);
/*
 * Ends the protected message in @w, in as many parts as the path needs.  The caller's; NULL if it
 * did not fit into @buf or could not be sealed.
 */
struct packet *v2_pack(struct ike_sa *ike, struct wire_writer *w, uint8_t *buf);
/* As ike/version.h has it. */
void v2_repeats(struct ike_sa *ike);
/*
 * Takes the fragment @in, of a message that is due.  True once the message is whole: @plain, in
 * core->plain, is what was in it, and begins with a payload of type @next.
 */
bool v2_fragment_take(struct ike_sa *ike, enum job_side side, const struct v2_in *in,
		      struct bytes *plain, uint8_t *next);
/* @in is the peer's last request once more, or a part of it: answers it again where that is due. */
void v2_fragment_answer_again(struct ike_sa *ike, const struct v2_in *in);

/* Answers the request @in with that notification, in clear. */
void v2_say_clear(struct ike_core *core, const struct v2_in *in, uint16_t type,
		  struct bytes data);

/* Begins such an answer in @w, in core->scratch; the caller adds notifications and sends it. */
void v2_clear_begin(struct ike_core *core, const struct v2_in *in, struct wire_writer *w);

/* --- crash.c: quick crash detection (RFC 6290) --- */

/* Writes our token for the SA, if there is a secret to make it of. */
void v2_crash_put(const struct ike_sa *ike, struct wire_writer *w);
/* Keeps the peer's, if @in brings one. */
void v2_crash_take(struct ike_sa *ike, const struct v2_in *in);
/* We rekeyed the IKE SA, and could not tell our token for the new one before it was there. */
void v2_crash_renew(struct ike_sa *heir);
bool v2_crash_build(struct ike_sa *ike, struct task *task, struct wire_writer *w);
void v2_crash_response(struct ike_sa *ike, struct task *task, const struct v2_in *in);
/* Writes our token for the SA of @in, which we lack. */
void v2_crash_say(const struct ike_core *core, const struct v2_in *in, struct wire_writer *w);
/* @in has the peer's token for @ike: nobody else can have said that it is lost. */
bool v2_crash_proved(const struct ike_sa *ike, const struct v2_in *in);
/* The peer has lost @ike: another is begun, or, where that is the peer's, it ends soon. */
void v2_crash_heed(struct ike_sa *ike);

/* --- lost.c: SAs that one end lacks (sections 1.5 and 2.21.4) --- */

/* Tells the peer, not too often, that there is no IKE SA which its request could be for. */
void v2_lost_answer(struct ike_core *core, const struct v2_in *in);
/* @in says in clear that an SA is not known.  False: it says something else. */
bool v2_lost_notice(struct ike_core *core, const struct v2_in *in);

/* --- nonce.c: section 2.10 --- */

/* False: there is none, or it is malformed. */
bool v2_read_nonce(const struct v2_in *in, struct bytes *out);

/* --- notify.c --- */

/* Reads in->notes. */
void v2_notify_read(struct v2_in *in);
/* A notification's name, or its number. */
const char *v2_notify_text(uint16_t type, char out[32]);
/* The child whose packets the peer gets by @spi: INVALID_SPI does not say of which protocol. */
struct child_sa *v2_notify_child(const struct ike_sa *ike, uint32_t spi);

/* --- init.c: IKE_SA_INIT (section 1.2) --- */

/* Ours is the first request. */
void v2_init_begin(struct ike_sa *ike);
bool v2_init_build(struct ike_sa *ike, struct task *task, struct wire_writer *w);
void v2_init_request(struct ike_core *core, const struct v2_in *in);
/* Goes on with it, as the key pair that its answer needs is there. */
void v2_init_answer(struct ike_sa *ike, const struct v2_in *in);
/* Derives the keys when the first message needs them; false: that must be ignored. */
bool v2_init_keys(struct ike_sa *ike, const struct v2_in *in);
void v2_init_response(struct ike_sa *ike, struct task *task, const struct v2_in *in);

/* --- plain.c --- */

/* What @ike offers, which is ready, is without additional key exchanges, if that is called for. */
void v2_plain_begin(struct ike_sa *ike);
/*
 * The first message is refused in clear, with that notification, which may be for the additional
 * key exchanges; false: there are none, or there have to be some.
 */
bool v2_plain_refused(struct ike_sa *ike, uint16_t type);
/* No better answer has come: it is begun anew without them.  False: that was not said. */
bool v2_plain_instead(struct ike_sa *ike);
/* The first message asks for IKE_INTERMEDIATE. */
bool v2_plain_asks(const struct ike_sa *ike);
/* The peer answers, and @ike is closed: it does know them, and is asked again, with them. */
bool v2_plain_mistaken(struct ike_sa *ike, const struct v2_in *in);
/* @ike is up: what that says of the peer. */
void v2_plain_learn(const struct ike_sa *ike);

/* --- first_pair.c --- */

/* Writes both TS payloads; @initiator: in our request. */
void v2_child_put_ts(const struct ts_pair *ts, bool initiator, struct wire_writer *w);
/*
 * TSi and TSr of a request for a child: first the packet that it is for, if it is for one.  What
 * both ends narrowed @old to, of which it is a rekey, they need not narrow again (section 2.9.2);
 * NULL: it is none.
 */
void v2_child_ask_ts(const struct slot *slot, const struct child_sa *old, struct wire_writer *w);
/*
 * The peer wants no more than one pair of addresses (SINGLE_PAIR_REQUIRED): it is asked for those
 * of the packet that waits, from now on.  False: it does not want that, or there is no packet.
 */
bool v2_child_single(struct slot *slot, const struct wire_notify *notify);

/* --- intermediate.c: IKE_INTERMEDIATE (RFC 9242) for more key exchanges (RFC 9370) --- */

/* Octets of what AUTH covers of them: IntAuth of both ends, message id of IKE_AUTH. */
#define V2_INT_AUTH_MAX	(2 * ALG_PRF_MAX + 4)

/* The next of those that were agreed on has to come before IKE_AUTH may. */
bool v2_intermediate_due(const struct ike_sa *ike);
/* What AUTH covers besides: in @out, empty if there were none. */
struct bytes v2_intermediate_signed(const struct ike_sa *ike, uint8_t out[V2_INT_AUTH_MAX]);
/*
 * Decrypts @in, a message that is due, into core->plain; @body: of SK or SKF in it.  False: it is
 * not authentic.  Keys that wait to be used, are from the first message on that is.
 */
bool v2_intermediate_open(struct ike_sa *ike, const struct v2_in *in, size_t body,
			  struct bytes *plain);
bool v2_intermediate_build(struct ike_sa *ike, struct task *task, struct wire_writer *w);
void v2_intermediate_request(struct ike_sa *ike, const struct v2_in *in, struct wire_writer *w);
void v2_intermediate_response(struct ike_sa *ike, struct task *task, const struct v2_in *in);
/*
 * The data of the KE payload of @in, which has to be of @group; false: it is not, is malformed, or
 * @group is NULL.
 */
bool v2_read_ke_of(const struct v2_in *in, const struct alg_dh *group, struct bytes *data);

/* --- auth.c, auth_serve.c: IKE_AUTH (sections 1.2, 2.15) --- */

bool v2_auth_build(struct ike_sa *ike, struct task *task, struct wire_writer *w);
void v2_auth_response(struct ike_sa *ike, struct task *task, const struct v2_in *in);
void v2_auth_request(struct ike_sa *ike, const struct v2_in *in, struct wire_writer *w);

/* --- ppk.c: post-quantum pre-shared keys (RFC 8784) --- */

/* The one that we begin with, or NULL: none is agreed on. */
const struct policy_ppk *v2_ppk_ours(const struct ike_sa *ike);
/* That of @conf which a PPK_IDENTITY names, or NULL. */
const struct policy_ppk *v2_ppk_named(const struct policy_gateway *conf, struct bytes identity);
void v2_ppk_put(struct wire_writer *w, const struct policy_ppk *ppk);
/*
 * Has the keys of @ike mixed with @ppk, into @out: wipe it.  False: job_waits(), or it cannot be
 * done.
 */
bool v2_ppk_mix(struct ike_sa *ike, enum job_side side, const struct policy_ppk *ppk,
		struct keymat_ike *out);
/* Both ends go on with @keys, in which @ppk is; NULL: none is. */
void v2_ppk_adopt(struct ike_sa *ike, const struct policy_ppk *ppk, const struct keymat_ike *keys);

/* --- child.c: children in IKE_AUTH and CREATE_CHILD_SA (sections 1.3, 2.9) --- */

/* What a message says about a child: a request for one, or the answer to ours. */
struct v2_terms {
	struct wire_sa sa;
	struct wire_ts_list tsi, tsr;
	struct wire_ke ke;
	bool has_ke;
	bool transport;			/* transport mode is asked for, or agreed to */
	bool no_tfc;			/* the sender does not accept TFC padding */
};

/* False: something is missing or malformed. */
bool v2_read_terms(const struct v2_in *in, struct v2_terms *out);
/* Derives its keys; false on failure. */
bool v2_child_derive(struct child_sa *child, struct bytes shared, struct bytes ni, struct bytes nr);
/* Writes the SA payload; @esp is what we offer. */
void v2_child_offer(struct child_sa *child, const struct prop_list *esp, struct wire_writer *w);
/* Writes USE_TRANSPORT_MODE if that mode is configured. */
void v2_child_put_mode(const struct slot *slot, struct wire_writer *w);
/* Notes whether the peer sent ESP_TFC_PADDING_NOT_SUPPORTED. */
void v2_child_heed_tfc(struct child_sa *child, bool refused);
/* The peer's @child has its keys: into the kernel with it. */
void v2_child_agreed(struct child_sa *child);
/* Makes the child that the peer asks for in IKE_AUTH, or writes why not. */
void v2_child_serve(struct ike_sa *ike, const struct v2_in *in, struct bytes ni, struct bytes nr,
		    struct wire_writer *w);
/* Takes the peer's answer to our offer in IKE_AUTH. */
void v2_child_take(struct child_sa *child, const struct v2_in *in, struct bytes ni,
		   struct bytes nr);
bool v2_child_build(struct ike_sa *ike, struct task *task, struct wire_writer *w);
/* The request for @task could not be built: it is tried again later. */
void v2_child_unsent(struct ike_sa *ike, struct task *task);
void v2_child_response(struct ike_sa *ike, struct task *task, const struct v2_in *in);
/* The peer answered @task, which is to make @fresh, with that error. */
void v2_child_refused(struct ike_sa *ike, struct task *task, struct child_sa *fresh,
		      const struct wire_notify *notify);
/* @fresh, which @task made, has its keys: it is used, unless something happened meanwhile. */
void v2_child_made(const struct task *task, struct child_sa *fresh);
/* Takes a CREATE_CHILD_SA request, which may be for a child, a rekey of one or of the IKE SA. */
void v2_create_request(struct ike_sa *ike, const struct v2_in *in, struct wire_writer *w);
/* Refuses with TEMPORARY_FAILURE (section 2.25). */
void v2_refuse_request(struct ike_sa *ike, const struct v2_in *in, struct wire_writer *w);

/* --- rekey.c: rekeying of the IKE SA (sections 1.3.2, 2.8, 2.18) --- */

bool v2_rekey_build(struct ike_sa *ike, struct task *task, struct wire_writer *w);
/* Like v2_child_unsent(). */
void v2_rekey_unsent(struct ike_sa *ike, struct task *task);
void v2_rekey_request(struct ike_sa *ike, const struct v2_in *in, const struct wire_sa *sa,
		      struct wire_writer *w);
void v2_rekey_response(struct ike_sa *ike, struct task *task, const struct v2_in *in);
/* Likewise, but the SA is to be deleted, and its heir with it. */
void v2_rekey_late(struct ike_sa *ike, struct task *task, const struct v2_in *in);

/* Derives the keys of @heir; false on failure. */
bool v2_rekey_derive(struct ike_sa *heir, const struct ike_sa *old, const struct chain *chain);
/* Our attempt @task made nothing, and is made again in @wait. */
void v2_rekey_failed(struct ike_sa *ike, struct task *task, ike_time wait);
/* The peer answered @task with that error. */
void v2_rekey_refused(struct ike_sa *ike, struct task *task, const struct wire_notify *notify);
/* @task goes on with more key exchanges, as @in says; false: it does not say how. */
bool v2_rekey_go_on(struct ike_sa *ike, struct task *task, const struct v2_in *in);
/* Both ends have @heir, which @task made: it takes over, unless the peer's does. */
void v2_rekey_settle(struct ike_sa *ike, struct ike_sa *heir, struct task *task);

/* --- chain_link.c, followup.c, child_followup.c: IKE_FOLLOWUP_KE, further key exchanges --- */

/* There are some, by what was chosen, when @chain has been done; @chain NULL: none has. */
const struct alg_dh *v2_followup_group(const struct prop_chosen *prop, const struct chain *chain);
/* @task is of @kind from now on, and goes on with the next of them, as @in says; or why not. */
const char *v2_followup_begin(struct task *task, enum task_kind kind, const struct v2_in *in);
/* Writes our half of the next of them; false: there is none, or not yet. */
bool v2_followup_put(struct ike_sa *ike, struct task *task, const struct prop_chosen *prop,
		     struct wire_writer *w);
/* Adds to task->chain what comes of the peer's half, if it does not wait; or why not. */
const char *v2_followup_take(struct ike_sa *ike, struct task *task, const struct prop_chosen *prop,
			     const struct v2_in *in);
/* Has the peer go on with ike->chain, and writes how; false: no randomness. */
bool v2_followup_offer(struct ike_sa *ike, struct wire_writer *w);
bool v2_followup_build(struct ike_sa *ike, struct task *task, struct wire_writer *w);
void v2_followup_unsent(struct ike_sa *ike, struct task *task);
void v2_followup_request(struct ike_sa *ike, const struct v2_in *in, struct wire_writer *w);
void v2_followup_response(struct ike_sa *ike, struct task *task, const struct v2_in *in);
/* Likewise, but the SA is to be deleted, and its heir with it. */
void v2_followup_late(struct ike_sa *ike, struct task *task, const struct v2_in *in);

/* Derives the keys of @child; false on failure. */
bool v2_child_derive_chain(struct child_sa *child, const struct chain *chain);
bool v2_child_followup_build(struct ike_sa *ike, struct task *task, struct wire_writer *w);
void v2_child_followup_response(struct ike_sa *ike, struct task *task, const struct v2_in *in);
/* @task goes on with the next for @fresh, as @in says, or ends, with the reason said. */
void v2_child_goes_on(struct task *task, struct child_sa *fresh, const struct v2_in *in);
/* The peer is about to rekey @old (NULL: nothing), and has not given up. */
bool v2_child_linked_to(const struct ike_sa *ike, const struct child_sa *old);
/* What the peer's @child is to replace is still there to be replaced, or gone. */
bool v2_child_linked_good(const struct child_sa *child);

/* --- info.c: INFORMATIONAL (section 1.4) --- */

bool v2_ike_delete_build(struct ike_sa *ike, struct task *task, struct wire_writer *w);
bool v2_child_delete_build(struct ike_sa *ike, struct task *task, struct wire_writer *w);
bool v2_liveness_build(struct ike_sa *ike, struct task *task, struct wire_writer *w);
/* The children it was for are closed without telling the peer. */
void v2_child_delete_unsent(struct ike_sa *ike, struct task *task);
void v2_info_request(struct ike_sa *ike, const struct v2_in *in, struct wire_writer *w);
void v2_ike_delete_response(struct ike_sa *ike, struct task *task, const struct v2_in *in);
void v2_child_delete_response(struct ike_sa *ike, struct task *task, const struct v2_in *in);
void v2_liveness_response(struct ike_sa *ike, struct task *task, const struct v2_in *in);
/* The peer does not answer any more: one DELETE that is neither repeated nor waited for. */
void v2_farewell(struct ike_sa *ike);

/* --- natd.c: NAT traversal (section 2.23) --- */

void v2_natd_put(struct wire_writer *w, const uint8_t *spi_i, const uint8_t *spi_r,
		 const struct endpoint *local, const struct endpoint *remote);
/* By what the peer sees of us: which end of the path that @in took is translated. */
void v2_natd_read(const struct v2_in *in, bool *local, bool *remote);

/* --- cookie.c: section 2.6 --- */

/* Returns true, and asks for a cookie, if @in does not bring one of ours. */
bool v2_cookie_demand(struct ike_core *core, const struct v2_in *in, struct bytes ni);
/*
 * Returns true if @in is the request that @ike began by, with another good cookie.  AUTH signs it
 * from now on: a peer that was given two cookies may have sent both back, and signs what it sent
 * last.
 */
bool v2_cookie_renewed(struct ike_sa *ike, const struct v2_in *in);

#endif
