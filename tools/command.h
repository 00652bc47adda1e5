/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Subcommands of pantunctl; each is a file cmd_NAME.c. */
#ifndef PANTUN_TOOLS_COMMAND_H
#define PANTUN_TOOLS_COMMAND_H

#include <stdbool.h>
#include "nl_client.h"
#include "words.h"

/* What stands before the subcommand. */
struct options {
	bool json;
	const char *ctl;		/* path of the daemon's socket */
};

/* What follows the subcommand's name; the exit status: 0, 1, or EXIT_USAGE. */
typedef int command_run(const struct options *options, int argc, char **argv);

struct command {
	const char *name;
	const char *arguments;		/* for the usage */
	const char *help;
	const char *more;		/* lines below these, of the command's own help */
	command_run *run;
};

command_run cmd_show, cmd_test, cmd_clear, cmd_reload, cmd_monitor, cmd_sa, cmd_proxy, cmd_tunnel,
	    cmd_version;
/* "tunnel monitor" */
command_run cmd_tunnel_monitor;

/* Chooses by argv[0] among words of a subcommand; prints the choice where it is none. */
int command_choose(const struct command *table, size_t n, const char *noun,
		   const struct options *options, int argc, char **argv);
/* A connection to the module; NULL after a message. */
struct nl_client *command_open(void);
/* A request for the tunnel @ifname ("": none), to be acknowledged. */
struct nl_msg *command_begin(const struct nl_client *client, uint8_t cmd, const char *ifname);
/* Sends and closes; the exit status, with a message on failure. */
int command_finish(struct nl_client *client, struct nl_msg *msg);
/* Exit status EXIT_USAGE, after "pantunctl: " and the text. */
int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The argument of "dev", and of others: NULL, or what is wrong with it. */
const char *ifname_take(const char *word, char *out);
/* Of the keyword "dev", where what @ctx points to begins with a char [IFNAMSIZ] for it. */
const char *dev_take(void *ctx, char *const *values);
const char *proxy_name_take(const char *word, char *out);
const char *addr_take(const char *word, struct addr *out);

#endif
