// SPDX-License-Identifier: GPL-2.0-or-later
/* pantunctl: shows and controls pantun's tunnels; see pantunctl(8). */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "command.h"
#include "ctl/ctl.h"

#ifndef PANTUN_VERSION
#define PANTUN_VERSION "0.1"
#endif

static const struct command commands[] = {
	{ "show", "[tunnel [NAME] | ike-sa [GATEWAY] | ipsec-sa|flow|monitor [TUNNEL]]",
	  "tunnels, proxy-IDs, IKE and IPsec SAs, drops, monitors", cmd_show },
	{ "test", "[TUNNEL]", "have the daemon negotiate a tunnel, or all", cmd_test },
	{ "clear", "ike-sa [GATEWAY] | ipsec-sa [TUNNEL]",
	  "have the daemon delete SAs", cmd_clear },
	{ "monitor", "", "print events as they happen", cmd_monitor },
	{ "tunnel", "set dev TUNNEL ... | monitor add|del dev TUNNEL destination ADDRESS ...",
	  "who begins negotiation, how outer packets are made, what is probed", cmd_tunnel },
	{ "proxy", "add|del dev TUNNEL name NAME ...", "proxy-IDs by hand", cmd_proxy },
	{ "sa", "add|path|activate|del|flush ...", "IPsec SAs with keys by hand", cmd_sa },
};

static const size_t commands_n = sizeof(commands) / sizeof(commands[0]);

static void help(FILE *to)
{
	fputs("usage: pantunctl [--json] [--ctl PATH] COMMAND ...\n\n", to);
	for (size_t i = 0; i < commands_n; i++)
		fprintf(to, "  %s %s\n        %s\n", commands[i].name, commands[i].arguments,
			commands[i].help);
	fputs("\n"
	      "  --json      print JSON (show, monitor)\n"
	      "  --ctl PATH  the daemon's control socket (" CTL_PATH ")\n"
	      "  --help, --version\n\n"
	      "Exit status: 0 done, 1 failed, 2 wrong command line.  More in pantunctl(8).\n",
	      to);
}

/* -1 to go on, or the exit status. */
static int take_options(int argc, char **argv, struct options *options)
{
	static const struct option table[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "ctl", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "jhV", table, NULL)) != -1) {
		switch (option) {
		case 'j':
			options->json = true;
			break;
		case 'c':
			options->ctl = optarg;
			break;
		case 'h':
			help(stdout);
			return 0;
		case 'V':
			puts("pantunctl " PANTUN_VERSION);
			return 0;
		default:
			return EXIT_USAGE;
		}
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct options options = { .ctl = CTL_PATH };
	int status = take_options(argc, argv, &options);

	if (status >= 0)
		return status;
	if (optind == argc) {
		help(stderr);
		return EXIT_USAGE;
	}
	return command_choose(commands, commands_n, "command", &options, argc - optind,
			      argv + optind);
}
