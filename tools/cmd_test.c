// SPDX-License-Identifier: GPL-2.0-or-later
/* pantunctl test: has the daemon negotiate now. */
#include <stdio.h>
#include "command.h"
#include "ctl_client.h"

int cmd_test(const struct options *options, int argc, char **argv)
{
	char error[MODEL_ERROR];
	json_t *answer;

	if (argc > 1)
		return usage_error("\"%s\": nothing may follow the tunnel's name", argv[1]);
	answer = ctl_ask(options->ctl, json_pack("{s:s, s:s*}", "verb", "initiate", "tunnel",
						 argc ? argv[0] : NULL), error);
	if (!answer) {
		fprintf(stderr, "pantunctl: %s\n", error);
		return 1;
	}
	printf("negotiations begun: %lld\n",
	       (long long)json_integer_value(json_object_get(answer, "count")));
	json_decref(answer);
	return 0;
}
