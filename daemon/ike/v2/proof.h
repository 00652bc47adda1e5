/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proofs of IKE_AUTH (RFC 7296 section 2.15): the ID payload of an end, and AUTH, which shows that
 * it has the key.  The keys are elsewhere, so AUTH is made and checked there, as a job: what says
 * "false: job_waits()" is called anew once the answer is there (ike/job_wait.h).
 */
#ifndef PANTUN_IKE_V2_PROOF_H
#define PANTUN_IKE_V2_PROOF_H

#include "crypto/keymat_v2.h"
#include "crypto/sign.h"
#include "ike/evidence.h"
#include "ike/v2/v2.h"

/* What to do about a key that could not even be tried; the end of a message. */
#define V2_KEY_FAILS	"the key could not be used here; reload the configuration if that goes on"

/* ID and AUTH payloads of the peer. */
struct v2_proof {
	struct ike_id id;
	struct bytes id_body;	/* as it came, reserved octets and all */
	struct wire_auth auth;
	struct evidence_certs certs;
};

/* It is a signature, and the certificate is the key. */
static inline bool v2_proof_signs(const struct v2_proof *proof)
{
	return sign_known(proof->auth.method);
}

/*
 * Reads those of @in, whose ID payload is of type @id_type, as views of it.  False: one of them is
 * missing or malformed.
 */
bool v2_proof_read(const struct v2_in *in, uint8_t id_type, struct v2_proof *out);
/* Why v2_proof_read() fails, to be said after the peer's address. */
const char *v2_proof_blame(const struct v2_in *in, uint8_t id_type);

/*
 * What an end's AUTH covers, with no key yet: ours (AUTH_MAKE, AUTH_SIGN), or, with @theirs, the
 * peer's (AUTH_CHECK, AUTH_VERIFY).  @id is the body of its ID payload; @keys are those of the IKE
 * SA, with a PPK or without.  The caller's; NULL: no memory, or the peer sent too much.
 */
struct ike_auth_request *v2_proof_request(const struct ike_sa *ike, const struct keymat_ike *keys,
					  enum auth_kind kind, const struct v2_proof *theirs,
					  struct bytes id);
/* The same for the peer's, by the method that it has chosen. */
struct ike_auth_request *v2_proof_question(const struct ike_sa *ike, const struct keymat_ike *keys,
					   const struct v2_proof *theirs);
/*
 * Has the peer's AUTH checked against the keys in @request, which is taken over; NULL fails.  True
 * with *@answer: answer->key is the one that it was made with, 0 where there is none, and where
 * answer->failed, that is not certain.  False: job_waits().
 */
bool v2_proof_check(struct ike_sa *ike, enum job_side side, struct ike_auth_request *request,
		    const struct v2_proof *proof, struct ike_auth_answer *answer);
/*
 * Notes with @ike who the peer is, and by which certificates, if any, the authorities of number
 * @trust have let it in.  False: no memory.
 */
bool v2_proof_keep(struct ike_sa *ike, const struct v2_proof *proof, uint64_t trust);

/*
 * Has AUTH of ours, who are @id, made as @conf has it: wipe it.  False: job_waits(), or it cannot
 * be made.
 */
bool v2_proof_make(struct ike_sa *ike, const struct keymat_ike *keys, enum job_side side,
		   const struct policy_gateway *conf, const struct ike_id *id,
		   struct ike_auth_answer *made);
/* Writes the AUTH payload that @conf asks for, and wipes @made. */
void v2_proof_put(struct wire_writer *w, const struct policy_gateway *conf,
		  struct ike_auth_answer *made);

#endif
