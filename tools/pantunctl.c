// SPDX-License-Identifier: GPL-2.0-or-later
/* pantunctl: shows and controls pantun's tunnels; see pantunctl(8). */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "command.h"
#include "ctl/ctl.h"
#include "help.h"
#include "pantun_version.h"

static command_run cmd_help;

static const struct command commands[] = {
	{ "show",
	  "[NAME | tunnel [NAME] | ike-sa [GATEWAY] | ipsec-sa|flow|monitor [TUNNEL] | "
	  "daemon | certificates]",
	  "tunnels, proxy-IDs, IKE and IPsec SAs, drops, monitors, certificates, the "
	  "daemon's processes",
	  "  tunnel    all of a tunnel, or of every tunnel\n"
	  "  ike-sa    IKE SAs, and the last errors of gateways\n"
	  "  ipsec-sa  IPsec SAs as the kernel has them, with the agreed selectors\n"
	  "  flow      what happens to packets: counters and drops\n"
	  "  monitor   destinations probed through tunnels, and the results\n"
	  "  daemon    the daemon's processes: who runs as what, and what each may do\n"
	  "  certificates  those of the configuration: whom they are for, and the days left\n"
	  "A tunnel may be given by its own name or by that of its interface.\n", cmd_show },
	{ "status", "[...]", "the same as show", NULL, cmd_show },
	{ "test", "[TUNNEL]", "make the daemon negotiate one tunnel, or all",
	  "What is up stays as it is, and a gateway in passive-mode waits for its peer;\n"
	  "the answer counts these.  \"pantunctl monitor\" shows how it goes on.\n", cmd_test },
	{ "clear", "ike-sa [GATEWAY] | ipsec-sa [TUNNEL]",
	  "make the daemon delete SAs",
	  "They are deleted here and at the peer.  A tunnel that starts always is negotiated\n"
	  "anew at once.\n", cmd_clear },
	{ "reload", "", "make the daemon read its configuration again",
	  "Prints what has changed; or, with exit status 1, the errors of the file, and\n"
	  "nothing has changed.\n", cmd_reload },
	{ "monitor", "", "print events as they happen",
	  "The kernel's and the daemon's, until interrupted; with --json, one object a line.\n",
	  cmd_monitor },
	{ "tunnel", "set [dev] TUNNEL ... | monitor add|del [dev] TUNNEL destination ADDRESS ...",
	  "when to negotiate, how to build outer packets, what to probe",
	  "  set: start always|on-demand|passive, carrier any|all, df copy|clear|set,\n"
	  "       tos copy, dscp N, ttl N|auto, flow-label copy|zero, gre on|off,\n"
	  "       tfc OCTETS|off, dummy MILLISECONDS|off, mark N|off, underlay DEV|off\n"
	  "  monitor: source ADDRESS, proxy NAME, action wait-recover|fail-over,\n"
	  "       interval SECONDS, threshold N, recovery N\n", cmd_tunnel },
	{ "proxy", "add|del|fail [dev] TUNNEL name NAME ...", "proxy-IDs by hand",
	  "  add: local RANGE, remote RANGE, proto PROTO, local-port PORTS, remote-port PORTS\n"
	  "  fail: give up the packets that wait for an SA\n", cmd_proxy },
	{ "sa", "add|path|activate|del|flush ...", "IPsec SAs with keys by hand",
	  "  add [dev] TUNNEL in|out spi SPI local ADDRESS remote ADDRESS key-file FILE\n"
	  "       [enc ENC] [auth AUTH] [proto esp|ah] [mode tunnel|transport] [proxy NAME]\n"
	  "       [encap LPORT RPORT] [udp-checksum] [esn] [replay-window N] [standby] ...\n"
	  "  path [dev] TUNNEL in|out spi SPI local ADDRESS remote ADDRESS\n"
	  "       [new-local ADDRESS] [new-remote ADDRESS] [encap LPORT RPORT]\n"
	  "  activate [dev] TUNNEL out spi SPI\n"
	  "  del [dev] TUNNEL in|out spi SPI\n"
	  "  flush [[dev] TUNNEL]\n", cmd_sa },
	{ "help", "[COMMAND]", "show this help, or the words of a command", NULL, cmd_help },
	{ "version", "", "print the versions of tool, daemon and module", NULL, cmd_version },
};

static const size_t commands_n = sizeof(commands) / sizeof(commands[0]);

static int cmd_help(const struct options *options, int argc, char **argv)
{
	const char *names[sizeof(commands) / sizeof(commands[0])];

	(void)options;
	if (!argc) {
		help_all(stdout, commands, commands_n);
		return 0;
	}
	for (size_t i = 0; i < commands_n; i++) {
		names[i] = commands[i].name;
		if (strcmp(commands[i].name, argv[0]) != 0)
			continue;
		help_command(stdout, &commands[i]);
		return 0;
	}
	words_unknown("help", "command", argv[0], names, commands_n);
	return EXIT_USAGE;
}

/* What the options ask for beside a command. */
struct wish {
	bool help, version;
};

/* 0, or EXIT_USAGE after a message. */
static int take_options(int argc, char **argv, struct options *options, struct wish *wish)
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
			wish->help = true;
			break;
		case 'V':
			wish->version = true;
			break;
		default:
			fputs("Try \"pantunctl help\".\n", stderr);
			return EXIT_USAGE;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct options options = { .ctl = CTL_PATH };
	struct wish wish = { 0 };

	if (take_options(argc, argv, &options, &wish))
		return EXIT_USAGE;
	if (wish.version) {
		puts("pantunctl " PANTUN_VERSION);
		return 0;
	}
	if (wish.help)
		return cmd_help(&options, argc - optind, argv + optind);
	if (optind == argc) {
		help_all(stderr, commands, commands_n);
		return EXIT_USAGE;
	}
	return command_choose(commands, commands_n, "command", &options, argc - optind,
			      argv + optind);
}
