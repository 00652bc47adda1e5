// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "conf/report.h"

#define TEXT_MAX	5120	/* octets of one complaint; a path may be 4095 long */

static void complain(struct conf_report *report, enum conf_severity severity,
		     struct conf_place at, const char *format, va_list args)
{
	const char *file = report->file ? report->file : "configuration";
	const char *mark = severity == CONF_WARNING && !report->unmarked ? "warning: " : "";
	char text[TEXT_MAX];
	int n;

	if (at.line)
		n = snprintf(text, sizeof(text), "%s:%u:%u: %s", file, at.line, at.column, mark);
	else
		n = snprintf(text, sizeof(text), "%s: %s", file, mark);
	if (n > 0 && (size_t)n < sizeof(text))
		vsnprintf(text + n, sizeof(text) - (size_t)n, format, args);
	if (severity == CONF_ERROR)
		report->errors++;
	else
		report->warnings++;
	if (report->line)
		report->line(report->ctx, severity, text);
}

void conf_error(struct conf_report *report, struct conf_place at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(report, CONF_ERROR, at, format, args);
	va_end(args);
}

void conf_warning(struct conf_report *report, struct conf_place at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(report, CONF_WARNING, at, format, args);
	va_end(args);
}

void conf_near_offer(struct conf_near *near, const char *candidate, size_t n)
{
	size_t nw = strlen(near->word);
	unsigned int cost;

	if (!nw || nw > CONF_NEAR_MAX || n > CONF_NEAR_MAX)
		return;
	cost = near_distance(near->word, nw, candidate, n);
	/* An abbreviation counts as a slip of one letter. */
	if (nw >= 2 && n > nw && !memcmp(near->word, candidate, nw))
		cost = 1;
	if ((cost > 1 && cost > n / 3) || cost >= n)
		return;
	if (near->best[0] && cost >= near->cost)
		return;
	memcpy(near->best, candidate, n);
	near->best[n] = '\0';
	near->cost = cost;
}

const char *conf_near_hint(const struct conf_near *near, char *out)
{
	if (near->best[0])
		snprintf(out, CONF_HINT, "; did you mean \"%s\"?", near->best);
	else
		out[0] = '\0';
	return out;
}
