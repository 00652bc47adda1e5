/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log lines of children, which the parent writes as its own. */
#ifndef PANTUN_MSG_LOG_RELAY_H
#define PANTUN_MSG_LOG_RELAY_H

#include "base/log.h"
#include "msg/chan.h"

/* In a child: a log_sink whose ctx is the channel to the parent. */
void log_relay_send(void *ctx, enum log_level level, const char *subject, const char *text);

/*
 * A child may write so many lines at once, and so many a second from then on: nobody who has taken
 * one over fills the disk.  How many were left out is said when there is room.
 */
#define LOG_RELAY_BURST		4000
#define LOG_RELAY_RATE		200

/* Of one child.  Begins zeroed. */
struct log_relay {
	uint64_t at;			/* ms */
	unsigned int room, left_out;	/* lines */
};

/* In the parent, for its handler of MSG_LOG: writes the line, or refuses it on @from. */
void log_relay_take(struct log_relay *relay, struct chan *from, struct bytes body);

#endif
