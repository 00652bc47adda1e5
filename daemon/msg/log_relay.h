/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Passes log lines of child processes to the parent, which writes them. */
#ifndef PANTUN_MSG_LOG_RELAY_H
#define PANTUN_MSG_LOG_RELAY_H

#include "base/log.h"
#include "msg/chan.h"

/* For a child: a log_sink whose ctx is the channel to the parent. */
void log_relay_send(void *ctx, enum log_level level, const char *subject, const char *text);

/*
 * Burst and rate of lines that a child may log, so that a captured one cannot fill the disk.  After
 * a long silence there may be two bursts, one after the other.  The number of dropped lines is
 * logged when there is room again.
 */
#define LOG_RELAY_BURST		4000
#define LOG_RELAY_RATE		200

/* Rate limit of one child.  Starts zeroed. */
struct log_relay {
	uint64_t at;			/* ms */
	unsigned int room, left_out;	/* lines */
};

/* For the parent's handler of MSG_LOG: writes the line, or closes @from if it is invalid. */
void log_relay_take(struct log_relay *relay, struct chan *from, struct bytes body);

#endif
