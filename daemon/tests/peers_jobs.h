/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The threads of a peer's daemon, and who makes its AUTH, as a test has them: results come late,
 * in any order, or never.
 */
#ifndef PANTUN_TESTS_PEERS_JOBS_H
#define PANTUN_TESTS_PEERS_JOBS_H

#include "auth/keys.h"
#include "conf/keyring.h"
#include "ike/core.h"
#include "tests/dice.h"

struct late_job;

struct peers_jobs {
	struct late_job *first;		/* by time */
	unsigned int n;
	unsigned int put, stand;	/* all so far, and those of them for SAs that stand */
	unsigned int auth;		/* those of them about AUTH */
	unsigned int least_ms, most_ms;	/* what one takes; at random from the first on */
	unsigned int loss;		/* percent of those without a result */
	unsigned int auth_ms;		/* what AUTH takes besides */
	unsigned int auth_lost;		/* which of those about AUTH gets no result; 0: none */
	struct dice dice;
	struct auth_keys *keys;
	struct keyring *keyring;
};

void peers_jobs_begin(struct peers_jobs *jobs);
/* Gives @core another policy, and its keys to who makes AUTH. */
void peers_jobs_set_policy(struct peers_jobs *jobs, struct ike_core *core, ike_time now,
			   struct policy *policy);
/* Runs @job, which is the pool's from now on. */
void peers_jobs_put(struct peers_jobs *jobs, ike_time now, struct ike_job *job);
/* When the next result is there, or IKE_NEVER. */
ike_time peers_jobs_next(const struct peers_jobs *jobs);
/* The result that is there first, for the caller; NULL: there is none. */
struct ike_job *peers_jobs_take(struct peers_jobs *jobs);
/* The daemon ends, and all that works for it. */
void peers_jobs_end(struct peers_jobs *jobs);

#endif
