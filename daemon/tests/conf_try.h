/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of a configuration, and all that is to be said of them. */
#ifndef TESTS_CONF_TRY_H
#define TESTS_CONF_TRY_H

/*
 * @lines become a policy, or none; @said is every complaint, a line each, but for the one
 * about a key that stands in them.
 */
void good(const char *lines, const char *said);
void bad(const char *lines, const char *said);

#endif
