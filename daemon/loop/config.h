/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration: reads the file and puts it into force. */
#ifndef PANTUN_LOOP_CONFIG_H
#define PANTUN_LOOP_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

struct daemon;

/*
 * Reads the file and sends its keys to `auth`.  Once `auth` has them, `ike` gets the rest, and
 * once `ike` has that, the configuration is in force.  False with log lines; the former
 * configuration stays in force.
 */
bool config_load(struct daemon *d);
/*
 * Loads the file on request.  The asker, identified by @ticket (0: nobody), and the service
 * manager are told when it is in force in the kernel as well, or why it is not.
 */
void config_reload(struct daemon *d, uint64_t ticket);

/* `auth` has the keys of configuration @number.  False: nobody asked about that number. */
bool config_keyed(struct daemon *d, uint64_t number);
/* `auth` has ended.  The next one gets all keys before `ike` can ask it. */
void config_keyed_all(struct daemon *d);
/*
 * `ike` has taken configuration @number, or @failed to for lack of memory.  False: that number was
 * not sent.
 */
bool config_is_set(struct daemon *d, uint64_t number, bool failed);
/* Sends a new `ike` the configuration in force, and pending ones. */
void config_send_all(struct daemon *d);
/* Frees all configurations. */
void config_drop(struct daemon *d);

#endif
