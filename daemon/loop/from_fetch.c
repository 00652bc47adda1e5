// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/from_fetch.h"

#include "loop/daemon_priv.h"
#include "loop/lists.h"
#include "loop/names.h"
#include "msg/fetch_msg.h"

static void on_fetch_ready(void *ctx, struct bytes body, int fd)
{
	(void)ctx;
	(void)body;
	(void)fd;
}

static void on_fetch_log(void *ctx, struct bytes body, int fd)
{
	struct daemon *d = ctx;

	(void)fd;
	log_relay_take(&d->fetch_log, d->fetch, body);
}

/* Who has asked may have ended meanwhile. */
static void on_looked_up(void *ctx, struct bytes body, int fd)
{
	const struct name_answer *answer = (const void *)body.p;
	struct daemon *d = ctx;

	(void)fd;
	if (name_answer_whole(answer))
		names_answered(d, answer);
	else
		chan_refuse(d->fetch, MSG_LOOKED_UP, "not an answer");
}

static void on_http_done(void *ctx, struct bytes body, int fd)
{
	const struct http_result *result = (const void *)body.p;
	struct daemon *d = ctx;

	(void)fd;
	if (!http_result_whole(result, body.n) || !lists_came(d, result))
		chan_refuse(d->fetch, MSG_HTTP_DONE, "not asked for");
}

chan_handler *const from_fetch_handlers[MSG_TYPES] = {
	[MSG_READY] = on_fetch_ready,
	[MSG_LOG] = on_fetch_log,
	[MSG_LOOKED_UP] = on_looked_up,
	[MSG_HTTP_DONE] = on_http_done,
};
