/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Jobs of the core.  Threads compute key exchanges; `auth`, which holds the keys, makes and checks
 * AUTH. If `auth` dies, its successor gets the questions that were not answered.
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

/* Takes ownership of @job and starts it.  The result goes back to the core. */
void jobs_begin(struct engine *e, struct ike_job *job);
/* Sends a question if `auth` is running. */
void jobs_ask(struct engine *e, const struct asked *asked);
/* Frees all jobs that wait for `auth`, and the channel. */
void jobs_drop(struct engine *e);

/* --- job_results.c --- */

/* Takes the threads' results. */
void jobs_take(struct engine *e);
/* Takes ownership of @fd, our end of a new channel to `auth`. */
void jobs_meet_auth(struct engine *e, int fd);

#endif
