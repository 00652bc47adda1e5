// SPDX-License-Identifier: GPL-2.0-or-later
/* pantund-fetch: the process `fetch`, which pantund starts when it is needed. */
#include <getopt.h>
#include <stdio.h>

#include "base/log.h"
#include "fetch/process.h"
#include "proc/role.h"

#define EXIT_USAGE	2

static const struct option options[] = {
	{ "role", required_argument, NULL, 'r' },
	{ "as", required_argument, NULL, 'a' },
	{ "debug", no_argument, NULL, 'd' },
	{ 0 },
};

int main(int argc, char **argv)
{
	const char *role = NULL, *as = NULL;
	int option, parent;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'r')
			role = optarg;
		else if (option == 'a')
			as = optarg;
		else if (option == 'd')
			log_set_level(LOG_LEVEL_DEBUG);
		else
			return EXIT_USAGE;
	}
	log_open();
	if (!role || msg_role_named(role) != MSG_FETCH) {
		fputs("pantund-fetch: pantund starts it when it is needed\n", stderr);
		return EXIT_USAGE;
	}
	parent = role_take(MSG_FETCH, as);
	return parent < 0 ? EXIT_USAGE : fetch_process_run(parent);
}
