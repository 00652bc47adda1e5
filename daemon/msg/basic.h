/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bodies of the messages between the parent and any child process. */
#ifndef PANTUN_MSG_BASIC_H
#define PANTUN_MSG_BASIC_H

#include <stdint.h>

#define MSG_LOG_SUBJECT	128	/* octets with the NUL; the rest of a longer one is cut off */
#define MSG_LOG_TEXT	1024

/* Carries a channel end to another child, which may just have been started. */
struct msg_peer {
	uint32_t role;		/* enum msg_role */
};

/*
 * A log line.  Children cannot write it themselves: in their empty root, a restarted system log is
 * out of reach.
 */
struct msg_log {
	uint32_t level;		/* enum log_level */
	char subject[MSG_LOG_SUBJECT];	/* "": the daemon itself */
	char text[MSG_LOG_TEXT];
};

#endif
