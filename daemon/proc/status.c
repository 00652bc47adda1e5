// SPDX-License-Identifier: GPL-2.0-or-later
#include "proc/status.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A message of one octet that brings a file descriptor. */
struct parcel {
	char octet;
	struct iovec iov;
	struct msghdr head;
	/* The last, as a header of what follows it has no size of its own. */
	union {
		char b[CMSG_SPACE(sizeof(int))];
		struct cmsghdr aligned;
	} control;
};

static void parcel_init(struct parcel *parcel)
{
	memset(parcel, 0, sizeof(*parcel));
	parcel->iov.iov_base = &parcel->octet;
	parcel->iov.iov_len = sizeof(parcel->octet);
	parcel->head.msg_iov = &parcel->iov;
	parcel->head.msg_iovlen = 1;
	parcel->head.msg_control = parcel->control.b;
	parcel->head.msg_controllen = sizeof(parcel->control.b);
}

bool status_way(int ends[2])
{
	return !socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

void status_hand_over(int to)
{
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	struct parcel parcel;
	struct cmsghdr *c;

	if (fd < 0)
		return;
	parcel_init(&parcel);
	c = CMSG_FIRSTHDR(&parcel.head);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	sendmsg(to, &parcel.head, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
}

int status_take(int from)
{
	struct parcel parcel;
	struct cmsghdr *c;
	int fd;

	parcel_init(&parcel);
	if (recvmsg(from, &parcel.head, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) <= 0)
		return -1;
	c = CMSG_FIRSTHDR(&parcel.head);
	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS ||
	    c->cmsg_len != CMSG_LEN(sizeof(fd)))
		return -1;
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}
