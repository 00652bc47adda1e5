/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests that wait for a reload to be in force, or for IKE's reply.  Urgent questions are sent
 * to IKE at once; the others one at a time, in order, as answers may be long: so all of them
 * together delay IKE and urgent questions no more than one would.
 */
#ifndef PANTUN_CTL_QUESTIONS_H
#define PANTUN_CTL_QUESTIONS_H

#include "ctl/ctl.h"
#include "ctl/show.h"

struct evbuffer;
struct questions;

/* The text of the answer, owned by @asker; NULL: out of memory, or too large. */
typedef void questions_done(void *asker, struct evbuffer *answer);

/* @ops must outlive the object.  NULL: out of memory. */
struct questions *questions_new(struct event_base *base, const struct ctl_ops *ops,
				questions_done *done);
/* Frees without notifying askers.  NULL is fine. */
void questions_free(struct questions *all);
/*
 * Asks @what for @asker, who must have no other question pending.  Calls done() once, perhaps
 * before this returns.
 */
void questions_ask(struct questions *all, void *asker, const struct ctl_question *what,
		   bool urgent);
/* @asker is gone and gets no done().  It may have no question. */
void questions_forget(struct questions *all, const void *asker);
/* Returns the answer that collects the rows of that question; NULL: nobody waits for them. */
struct show *questions_show(struct questions *all, uint64_t ticket);
/* Takes a reply, and drops it if nobody waits for it. */
void questions_reply(struct questions *all, uint64_t ticket, const struct ctl_reply *reply);
/* Takes the result of a reload, likewise. */
void questions_reloaded(struct questions *all, uint64_t ticket, const struct ctl_reloaded *said);
/* Refuses all questions that wait for IKE, with the error @why. */
void questions_refuse(struct questions *all, const char *why);

#endif
