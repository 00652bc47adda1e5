// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "conf/conf.h"
#include "conf_lines.h"

char conf_said[4096];
unsigned int conf_errors;

static void on_line(void *ctx, enum conf_severity severity, const char *text)
{
	const char *known = ctx;
	size_t n = strlen(conf_said);

	conf_errors += severity == CONF_ERROR;
	if (!known || !strstr(text, known))
		snprintf(conf_said + n, sizeof(conf_said) - n, "%s\n", text);
}

static struct conf_report begin(const char *known)
{
	conf_said[0] = '\0';
	conf_errors = 0;
	return (struct conf_report){ .line = on_line, .ctx = (void *)known, .file = "f" };
}

struct policy *conf_lines(const char *lines, const char *known)
{
	struct conf_report report = begin(known);
	char *copy = strdup(lines);
	struct policy *policy = conf_parse(copy, strlen(copy), &report);

	free(copy);
	return policy;
}

struct policy *conf_file(const char *path)
{
	struct conf_report report = begin(NULL);

	return conf_load(path, &report);
}
