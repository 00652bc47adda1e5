/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log lines: a level, a subject ("gateway hq", "tunnel hq:lan"; NULL: the daemon itself) and a
 * text. main() sets once where they go.  Never log secrets.
 */
#ifndef PANTUN_BASE_LOG_H
#define PANTUN_BASE_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

typedef void log_sink(void *ctx, enum log_level level, const char *subject, const char *text);

/*
 * Finds out what standard error is: lines get the time on a terminal, and a priority if the
 * journal reads them (sd-daemon(3)).  Call it once, before the process is confined; until then
 * lines are written as to a file.
 */
void log_open(void);
/* NULL: standard error. */
void log_set_sink(log_sink *sink, void *ctx);
/*
 * Keeps lines for standard error that are neither errors nor warnings, to write several at a time:
 * a system call costs more than a line.  @wake is called when the first is kept, and has to see to
 * it that log_flush() is called before the process sleeps.  Errors and warnings are written at
 * once, and what was kept before them.  NULL: writes what is kept, and keeps no more.
 */
void log_hold(void (*wake)(void *ctx), void *ctx);
/* Writes what is kept. */
void log_flush(void);
void log_set_level(enum log_level most);
/* The priority of syslog(3). */
int log_priority(enum log_level level);
/* Escapes control characters, which peers may have sent. */
void log_msg(enum log_level level, const char *subject, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define log_error(subject, ...)		log_msg(LOG_LEVEL_ERROR, subject, __VA_ARGS__)
#define log_warning(subject, ...)	log_msg(LOG_LEVEL_WARNING, subject, __VA_ARGS__)
#define log_info(subject, ...)		log_msg(LOG_LEVEL_INFO, subject, __VA_ARGS__)
#define log_debug(subject, ...)		log_msg(LOG_LEVEL_DEBUG, subject, __VA_ARGS__)

#endif
