/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages as a captured process sends them: of any type, length and number of descriptors. */
#ifndef PANTUN_TESTS_RAW_MSG_H
#define PANTUN_TESTS_RAW_MSG_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define RAW_MSG_FDS	6	/* at most; more than a channel takes in to close them */

struct raw_msg {
	uint32_t type;
	const void *body;
	size_t n;		/* its octets */
	ssize_t missing;	/* octets that the head promises besides; below 0: others follow */
	int fd;			/* goes along so many times: */
	unsigned int fds;
};

/* Without waiting, into the channel's end @end; as sendmsg(). */
ssize_t raw_msg_send(int end, const struct raw_msg *raw);
/* What has come to @end is read, and of no interest. */
void raw_msg_drop(int end);

#endif
