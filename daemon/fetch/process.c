// SPDX-License-Identifier: GPL-2.0-or-later
#include "fetch/process.h"

#include <event2/event.h>
#include <event2/util.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "fetch/http.h"
#include "fetch/resolver.h"
#include "msg/chan.h"
#include "proc/role.h"

struct fetch_process {
	struct event_base *base;
	struct chan *parent;
	struct resolver *resolver;
	struct http *http;
};

/* --- what the parent says --- */

static void on_stop(void *ctx, struct bytes body, int fd)
{
	struct fetch_process *process = ctx;

	(void)body;
	(void)fd;
	event_base_loopbreak(process->base);
}

/* Nobody else has anything to ask. */
static void on_peer(void *ctx, struct bytes body, int fd)
{
	struct fetch_process *process = ctx;

	(void)body;
	close(fd);
	chan_refuse(process->parent, MSG_PEER, "not for this process");
}

static void on_servers(void *ctx, struct bytes body, int fd)
{
	const struct msg_servers *servers = (const void *)body.p;
	struct fetch_process *process = ctx;
	bool good = servers->n && servers->n <= SERVERS_MOST;

	(void)fd;
	for (unsigned int i = 0; good && i < servers->n; i++)
		good = addr_len(&servers->addrs[i]);
	if (good)
		resolver_use(process->resolver, servers, RESOLVER_PORT);
	else
		chan_refuse(process->parent, MSG_SERVERS, "not addresses");
}

static void on_name_answer(void *ctx, const struct name_answer *answer)
{
	struct fetch_process *process = ctx;

	chan_send(process->parent, MSG_LOOKED_UP, answer, sizeof(*answer));
}

static void on_look_up(void *ctx, struct bytes body, int fd)
{
	const struct name_question *question = (const void *)body.p;
	struct fetch_process *process = ctx;

	(void)fd;
	if (question->ticket && question->name[0] &&
	    msg_text_ok(question->name, sizeof(question->name)))
		resolver_ask(process->resolver, question, on_name_answer, process);
	else
		chan_refuse(process->parent, MSG_LOOK_UP, "not a question");
}

static void on_document(void *ctx, const struct http_result *result)
{
	struct fetch_process *process = ctx;

	chan_send(process->parent, MSG_HTTP_DONE, result, sizeof(*result) + result->n);
}

static void on_http(void *ctx, struct bytes body, int fd)
{
	const struct http_request *request = (const void *)body.p;
	struct fetch_process *process = ctx;

	(void)fd;
	if (http_request_whole(request, body.n))
		http_begin(process->http, request);
	else
		chan_refuse(process->parent, MSG_HTTP, "not a request");
}

static void on_parent_gone(void *ctx, const char *reason)
{
	struct fetch_process *process = ctx;

	(void)reason;
	event_base_loopbreak(process->base);
}

static chan_handler *const parent_handlers[MSG_TYPES] = {
	[MSG_STOP] = on_stop,
	[MSG_PEER] = on_peer,
	[MSG_SERVERS] = on_servers,
	[MSG_LOOK_UP] = on_look_up,
	[MSG_HTTP] = on_http,
};

/* --- begin and end --- */

struct fetch_process *fetch_process_new(struct event_base *base, int parent)
{
	struct fetch_process *process = calloc(1, sizeof(*process));

	if (!process) {
		close(parent);
		return NULL;
	}
	process->base = base;
	process->parent = chan_new(base, parent, MSG_FETCH, MSG_PARENT, parent_handlers, process,
				   on_parent_gone);
	process->resolver = resolver_new(base, RESOLVER_MS);
	if (process->resolver)
		process->http = http_new(base, process->resolver, on_document, process);
	if (process->parent && process->http)
		return process;
	log_error(NULL, "out of memory");
	fetch_process_free(process);
	return NULL;
}

void fetch_process_free(struct fetch_process *process)
{
	if (!process)
		return;
	resolver_free(process->resolver);
	http_free(process->http);
	chan_free(process->parent);
	free(process);
}

static bool prepare(void)
{
	signal(SIGPIPE, SIG_IGN);
	/* Numbers of questions are chance, whose source may be a file. */
	return !evutil_secure_rng_init();
}

int fetch_process_run(int parent)
{
	struct event_base *base = event_base_new();
	struct fetch_process *process = base ? fetch_process_new(base, parent) : NULL;
	bool good = process && role_serve(MSG_FETCH, base, process->parent, prepare);

	fetch_process_free(process);
	if (base)
		event_base_free(base);
	return good ? 0 : 1;
}
