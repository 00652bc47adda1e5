// SPDX-License-Identifier: GPL-2.0-or-later
#include "priv/ports.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/udp.h>
#include <linux/xfrm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/log.h"
#include "priv/activation.h"
#include "wire/ike_const.h"

#define ROOM	(4 << 20)	/* octets of a socket, with what the kernel needs besides */

const struct port_kind port_kinds[PORTS] = {
	{ AF_INET, IKE_PORT }, { AF_INET, IKE_NATT_PORT },
	{ AF_INET6, IKE_PORT }, { AF_INET6, IKE_NATT_PORT },
	{ AF_INET, 0 }, { AF_INET6, 0 },
};

/* What was logged: the families and directions that share a failure share its line. */
struct said {
	unsigned int n;
	struct complaint {
		uint16_t port;
		int error;
	} of[PORTS];
};

/* Whether @error is new for @port; 0 is for what concerns no port. */
static bool first_time(struct said *said, uint16_t port, int error)
{
	for (unsigned int i = 0; i < said->n; i++) {
		if (said->of[i].port == port && said->of[i].error == error)
			return false;
	}
	if (said->n < PORTS)
		said->of[said->n++] = (struct complaint){ .port = port, .error = error };
	return true;
}

/* Keeps IKE out of XFRM policies that others have set on this host. */
static void bypass_xfrm(int fd, uint8_t family, struct said *said)
{
	struct xfrm_userpolicy_info policy = {
		.action = XFRM_POLICY_ALLOW, .sel.family = family,
	};
	static const uint8_t dirs[] = { XFRM_POLICY_IN, XFRM_POLICY_OUT };
	int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	int option = family == AF_INET ? IP_XFRM_POLICY : IPV6_XFRM_POLICY;

	for (size_t i = 0; i < sizeof(dirs); i++) {
		policy.dir = dirs[i];
		if (setsockopt(fd, level, option, &policy, sizeof(policy)) &&
		    first_time(said, 0, errno))
			log_warning(NULL, "IKE is not exempt from XFRM policies: %s",
				    strerror(errno));
	}
}

/* Lets GRO take ESP out of UDP, as Linux 6.7 and newer can; older ones would merge datagrams. */
static void take_esp_early(int fd, struct said *said)
{
	struct utsname system;
	unsigned long major, minor;
	char *end;
	int on = 1;

	if (uname(&system))
		return;
	major = strtoul(system.release, &end, 10);
	minor = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;
	if ((major > 6 || (major == 6 && minor >= 7)) &&
	    setsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, sizeof(on)) &&
	    first_time(said, IKE_NATT_PORT, errno))
		log_warning(NULL, "ESP in UDP takes the long way in: %s", strerror(errno));
}

/*
 * Thousands of peers may speak at once, after a link was down say, and what does not fit is lost.
 * Without CAP_NET_ADMIN the host's limit binds, which takes some 250 datagrams.
 */
static void make_room(int fd)
{
	int octets = ROOM;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof(octets)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof(octets));
}

static bool prepare(int fd, uint8_t family, uint16_t port, struct said *said)
{
	int on = 1, encap = UDP_ENCAP_ESPINUDP;
	int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	int option = family == AF_INET ? IP_PKTINFO : IPV6_RECVPKTINFO;

	bypass_xfrm(fd, family, said);
	make_room(fd);
	if (setsockopt(fd, level, option, &on, sizeof(on))) {
		if (first_time(said, port, errno))
			log_error(NULL, "UDP port %u: %s", port, strerror(errno));
		return false;
	}
	if (port == IKE_NATT_PORT &&
	    setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &encap, sizeof(encap))) {
		if (first_time(said, port, errno))
			log_error(NULL, "UDP port %u: the kernel takes no ESP in UDP there: %s",
				  port, strerror(errno));
		return false;
	}
	if (port == IKE_NATT_PORT)
		take_esp_early(fd, said);
	return true;
}

static void explain_bind(uint16_t port)
{
	if (errno == EADDRINUSE)
		log_error(NULL,
			  "UDP port %u is taken: \"ss -ulnp sport = :%u\" shows by whom",
			  port, port);
	else if (errno == EACCES)
		log_error(NULL, "UDP port %u: run as root or with CAP_NET_BIND_SERVICE, or "
			  "have systemd bind it (pantund.socket)", port);
	else
		log_error(NULL, "UDP port %u: %s", port, strerror(errno));
}

/* It is bound; -1: logged, and closed. */
static int finish(int fd, uint8_t family, uint16_t port, struct said *said)
{
	if (prepare(fd, family, port, said))
		return fd;
	close(fd);
	return -1;
}

/* -1: logged, unless @missing says that the host does not have the family. */
static int open_port(uint8_t family, uint16_t port, bool *missing, struct said *said)
{
	const struct addr every = { .family = family };
	union port_name name;
	socklen_t n = port_name(&every, port, &name);
	int fd = port ? activation_take(family, port) : -1, on = 1;

	*missing = false;
	if (fd >= 0)
		return finish(fd, family, port, said);
	fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	*missing = fd < 0 && errno == EAFNOSUPPORT;
	if (fd < 0) {
		if (!*missing && first_time(said, port, errno))
			log_error(NULL, "UDP port %u: %s", port, strerror(errno));
		return -1;
	}
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (!port) {
		bypass_xfrm(fd, family, said);
		return fd;
	}
	if (bind(fd, &name.any, n)) {
		*missing = errno == EADDRNOTAVAIL;
		if (!*missing && first_time(said, port, errno))
			explain_bind(port);
		close(fd);
		return -1;
	}
	return finish(fd, family, port, said);
}

bool ports_open(int fds[PORTS])
{
	struct said said = { 0 };
	bool good = true, missing;

	/* Goes on after a failure: the log is to name every port that is taken. */
	for (unsigned int i = 0; i < PORTS; i++) {
		fds[i] = open_port(port_kinds[i].family, port_kinds[i].port, &missing,
				   &said);
		if (fds[i] < 0 && (!missing || port_kinds[i].family == AF_INET))
			good = false;
	}
	if (!good)
		ports_close(fds);
	return good;
}

void ports_close(int fds[PORTS])
{
	for (unsigned int i = 0; i < PORTS; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}
