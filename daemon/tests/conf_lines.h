/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configurations of tests: text in, policy and complaints out. */
#ifndef TESTS_CONF_LINES_H
#define TESTS_CONF_LINES_H

#include "policy/policy.h"

/* What was complained of the last time, a line each, and how many errors are among it. */
extern char conf_said[4096];
extern unsigned int conf_errors;

/* The policy, the caller's, or NULL; complaints with @known in them, if given, are not noted. */
struct policy *conf_lines(const char *lines, const char *known);
struct policy *conf_file(const char *path);

#endif
