// SPDX-License-Identifier: GPL-2.0-or-later
/* pantunctl test: has the daemon negotiate now. */
#include <stdio.h>
#include "command.h"
#include "ctl_client.h"

static long long counted(json_t *answer, const char *member)
{
	return (long long)json_integer_value(json_object_get(answer, member));
}

/* What was begun, and why the rest was not. */
static void print_answer(json_t *answer)
{
	long long up = counted(answer, "up"), passive = counted(answer, "passive");

	printf("negotiations started: %lld\n", counted(answer, "count"));
	if (up)
		printf("up already: %lld (\"pantunctl clear ipsec-sa\" has new SAs negotiated)\n",
		       up);
	if (passive)
		printf("left to the peer: %lld (their gateway is passive-mode; run the test at "
		       "the peer)\n", passive);
}

int cmd_test(const struct options *options, int argc, char **argv)
{
	json_t *answer;
	int status;

	if (argc > 1)
		return usage_error("\"%s\": nothing may follow the tunnel's name", argv[1]);
	answer = ctl_command(options, json_pack("{s:s, s:s*}", "verb", "initiate", "tunnel",
						     argc ? argv[0] : NULL), &status);
	if (!answer)
		return status;
	print_answer(answer);
	json_decref(answer);
	return 0;
}
