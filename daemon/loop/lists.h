/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of revoked certificates on their way: `auth` wants them, and `fetch` fetches them. */
#ifndef PANTUN_LOOP_LISTS_H
#define PANTUN_LOOP_LISTS_H

#include <stdbool.h>

struct daemon;
struct http_result;
struct lists;
struct msg_list_wanted;

/* NULL: out of memory. */
struct lists *lists_new(void);
/* NULL is fine. */
void lists_free(struct lists *lists);
/* `auth` wants one.  It is asked for as soon as there is a `fetch`; too many fail at once. */
void lists_want(struct daemon *d, const struct msg_list_wanted *wanted);
/* A new `fetch` is there: asks it for all that is open. */
void lists_send_all(struct daemon *d);
/* What has come of one goes to `auth`; false: nobody has asked for that. */
bool lists_came(struct daemon *d, const struct http_result *result);
/* `auth` has ended: nobody waits any more. */
void lists_forget(struct daemon *d);

#endif
