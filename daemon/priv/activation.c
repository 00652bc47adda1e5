// SPDX-License-Identifier: GPL-2.0-or-later
#include "priv/activation.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "priv/port_name.h"

#define FIRST	3	/* file descriptor; the others follow */
#define MOST	16

/* Returns how many descriptors were passed to us. */
static int handed(void)
{
	const char *pid = getenv("LISTEN_PID"), *n = getenv("LISTEN_FDS");
	long fds;

	if (!pid || !n || strtol(pid, NULL, 10) != (long)getpid())
		return 0;
	fds = strtol(n, NULL, 10);
	return fds > 0 && fds <= MOST ? (int)fds : 0;
}

static bool is_udp(int fd)
{
	int type = 0;
	socklen_t n = sizeof(type);

	return !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) && type == SOCK_DGRAM;
}

static bool is_bound(int fd, uint8_t family, uint16_t port)
{
	const struct addr every = { .family = family };
	union port_name want, name = { 0 };
	socklen_t n = sizeof(name);

	port_name(&every, port, &want);
	if (getsockname(fd, &name.any, &n) || name.any.sa_family != family)
		return false;
	if (family == AF_INET)
		return name.v4.sin_port == want.v4.sin_port &&
		       name.v4.sin_addr.s_addr == want.v4.sin_addr.s_addr;
	return name.v6.sin6_port == want.v6.sin6_port &&
	       !memcmp(&name.v6.sin6_addr, &want.v6.sin6_addr, sizeof(name.v6.sin6_addr));
}

int activation_take(uint8_t family, uint16_t port)
{
	for (int fd = FIRST, end = FIRST + handed(); fd < end; fd++) {
		int flags = fcntl(fd, F_GETFL);

		/* Those that are close-on-exec were taken before. */
		if (flags < 0 || fcntl(fd, F_GETFD) & FD_CLOEXEC || !is_udp(fd) ||
		    !is_bound(fd, family, port))
			continue;
		if (!fcntl(fd, F_SETFL, flags | O_NONBLOCK) && !fcntl(fd, F_SETFD, FD_CLOEXEC))
			return fd;
	}
	return -1;
}
