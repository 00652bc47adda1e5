// SPDX-License-Identifier: GPL-2.0-or-later
#include "auth/process.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "auth/answer.h"
#include "base/log.h"
#include "base/secret.h"
#include "msg/basic.h"
#include "msg/chan.h"
#include "msg/rounds.h"
#include "proc/role.h"

struct auth_process {
	struct event_base *base;
	struct auth_keys *keys;
	struct chan *parent;
	struct chan *ike;	/* NULL: it was not started, or has ended */
};

/* --- what `ike` says --- */

static void on_ask(void *ctx, struct bytes body, int fd)
{
	struct auth_process *process = ctx;
	struct ike_auth_answer answer;

	(void)fd;
	if (!ike_auth_request_whole(body.p, body.n)) {
		chan_refuse(process->ike, MSG_AUTH_ASK, "its lengths do not fit");
		return;
	}
	auth_answer(process->keys, (const struct ike_auth_request *)(const void *)body.p, &answer);
	chan_send(process->ike, MSG_AUTH_ANSWER, &answer, sizeof(answer));
	secret_wipe(&answer, sizeof(answer));
}

/* The parent logs why, and sends a channel to the next `ike`. */
static void on_ike_gone(void *ctx, const char *reason)
{
	struct auth_process *process = ctx;

	log_debug(NULL, "auth: ike: %s", reason);
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
	process->keys = auth_keys_new();
	process->parent = chan_new(base, parent, MSG_AUTH, MSG_PARENT, parent_handlers, process,
				   on_parent_gone);
	if (process->keys && process->parent)
		return process;
	log_error(NULL, "out of memory");
	auth_process_free(process);
	return NULL;
}

void auth_process_free(struct auth_process *process)
{
	if (!process)
		return;
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
