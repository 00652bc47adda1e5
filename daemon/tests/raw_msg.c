// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/raw_msg.h"

#include <string.h>
#include <sys/socket.h>

#include "msg/chan.h"

ssize_t raw_msg_send(int end, const struct raw_msg *raw)
{
	union {
		char octets[CMSG_SPACE(RAW_MSG_FDS * sizeof(int))];
		struct cmsghdr align;
	} control = { .octets = { 0 } };
	struct msg_head head = { .type = raw->type };
	struct iovec iov[2] = { { &head, sizeof(head) }, { (void *)(uintptr_t)raw->body, raw->n } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };
	int fds[RAW_MSG_FDS];
	struct cmsghdr *c;

	head.n = (uint32_t)((ssize_t)raw->n + raw->missing);
	for (unsigned int i = 0; i < RAW_MSG_FDS; i++)
		fds[i] = raw->fd;
	if (raw->fds) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(raw->fds * sizeof(int));
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(raw->fds * sizeof(int));
		memcpy(CMSG_DATA(c), fds, raw->fds * sizeof(int));
	}
	return sendmsg(end, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void raw_msg_drop(int end)
{
	uint8_t octets[64];

	while (recv(end, octets, sizeof(octets), MSG_DONTWAIT) > 0)
		;
}
