/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration in force: reading the file, and doing what it says. */
#ifndef PANTUN_LOOP_CONFIG_H
#define PANTUN_LOOP_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

struct daemon;

/*
 * Reads the file and sends its keys to `auth`.  Once that has them `ike` is sent the rest, and the
 * configuration is in force once that has it.  False with log lines, the former one being left in
 * force.
 */
bool config_load(struct daemon *d);
/*
 * Does so on request.  Whoever asked by @ticket (0: nobody) and the service manager are told when
 * it is in force in the kernel, too, or why it is not.
 */
void config_reload(struct daemon *d, uint64_t ticket);

/* `auth` has the keys of the configuration of that number.  False: that was not asked. */
bool config_keyed(struct daemon *d, uint64_t number);
/* `auth` has ended; the next one has all keys before `ike` can ask it. */
void config_keyed_all(struct daemon *d);
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
