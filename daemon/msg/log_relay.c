// SPDX-License-Identifier: GPL-2.0-or-later
#include "msg/log_relay.h"

#include <stdio.h>

#include "base/clock.h"
#include "msg/basic.h"

void log_relay_send(void *ctx, enum log_level level, const char *subject, const char *text)
{
	struct msg_log line = { .level = level };

	snprintf(line.subject, sizeof(line.subject), "%s", subject ? subject : "");
	snprintf(line.text, sizeof(line.text), "%s", text);
	chan_send(ctx, MSG_LOG, &line, sizeof(line));
	/* Send errors and warnings at once: they may say why the process is about to die. */
	if (level <= LOG_LEVEL_WARNING)
		chan_flush(ctx);
}

/* The clock is asked only when the room was used up, as most lines need not know the time. */
static void make_room(struct log_relay *relay)
{
	uint64_t now = clock_ms(), more = (now - relay->at) / 1000 * LOG_RELAY_RATE;

	if (!more)
		return;
	relay->room = more < LOG_RELAY_BURST ? (unsigned int)more : LOG_RELAY_BURST;
	relay->at = now;
}

static bool has_room(struct log_relay *relay)
{
	if (!relay->room)
		make_room(relay);
	if (!relay->room) {
		relay->left_out++;
		return false;
	}
	relay->room--;
	if (relay->left_out)
		log_warning(NULL, "%u lines of another process were left out, as there were more "
			    "than %u a second", relay->left_out, LOG_RELAY_RATE);
	relay->left_out = 0;
	return true;
}

void log_relay_take(struct log_relay *relay, struct chan *from, struct bytes body)
{
	const struct msg_log *line = (const void *)body.p;

	if (line->level > LOG_LEVEL_DEBUG || !msg_text_ok(line->subject, sizeof(line->subject)) ||
	    !msg_text_ok(line->text, sizeof(line->text))) {
		chan_refuse(from, MSG_LOG, "level %u, or a text without an end", line->level);
		return;
	}
	if (has_room(relay))
		log_msg((enum log_level)line->level, line->subject[0] ? line->subject : NULL, "%s",
			line->text);
}
