/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration in force: reading the file, and doing what it says. */
#ifndef PANTUN_LOOP_CONFIG_H
#define PANTUN_LOOP_CONFIG_H

struct ctl_reloaded;
struct daemon;

/*
 * Reads the file and puts it in force.  0; or -1, for the errors in @said, with the former
 * configuration left in force.  @said begins empty; the caller frees it.
 */
int config_load(struct daemon *d, struct ctl_reloaded *said);
/* Does so on request, and tells the service manager. */
int config_reload(struct daemon *d, struct ctl_reloaded *said);

#endif
