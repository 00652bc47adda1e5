// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/lists.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/text.h"
#include "loop/daemon_priv.h"
#include "loop/names.h"
#include "msg/list_msg.h"

#define OPEN_MOST	64

struct open_list {
	TAILQ_ENTRY(open_list) list;
	uint64_t ticket;		/* of `auth`'s */
	struct http_request request;	/* with one of ours, which no `auth` before has had */
};

struct lists {
	TAILQ_HEAD(open_lists, open_list) open;
	unsigned int n;
	uint64_t asked;			/* so far */
};

struct lists *lists_new(void)
{
	struct lists *lists = calloc(1, sizeof(*lists));

	if (lists)
		TAILQ_INIT(&lists->open);
	return lists;
}

static void close_list(struct lists *lists, struct open_list *open)
{
	TAILQ_REMOVE(&lists->open, open, list);
	lists->n--;
	free(open);
}

static void drop_all_open(struct lists *lists)
{
	struct open_list *open, *next;

	for (open = TAILQ_FIRST(&lists->open); open; open = next) {
		next = TAILQ_NEXT(open, list);
		close_list(lists, open);
	}
}

void lists_free(struct lists *lists)
{
	if (!lists)
		return;
	drop_all_open(lists);
	free(lists);
}

void lists_forget(struct daemon *d)
{
	drop_all_open(d->lists);
}

static void tell(struct daemon *d, uint64_t ticket, const char *why, struct bytes octets)
{
	struct msg_list *body = calloc(1, sizeof(*body) + octets.n);

	/* `auth` does not wait for ever. */
	if (!body)
		return;
	body->ticket = ticket;
	body->n = (uint32_t)octets.n;
	text_copy(body->why, sizeof(body->why), why);
	if (octets.n)
		memcpy(body->octets, octets.p, octets.n);
	if (d->auth)
		chan_send(d->auth, MSG_LIST, body, sizeof(*body) + octets.n);
	free(body);
}

static void send_request(struct daemon *d, const struct open_list *open)
{
	chan_send(d->fetch, MSG_HTTP, &open->request, sizeof(open->request));
}

void lists_want(struct daemon *d, const struct msg_list_wanted *wanted)
{
	struct lists *lists = d->lists;
	struct open_list *open = lists->n < OPEN_MOST ? calloc(1, sizeof(*open)) : NULL;

	if (!open) {
		tell(d, wanted->ticket, "too many lists are fetched already", bytes_of(NULL, 0));
		return;
	}
	open->ticket = wanted->ticket;
	open->request = (struct http_request){ .ticket = ++lists->asked, .most = HTTP_MOST,
					       .ms = wanted->ms };
	text_copy(open->request.url, sizeof(open->request.url), wanted->url);
	TAILQ_INSERT_TAIL(&lists->open, open, list);
	lists->n++;
	if (d->fetch) {
		names_tell_servers(d);
		send_request(d, open);
	}
}

void lists_send_all(struct daemon *d)
{
	const struct open_list *open;

	for (open = TAILQ_FIRST(&d->lists->open); open; open = TAILQ_NEXT(open, list))
		send_request(d, open);
}

bool lists_came(struct daemon *d, const struct http_result *result)
{
	struct open_list *open = TAILQ_FIRST(&d->lists->open);

	while (open && open->request.ticket != result->ticket)
		open = TAILQ_NEXT(open, list);
	if (!open)
		return result->ticket && result->ticket <= d->lists->asked;
	tell(d, open->ticket, result->why, bytes_of(result->body, result->n));
	close_list(d->lists, open);
	return true;
}
