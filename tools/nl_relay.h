/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the kernel through the daemon, for those whom the kernel itself does not answer. */
#ifndef PANTUN_TOOLS_NL_RELAY_H
#define PANTUN_TOOLS_NL_RELAY_H

#include "model.h"
#include "nl_answer.h"

/* What is known of an answer so far. */
struct nl_relay {
	bool ended;		/* a dump came to its end */
	bool lost;		/* messages are missing, or a dump was disturbed */
};

/*
 * Asks the daemon, on the connected socket @fd, for what the kernel has of @what; the words are
 * in daemon/ctl/ctl.h.  False with the cause in @error of MODEL_ERROR octets.
 */
bool nl_relay_ask(int fd, const char *what, char *error);
/*
 * Waits for some messages, calls @answer for each and sets in @relay what it learns.  False with
 * @error, "" where the daemon has ended.
 */
bool nl_relay_read(int fd, nl_answer *answer, void *ctx, struct nl_relay *relay, char *error);
/* Takes the messages of a datagram of @n octets, as they came from the kernel. */
bool nl_relay_take(void *octets, size_t n, nl_answer *answer, void *ctx, struct nl_relay *relay,
		   char *error);
/* A whole dump: 0, -1 with @error, or -2: it was disturbed, ask again. */
int nl_relay_dump(int fd, const char *what, nl_answer *answer, void *ctx, char *error);

#endif
