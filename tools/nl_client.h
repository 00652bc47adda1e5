/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests to the kernel module over generic netlink.  Functions that can fail
 * return 0 or -1 and leave one line with the kernel's own explanation in
 * nl_error().
 */
#ifndef PANTUN_TOOLS_NL_CLIENT_H
#define PANTUN_TOOLS_NL_CLIENT_H

#include <netlink/msg.h>
#include <stdbool.h>
#include "model.h"
#include "nl_answer.h"

struct nl_client;

/*
 * NULL with the cause in @error of MODEL_ERROR octets: also where the module is of a
 * version that does not work with this one.  Warns on stderr of any other.
 */
struct nl_client *nl_client_open(char *error);
void nl_client_close(struct nl_client *client);
const char *nl_error(const struct nl_client *client);
/*
 * The loaded module's version into @version of VERSION_TEXT octets, "" if it does not tell,
 * or the cause into @error of MODEL_ERROR octets.  Who may not ask the kernel asks the daemon,
 * which listens at @ctl.
 */
void nl_module_version(const char *ctl, char *version, char *error);
/* The kernel failed the last request for want of privilege. */
bool nl_denied(const struct nl_client *client);
/* Or as there is no such tunnel. */
bool nl_missing(const struct nl_client *client);

/*
 * A message begun, about the tunnel @ifname or about none (NULL); ends the program where there
 * is no memory.
 */
struct nl_msg *nl_begin(const struct nl_client *client, uint8_t cmd, int flags,
			const char *ifname);
/*
 * Sends and frees the message, its octets wiped, and waits for the acknowledgment
 * or the end of a dump.  -2: the dump was disturbed, ask again.
 */
int nl_finish(struct nl_client *client, struct nl_msg *msg, nl_answer *answer, void *ctx);

/*
 * Fills the kernel's part of the model, or its kernel_error: with what belongs to the tunnel
 * @ifname, nothing where there is none, or with all (NULL).  Who may not ask the kernel asks the
 * daemon, which listens at @ctl, and always gets all.
 */
void nl_fill(struct model *model, const char *ctl, const char *ifname);

/* Joins both event groups. */
int nl_subscribe(struct nl_client *client);
int nl_fd(const struct nl_client *client);
/*
 * Reads what waits, calling @event for each message; -1 where messages were lost
 * (@lost set) or the socket failed.
 */
int nl_read_events(struct nl_client *client, nl_answer *event, void *ctx, bool *lost);

#endif
