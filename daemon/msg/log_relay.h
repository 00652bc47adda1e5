/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log lines of children, which the parent writes as its own. */
#ifndef PANTUN_MSG_LOG_RELAY_H
#define PANTUN_MSG_LOG_RELAY_H

#include "base/log.h"
#include "msg/chan.h"

/* In a child: a log_sink whose ctx is the channel to the parent. */
void log_relay_send(void *ctx, enum log_level level, const char *subject, const char *text);
/* In the parent, for its handler of MSG_LOG: writes the line, or refuses it on @from. */
void log_relay_take(struct chan *from, struct bytes body);

#endif
