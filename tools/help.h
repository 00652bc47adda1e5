/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What "--help" and "help" print, of pantunctl and of each command. */
#ifndef PANTUN_TOOLS_HELP_H
#define PANTUN_TOOLS_HELP_H

#include <stdio.h>
#include "command.h"

/* A line or two for each of @n commands. */
void help_all(FILE *to, const struct command *commands, size_t n);
/* All that follows a command's name. */
void help_command(FILE *to, const struct command *command);

#endif
