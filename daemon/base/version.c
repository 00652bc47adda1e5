// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "base/version.h"

static enum version_match compare(const char *theirs)
{
	static const char ours[] = PANTUN_VERSION;
	size_t major = strcspn(ours, ".");

	if (!strcmp(ours, theirs))
		return VERSION_SAME;
	/* Every version of another major number tells it. */
	if (!*theirs || (!strncmp(ours, theirs, major) && theirs[major] == '.'))
		return VERSION_DIFFERS;
	return VERSION_FOREIGN;
}

static enum version_match judge(const char *program, const char *part, const char *theirs,
				const char *remedy, char *text, size_t n)
{
	enum version_match match = compare(theirs);

	if (match == VERSION_SAME)
		text[0] = '\0';
	else
		snprintf(text, n, "%s is version " PANTUN_VERSION ", but %s is version %s%s: %s",
			 program, part, *theirs ? theirs : "unknown",
			 match == VERSION_FOREIGN ? ", and the two do not work together" : "",
			 remedy);
	return match;
}

enum version_match version_of_module(const char *program, const char *theirs, char *text, size_t n)
{
	return judge(program, "the loaded module pantun", theirs,
		     "install the same version of both, then reboot (or stop pantund, and run "
		     "\"modprobe -r pantun && modprobe pantun\")", text, n);
}

enum version_match version_of_daemon(const char *program, const char *theirs, char *text, size_t n)
{
	return judge(program, "the running pantund", theirs,
		     "install the same version of both, and run \"systemctl restart pantund\"",
		     text, n);
}
