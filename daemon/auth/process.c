// SPDX-License-Identifier: GPL-2.0-or-later
#include "auth/process.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/queue.h>
#include <time.h>
#include <unistd.h>

#include "auth/answer.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "msg/basic.h"
#include "msg/chan.h"
#include "msg/list_msg.h"
#include "msg/rounds.h"
#include "proc/role.h"

#define WAITING_MOST	256	/* questions that wait for documents */
#define UNPROVEN_MOST	64	/* of these: of peers that have not proved who they are */

struct waiting {
	TAILQ_ENTRY(waiting) list;
	struct ike_auth_request *request;
	struct documents_awaited awaited;
};

struct auth_process {
	struct event_base *base;
	struct auth_keys *keys;
	struct chan *parent;
	struct chan *ike;	/* NULL: it was not started, or has ended */
	TAILQ_HEAD(all_waiting, waiting) waiting;
	unsigned int n_waiting, n_unproven;
	struct event *late;	/* a document may be */
};

/* --- questions that wait --- */

static void drop_waiting(struct auth_process *process, struct waiting *waiting)
{
	TAILQ_REMOVE(&process->waiting, waiting, list);
	process->n_waiting--;
	process->n_unproven -= waiting->awaited.unproven;
	ike_auth_request_free(waiting->request);
	free(waiting);
}

static void drop_all_waiting(struct auth_process *process)
{
	struct waiting *waiting, *next;

	for (waiting = TAILQ_FIRST(&process->waiting); waiting; waiting = next) {
		next = TAILQ_NEXT(waiting, list);
		drop_waiting(process, waiting);
	}
}

/* False: no memory, or too many. */
static bool keep_waiting(struct auth_process *process, const struct ike_auth_request *request)
{
	const struct documents_awaited *awaited =
		documents_awaited(auth_keys_documents(process->keys));
	struct waiting *waiting;

	if (process->n_waiting == WAITING_MOST ||
	    (awaited->unproven && process->n_unproven == UNPROVEN_MOST))
		return false;
	waiting = calloc(1, sizeof(*waiting));
	if (!waiting)
		return false;
	waiting->request = malloc(ike_auth_request_size(request));
	if (!waiting->request) {
		free(waiting);
		return false;
	}
	memcpy(waiting->request, request, ike_auth_request_size(request));
	waiting->awaited = *awaited;
	TAILQ_INSERT_TAIL(&process->waiting, waiting, list);
	process->n_waiting++;
	process->n_unproven += awaited->unproven;
	return true;
}

static void ask_for_documents(struct auth_process *process)
{
	static const struct timeval second = { .tv_sec = 1 };
	struct document_question question;
	struct msg_list_wanted body;

	while (documents_next(auth_keys_documents(process->keys), &question)) {
		memset(&body, 0, sizeof(body));
		body.ticket = question.ticket;
		body.ms = question.patience * 1000;
		text_copy(body.url, sizeof(body.url), question.url);
		chan_send(process->parent, MSG_LIST_WANTED, &body, sizeof(body));
	}
	if (process->n_waiting)
		event_add(process->late, &second);
}

static bool answer_now(struct auth_process *process, const struct ike_auth_request *request)
{
	struct ike_auth_answer answer;
	bool settled;

	documents_await(auth_keys_documents(process->keys));
	settled = auth_answer(process->keys, request, &answer);

	if (settled)
		chan_send(process->ike, MSG_AUTH_ANSWER, &answer, sizeof(answer));
	secret_wipe(&answer, sizeof(answer));
	return settled;
}

static bool waits_for(const struct waiting *waiting, uint64_t ticket)
{
	for (unsigned int i = 0; i < waiting->awaited.n; i++)
		if (waiting->awaited.tickets[i] == ticket)
			return true;
	return false;
}

/* It may wait for something else then. */
static void try_anew(struct auth_process *process, struct waiting *waiting)
{
	const struct documents_awaited *awaited =
		documents_awaited(auth_keys_documents(process->keys));

	if (answer_now(process, waiting->request)) {
		drop_waiting(process, waiting);
		return;
	}
	process->n_unproven += awaited->unproven;
	process->n_unproven -= waiting->awaited.unproven;
	waiting->awaited = *awaited;
}

/* The document with that ticket has come, or failed; 0: some may have. */
static void go_on(struct auth_process *process, uint64_t ticket)
{
	struct waiting *waiting, *next;

	for (waiting = TAILQ_FIRST(&process->waiting); waiting; waiting = next) {
		next = TAILQ_NEXT(waiting, list);
		if (!ticket || waits_for(waiting, ticket))
			try_anew(process, waiting);
	}
	ask_for_documents(process);
}

static void on_late(evutil_socket_t fd, short what, void *ctx)
{
	struct auth_process *process = ctx;

	(void)fd;
	(void)what;
	if (documents_late(auth_keys_documents(process->keys), time(NULL)))
		go_on(process, 0);
	else
		ask_for_documents(process);
}

/* --- what `ike` says --- */

static void on_ask(void *ctx, struct bytes body, int fd)
{
	struct auth_process *process = ctx;
	const struct ike_auth_request *request = (const void *)body.p;
	struct ike_auth_answer busy = { .failed = true };

	(void)fd;
	if (!ike_auth_request_whole(body.p, body.n)) {
		chan_refuse(process->ike, MSG_AUTH_ASK, "its lengths do not fit");
		return;
	}
	if (answer_now(process, request))
		return;
	if (!keep_waiting(process, request)) {
		busy.ticket = request->ticket;
		chan_send(process->ike, MSG_AUTH_ANSWER, &busy, sizeof(busy));
	}
	ask_for_documents(process);
}

/* The parent logs why, and sends a channel to the next `ike`. */
static void on_ike_gone(void *ctx, const char *reason)
{
	struct auth_process *process = ctx;

	log_debug(NULL, "auth: ike: %s", reason);
	drop_all_waiting(process);
	chan_free(process->ike);
	process->ike = NULL;
}

static chan_handler *const ike_handlers[MSG_TYPES] = {
	[MSG_AUTH_ASK] = on_ask,
};

/* --- what the parent says --- */

static void on_stop(void *ctx, struct bytes body, int fd)
{
	struct auth_process *process = ctx;

	(void)body;
	(void)fd;
	event_base_loopbreak(process->base);
}

static void on_peer(void *ctx, struct bytes body, int fd)
{
	struct auth_process *process = ctx;
	const struct msg_peer *peer = (const void *)body.p;

	if (peer->role != MSG_IKE) {
		close(fd);
		chan_refuse(process->parent, MSG_PEER, "role %u", peer->role);
		return;
	}
	drop_all_waiting(process);
	chan_free(process->ike);
	process->ike = chan_new(process->base, fd, MSG_AUTH, MSG_IKE, ike_handlers, process,
				on_ike_gone);
	if (!process->ike)
		log_error(NULL, "out of memory: AUTH cannot be made for IKE");
}

static void on_key(void *ctx, struct bytes body, int fd)
{
	struct auth_process *process = ctx;
	const struct msg_auth_key *key = (const void *)body.p;

	(void)fd;
	if (!key->number || !key->n || key->n > sizeof(key->octets))
		chan_refuse(process->parent, MSG_AUTH_KEY, "number %llu, %u octets",
			    (unsigned long long)key->number, key->n);
	else if (auth_keys_set(process->keys, key->number, bytes_of(key->octets, key->n)))
		log_error(NULL, "out of memory: a pre-shared key is lost; reload the "
				"configuration");
}

static void on_cert(void *ctx, struct bytes body, int fd)
{
	struct auth_process *process = ctx;
	const struct msg_auth_cert *cert = (const void *)body.p;

	(void)fd;
	if (!cert->number || body.n != sizeof(*cert) + cert->n)
		chan_refuse(process->parent, MSG_AUTH_CERT, "number %llu, %u octets",
			    (unsigned long long)cert->number, cert->n);
	else if (auth_keys_set_cert(process->keys, cert->number, cert->roots,
				    bytes_of(cert->octets, cert->n)))
		log_error(NULL, "out of memory: a certificate is lost; reload the configuration");
}

static void on_forget(void *ctx, struct bytes body, int fd)
{
	struct auth_process *process = ctx;
	const struct msg_auth_forget *forget = (const void *)body.p;

	(void)fd;
	auth_keys_forget(process->keys, forget->number);
}

static void on_list(void *ctx, struct bytes body, int fd)
{
	struct auth_process *process = ctx;
	const struct msg_list *list = (const void *)body.p;

	(void)fd;
	if (body.n != sizeof(*list) + list->n || !msg_text_ok(list->why, sizeof(list->why))) {
		chan_refuse(process->parent, MSG_LIST, "%u octets", list->n);
		return;
	}
	documents_answer(auth_keys_documents(process->keys), list->ticket,
			 bytes_of(list->octets, list->n), list->why, time(NULL));
	go_on(process, list->ticket);
}

static void on_mark(void *ctx, struct bytes body, int fd)
{
	struct auth_process *process = ctx;

	(void)fd;
	chan_send(process->parent, MSG_AUTH_MARKED, body.p, body.n);
}

static void on_parent_gone(void *ctx, const char *reason)
{
	struct auth_process *process = ctx;

	(void)reason;
	event_base_loopbreak(process->base);
}

static chan_handler *const parent_handlers[MSG_TYPES] = {
	[MSG_STOP] = on_stop,
	[MSG_PEER] = on_peer,
	[MSG_AUTH_KEY] = on_key,
	[MSG_AUTH_CERT] = on_cert,
	[MSG_AUTH_FORGET] = on_forget,
	[MSG_AUTH_MARK] = on_mark,
	[MSG_LIST] = on_list,
};

/* --- begin and end --- */

/* Locks all memory, as keys on swap would outlive the process.  False with a log line. */
static bool lock_memory(void)
{
	if (!mlockall(MCL_CURRENT | MCL_FUTURE))
		return true;
	log_error(NULL, "memory that holds keys cannot be locked: %s; raise the limit of locked "
		  "memory (LimitMEMLOCK=)", strerror(errno));
	return false;
}

struct auth_process *auth_process_new(struct event_base *base, int parent)
{
	struct auth_process *process = calloc(1, sizeof(*process));

	if (!process) {
		close(parent);
		return NULL;
	}
	process->base = base;
	TAILQ_INIT(&process->waiting);
	process->late = event_new(base, -1, 0, on_late, process);
	process->keys = auth_keys_new();
	process->parent = chan_new(base, parent, MSG_AUTH, MSG_PARENT, parent_handlers, process,
				   on_parent_gone);
	if (process->keys && process->late && process->parent)
		return process;
	log_error(NULL, "out of memory");
	auth_process_free(process);
	return NULL;
}

void auth_process_free(struct auth_process *process)
{
	if (!process)
		return;
	drop_all_waiting(process);
	if (process->late)
		event_free(process->late);
	chan_free(process->ike);
	chan_free(process->parent);
	auth_keys_free(process->keys);
	free(process);
}

static bool prepare(void)
{
	auth_answer_prepare();
	return lock_memory();
}

int auth_process_run(int parent)
{
	struct event_base *base = rounds_new();
	struct auth_process *process = base ? auth_process_new(base, parent) : NULL;
	bool good = process && role_serve(MSG_AUTH, base, process->parent, prepare);

	auth_process_free(process);
	if (base)
		event_base_free(base);
	return good ? 0 : 1;
}
