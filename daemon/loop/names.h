/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of peers that `ike` wants looked up: what `fetch` has been asked and not answered yet,
 * which a new `fetch` is asked again, and what it has answered, as SAs with those peers have their
 * addresses alone (guard.h).
 */
#ifndef PANTUN_LOOP_NAMES_H
#define PANTUN_LOOP_NAMES_H

#include <stdbool.h>

struct addr;
struct daemon;
struct name_answer;
struct name_question;
struct names;

/* NULL: out of memory. */
struct names *names_new(void);
/* NULL is fine. */
void names_free(struct names *names);

/* A gateway of a configuration that is in force, or on its way to be, has its peer by that name. */
bool names_configured(const struct daemon *d, const char *name);
/*
 * Asks `fetch`, now or once there is one; until then the oldest of too many questions are
 * forgotten.  False: it has too many to answer already.
 */
bool names_ask(struct daemon *d, const struct name_question *question);
/* An answer goes to `ike`, if it has asked for it. */
void names_answered(struct daemon *d, const struct name_answer *answer);
/* A new `fetch` is told its servers and asked all that is open. */
void names_send_all(struct daemon *d);
/* Tells `fetch` which servers there are now: the host may be in another network than before. */
void names_tell_servers(struct daemon *d);
/* Who has asked is no more. */
void names_forget(struct daemon *d);
/* Forgets addresses of names that are no longer configured. */
void names_settle(struct daemon *d);
/* DNS gave that address to the name, now or before. */
bool names_had(const struct names *names, const char *name, const struct addr *addr);

#endif
