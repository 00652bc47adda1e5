// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/names.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/log.h"
#include "loop/daemon_priv.h"
#include "loop/resolv.h"
#include "msg/fetch_msg.h"

/*
 * Addresses that are remembered of a name: an SA may stand with one that DNS gave long ago, and
 * some zones give others to everybody who asks.
 */
#define KEPT		64
#define OPEN_MOST	8192	/* questions; more than there can be gateways */

struct open_question {
	TAILQ_ENTRY(open_question) list;
	uint64_t ticket;		/* of who asked */
	struct name_question question;	/* with one of ours: an `ike` that is no more had others */
};

struct known {
	LIST_ENTRY(known) list;
	char name[NAME_ROOM];
	unsigned int n, next;		/* addresses; which one is forgotten next, if all are */
	struct addr addrs[KEPT];
};

struct names {
	TAILQ_HEAD(open_questions, open_question) open;	/* the oldest first */
	LIST_HEAD(all_known, known) known;
	unsigned int n_open;
	uint64_t asked;			/* so far */
	struct msg_servers servers;	/* that `fetch` was told */
};

struct names *names_new(void)
{
	struct names *names = calloc(1, sizeof(*names));

	if (names)
		TAILQ_INIT(&names->open);
	return names;
}

static void close_question(struct names *names, struct open_question *open)
{
	TAILQ_REMOVE(&names->open, open, list);
	names->n_open--;
	free(open);
}

static void forget_name(struct known *known)
{
	LIST_REMOVE(known, list);
	free(known);
}

static void drop_open(struct names *names)
{
	struct open_question *open, *next;

	for (open = TAILQ_FIRST(&names->open); open; open = next) {
		next = TAILQ_NEXT(open, list);
		close_question(names, open);
	}
}

void names_free(struct names *names)
{
	struct known *known, *next;

	if (!names)
		return;
	drop_open(names);
	for (known = LIST_FIRST(&names->known); known; known = next) {
		next = LIST_NEXT(known, list);
		forget_name(known);
	}
	free(names);
}

/* --- what is configured --- */

static bool policy_has(const struct policy *policy, const char *name)
{
	for (unsigned int i = 0; policy && i < policy->n_gateways; i++)
		if (!strcmp(policy->gateways[i].fqdn, name))
			return true;
	return false;
}

bool names_configured(const struct daemon *d, const char *name)
{
	const struct pending *pending;

	if (!name[0])
		return false;
	if (policy_has(d->policy, name))
		return true;
	for (pending = TAILQ_FIRST(&d->pending); pending; pending = TAILQ_NEXT(pending, list))
		if (policy_has(pending->policy, name))
			return true;
	return false;
}

void names_settle(struct daemon *d)
{
	struct known *known = LIST_FIRST(&d->names->known), *next;

	for (; known; known = next) {
		next = LIST_NEXT(known, list);
		if (!names_configured(d, known->name))
			forget_name(known);
	}
}

/* --- questions --- */

static bool same_servers(const struct msg_servers *a, const struct msg_servers *b)
{
	if (a->n != b->n)
		return false;
	for (unsigned int i = 0; i < a->n; i++)
		if (!addr_equal(&a->addrs[i], &b->addrs[i]))
			return false;
	return true;
}

void names_tell_servers(struct daemon *d)
{
	struct msg_servers servers;

	resolv_read(RESOLV_PATH, &servers);
	if (same_servers(&servers, &d->names->servers))
		return;
	d->names->servers = servers;
	chan_send(d->fetch, MSG_SERVERS, &servers, sizeof(servers));
}

static void send_question(struct daemon *d, const struct open_question *open)
{
	chan_send(d->fetch, MSG_LOOK_UP, &open->question, sizeof(open->question));
}

bool names_ask(struct daemon *d, const struct name_question *question)
{
	struct names *names = d->names;
	struct open_question *open;

	/* Without `fetch` nobody answers, and `ike` has given the oldest up long since. */
	if (names->n_open >= OPEN_MOST && !d->fetch)
		close_question(names, TAILQ_FIRST(&names->open));
	if (names->n_open >= OPEN_MOST)
		return false;
	open = calloc(1, sizeof(*open));
	if (!open) {
		/* It counts as lost after a while. */
		log_error(NULL, "out of memory: %s is not looked up", question->name);
		return true;
	}
	open->ticket = question->ticket;
	open->question = *question;
	open->question.ticket = ++names->asked;
	TAILQ_INSERT_TAIL(&names->open, open, list);
	names->n_open++;
	if (d->fetch) {
		names_tell_servers(d);
		send_question(d, open);
	}
	return true;
}

void names_send_all(struct daemon *d)
{
	const struct open_question *open;

	memset(&d->names->servers, 0, sizeof(d->names->servers));
	names_tell_servers(d);
	for (open = TAILQ_FIRST(&d->names->open); open; open = TAILQ_NEXT(open, list))
		send_question(d, open);
}

void names_forget(struct daemon *d)
{
	drop_open(d->names);
}

/* --- answers --- */

static struct known *known_of(const struct names *names, const char *name)
{
	struct known *known = LIST_FIRST(&names->known);

	while (known && strcmp(known->name, name) != 0)
		known = LIST_NEXT(known, list);
	return known;
}

bool names_had(const struct names *names, const char *name, const struct addr *addr)
{
	const struct known *known = known_of(names, name);

	for (unsigned int i = 0; known && i < known->n; i++)
		if (addr_equal(&known->addrs[i], addr))
			return true;
	return false;
}

static struct known *make_known(struct names *names, const char *name)
{
	struct known *known = known_of(names, name);

	if (known)
		return known;
	known = calloc(1, sizeof(*known));
	if (!known)
		return NULL;
	memcpy(known->name, name, strlen(name) + 1);
	LIST_INSERT_HEAD(&names->known, known, list);
	return known;
}

static void remember(struct names *names, const char *name, const struct addr *addr)
{
	struct known *known = make_known(names, name);

	if (!known) {
		log_error(NULL, "out of memory: no SA can be made with %s", name);
		return;
	}
	if (names_had(names, name, addr))
		return;
	known->addrs[known->next] = *addr;
	known->next = (known->next + 1) % KEPT;
	if (known->n < KEPT)
		known->n++;
}

void names_answered(struct daemon *d, const struct name_answer *answer)
{
	struct names *names = d->names;
	struct open_question *open = TAILQ_FIRST(&names->open);
	struct name_answer passed = *answer;

	while (open && open->question.ticket != answer->ticket)
		open = TAILQ_NEXT(open, list);
	if (!open)
		return;
	for (unsigned int i = 0; i < answer->n; i++)
		remember(names, open->question.name, &answer->addrs[i]);
	passed.ticket = open->ticket;
	close_question(names, open);
	if (d->ike)
		chan_send(d->ike, MSG_NAMED, &passed, sizeof(passed));
}
