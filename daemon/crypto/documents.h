/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Documents that are fetched to check certificates by, known by kind, URL and what is asked for
 * there.  One is kept until the next is due, and that there is none for a short while, so that a
 * server which is dead is not asked for every certificate.  Who fetches them is elsewhere.
 */
#ifndef PANTUN_CRYPTO_DOCUMENTS_H
#define PANTUN_CRYPTO_DOCUMENTS_H

#include <time.h>

#include "base/bytes.h"

#define DOCUMENT_URL	1024	/* octets of a URL with its NUL */
#define DOCUMENT_KEY	32	/* octets of what tells documents of one URL apart */
#define DOCUMENT_WHY	160	/* of why there is none */
#define DOCUMENT_DAY	86400	/* seconds: none is kept for longer without asking anew */

struct documents;

struct document_kind {
	/*
	 * What @octets, the caller's, are to whoever asked with @key, and until when that counts;
	 * NULL with the reason in @why.
	 */
	void *(*read)(struct bytes octets, struct bytes key, time_t now, time_t *until,
		      char why[DOCUMENT_WHY]);
	void (*drop)(void *made);
	unsigned int asked_most;	/* on their way at a time; 0: any number */
	bool unproven;			/* asked for by who has not proved yet who he is */
};

struct document_wish {
	const struct document_kind *kind;
	const char *url;
	struct bytes key;		/* may be empty */
	unsigned int most;		/* of this kind; whichever was needed last is kept */
	unsigned int patience;		/* seconds that it may take */
};

enum document_state {
	DOCUMENT_ASKED,		/* it is on its way */
	DOCUMENT_THERE,
	DOCUMENT_FAILED,
};

/* What there is of one: */
struct document_view {
	enum document_state state;
	void *made;		/* NULL: none; unless it is THERE, one whose time is over */
	const char *why;	/* it FAILED; valid until the next call */
};

/* NULL: out of memory. */
struct documents *documents_new(void);
/* NULL is fine. */
void documents_free(struct documents *documents);
/* The one of @wish at the time @now.  What is not known, or not any more, is asked for. */
struct document_view documents_get(struct documents *documents, const struct document_wish *wish,
				   time_t now);

/* A question to whoever fetches. */
struct document_question {
	uint64_t ticket;	/* of the answer; never 0 */
	const char *url;	/* valid until the next call */
	unsigned int patience;	/* seconds */
};

/* The next one that has not been put yet; false: there is none. */
bool documents_next(struct documents *documents, struct document_question *question);
/* Its answer, as it came; @why not NULL or empty: why there is none. */
void documents_answer(struct documents *documents, uint64_t ticket, struct bytes octets,
		      const char *why, time_t now);
/* What was asked for and has not come in its time has failed; whether anything has. */
bool documents_late(struct documents *documents, time_t now);

#define DOCUMENTS_AWAITED	16

/* Those on their way that documents_get() has found since documents_await(). */
struct documents_awaited {
	unsigned int n;
	uint64_t tickets[DOCUMENTS_AWAITED];
	bool unproven;		/* one is of such a kind */
};

void documents_await(struct documents *documents);
const struct documents_awaited *documents_awaited(const struct documents *documents);

#endif
