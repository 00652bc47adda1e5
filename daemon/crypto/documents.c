// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/documents.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/text.h"

#define FAILED_KEPT	30	/* seconds */

struct entry {
	TAILQ_ENTRY(entry) list;	/* the one that was needed last is the last */
	const struct document_kind *kind;
	char url[DOCUMENT_URL];
	uint8_t key[DOCUMENT_KEY];
	size_t key_n;
	enum document_state state;
	uint64_t ticket;		/* of the last question */
	bool put;			/* it was given to who fetches */
	unsigned int patience;
	time_t until;			/* ASKED: it is late then; else: it is asked for anew */
	void *made;
	char why[DOCUMENT_WHY];
};

struct documents {
	TAILQ_HEAD(entries, entry) all;
	uint64_t asked;			/* so far */
	struct documents_awaited awaited;
};

struct documents *documents_new(void)
{
	struct documents *documents = calloc(1, sizeof(*documents));

	if (documents)
		TAILQ_INIT(&documents->all);
	return documents;
}

void documents_free(struct documents *documents)
{
	struct entry *entry, *next;

	if (!documents)
		return;
	for (entry = TAILQ_FIRST(&documents->all); entry; entry = next) {
		next = TAILQ_NEXT(entry, list);
		if (entry->made)
			entry->kind->drop(entry->made);
		free(entry);
	}
	free(documents);
}

static bool is_of(const struct entry *entry, const struct document_wish *wish)
{
	return entry->kind == wish->kind && entry->key_n == wish->key.n &&
	       (!wish->key.n || !memcmp(entry->key, wish->key.p, wish->key.n)) &&
	       !strcmp(entry->url, wish->url);
}

static struct entry *entry_of(const struct documents *documents, const struct document_wish *wish)
{
	struct entry *entry = TAILQ_FIRST(&documents->all);

	while (entry && !is_of(entry, wish))
		entry = TAILQ_NEXT(entry, list);
	return entry;
}

/*
 * An empty entry, which is in no list: a new one, or in place of that of the kind which was not
 * needed for longest; who waits for one that is on its way would have to begin anew.  NULL: all
 * are, or memory is short.
 */
static struct entry *entry_spare(struct documents *documents, const struct document_wish *wish)
{
	struct entry *entry, *first = NULL;
	unsigned int n = 0;

	for (entry = TAILQ_FIRST(&documents->all); entry; entry = TAILQ_NEXT(entry, list)) {
		if (entry->kind != wish->kind)
			continue;
		n++;
		if (!first && entry->state != DOCUMENT_ASKED)
			first = entry;
	}
	if (n < wish->most)
		return calloc(1, sizeof(*entry));
	if (!first)
		return NULL;
	TAILQ_REMOVE(&documents->all, first, list);
	if (first->made)
		first->kind->drop(first->made);
	memset(first, 0, sizeof(*first));
	return first;
}

static struct entry *entry_new(struct documents *documents, const struct document_wish *wish)
{
	struct entry *entry = wish->key.n <= DOCUMENT_KEY ? entry_spare(documents, wish) : NULL;

	if (!entry)
		return NULL;
	entry->kind = wish->kind;
	text_copy(entry->url, sizeof(entry->url), wish->url);
	entry->key_n = wish->key.n;
	if (wish->key.n)
		memcpy(entry->key, wish->key.p, wish->key.n);
	entry->state = DOCUMENT_FAILED;
	TAILQ_INSERT_TAIL(&documents->all, entry, list);
	return entry;
}

/* @until has come; or the clock was set back, and it would not come for longer than @most. */
static bool over(time_t until, time_t now, time_t most)
{
	return until <= now || until > now + most;
}

static void fail(struct entry *entry, const char *why, time_t now)
{
	entry->state = DOCUMENT_FAILED;
	entry->until = now + FAILED_KEPT;
	text_copy(entry->why, sizeof(entry->why), why);
}

static unsigned int count_asked(const struct documents *documents,
				const struct document_kind *kind)
{
	const struct entry *entry;
	unsigned int n = 0;

	for (entry = TAILQ_FIRST(&documents->all); entry; entry = TAILQ_NEXT(entry, list))
		n += entry->kind == kind && entry->state == DOCUMENT_ASKED;
	return n;
}

static void ask(struct documents *documents, struct entry *entry, time_t now,
		unsigned int patience)
{
	const struct document_kind *kind = entry->kind;

	if (kind->asked_most && count_asked(documents, kind) >= kind->asked_most) {
		fail(entry, "too many are fetched already", now);
		entry->until = now;
		return;
	}
	entry->state = DOCUMENT_ASKED;
	entry->ticket = ++documents->asked;
	entry->put = false;
	entry->patience = patience;
	/* Who fetches says so himself, a little earlier. */
	entry->until = now + (time_t)patience + 1;
}

static void note_awaited(struct documents_awaited *awaited, const struct entry *entry)
{
	if (awaited->n < DOCUMENTS_AWAITED)
		awaited->tickets[awaited->n++] = entry->ticket;
	awaited->unproven |= entry->kind->unproven;
}

struct document_view documents_get(struct documents *documents, const struct document_wish *wish,
				   time_t now)
{
	struct entry *entry = entry_of(documents, wish);

	if (!entry)
		entry = entry_new(documents, wish);
	if (!entry)
		return (struct document_view){ .state = DOCUMENT_FAILED,
					       .why = "there is no room for it" };
	TAILQ_REMOVE(&documents->all, entry, list);
	TAILQ_INSERT_TAIL(&documents->all, entry, list);
	if (entry->state != DOCUMENT_ASKED && over(entry->until, now, DOCUMENT_DAY))
		ask(documents, entry, now, wish->patience);
	if (entry->state == DOCUMENT_ASKED)
		note_awaited(&documents->awaited, entry);
	return (struct document_view){ .state = entry->state, .made = entry->made,
				       .why = entry->why };
}

bool documents_next(struct documents *documents, struct document_question *question)
{
	struct entry *entry;

	for (entry = TAILQ_FIRST(&documents->all); entry; entry = TAILQ_NEXT(entry, list)) {
		if (entry->state != DOCUMENT_ASKED || entry->put)
			continue;
		entry->put = true;
		*question = (struct document_question){ .ticket = entry->ticket,
							.url = entry->url,
							.patience = entry->patience };
		return true;
	}
	return false;
}

void documents_answer(struct documents *documents, uint64_t ticket, struct bytes octets,
		      const char *why, time_t now)
{
	struct entry *entry = TAILQ_FIRST(&documents->all);
	char fault[DOCUMENT_WHY] = "";
	time_t until = now;
	void *made;

	while (entry && (entry->state != DOCUMENT_ASKED || entry->ticket != ticket))
		entry = TAILQ_NEXT(entry, list);
	if (!entry)
		return;
	if (why && why[0]) {
		fail(entry, why, now);
		return;
	}
	made = entry->kind->read(octets, bytes_of(entry->key, entry->key_n), now, &until, fault);
	if (!made) {
		fail(entry, fault, now);
		return;
	}
	if (entry->made)
		entry->kind->drop(entry->made);
	entry->made = made;
	entry->state = DOCUMENT_THERE;
	entry->until = until;
}

bool documents_late(struct documents *documents, time_t now)
{
	struct entry *entry;
	bool some = false;

	for (entry = TAILQ_FIRST(&documents->all); entry; entry = TAILQ_NEXT(entry, list)) {
		if (entry->state != DOCUMENT_ASKED ||
		    !over(entry->until, now, (time_t)entry->patience + 1))
			continue;
		fail(entry, "it takes too long", now);
		some = true;
	}
	return some;
}

void documents_await(struct documents *documents)
{
	documents->awaited = (struct documents_awaited){ .n = 0 };
}

const struct documents_awaited *documents_awaited(const struct documents *documents)
{
	return &documents->awaited;
}
