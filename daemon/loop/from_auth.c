// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/from_auth.h"

#include <string.h>

#include "base/url.h"
#include "loop/children.h"
#include "loop/config.h"
#include "loop/daemon_priv.h"
#include "loop/lists.h"
#include "msg/auth_msg.h"
#include "msg/list_msg.h"

static void on_auth_ready(void *ctx, struct bytes body, int fd)
{
	(void)ctx;
	(void)body;
	(void)fd;
}

static void on_auth_log(void *ctx, struct bytes body, int fd)
{
	struct daemon *d = ctx;

	(void)fd;
	log_relay_take(&d->auth_log, d->auth, body);
}

static void on_auth_marked(void *ctx, struct bytes body, int fd)
{
	const struct msg_auth_mark *mark = (const void *)body.p;
	struct daemon *d = ctx;

	(void)fd;
	if (!config_keyed(d, mark->number))
		chan_refuse(d->auth, MSG_AUTH_MARKED, "not one that was sent");
}

static void on_list_wanted(void *ctx, struct bytes body, int fd)
{
	const struct msg_list_wanted *wanted = (const void *)body.p;
	struct daemon *d = ctx;

	(void)fd;
	if (!wanted->ticket || !wanted->ms || wanted->ms > HTTP_MS_MOST ||
	    !msg_text_ok(wanted->url, sizeof(wanted->url)) ||
	    !url_is_http(bytes_of(wanted->url, strlen(wanted->url)))) {
		chan_refuse(d->auth, MSG_LIST_WANTED, "not a question");
		return;
	}
	lists_want(d, wanted);
	children_need_fetch(d);
}

chan_handler *const from_auth_handlers[MSG_TYPES] = {
	[MSG_READY] = on_auth_ready,
	[MSG_LOG] = on_auth_log,
	[MSG_AUTH_MARKED] = on_auth_marked,
	[MSG_LIST_WANTED] = on_list_wanted,
};
