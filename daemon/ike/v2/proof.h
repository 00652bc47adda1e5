/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proofs of IKE_AUTH (RFC 7296 section 2.15): the ID payload of an end, and AUTH, which shows that
 * it has the key.  The keys are elsewhere, so AUTH is made and checked there, as a job: what says
 * "false: job_waits()" is called anew once the answer is there (ike/job_wait.h).
 */
#ifndef PANTUN_IKE_V2_PROOF_H
#define PANTUN_IKE_V2_PROOF_H

#include "crypto/keymat_v2.h"
#include "ike/v2/v2.h"

/* What to do about a key that could not even be tried; the end of a message. */
#define V2_KEY_FAILS	"the key could not be used here; reload the configuration if that goes on"

/* ID and AUTH payloads of the peer. */
struct v2_proof {
	struct ike_id id;
	struct bytes id_body;	/* as it came, reserved octets and all */
	struct wire_auth auth;
};

/*
 * Reads those of @in, whose ID payload is of type @id_type, as views of it.  False: one of them is
 * missing or malformed.
 */
bool v2_proof_read(const struct v2_in *in, uint8_t id_type, struct v2_proof *out);
/* Why v2_proof_read() fails, to be said after the peer's address. */
const char *v2_proof_blame(const struct v2_in *in, uint8_t id_type);

/*
 * What an end's AUTH covers, with no key yet: ours (AUTH_MAKE), or the peer's (AUTH_CHECK).  @id is
 * the body of its ID payload; @keys are those of the IKE SA, with a PPK or without.  The caller's;
 * NULL: no memory.
 */
struct ike_auth_request *v2_proof_request(const struct ike_sa *ike, const struct keymat_ike *keys,
					  enum auth_kind kind, struct bytes id);
/*
 * Has the peer's AUTH checked against the keys in @request, which is taken over; NULL fails.  True
 * with the one that it was made with in *@key, 0 where there is none; *@failed: that is not
 * certain.  False: job_waits().
 */
bool v2_proof_check(struct ike_sa *ike, enum job_side side, struct ike_auth_request *request,
		    const struct v2_proof *proof, uint64_t *key, bool *failed);

/*
 * Has AUTH of ours, who are @id, made with the pre-shared key @key: wipe it.  False: job_waits(),
 * or it cannot be made.
 */
bool v2_proof_make(struct ike_sa *ike, const struct keymat_ike *keys, enum job_side side,
		   uint64_t key, const struct ike_id *id, struct ike_auth_answer *made);
/* Writes the AUTH payload, and wipes @made. */
void v2_proof_put(struct wire_writer *w, struct ike_auth_answer *made);

#endif
