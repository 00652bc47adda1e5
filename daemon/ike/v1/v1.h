/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKEv1 (RFC 2408, 2409).  Phase 1 is main mode: three exchanges, in which one end asks and the
 * other answers; or aggressive mode, of three messages; phase 2 are quick modes, of three messages
 * each.  The table in tasks.c says what we ask and who takes the answer;
 * v1.c hands out what the peer asks.
 *
 * Messages carry no sequence numbers.  A repetition is recognized by its octets and answered from
 * memory; message ids tell quick modes apart.
 */
#ifndef PANTUN_IKE_V1_V1_H
#define PANTUN_IKE_V1_V1_H

#include "crypto/keymat_v1.h"
#include "ike/child_sa.h"
#include "ike/match.h"
#include "ike/version.h"
#include "wire/v1_build.h"
#include "wire/v1_codec.h"

#define V1_MAJOR	(ISAKMP_VERSION >> 4)
#define V1_SPIS_N	(2 * IKE_SPI_LEN)	/* the name of an IKE SA in notifications */
#define V1_QUICK_MOST	64	/* quick modes of one IKE SA that are remembered */

/* A quick mode; kept after its end for as long as its last message may have to be repeated. */
struct v1_quick {
	struct v1_quick *next;
	uint32_t message_id;
	bool ours;			/* we began it */
	bool done;			/* nothing is awaited any more */
	struct keymat_v1_iv iv;		/* of its next message */
	uint64_t child;			/* token of what it makes */
	uint8_t ni[ISAKMP_NONCE_MAX], nr[ISAKMP_NONCE_MAX];
	size_t ni_n, nr_n;
	struct packet *heard;		/* the peer's last message, and */
	struct packet *said;		/* what it was answered by; NULL: nothing */
	unsigned int sends;		/* of that, by us unasked */
};

/* How far a responder has gone in main mode. */
enum v1_answered { V1_NONE, V1_OFFER, V1_EXCHANGE, V1_PROOF };

/* How both ends speak of NAT, the later ones being better; vendor.c has their ids. */
enum v1_natt { V1_NATT_NONE, V1_NATT_DRAFT_2, V1_NATT_DRAFT_2_LF, V1_NATT_DRAFT_3, V1_NATT_RFC };

/* What an IKE SA has in this version: its ike->own. */
struct v1_sa {
	struct keymat_v1 keys;		/* once ike->keyed */
	struct keymat_v1_iv iv;		/* of the next message of phase 1 */
	struct packet *offer;		/* body of the initiator's SA payload, which proofs cover */
	uint8_t auth;			/* signatures of this method prove who we are; 0: */
	uint64_t key;			/* the pre-shared key, by its number */
	bool aggressive;		/* phase 1 is made by that mode */
	enum v1_answered answered;	/* responder of main mode */
	/* Phase 1: the last message of the initiator; initiator of aggressive mode: the answer. */
	struct packet *heard;
	struct packet *peer_id;		/* responder of aggressive mode: body of its ID payload, */
	unsigned int refused;		/* and so many proofs that were not good */
	enum v1_natt natt;		/* the best that the peer has named */
	bool dpd;			/* it knows RFC 3706 */
	uint16_t fragment_id;		/* of our last message that was cut */
	uint32_t dpd_sequence;		/* of our next question, or of the one under way */
	struct v1_quick *quicks;	/* the latest first */
	unsigned int n_quicks;
	uint32_t *seen;			/* message ids that the peer has used, the latest last */
	unsigned int n_seen, seen_room;
};

/* A message that was parsed, and decrypted where that was due. */
struct v1_in {
	struct wire_header header;
	struct bytes data;		/* as it came */
	struct bytes plain;		/* the same, opened: payloads are views of it */
	struct isakmp_payloads payloads;
	struct endpoint local, remote;
};

/* The entry points for ike/. */
extern const struct ike_version v1_version;

static inline struct v1_sa *v1_of(const struct ike_sa *ike)
{
	return ike->own;
}

/* @ike speaks this version: one table holds the SPIs of both. */
static inline bool v1_speaks(const struct ike_sa *ike)
{
	return ike->version->major == V1_MAJOR;
}

static inline bool v1_encrypted(const struct v1_in *in)
{
	return in->header.flags & ISAKMP_FLAG_ENCRYPTED;
}

/* --- own.c: the state of an IKE SA --- */

/* False: no memory. */
bool v1_own_new(struct ike_sa *ike);
/* As ike/version.h has it. */
void v1_own_free(struct ike_sa *ike);
/* A quick mode with a first IV, which is remembered; NULL: no memory, or too many are under way. */
struct v1_quick *v1_quick_new(struct ike_sa *ike, uint32_t message_id, bool ours);
/* The one with that message id, or NULL. */
struct v1_quick *v1_quick_find(const struct ike_sa *ike, uint32_t message_id);
/* The one that makes @child, or NULL. */
struct v1_quick *v1_quick_of(const struct child_sa *child);
/* Keeps copies of what was heard and of what was said last, @said being taken over. */
void v1_quick_keep(struct v1_quick *quick, struct bytes heard, struct packet *said);
/* Draws a message id that is not in use; 0: no randomness. */
uint32_t v1_message_id(struct ike_sa *ike);
/* What we asked is answered, and that was taken. */
void v1_answered(struct ike_sa *ike, struct task *task);

/* --- replay.c: messages that come again --- */

/* An authentic message of the peer had that id, and v1_see() was told. */
bool v1_seen(const struct ike_sa *ike, uint32_t message_id);
/* An authentic message of the peer has that id. */
void v1_see(struct ike_sa *ike, uint32_t message_id);

/* --- fragment.c: messages in parts --- */

/* As it goes out: cut, where it is too long and the peer knows that.  NULL: no memory. */
struct packet *v1_packet(struct ike_sa *ike, struct bytes message);
/* *@packet, which was sent, has had no answer, as may be for its length: cuts it anew. */
void v1_fragment_smaller(struct ike_sa *ike, struct packet **packet);
/* As exchange_respond_again(); if that goes on, our answer may have been too long for the path. */
void v1_answer_again(struct ike_sa *ike, const struct endpoint *local,
		     const struct endpoint *remote);
/* As ike/version.h has packet_most. */
size_t v1_fragment_size(const struct ike_sa *ike);
/* @in is a part of a message: that, for the caller, where it is the last to come; or NULL. */
struct packet *v1_fragment_take(struct ike_sa *ike, const struct v1_in *in);

/* --- message.c: messages, and what protects them --- */

/* Begins one of ours in core->scratch. */
void v1_begin(struct isakmp_writer *w, const struct ike_sa *ike, uint8_t exchange,
	      uint32_t message_id, bool encrypted);
/* Both cookies. */
void v1_spis(const struct ike_sa *ike, uint8_t out[V1_SPIS_N]);
/* Ends one in clear.  The caller's; NULL: it did not fit. */
struct packet *v1_end(struct ike_sa *ike, struct isakmp_writer *w);
/* Encrypts one, and moves @iv on.  Likewise. */
struct packet *v1_seal(struct ike_sa *ike, struct isakmp_writer *w, struct keymat_v1_iv *iv);
/* Decrypts @in into core->plain, and moves @iv on.  False: it was not made with our keys. */
bool v1_open(struct ike_sa *ike, struct v1_in *in, struct keymat_v1_iv *iv);
/* Leaves room for HASH, the first payload; fills it in once everything else is written. */
void v1_hash_begin(struct isakmp_writer *w, const struct ike_sa *ike);
bool v1_hash_end(struct isakmp_writer *w, const struct ike_sa *ike, uint32_t message_id,
		 struct bytes nonce);
/*
 * @in, which is open, begins with the HASH that it has to: HASH(1), or with the initiator's @nonce,
 * HASH(2) (RFC 2409 section 5.5).
 */
bool v1_hash_good(const struct ike_sa *ike, const struct v1_in *in, struct bytes nonce);
/* HASH(3); 0 or -1. */
int v1_hash_last(const struct ike_sa *ike, const struct v1_quick *quick, uint8_t *out);
/* The first payload of that type, if its body has exactly @n octets; otherwise NULL. */
const struct isakmp_payload *v1_payload(const struct v1_in *in, uint8_t type, size_t n);

/* --- offer.c: proposals --- */

/* Offers @list, and keeps what proofs cover of that; false: IKEv1 has no words for it. */
bool v1_offer_put(struct isakmp_writer *w, struct ike_sa *ike, const struct prop_list *list);
/* What @ike authenticates by: enum isakmp_auth. */
uint16_t v1_auth(const struct ike_sa *ike);
/*
 * The only transform of the answer @in to what @ike has @offered; false: it is none of ours, and
 * @why.
 */
bool v1_answer_good(const struct ike_sa *ike, const struct v1_in *in,
		    const struct prop_list *offered, uint16_t encap, struct prop_chosen *chosen,
		    char *why, size_t n);
/* enum isakmp_encap of children in that mode, in the numbers that both ends know. */
uint16_t v1_encap(const struct ike_sa *ike, bool transport);
/* What such a number means, of either kind. */
bool v1_encap_transport(uint16_t encap);
bool v1_encap_udp(uint16_t encap);

/* --- vendor.c: vendor ids, which tell what an end supports --- */

void v1_vendor_put(struct isakmp_writer *w, const struct ike_sa *ike);
void v1_vendor_read(struct ike_sa *ike, const struct v1_in *in);

/* --- natd.c: NAT traversal (RFC 3947, and its drafts 02 and 03) --- */

/* Both ends know one of them, and it is configured. */
bool v1_natt(const struct ike_sa *ike);
void v1_natd_put(struct isakmp_writer *w, const struct ike_sa *ike);
/* Sets nat_local and nat_remote by what the peer sees of us. */
void v1_natd_check(struct ike_sa *ike, const struct v1_in *in);
/* The last message has come: a peer that finds a NAT has gone to the other port by now. */
void v1_nat_port(struct ike_sa *ike, const struct v1_in *in);

/* --- phase1.c: what both ends of either mode do --- */

/* Has our key pair made; false: return, and be called anew.  It is NULL where that failed. */
bool v1_key_pair(struct ike_sa *ike, enum job_side side);
/* KE and nonce. */
void v1_keys_put(struct isakmp_writer *w, struct ike_sa *ike, struct bytes nonce);
/* Reads the peer's, into what the handshake has; false: they are not usable. */
bool v1_keys_read(struct ike_sa *ike, const struct v1_in *in);
/* Makes the keys; false: job_waits(), or they cannot be made, and why was said. */
bool v1_keys_make(struct ike_sa *ike, enum job_side side);
/* Writes who we are. */
void v1_id_put(struct isakmp_writer *w, const struct ike_id *id);
/* Writes the proof of that, as @conf has it; false: job_waits(), or that cannot be. */
bool v1_proof_put(struct isakmp_writer *w, struct ike_sa *ike, const struct ike_id *id,
		  const struct policy_gateway *conf);
/* Who the peer says it is, as a view of @in, and the octets of that; false: it does not say. */
bool v1_id_read(const struct v1_in *in, struct bytes *body, struct ike_id *id);
/* HASH in @in, which is open, proves that the peer is what the ID payload with body @id says. */
bool v1_proof_good(const struct ike_sa *ike, const struct v1_in *in, struct bytes id);
/*
 * What asks whether @in, which is open, proves by a signature that the peer is @id, whose payload
 * has that @body; the authorities are to be added.  NULL: no memory, or @in holds no proof.
 */
struct ike_auth_request *v1_proof_question(const struct ike_sa *ike, const struct v1_in *in,
					   const struct ike_id *id, struct bytes body);
/*
 * The signature in @in, likewise, is by the peer that ike->conf lets in, and is kept.  JOB_OURS
 * waits for that; false: job_waits(), or it is not, and why was said.
 */
bool v1_signature_good(struct ike_sa *ike, const struct v1_in *in, const struct ike_id *id,
		       struct bytes body);
/* We began, and @in has ID and proof; false: job_waits(), or the peer is not who it says it is. */
bool v1_proof_read(struct ike_sa *ike, const struct v1_in *in, struct ike_id *id);
/* We began, and the peer has proved to be @id: that is whom we expect; false: says why not. */
bool v1_peer_fits(struct ike_sa *ike, const struct ike_id *id);
/* The one that we have begun is still needed: no IKE SA of the peer's has come up meanwhile. */
bool v1_needed(const struct gateway *gw);
/* Both ends are authenticated. */
void v1_established(struct ike_sa *ike);

/* --- sign.c: proofs by signatures and certificates --- */

/* What proofs are made by: ECDSA has its own. */
const struct alg_prf *v1_sign_prf(const struct ike_sa *ike);
/* Asks for the peer's certificates, where we authenticate by these. */
void v1_sign_ask(struct isakmp_writer *w, const struct ike_sa *ike);
/* Certificates of @conf, and its signature of @hash; false: job_waits(), or that cannot be. */
bool v1_sign_put(struct isakmp_writer *w, struct ike_sa *ike, struct bytes hash,
		 const struct policy_gateway *conf);
/* Likewise, where @hash is what the signature has to cover (v1_proof_question()). */
struct ike_auth_request *v1_sign_question(const struct ike_sa *ike, const struct v1_in *in,
					  const struct ike_id *id, struct bytes hash);
/* The certificates in @in are what @trust has let in; false: no memory. */
bool v1_sign_keep(struct ike_sa *ike, const struct v1_in *in, uint64_t trust);

/* --- initial.c: INITIAL-CONTACT --- */

/* We, who begin, have nothing of what there was. */
bool v1_initial_due(const struct gateway *gw);
void v1_initial_put(struct isakmp_writer *w, const struct ike_sa *ike);
/* Heeds it where @in says so. */
void v1_initial_take(struct ike_sa *ike, const struct v1_in *in);

/* --- first.c: what begins phase 1 --- */

/* @in has to be handled; false: it is a repetition, which was answered, or over the limit. */
bool v1_first_due(struct ike_core *core, const struct v1_in *in);
/* Answers with an error in clear. */
void v1_refuse(struct ike_core *core, const struct v1_in *in, uint16_t type);
/* What proves an end in IKEv1: a pre-shared key, or a signature of that method. */
#define V1_AUTHS	5
extern const uint8_t v1_auths[V1_AUTHS];	/* as v1_sa.auth */
/* What @sa offers of it. */
void v1_offered(const struct isakmp_sa *sa, uint8_t auth, struct wire_sa *out);
/* Nothing of @sa is for @gw: says what is wrong. */
void v1_say_refused(struct ike_core *core, const struct v1_in *in, const struct isakmp_sa *sa,
		    struct gateway *gw);
/* No gateway takes @wire by the mode of @claim: logs one of the other mode, or version. */
void v1_say_mode(struct ike_core *core, const struct match_claim *claim,
		 const struct wire_sa *wire);
/* The half-open IKE SA for it, with what was @chosen of @offer; NULL: no memory. */
struct ike_sa *v1_half_open(struct gateway *gw, const struct v1_in *in,
			    const struct prop_chosen *chosen, struct bytes offer);
/* Gives up without a word to the peer. */
void v1_give_up(struct ike_sa *ike);

/* --- aggr.c: aggressive mode where we began --- */

struct packet *v1_aggr_build(struct ike_sa *ike, struct task *task);
bool v1_aggr_answer(struct ike_sa *ike, struct task *task, struct v1_in *in);
/* A repetition of the peer's answer: our last message got lost. */
void v1_aggr_again(struct ike_sa *ike, const struct v1_in *in);

/* --- aggr_serve.c: aggressive mode where the peer began --- */

/* The first message of an unknown peer. */
void v1_aggr_first(struct ike_core *core, const struct v1_in *in);
struct packet *v1_prove_build(struct ike_sa *ike, struct task *task);
bool v1_prove_answer(struct ike_sa *ike, struct task *task, struct v1_in *in);
void v1_prove_unsent(struct ike_sa *ike, struct task *task);
void v1_prove_lost(struct ike_sa *ike, struct task *task);

/* --- main.c: main mode where we began --- */

struct packet *v1_offer_build(struct ike_sa *ike, struct task *task);
bool v1_offer_answer(struct ike_sa *ike, struct task *task, struct v1_in *in);
struct packet *v1_exchange_build(struct ike_sa *ike, struct task *task);
bool v1_exchange_answer(struct ike_sa *ike, struct task *task, struct v1_in *in);
struct packet *v1_proof_build(struct ike_sa *ike, struct task *task);
bool v1_proof_answer(struct ike_sa *ike, struct task *task, struct v1_in *in);

/* --- main_serve.c: main mode where the peer began --- */

/* The first message of a peer that we know nothing of. */
void v1_main_first(struct ike_core *core, const struct v1_in *in);
/* The ones after that. */
void v1_main_request(struct ike_sa *ike, struct v1_in *in);

/* --- pair.c: the addresses of a child --- */

/* What a message says of the addresses, the initiator's first; none: the ends themselves. */
struct v1_pair {
	struct ts initiator, responder;
};

/* That of a proxy-ID, where we are @initiator; false: IKEv1 cannot say it, for the reason *why. */
bool v1_pair_of(const struct slot *slot, bool initiator, struct v1_pair *out, const char **why);
void v1_pair_put(struct isakmp_writer *w, const struct v1_pair *pair);
/* That of @in, from the @initiator to the @responder; false: it is malformed. */
bool v1_pair_read(const struct v1_in *in, const struct addr *initiator,
		  const struct addr *responder, struct v1_pair *out);
bool v1_pair_equal(const struct v1_pair *a, const struct v1_pair *b);
/* Sets it as what was agreed to for @child. */
bool v1_pair_set(struct child_sa *child, const struct v1_pair *pair);
/* "10.1.0.0/16" each. */
void v1_pair_text(const struct v1_pair *pair, char initiator[TS_TEXT], char responder[TS_TEXT]);

/* --- quick.c: quick mode where we began --- */

/* Derives the keys of @child; false on failure. */
bool v1_child_derive(struct child_sa *child, struct bytes shared, const struct v1_quick *quick);
struct packet *v1_child_build(struct ike_sa *ike, struct task *task);
bool v1_child_answer(struct ike_sa *ike, struct task *task, struct v1_in *in);
void v1_child_unsent(struct ike_sa *ike, struct task *task);
/* Nothing comes of it: there was no answer, or an error of that @type. */
void v1_child_lost(struct ike_sa *ike, struct task *task);
void v1_child_refused(struct ike_sa *ike, struct task *task, uint16_t type);

/* --- quick_serve.c: quick mode where the peer began --- */

void v1_quick_request(struct ike_sa *ike, struct v1_in *in);
/* The peer has not confirmed @child: our answer goes out once more, or that was it. */
void v1_quick_early(struct child_sa *child);

/* --- tie.c --- */

/* @child has come up: of two that both ends made at once one goes. */
void v1_tie_up(struct child_sa *child);

/* --- info.c: informational exchanges (RFC 2409 section 5.7), DPD (RFC 3706) --- */

/* Tells an error, under the keys. */
void v1_info_error(struct ike_sa *ike, uint8_t protocol, uint16_t type);
/* These send what they build, as no answer comes of it. */
struct packet *v1_ike_delete_build(struct ike_sa *ike, struct task *task);
void v1_ike_delete_unsent(struct ike_sa *ike, struct task *task);
struct packet *v1_child_delete_build(struct ike_sa *ike, struct task *task);
void v1_child_delete_unsent(struct ike_sa *ike, struct task *task);
struct packet *v1_liveness_build(struct ike_sa *ike, struct task *task);
void v1_info_input(struct ike_sa *ike, struct v1_in *in);

/* --- tasks.c: what we ask --- */

struct v1_task {
	struct task_rule rule;		/* what ike/ goes by */
	uint8_t exchange;		/* of the answer */
	bool clear;			/* the answer is not encrypted, */
	bool either;			/* or may be */
	/* The request; NULL: there is none to wait for an answer to, or job_waits(). */
	struct packet *(*build)(struct ike_sa *ike, struct task *task);
	/* That was so. */
	void (*unsent)(struct ike_sa *ike, struct task *task);
	/* There was no answer to all that were sent. */
	void (*lost)(struct ike_sa *ike, struct task *task);
	/* Takes the answer; false: it is none, or job_waits(). */
	bool (*answer)(struct ike_sa *ike, struct task *task, struct v1_in *in);
};

const struct v1_task *v1_row(const struct ike_sa *ike, enum task_kind kind);
/* As ike/version.h has them. */
const struct task_rule *v1_rule(enum task_kind kind);
struct packet *v1_request(struct ike_sa *ike, struct task *task);
void v1_repeats(struct ike_sa *ike);
void v1_unsent(struct ike_sa *ike, struct task *task);
void v1_lost(struct ike_sa *ike, struct task *task);

#endif
