// SPDX-License-Identifier: GPL-2.0-or-later
/* pantunctl reload: has the daemon read its configuration again. */
#include <stdio.h>
#include "command.h"
#include "ctl_client.h"

static void print_lines(FILE *to, const char *before, json_t *lines)
{
	json_t *line;
	size_t i;

	json_array_foreach(lines, i, line)
		fprintf(to, "%s%s\n", before, json_string_value(line));
}

int cmd_reload(const struct options *options, int argc, char **argv)
{
	json_t *answer, *changes;
	int status;

	if (argc)
		return usage_error("\"%s\": reload takes no words", argv[0]);
	answer = ctl_command(options, json_pack("{s:s}", "verb", "reload"), &status);
	if (!answer)
		return status;
	print_lines(stderr, "pantunctl: warning: ", json_object_get(answer, "warnings"));
	changes = json_object_get(answer, "changes");
	print_lines(stdout, "", changes);
	if (!json_array_size(changes))
		puts("nothing has changed");
	json_decref(answer);
	return 0;
}
