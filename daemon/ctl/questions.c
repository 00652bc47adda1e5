// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/questions.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "ctl/json.h"
#include "ctl/verbs.h"

struct question {
	TAILQ_ENTRY(question) list;
	struct questions *all;
	struct ctl_question what;
	uint64_t ticket;
	void *asker;		/* NULL: gone */
	bool urgent;
	bool asked;		/* IKE has it */
	struct show *show;	/* of CTL_SHOW, while the asker is there */
	struct event *late;
};

TAILQ_HEAD(question_list, question);

struct questions {
	const struct ctl_ops *ops;
	struct event_base *base;
	questions_done *done;
	struct question_list list;	/* the oldest first */
	uint64_t tickets;
};

static void question_free(struct question *question)
{
	show_free(question->show);
	if (question->late)
		event_free(question->late);
	free(question);
}

static struct question *question_of(struct questions *all, uint64_t ticket)
{
	struct question *question;

	for (question = TAILQ_FIRST(&all->list); question; question = TAILQ_NEXT(question, list))
		if (question->ticket == ticket)
			return question;
	return NULL;
}

static void ask_next(struct questions *all);

/* Gives @answer to the asker and frees the question, which must be off the list. */
static void tell(struct question *question, struct evbuffer *answer)
{
	struct questions *all = question->all;
	void *asker = question->asker;

	question_free(question);
	if (asker)
		all->done(asker, answer);
	else if (answer)
		evbuffer_free(answer);
}

static void finish(struct question *question, struct evbuffer *answer)
{
	struct questions *all = question->all;

	TAILQ_REMOVE(&all->list, question, list);
	tell(question, answer);
	ask_next(all);
}

static void ask_now(struct question *question)
{
	const struct ctl_ops *ops = question->all->ops;

	question->asked = true;
	/* Either call may deliver the reply before it returns. */
	if (question->what.kind == CTL_RELOAD)
		ops->reload(ops->ctx, question->ticket);
	else if (!ops->ask(ops->ctx, question->ticket, &question->what))
		finish(question, json_written(refusal_json(CTL_RESTARTED)));
}

/* Asks the first question that is not urgent, unless one is already being answered. */
static void ask_next(struct questions *all)
{
	struct question *question;

	for (question = TAILQ_FIRST(&all->list); question; question = TAILQ_NEXT(question, list)) {
		if (question->urgent)
			continue;
		if (!question->asked)
			ask_now(question);
		return;
	}
}

static void on_late(evutil_socket_t fd, short what, void *ctx)
{
	struct question *question = ctx;
	unsigned int seconds = question->all->ops->patience_ms / 1000;
	char text[128];

	(void)fd;
	(void)what;
	if (question->what.kind == CTL_RELOAD)
		snprintf(text, sizeof(text), "the configuration is good, but the IKE process has "
			 "not taken it for %u s; it is in force when it has", seconds);
	else
		snprintf(text, sizeof(text), "the IKE process has not answered for %u s; try "
			 "again", seconds);
	finish(question, json_written(refusal_json(text)));
}

struct questions *questions_new(struct event_base *base, const struct ctl_ops *ops,
				questions_done *done)
{
	struct questions *all = calloc(1, sizeof(*all));

	if (!all)
		return NULL;
	all->ops = ops;
	all->base = base;
	all->done = done;
	TAILQ_INIT(&all->list);
	return all;
}

void questions_free(struct questions *all)
{
	struct question *question;

	if (!all)
		return;
	while ((question = TAILQ_FIRST(&all->list))) {
		TAILQ_REMOVE(&all->list, question, list);
		question_free(question);
	}
	free(all);
}

static struct question *question_new(struct questions *all, const struct ctl_question *what)
{
	const struct timeval patience = {
		.tv_sec = all->ops->patience_ms / 1000,
		.tv_usec = (suseconds_t)(all->ops->patience_ms % 1000 * 1000),
	};
	struct question *question = calloc(1, sizeof(*question));

	if (!question)
		return NULL;
	question->all = all;
	question->what = *what;
	question->ticket = ++all->tickets;
	question->late = event_new(all->base, -1, 0, on_late, question);
	if (what->kind == CTL_SHOW)
		question->show = show_new();
	if (question->late && (question->show || what->kind != CTL_SHOW) &&
	    !event_add(question->late, &patience))
		return question;
	question_free(question);
	return NULL;
}

void questions_ask(struct questions *all, void *asker, const struct ctl_question *what,
		   bool urgent)
{
	struct question *question = question_new(all, what);

	if (!question) {
		all->done(asker, NULL);
		return;
	}
	question->asker = asker;
	question->urgent = urgent;
	TAILQ_INSERT_TAIL(&all->list, question, list);
	if (urgent)
		ask_now(question);
	else
		ask_next(all);
}

void questions_forget(struct questions *all, const void *asker)
{
	struct question *question;

	for (question = TAILQ_FIRST(&all->list); question; question = TAILQ_NEXT(question, list))
		if (question->asker == asker)
			break;
	if (!question)
		return;
	if (question->asked && !question->urgent) {
		/* IKE is still answering, so the next has to wait. */
		question->asker = NULL;
		show_free(question->show);
		question->show = NULL;
		return;
	}
	TAILQ_REMOVE(&all->list, question, list);
	question_free(question);
}

struct show *questions_show(struct questions *all, uint64_t ticket)
{
	struct question *question = question_of(all, ticket);

	return question ? question->show : NULL;
}

void questions_reply(struct questions *all, uint64_t ticket, const struct ctl_reply *reply)
{
	struct question *question = question_of(all, ticket);
	struct evbuffer *answer = NULL;

	if (!question || question->what.kind == CTL_RELOAD)
		return;
	if (question->show && !reply->error)
		answer = show_text(question->show, verbs_daemon(all->ops));
	else if (question->asker)
		answer = json_written(verbs_reply(all->ops, &question->what, reply));
	finish(question, answer);
}

void questions_reloaded(struct questions *all, uint64_t ticket, const struct ctl_reloaded *said)
{
	struct question *question = question_of(all, ticket);

	if (question && question->what.kind == CTL_RELOAD)
		finish(question, json_written(verbs_reloaded(said)));
}

void questions_refuse(struct questions *all, const char *why)
{
	struct question_list list = TAILQ_HEAD_INITIALIZER(list);
	struct question *question;

	/* Do not refuse questions that are asked meanwhile. */
	TAILQ_CONCAT(&list, &all->list, list);
	while ((question = TAILQ_FIRST(&list))) {
		TAILQ_REMOVE(&list, question, list);
		/* Reloads go on: the next IKE process gets the configuration, too. */
		if (question->what.kind == CTL_RELOAD)
			TAILQ_INSERT_TAIL(&all->list, question, list);
		else
			tell(question, json_written(refusal_json(why)));
	}
}
