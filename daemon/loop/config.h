/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration in force: reading the file, and doing what it says. */
#ifndef PANTUN_LOOP_CONFIG_H
#define PANTUN_LOOP_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

struct ctl_reloaded;
struct daemon;

/*
 * Reads the file and sends it to `ike`; it is in force once that has it.  0; or -1, for the errors
 * in @said, with the former configuration left in force.  @said begins empty; the caller frees it.
 */
int config_load(struct daemon *d, struct ctl_reloaded *said);
/* Does so on request, and tells the service manager. */
int config_reload(struct daemon *d, struct ctl_reloaded *said);

/*
 * `ike` has taken the configuration of that number, or @failed to for want of memory.  False: it
 * was not sent.
 */
bool config_is_set(struct daemon *d, uint64_t number, bool failed);
/* A new `ike` is told what is in force, and what is to be soon. */
void config_send_all(struct daemon *d);
/* Frees all configurations. */
void config_drop(struct daemon *d);

#endif
