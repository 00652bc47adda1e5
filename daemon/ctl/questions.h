/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests that wait: for a reload to be in force, or for the reply to a question that IKE has
 * been asked, or is to be asked.  Urgent ones are asked at once; of the others one at a time, in
 * order: what they ask may be long, and IKE and the urgent ones wait no longer for all of them
 * than for one.
 */
#ifndef PANTUN_CTL_QUESTIONS_H
#define PANTUN_CTL_QUESTIONS_H

#include "ctl/ctl.h"
#include "ctl/show.h"

struct evbuffer;
struct questions;

/* The text of the answer, @asker's to free; NULL: memory is short, or it is too large. */
typedef void questions_done(void *asker, struct evbuffer *answer);

/* @ops is valid as long as they are.  NULL on lack of memory. */
struct questions *questions_new(struct event_base *base, const struct ctl_ops *ops,
				questions_done *done);
/* Tells nobody; NULL is fine. */
void questions_free(struct questions *all);
/*
 * Asks @what for @asker, who has no other question under way and gets done() once, perhaps before
 * this returns.
 */
void questions_ask(struct questions *all, void *asker, const struct ctl_question *what,
		   bool urgent);
/* @asker has gone away, and gets no done(); he may have no question. */
void questions_forget(struct questions *all, const void *asker);
/* The answer that rows of that question belong to; NULL: nobody waits for them. */
struct show *questions_show(struct questions *all, uint64_t ticket);
/* A reply; one that nobody waits for is dropped. */
void questions_reply(struct questions *all, uint64_t ticket, const struct ctl_reply *reply);
/* What became of a reload, likewise. */
void questions_reloaded(struct questions *all, uint64_t ticket, const struct ctl_reloaded *said);
/* No reply comes to any that IKE was to answer, for the reason @why. */
void questions_refuse(struct questions *all, const char *why);

#endif
