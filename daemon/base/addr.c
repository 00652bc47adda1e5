// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/addr.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

size_t addr_len(const struct addr *a)
{
	switch (a->family) {
	case AF_INET:
		return 4;
	case AF_INET6:
		return 16;
	default:
		return 0;
	}
}

int addr_compare(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->b, b->b, addr_len(a));
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
	return addr_compare(a, b) == 0 && (!a->scope || !b->scope || a->scope == b->scope);
}

bool addr_is_link_local(const struct addr *a)
{
	return a->family == AF_INET6 && a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

int addr_parse(const char *text, struct addr *a)
{
	struct addr out = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };
	size_t n = strcspn(text, "%");
	char head[INET6_ADDRSTRLEN];

	if (n >= sizeof(head))
		return -1;
	memcpy(head, text, n);
	head[n] = '\0';
	if (inet_pton(out.family, head, out.b) != 1)
		return -1;
	if (text[n]) {
		out.scope = addr_is_link_local(&out) ? if_nametoindex(text + n + 1) : 0;
		if (!out.scope)
			return -1;
	}
	*a = out;
	return 0;
}

/*
 * Gets the name of the link with that ifindex, or the number if the link is gone.  Not by
 * if_indextoname(): it opens a socket of a family that a confined process may not use
 * (proc/calls.c).
 */
static void link_name(uint32_t ifindex, char out[static IF_NAMESIZE])
{
	struct ifreq request = { .ifr_ifindex = (int)ifindex };
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && ioctl(fd, SIOCGIFNAME, &request) == 0)
		snprintf(out, IF_NAMESIZE, "%.15s", request.ifr_name);
	else
		snprintf(out, IF_NAMESIZE, "%u", ifindex);
	if (fd >= 0)
		close(fd);
}

const char *addr_text(const struct addr *a, char *out)
{
	char link[IF_NAMESIZE];

	if (addr_len(a) == 0 || !inet_ntop(a->family, a->b, out, ADDR_TEXT))
		snprintf(out, ADDR_TEXT, "any");
	if (a->scope) {
		link_name(a->scope, link);
		snprintf(out + strlen(out), ADDR_TEXT - strlen(out), "%%%s", link);
	}
	return out;
}

const char *endpoint_text(const struct endpoint *e, char *out)
{
	char text[ADDR_TEXT];

	addr_text(&e->addr, text);
	snprintf(out, ADDR_TEXT, e->addr.family == AF_INET6 ? "[%.62s]:%u" : "%.62s:%u", text,
		 e->port);
	return out;
}

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && addr_equal(&a->addr, &b->addr);
}

static bool bit_of(const struct addr *a, size_t i)
{
	return a->b[i / 8] >> (7 - i % 8) & 1;
}

static void set_bit(struct addr *a, size_t i, bool on)
{
	uint8_t mask = (uint8_t)(0x80 >> i % 8);

	if (on)
		a->b[i / 8] |= mask;
	else
		a->b[i / 8] &= (uint8_t)~mask;
}

/* Parses a decimal prefix length of at most @max. -1: it is none. */
static int prefix_parse(const char *text, size_t max)
{
	int v = 0;
	size_t i;

	for (i = 0; text[i]; i++) {
		if (text[i] < '0' || text[i] > '9' || i == 3)
			return -1;
		v = v * 10 + (text[i] - '0');
	}
	return i == 0 || (size_t)v > max ? -1 : v;
}

static int prefix_range(const struct addr *a, const char *prefix, struct addr *first,
			struct addr *last)
{
	size_t bits = addr_len(a) * 8;
	int n = prefix_parse(prefix, bits);
	size_t i;

	if (n < 0)
		return -1;
	*first = *a;
	*last = *a;
	for (i = (size_t)n; i < bits; i++) {
		set_bit(first, i, false);
		set_bit(last, i, true);
	}
	return 0;
}

int addr_range_parse(const char *text, struct addr *first, struct addr *last)
{
	size_t n = strcspn(text, "/-");
	char head[ADDR_TEXT];
	struct addr a, b;

	if (n >= sizeof(head))
		return -1;
	memcpy(head, text, n);
	head[n] = '\0';
	if (addr_parse(head, &a))
		return -1;
	if (text[n] == '/')
		return prefix_range(&a, text + n + 1, first, last);
	b = a;
	if (text[n] == '-' && (addr_parse(text + n + 1, &b) || a.family != b.family))
		return -1;
	if (addr_compare(&a, &b) > 0)
		return -1;
	*first = a;
	*last = b;
	return 0;
}

/* Returns the length of the prefix that equals the range, or -1 if none does. */
static int range_prefix(const struct addr *first, const struct addr *last)
{
	size_t bits = addr_len(first) * 8;
	size_t n = 0;
	size_t i;

	while (n < bits && bit_of(first, n) == bit_of(last, n))
		n++;
	for (i = n; i < bits; i++)
		if (bit_of(first, i) || !bit_of(last, i))
			return -1;
	return (int)n;
}

const char *addr_range_text(const struct addr *first, const struct addr *last, char *out)
{
	char a[ADDR_TEXT], b[ADDR_TEXT];
	int prefix;

	addr_text(first, a);
	if (addr_equal(first, last)) {
		snprintf(out, ADDR_TEXT, "%s", a);
		return out;
	}
	prefix = first->family == last->family ? range_prefix(first, last) : -1;
	if (prefix >= 0)
		snprintf(out, ADDR_TEXT, "%.46s/%d", a, prefix);
	else
		snprintf(out, 2 * (size_t)ADDR_TEXT, "%s-%s", a, addr_text(last, b));
	return out;
}

const char *addr_unusable(const struct addr *a)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const struct addr any;
	bool v4 = a->family == AF_INET;

	if (!memcmp(a->b, any.b, addr_len(a)))
		return "the unspecified address";
	if (v4 ? a->b[0] == 127 : a->b[15] == 1 && !memcmp(a->b, any.b, 15))
		return "this host itself (loopback)";
	if (v4 ? (a->b[0] & 0xf0) == 0xe0 : a->b[0] == 0xff)
		return "a multicast address";
	if (v4 && a->b[0] >= 0xf0)
		return "not the address of a host";
	if (!v4 && !memcmp(a->b, mapped, sizeof(mapped)))
		return "an IPv4 address in IPv6 form: write it as IPv4";
	return NULL;
}
