/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A job: what is to be computed or asked elsewhere, and then its result (job_wait.h says more).
 * core.h has what may be done with one outside of the core, in any thread.
 */
#ifndef PANTUN_IKE_JOB_H
#define PANTUN_IKE_JOB_H

#include "crypto/dh.h"
#include "ike/core.h"
#include "msg/auth_msg.h"

/* Whose request it is for. */
enum job_side {
	JOB_OURS,
	JOB_PEERS,
	JOB_SIDES,
	JOB_LOOK = JOB_SIDES	/* nobody's: at the certificate of one that stands */
};

struct ike_job {
	struct ike_job *next;		/* of the results that a handler has */
	enum ike_job_kind kind;
	uint64_t number;
	uint64_t owner;			/* ike_key() of the SA that waits */
	enum job_side side;
	bool stands;			/* the SA does, and is not about to be made */
	/* IKE_JOB_DH */
	const struct alg_dh *group;
	struct dh *own;
	uint8_t private_key[ALG_PRIVATE_MAX];	/* what @own is made of, if it is not there yet */
	uint8_t peer[ALG_PUBLIC_MAX];
	size_t peer_n;
	struct dh_secret shared;
	enum dh_error error;
	/* IKE_JOB_AUTH */
	struct ike_auth_request *request;
	struct ike_auth_answer answer;
};

#endif
