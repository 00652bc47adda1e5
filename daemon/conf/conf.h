/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration: makes a policy for the IKE core from a file of PAN-OS set lines.  Every
 * error in the file is reported with its place, and a single one means that there is no policy.
 */
#ifndef PANTUN_CONF_CONF_H
#define PANTUN_CONF_CONF_H

#include "policy/policy.h"

#define CONF_PATH	"/etc/pantun/pantun.conf"
#define CONF_FILE_MAX	(64U << 20)	/* octets */

enum conf_severity { CONF_ERROR, CONF_WARNING };

/* Where complaints go: @text is "FILE:LINE:COLUMN: what is wrong". */
struct conf_report {
	void (*line)(void *ctx, enum conf_severity severity, const char *text);
	void *ctx;
	const char *file;	/* name to call it by; set by conf_load() */
	bool unmarked;		/* @text of a warning does not say that it is one */
	unsigned int errors, warnings;	/* counted here; begin with 0 */
};

/*
 * Reads and checks the file at @path and the key files it names.  The policy is
 * the caller's (policy_free()); NULL where anything is wrong, all of it reported.
 */
struct policy *conf_load(const char *path, struct conf_report *report);
/* Does the same for @n octets of text, which is overwritten. */
struct policy *conf_parse(char *text, size_t n, struct conf_report *report);
/*
 * Prints every leaf on standard output: path, values, default, what works of it and what it is
 * for, separated by tabs.
 */
void conf_list_leaves(void);

#endif
