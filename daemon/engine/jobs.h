/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Jobs of the core: threads compute key exchanges, and `auth`, which has the keys, makes and checks
 * AUTH.  If `auth` dies, its successor is asked what the former one has not answered.
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

/* Takes over @job and has it done; the result goes back to the core. */
void jobs_begin(struct engine *e, struct ike_job *job);
/* Sends a question, if there is an `auth` to send it to. */
void jobs_ask(struct engine *e, const struct asked *asked);
/* Frees all jobs that `auth` was asked for, and the channel. */
void jobs_drop(struct engine *e);

/* --- job_results.c --- */

/* Threads have results. */
void jobs_take(struct engine *e);
/* Takes over @fd, our end of a new channel to `auth`. */
void jobs_meet_auth(struct engine *e, int fd);

#endif
