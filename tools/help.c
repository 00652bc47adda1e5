// SPDX-License-Identifier: GPL-2.0-or-later
#include "help.h"
#include "ctl/ctl.h"

void help_all(FILE *to, const struct command *commands, size_t n)
{
	fputs("usage: pantunctl [--json] [--ctl PATH] COMMAND ...\n\n", to);
	for (size_t i = 0; i < n; i++)
		fprintf(to, "  %s %s\n        %s\n", commands[i].name, commands[i].arguments,
			commands[i].help);
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
	fprintf(to, "usage: pantunctl %s %s\n\n%s\n", command->name, command->arguments,
		command->help);
	if (command->more)
		fprintf(to, "\n%s", command->more);
	fputs("\nMore in pantunctl(8).\n", to);
}
