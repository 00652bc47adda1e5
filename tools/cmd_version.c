// SPDX-License-Identifier: GPL-2.0-or-later
/* pantunctl version: of the tool, the running daemon and the loaded module. */
#include <stdio.h>
#include "base/version.h"
#include "command.h"
#include "ctl_client.h"
#include "out.h"

/* A part beside the tool. */
struct part {
	const char *name;
	char version[VERSION_TEXT];
	char error[MODEL_ERROR];	/* "": its version is there */
};

static json_t *json_of_part(const struct part *part)
{
	return *part->error ? json_null() : json_string(part->version);
}

static void print_part(const struct part *part)
{
	if (*part->error)
		printf("%s\n", part->error);
	else
		printf("%s %s\n", part->name, *part->version ? part->version : "unknown");
}

/* Whether the tool works with a part of this version; says so where they differ. */
static bool matches(const struct part *part, version_judge *judge)
{
	enum version_match match = VERSION_SAME;
	char text[MODEL_ERROR] = "";

	if (!*part->error)
		match = judge("pantunctl", part->version, text, sizeof(text));
	if (*text)
		fprintf(stderr, "pantunctl: %s\n", text);
	return match != VERSION_FOREIGN;
}

int cmd_version(const struct options *options, int argc, char **argv)
{
	struct part daemon = { .name = "pantund" }, module = { .name = "module" };
	bool good;

	if (argc)
		return usage_error("\"%s\": version takes no words", argv[0]);
	ctl_version(options->ctl, daemon.version, daemon.error);
	nl_module_version(options->ctl, module.version, module.error);
	if (options->json) {
		json_line(json_pack("{s:s, s:o, s:o}", "pantunctl", PANTUN_VERSION,
				    "pantund", json_of_part(&daemon),
				    "module", json_of_part(&module)));
	} else {
		puts("pantunctl " PANTUN_VERSION);
		print_part(&daemon);
		print_part(&module);
	}
	good = matches(&daemon, version_of_daemon);
	good = matches(&module, version_of_module) && good;
	return good ? 0 : 1;
}
