// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/from_auth.h"

#include "loop/config.h"
#include "loop/daemon_priv.h"
#include "msg/auth_msg.h"

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

chan_handler *const from_auth_handlers[MSG_TYPES] = {
	[MSG_READY] = on_auth_ready,
	[MSG_LOG] = on_auth_log,
	[MSG_AUTH_MARKED] = on_auth_marked,
};
