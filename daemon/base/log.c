// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define TEXT_MAX	1024	/* octets of a line's text; the rest is truncated */
#define CLOCK_TEXT	40
#define LINE_MAX_LEN	(TEXT_MAX + TEXT_MAX / 4 + CLOCK_TEXT + 32)
#define KEPT_MAX	(16 << 10)

static log_sink *current_sink;
static void *sink_ctx;
static enum log_level most_level = LOG_LEVEL_INFO;
static enum { TO_FILE, TO_TERMINAL, TO_JOURNAL } stderr_kind;

static struct {
	void (*wake)(void *ctx);	/* NULL: nothing is kept */
	void *ctx;
	size_t n;
	char text[KEPT_MAX];
} kept;

void log_set_sink(log_sink *sink, void *ctx)
{
	current_sink = sink;
	sink_ctx = ctx;
}

void log_set_level(enum log_level most)
{
	most_level = most;
}

/* Keeps printable ASCII. Everything else becomes \xNN, as it might control a terminal. */
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

/*
 * systemd names the journal's socket in JOURNAL_STREAM; after a redirection stderr is another
 * file.
 */
static bool is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char here[2 * 20 + 2];
	struct stat st;

	if (!stream || fstat(STDERR_FILENO, &st))
		return false;
	snprintf(here, sizeof(here), "%llu:%llu", (unsigned long long)st.st_dev,
		 (unsigned long long)st.st_ino);
	return !strcmp(here, stream);
}

void log_open(void)
{
	/* read the time zone's file now, as later no file can be opened */
	tzset();
	if (is_journal())
		stderr_kind = TO_JOURNAL;
	else
		stderr_kind = isatty(STDERR_FILENO) ? TO_TERMINAL : TO_FILE;
}

int log_priority(enum log_level level)
{
	static const int priorities[] = {
		[LOG_LEVEL_ERROR] = LOG_ERR,
		[LOG_LEVEL_WARNING] = LOG_WARNING,
		[LOG_LEVEL_INFO] = LOG_INFO,
		[LOG_LEVEL_DEBUG] = LOG_DEBUG,
	};

	return priorities[level];
}

/*
 * Writes the time, "2026-11-29 13:45:01.042 ", that begins a line on a terminal, to @out.  Returns
 * @out.
 */
static const char *clock_text(char out[CLOCK_TEXT])
{
	struct timespec now;
	struct tm tm;

	if (clock_gettime(CLOCK_REALTIME, &now) || !localtime_r(&now.tv_sec, &tm) ||
	    !strftime(out, CLOCK_TEXT, "%F %T", &tm))
		return "";
	snprintf(out + strlen(out), CLOCK_TEXT - strlen(out), ".%03ld ", now.tv_nsec / 1000000);
	return out;
}

static void write_all(const char *text, size_t n)
{
	while (n) {
		ssize_t done = write(STDERR_FILENO, text, n);

		if (done < 0 && errno != EINTR)
			return;
		text += done > 0 ? done : 0;
		n -= done > 0 ? (size_t)done : 0;
	}
}

void log_flush(void)
{
	write_all(kept.text, kept.n);
	kept.n = 0;
}

void log_hold(void (*wake)(void *ctx), void *ctx)
{
	log_flush();
	kept.wake = wake;
	kept.ctx = ctx;
}

static void put_line(enum log_level level, const char *line, size_t n)
{
	bool keep = kept.wake && level > LOG_LEVEL_WARNING;

	if (kept.n && (!keep || kept.n + n > sizeof(kept.text)))
		log_flush();
	if (!keep) {
		write_all(line, n);
		return;
	}
	memcpy(kept.text + kept.n, line, n);
	kept.n += n;
	if (kept.n == n)
		kept.wake(kept.ctx);
}

static void to_stderr(enum log_level level, const char *subject, const char *text)
{
	static const char *const names[] = {
		[LOG_LEVEL_ERROR] = "error",
		[LOG_LEVEL_WARNING] = "warning",
		[LOG_LEVEL_INFO] = "info",
		[LOG_LEVEL_DEBUG] = "debug",
	};
	const char *colon = subject ? ": " : "";
	char clock[CLOCK_TEXT], line[LINE_MAX_LEN];
	int n;

	if (!subject)
		subject = "";
	/* the journal records name and time itself, and takes the priority from <N> */
	if (stderr_kind == TO_JOURNAL)
		n = snprintf(line, sizeof(line), "<%d>%s%s%s\n", log_priority(level), subject,
			     colon, text);
	else
		n = snprintf(line, sizeof(line), "%spantund: %s: %s%s%s\n",
			     stderr_kind == TO_TERMINAL ? clock_text(clock) : "", names[level],
			     subject, colon, text);
	put_line(level, line, (size_t)n);
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
