// SPDX-License-Identifier: GPL-2.0-or-later
#include "help.h"
#include "ctl/ctl.h"

/* The command as it is written; a line of its own. */
static void synopsis(FILE *to, const char *before, const struct command *command)
{
	fprintf(to, "%s%s%s%s\n", before, command->name, *command->arguments ? " " : "",
		command->arguments);
}

void help_all(FILE *to, const struct command *commands, size_t n)
{
	fputs("usage: pantunctl [--json] [--ctl PATH] COMMAND ...\n\n", to);
	for (size_t i = 0; i < n; i++) {
		synopsis(to, "  ", &commands[i]);
		fprintf(to, "        %s\n", commands[i].help);
	}
	fputs("\n"
	      "  --json      print JSON\n"
	      "  --ctl PATH  the daemon's control socket (" CTL_PATH ")\n"
	      "  --help, --version\n\n"
	      "\"pantunctl help COMMAND\" has more about each, pantunctl(8) has all.\n"
	      "Exit status: 0 done, 1 failed, 2 wrong command line.\n",
	      to);
}

void help_command(FILE *to, const struct command *command)
{
	synopsis(to, "usage: pantunctl ", command);
	fprintf(to, "\n%s\n", command->help);
	if (command->more)
		fprintf(to, "\n%s", command->more);
	fputs("\nMore in pantunctl(8).\n", to);
}
