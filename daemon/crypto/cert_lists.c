// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/cert_lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <openssl/err.h>

#include "base/items.h"
#include "base/secret.h"
#include "base/text.h"
#include "crypto/crl_file.h"

#define KEEP_LEAST	60		/* seconds, also of one that has ended already */
#define KEEP_MOST	86400
#define FAILED_KEPT	30

struct entry {
	TAILQ_ENTRY(entry) list;	/* the one that was needed last is the last */
	char url[CERT_LISTS_URL];
	enum cert_list_state state;
	uint64_t ticket;		/* of the last question */
	bool put;			/* it was given to who fetches */
	unsigned int patience;
	time_t until;			/* ASKED: it is late then; else: it is asked for anew */
	X509_CRL *crl;
	char why[CERT_LISTS_WHY];
};

struct cert_lists {
	TAILQ_HEAD(entries, entry) all;
	unsigned int n;
	uint64_t asked;			/* so far */
};

struct cert_lists *cert_lists_new(void)
{
	struct cert_lists *lists = calloc(1, sizeof(*lists));

	if (lists)
		TAILQ_INIT(&lists->all);
	return lists;
}

static void drop(struct cert_lists *lists, struct entry *entry)
{
	TAILQ_REMOVE(&lists->all, entry, list);
	lists->n--;
	X509_CRL_free(entry->crl);
	free(entry);
}

void cert_lists_free(struct cert_lists *lists)
{
	struct entry *entry, *next;

	if (!lists)
		return;
	for (entry = TAILQ_FIRST(&lists->all); entry; entry = next) {
		next = TAILQ_NEXT(entry, list);
		drop(lists, entry);
	}
	free(lists);
}

static struct entry *entry_of(const struct cert_lists *lists, const char *url)
{
	struct entry *entry = TAILQ_FIRST(&lists->all);

	while (entry && strcmp(entry->url, url) != 0)
		entry = TAILQ_NEXT(entry, list);
	return entry;
}

/* The one that was not needed for longest makes room. */
static struct entry *make_room_for(struct cert_lists *lists, const char *url)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	if (lists->n == CERT_LISTS_MOST)
		drop(lists, TAILQ_FIRST(&lists->all));
	text_copy(entry->url, sizeof(entry->url), url);
	entry->state = CERT_LIST_FAILED;
	TAILQ_INSERT_TAIL(&lists->all, entry, list);
	lists->n++;
	return entry;
}

/* @until has come; or the clock was set back, and it would not come for longer than @most. */
static bool over(time_t until, time_t now, time_t most)
{
	return until <= now || until > now + most;
}

static void ask(struct cert_lists *lists, struct entry *entry, time_t now, unsigned int patience)
{
	entry->state = CERT_LIST_ASKED;
	entry->ticket = ++lists->asked;
	entry->put = false;
	entry->patience = patience;
	/* Who fetches says so himself, a little earlier. */
	entry->until = now + (time_t)patience + 1;
}

struct cert_list_view cert_lists_get(struct cert_lists *lists, const char *url, time_t now,
				     unsigned int patience)
{
	struct entry *entry = entry_of(lists, url);

	if (!entry)
		entry = make_room_for(lists, url);
	if (!entry)
		return (struct cert_list_view){ .state = CERT_LIST_FAILED,
						.why = "out of memory" };
	TAILQ_REMOVE(&lists->all, entry, list);
	TAILQ_INSERT_TAIL(&lists->all, entry, list);
	if (entry->state != CERT_LIST_ASKED && over(entry->until, now, KEEP_MOST))
		ask(lists, entry, now, patience);
	return (struct cert_list_view){ .state = entry->state, .list = entry->crl,
					.why = entry->why };
}

bool cert_lists_next(struct cert_lists *lists, struct cert_list_question *question)
{
	struct entry *entry;

	for (entry = TAILQ_FIRST(&lists->all); entry; entry = TAILQ_NEXT(entry, list)) {
		if (entry->state != CERT_LIST_ASKED || entry->put)
			continue;
		entry->put = true;
		*question = (struct cert_list_question){ .ticket = entry->ticket,
							 .url = entry->url,
							 .patience = entry->patience };
		return true;
	}
	return false;
}

static void fail(struct entry *entry, const char *why, time_t now)
{
	entry->state = CERT_LIST_FAILED;
	entry->until = now + FAILED_KEPT;
	text_copy(entry->why, sizeof(entry->why), why);
}

/* When the next list is due, by what this one says. */
static time_t due(const X509_CRL *crl, time_t now)
{
	const ASN1_TIME *next = X509_CRL_get0_nextUpdate(crl);
	struct tm tm;
	time_t until = now + KEEP_MOST;

	if (next && ASN1_TIME_to_tm(next, &tm) == 1 && timegm(&tm) < until)
		until = timegm(&tm);
	return until < now + KEEP_LEAST ? now + KEEP_LEAST : until;
}

/* The list in @octets, the caller's; NULL with the reason in @why. */
static X509_CRL *read_list(struct bytes octets, char why[CERT_LISTS_WHY])
{
	bool ended;
	struct secret *items = crl_file_read(octets, &ended, why, CERT_LISTS_WHY);
	struct bytes rest, item;
	X509_CRL *crl = NULL;

	if (!items)
		return NULL;
	rest = secret_bytes(items);
	if (items_next(&rest, &item)) {
		const uint8_t *at = item.p;

		crl = d2i_X509_CRL(NULL, &at, (long)item.n);
	}
	if (!crl)
		snprintf(why, CERT_LISTS_WHY, "out of memory");
	secret_free(items);
	ERR_clear_error();
	return crl;
}

void cert_lists_answer(struct cert_lists *lists, uint64_t ticket, struct bytes octets,
		       const char *why, time_t now)
{
	struct entry *entry = TAILQ_FIRST(&lists->all);
	char fault[CERT_LISTS_WHY];
	X509_CRL *crl;

	while (entry && (entry->state != CERT_LIST_ASKED || entry->ticket != ticket))
		entry = TAILQ_NEXT(entry, list);
	if (!entry)
		return;
	if (why && why[0]) {
		fail(entry, why, now);
		return;
	}
	crl = read_list(octets, fault);
	if (!crl) {
		fail(entry, fault, now);
		return;
	}
	X509_CRL_free(entry->crl);
	entry->crl = crl;
	entry->state = CERT_LIST_THERE;
	entry->until = due(crl, now);
}

bool cert_lists_late(struct cert_lists *lists, time_t now)
{
	struct entry *entry;
	bool some = false;

	for (entry = TAILQ_FIRST(&lists->all); entry; entry = TAILQ_NEXT(entry, list)) {
		if (entry->state != CERT_LIST_ASKED ||
		    !over(entry->until, now, (time_t)entry->patience + 1))
			continue;
		fail(entry, "it takes too long", now);
		some = true;
	}
	return some;
}
