/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the core wants computed: key exchanges by threads, AUTH by the process that has the keys.
 * Questions to `auth` that are not answered are asked anew of the next one, if it ends.
 */
#ifndef PANTUN_ENGINE_JOBS_H
#define PANTUN_ENGINE_JOBS_H

#include <sys/queue.h>

struct engine;
struct ike_job;

/* A question to `auth`. */
struct asked {
	LIST_ENTRY(asked) list;
	struct ike_job *job;
};

/* Has @job, which it takes over, done; the result comes back to the core. */
void jobs_begin(struct engine *e, struct ike_job *job);
/* Sends a question, if there is an `auth` to send it to. */
void jobs_ask(struct engine *e, const struct asked *asked);
/* Frees what is under way. */
void jobs_drop(struct engine *e);

/* --- job_results.c --- */

/* Threads have results. */
void jobs_take(struct engine *e);
/* A channel to `auth` is there, the end @fd, which it takes over. */
void jobs_meet_auth(struct engine *e, int fd);

#endif
