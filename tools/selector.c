// SPDX-License-Identifier: GPL-2.0-or-later
#include "selector.h"
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static const struct {
	const char *name;
	uint8_t number;
} protos[] = {
	{ "icmp", IPPROTO_ICMP },
	{ "tcp", IPPROTO_TCP },
	{ "udp", IPPROTO_UDP },
	{ "gre", IPPROTO_GRE },
	{ "icmp6", IPPROTO_ICMPV6 },
	{ "sctp", IPPROTO_SCTP },
};

/* The number at the start of @text, ended by @end; false if it is none up to @max. */
static bool number(const char *text, char end, unsigned long max, unsigned long *out,
		   const char **rest)
{
	char *stop;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*out = strtoul(text, &stop, 10);
	if (errno || *stop != end || *out > max)
		return false;
	*rest = end ? stop + 1 : stop;
	return true;
}

static struct addr_range *range_of(struct selector *s, bool local, int family)
{
	if (family == AF_INET)
		return local ? &s->local4 : &s->remote4;
	return local ? &s->local6 : &s->remote6;
}

static void range_any(struct addr_range *range, uint8_t family)
{
	memset(range, 0, sizeof(*range));
	range->first.family = family;
	range->last.family = family;
	memset(range->last.b, 0xff, family == AF_INET ? 4 : 16);
}

const char *selector_take_address(struct selector *s, bool local, const char *word)
{
	struct addr_range range, *place;

	if (!strcmp(word, "any"))
		return NULL;
	if (addr_range_parse(word, &range.first, &range.last))
		return "not an address, ADDRESS/BITS, FIRST-LAST or any";
	place = range_of(s, local, range.first.family);
	if (place->first.family)
		return "a second range of the same family; make another proxy-ID for it";
	*place = range;
	return NULL;
}

const char *selector_take_proto(struct selector *s, const char *word)
{
	unsigned long value;
	const char *rest;

	if (!strcmp(word, "any")) {
		s->proto = 0;
		return NULL;
	}
	for (size_t i = 0; i < sizeof(protos) / sizeof(protos[0]); i++) {
		if (!strcmp(word, protos[i].name)) {
			s->proto = protos[i].number;
			return NULL;
		}
	}
	if (!number(word, '\0', 255, &value, &rest))
		return "not a protocol: any, icmp, tcp, udp, gre, icmp6, sctp or 0 to 255";
	s->proto = (uint8_t)value;
	return NULL;
}

const char *selector_take_port(struct selector *s, bool local, const char *word)
{
	struct port_range *range = local ? &s->local_port : &s->remote_port;
	unsigned long first, last;
	const char *rest;

	if (number(word, '\0', 65535, &first, &rest))
		last = first;
	else if (!number(word, '-', 65535, &first, &rest) ||
		 !number(rest, '\0', 65535, &last, &rest))
		return "not a port or FIRST-LAST, 0 to 65535";
	if (last < first)
		return "a range of ports that ends before it begins";
	*range = (struct port_range){ .given = true, .first = (uint16_t)first,
				      .last = (uint16_t)last };
	return NULL;
}

static bool side_given(const struct selector *s, bool local)
{
	return local ? s->local4.first.family || s->local6.first.family :
		       s->remote4.first.family || s->remote6.first.family;
}

static void finish_family(struct addr_range *local, struct addr_range *remote, uint8_t family)
{
	if (!local->first.family && remote->first.family)
		range_any(local, family);
	else if (local->first.family && !remote->first.family)
		range_any(remote, family);
}

const char *selector_finish(struct selector *s)
{
	bool differ = s->local4.first.family != s->remote4.first.family ||
		      s->local6.first.family != s->remote6.first.family;

	if (side_given(s, true) && side_given(s, false) && differ)
		return "local and remote must be of the same families; no packet has two";
	if ((s->local_port.given || s->remote_port.given) && !s->proto)
		return "ports need a protocol, such as proto tcp";
	finish_family(&s->local4, &s->remote4, AF_INET);
	finish_family(&s->local6, &s->remote6, AF_INET6);
	return NULL;
}

/* All addresses there are. */
static bool everything(const struct addr_range *range)
{
	struct addr_range any;

	if (!range->first.family)
		return false;
	range_any(&any, range->first.family);
	return addr_equal(&range->first, &any.first) && addr_equal(&range->last, &any.last);
}

const char *selector_addresses(const struct selector *s, bool local, char *out, size_t n)
{
	const struct addr_range *v4 = local ? &s->local4 : &s->remote4;
	const struct addr_range *v6 = local ? &s->local6 : &s->remote6;
	char a[2 * ADDR_TEXT] = "", b[2 * ADDR_TEXT] = "";

	if (v4->first.family)
		addr_range_text(&v4->first, &v4->last, a);
	if (v6->first.family)
		addr_range_text(&v6->first, &v6->last, b);
	if ((!*a && !*b) || (everything(v4) && everything(v6)))
		snprintf(out, n, "any");
	else
		snprintf(out, n, "%s%s%s", a, *a && *b ? ", " : "", b);
	return out;
}

const char *selector_service(const struct selector *s, bool local, char *out, size_t n)
{
	const struct port_range *port = local ? &s->local_port : &s->remote_port;
	char proto[16] = "any";

	if (s->proto)
		snprintf(proto, sizeof(proto), "%u", s->proto);
	for (size_t i = 0; i < sizeof(protos) / sizeof(protos[0]); i++) {
		if (s->proto == protos[i].number)
			snprintf(proto, sizeof(proto), "%s", protos[i].name);
	}
	if (!port->given || (port->first == 0 && port->last == 65535))
		snprintf(out, n, "%s", proto);
	else if (port->first == port->last)
		snprintf(out, n, "%s %u", proto, port->first);
	else
		snprintf(out, n, "%s %u-%u", proto, port->first, port->last);
	return out;
}
