// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

#define TEXT_MAX	1024	/* octets of a line's text; the rest is cut off */

static log_sink *current_sink;
static void *sink_ctx;
static enum log_level most_level = LOG_LEVEL_INFO;

void log_set_sink(log_sink *sink, void *ctx)
{
	current_sink = sink;
	sink_ctx = ctx;
}

void log_set_level(enum log_level most)
{
	most_level = most;
}

/* Printable ASCII stays; the rest, which may steer a terminal, becomes \xNN. */
static void escape(const char *text, char *out, size_t max)
{
	size_t n = 0;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c < 0x7f) {
			if (n + 2 > max)
				break;
			out[n++] = *text;
		} else {
			if (n + 5 > max)
				break;
			n += (size_t)snprintf(out + n, max - n, "\\x%02x", c);
		}
	}
	out[n] = '\0';
}

static void to_stderr(enum log_level level, const char *subject, const char *text)
{
	static const char *const names[] = {
		[LOG_LEVEL_ERROR] = "error",
		[LOG_LEVEL_WARNING] = "warning",
		[LOG_LEVEL_INFO] = "info",
		[LOG_LEVEL_DEBUG] = "debug",
	};

	if (subject)
		fprintf(stderr, "pantund: %s: %s: %s\n", names[level], subject, text);
	else
		fprintf(stderr, "pantund: %s: %s\n", names[level], text);
}

void log_msg(enum log_level level, const char *subject, const char *format, ...)
{
	char raw[TEXT_MAX], text[TEXT_MAX], about[TEXT_MAX / 4];
	va_list args;

	if (level > most_level)
		return;
	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	escape(raw, text, sizeof(text));
	if (subject)
		escape(subject, about, sizeof(about));
	if (current_sink)
		current_sink(sink_ctx, level, subject ? about : NULL, text);
	else
		to_stderr(level, subject ? about : NULL, text);
}
