// SPDX-License-Identifier: GPL-2.0-or-later
#include "msg/log_relay.h"

#include <stdio.h>

#include "msg/basic.h"

void log_relay_send(void *ctx, enum log_level level, const char *subject, const char *text)
{
	struct msg_log line = { .level = level };

	snprintf(line.subject, sizeof(line.subject), "%s", subject ? subject : "");
	snprintf(line.text, sizeof(line.text), "%s", text);
	chan_send(ctx, MSG_LOG, &line, sizeof(line));
}

void log_relay_take(struct chan *from, struct bytes body)
{
	const struct msg_log *line = (const void *)body.p;

	if (line->level > LOG_LEVEL_DEBUG || !msg_text_ok(line->subject, sizeof(line->subject)) ||
	    !msg_text_ok(line->text, sizeof(line->text))) {
		chan_refuse(from, MSG_LOG, "level %u, or a text without an end", line->level);
		return;
	}
	log_msg((enum log_level)line->level, line->subject[0] ? line->subject : NULL, "%s",
		line->text);
}
