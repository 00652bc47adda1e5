// SPDX-License-Identifier: GPL-2.0-or-later
/* pantunctl clear: has the daemon delete SAs, at the peer as well. */
#include <stdio.h>
#include "command.h"
#include "ctl_client.h"

static int clear(const struct options *options, const char *what, int argc, char **argv)
{
	json_t *answer;
	int status;

	if (argc > 1)
		return usage_error("\"%s\": nothing may follow the name", argv[1]);
	answer = ctl_command(options, json_pack("{s:s, s:s, s:s*}", "verb", "clear", "what",
						     what, "name", argc ? argv[0] : NULL), &status);
	if (!answer)
		return status;
	printf("deleted: %lld\n",
	       (long long)json_integer_value(json_object_get(answer, "count")));
	json_decref(answer);
	return 0;
}

static int clear_ike_sa(const struct options *options, int argc, char **argv)
{
	return clear(options, "ike-sa", argc, argv);
}

static int clear_ipsec_sa(const struct options *options, int argc, char **argv)
{
	return clear(options, "ipsec-sa", argc, argv);
}

int cmd_clear(const struct options *options, int argc, char **argv)
{
	static const struct command subjects[] = {
		{ .name = "ike-sa", .run = clear_ike_sa },
		{ .name = "ipsec-sa", .run = clear_ipsec_sa },
	};

	return command_choose(subjects, sizeof(subjects) / sizeof(subjects[0]), "subject",
			      options, argc, argv);
}
