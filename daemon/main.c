// SPDX-License-Identifier: GPL-2.0-or-later
/* pantund: options, where the log goes, and what is to be run. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "auth/process.h"
#include "base/log.h"
#include "base/text.h"
#include "base/version.h"
#include "conf/conf.h"
#include "ctl/ctl.h"
#include "engine/engine.h"
#include "loop/daemon.h"
#include "loop/token_key.h"
#include "msg/msg.h"
#include "priv/group.h"
#include "proc/role.h"

#define EXIT_USAGE	2

struct arguments {
	struct daemon_options run;
	bool check;		/* the configuration, and nothing else */
	bool list_leaves;
	bool to_syslog;
	bool debug;
	enum msg_role role;	/* MSG_PARENT, but for who was started by it */
	const char *as;		/* the user to be, then: UID:GID */
	int exit;		/* status to end with at once; -1: go on */
};

static const char usage[] =
	"Usage: pantund [OPTION]...\n"
	"Negotiates the IPsec tunnels of pantun.ko with IKEv2, in the foreground.\n\n"
	"  -c, --config FILE       configuration (" CONF_PATH ")\n"
	"      --check [FILE]      check a configuration and its key files, and exit;\n"
	"                          without FILE the one of --config\n"
	"      --list-leaves       list all leaves of the configuration, and exit\n"
	"      --log stderr|syslog where the log goes (stderr)\n"
	"      --debug             also log what is useful to developers\n"
	"      --ctl PATH          control socket (" CTL_PATH ")\n"
	"      --state DIR         what is to survive a restart (" TOKEN_KEY_DIR ")\n"
	"      --group GROUP       members may look, as pantunctl does (" PRIV_GROUP ", if there\n"
	"                          is one)\n"
	"      --on-exit keep|delete  SAs in the kernel at the end (keep)\n"
	"      --foreground        accepted; it always runs in the foreground\n"
	"      --single            run all in one process, for debuggers\n"
	"  -h, --help              this text\n"
	"      --version           the version\n";

static void to_syslog(void *ctx, enum log_level level, const char *subject, const char *text)
{
	(void)ctx;
	if (subject)
		syslog(log_priority(level), "%s: %s", subject, text);
	else
		syslog(log_priority(level), "%s", text);
}

/* 0 or 1: which of two words an option has been given. */
static int choose(const char *option, const char *value, const char *zero, const char *one,
		  struct arguments *args)
{
	if (!strcmp(value, zero))
		return 0;
	if (!strcmp(value, one))
		return 1;
	fprintf(stderr, "pantund: --%s: \"%s\" is neither \"%s\" nor \"%s\"\n", option, value,
		zero, one);
	args->exit = EXIT_USAGE;
	return 0;
}

enum { OPT_CHECK = 256, OPT_LIST, OPT_LOG, OPT_DEBUG, OPT_CTL, OPT_GROUP, OPT_ON_EXIT,
       OPT_FOREGROUND, OPT_SINGLE, OPT_ROLE, OPT_AS,
       OPT_STATE, OPT_VERSION };

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "check", optional_argument, NULL, OPT_CHECK },
	{ "list-leaves", no_argument, NULL, OPT_LIST },
	{ "log", required_argument, NULL, OPT_LOG },
	{ "debug", no_argument, NULL, OPT_DEBUG },
	{ "ctl", required_argument, NULL, OPT_CTL },
	{ "state", required_argument, NULL, OPT_STATE },
	{ "group", required_argument, NULL, OPT_GROUP },
	{ "on-exit", required_argument, NULL, OPT_ON_EXIT },
	{ "foreground", no_argument, NULL, OPT_FOREGROUND },
	{ "single", no_argument, NULL, OPT_SINGLE },
	{ "role", required_argument, NULL, OPT_ROLE },
	{ "as", required_argument, NULL, OPT_AS },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ 0 },
};

static void take_option(int option, struct arguments *args)
{
	switch (option) {
	case 'c':
		args->run.config = optarg;
		break;
	case OPT_CHECK:
		args->check = true;
		if (optarg)
			args->run.config = optarg;
		break;
	case OPT_LIST:
		args->list_leaves = true;
		break;
	case OPT_LOG:
		args->to_syslog = choose("log", optarg, "stderr", "syslog", args);
		break;
	case OPT_DEBUG:
		args->debug = true;
		break;
	case OPT_CTL:
		args->run.ctl = optarg;
		break;
	case OPT_STATE:
		args->run.state = optarg;
		break;
	case OPT_GROUP:
		args->run.group = optarg;
		break;
	case OPT_ON_EXIT:
		args->run.delete_on_exit = choose("on-exit", optarg, "keep", "delete", args);
		break;
	case OPT_FOREGROUND:
		break;
	case OPT_SINGLE:
		args->run.single = true;
		break;
	case OPT_ROLE:
		args->role = msg_role_named(optarg);
		break;
	case OPT_AS:
		args->as = optarg;
		break;
	case 'h':
		fputs(usage, stdout);
		args->exit = 0;
		break;
	case OPT_VERSION:
		puts("pantund " PANTUN_VERSION);
		args->exit = 0;
		break;
	default:
		fputs("Try 'pantund --help'.\n", stderr);
		args->exit = EXIT_USAGE;
		break;
	}
}

static void print_complaint(void *ctx, enum conf_severity severity, const char *text)
{
	(void)ctx;
	(void)severity;
	fprintf(stderr, "%s\n", text);
}

static int check(const char *path)
{
	struct conf_report report = { .line = print_complaint };
	struct policy *policy = conf_load(path, &report);
	struct policy_walk walk = { 0 };
	unsigned int tunnels = 0;

	if (!policy) {
		fprintf(stderr, "%s: %u error%s, %u warning%s\n", path, report.errors,
			text_plural(report.errors), report.warnings, text_plural(report.warnings));
		return 1;
	}
	while (policy_next(&walk, policy))
		tunnels++;
	printf("%s: good; %u gateway%s, %u tunnel%s, %u warning%s\n", path, policy->n_gateways,
	       text_plural(policy->n_gateways), tunnels, text_plural(tunnels), report.warnings,
	       text_plural(report.warnings));
	policy_free(policy);
	return 0;
}

/* As one of the processes that the parent starts; the exit status. */
static int run_role(enum msg_role role, const char *as)
{
	int parent;

	if (role != MSG_IKE && role != MSG_AUTH) {
		fputs("pantund: --role is for pantund itself\n", stderr);
		return EXIT_USAGE;
	}
	parent = role_take(role, as);
	if (parent < 0)
		return EXIT_USAGE;
	return role == MSG_IKE ? engine_run(parent) : auth_process_run(parent);
}

int main(int argc, char **argv)
{
	static const char *const debug[] = { "--debug", NULL };
	struct arguments args = {
		.run = { .config = CONF_PATH, .ctl = CTL_PATH, .state = TOKEN_KEY_DIR }, .exit = -1,
	};
	int option;

	while (args.exit < 0 && (option = getopt_long(argc, argv, "c:h", options, NULL)) != -1)
		take_option(option, &args);
	if (args.check && optind < argc)
		args.run.config = argv[optind++];
	if (args.exit < 0 && optind < argc) {
		fprintf(stderr, "pantund: unexpected argument \"%s\"\nTry 'pantund --help'.\n",
			argv[optind]);
		args.exit = EXIT_USAGE;
	}
	if (args.exit >= 0)
		return args.exit;
	if (args.list_leaves) {
		conf_list_leaves();
		return 0;
	}
	if (args.check)
		return check(args.run.config);
	log_open();
	if (args.to_syslog) {
		openlog("pantund", LOG_PID, LOG_DAEMON);
		log_set_sink(to_syslog, NULL);
	}
	if (args.debug) {
		log_set_level(LOG_LEVEL_DEBUG);
		args.run.role_options = debug;
	}
	if (args.role != MSG_PARENT)
		return run_role(args.role, args.as);
	return daemon_run(&args.run);
}
