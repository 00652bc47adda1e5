/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether parts of different versions work together. */
#ifndef PANTUN_BASE_VERSION_H
#define PANTUN_BASE_VERSION_H

#include <pantun_version.h>
#include <stddef.h>

#define VERSION_TEXT	32		/* octets for a version */

enum version_match {
	VERSION_SAME,
	VERSION_DIFFERS,		/* they work together */
	VERSION_FOREIGN,		/* another major version: they do not */
};

/*
 * Compares PANTUN_VERSION of @program with @theirs ("": the other part reports none).  Writes a
 * sentence with both versions and the remedy to @text of @n octets, or "" if they match.
 */
typedef enum version_match version_judge(const char *program, const char *theirs, char *text,
					 size_t n);

/* The other part is the loaded module, or the running daemon. */
version_judge version_of_module, version_of_daemon;

#endif
