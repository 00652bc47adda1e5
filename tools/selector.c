// SPDX-License-Identifier: GPL-2.0-or-later
#include "selector.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The number at the start of @text, ended by @end; false if it is none up to @max. */
static bool leading_number(const char *text, char end, unsigned long max, unsigned long *out,
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

static struct genl_range *range_of(struct genl_selector *s, bool local, int family)
{
	if (family == AF_INET)
		return local ? &s->local4 : &s->remote4;
	return local ? &s->local6 : &s->remote6;
}

const char *selector_take_address(struct genl_selector *s, bool local, const char *word)
{
	struct genl_range range, *place;

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

const char *selector_take_proto(struct genl_selector *s, const char *word)
{
	unsigned long value;
	const char *rest;

	if (service_proto(word, &s->proto))
		return NULL;
	if (!leading_number(word, '\0', 255, &value, &rest))
		return "not a protocol: any, icmp, tcp, udp, gre, icmp6, sctp or 0 to 255";
	s->proto = (uint8_t)value;
	return NULL;
}

const char *selector_take_port(struct genl_selector *s, bool local, const char *word)
{
	struct genl_ports *range = local ? &s->local_port : &s->remote_port;
	unsigned long first, last;
	const char *rest;

	if (leading_number(word, '\0', 65535, &first, &rest))
		last = first;
	else if (!leading_number(word, '-', 65535, &first, &rest) ||
		 !leading_number(rest, '\0', 65535, &last, &rest))
		return "not a port or FIRST-LAST, 0 to 65535";
	if (last < first)
		return "a range of ports that ends before it begins";
	*range = (struct genl_ports){ .given = true, .first = (uint16_t)first,
				      .last = (uint16_t)last };
	return NULL;
}

static bool side_given(const struct genl_selector *s, bool local)
{
	return local ? s->local4.first.family || s->local6.first.family :
		       s->remote4.first.family || s->remote6.first.family;
}

static void finish_family(struct genl_range *local, struct genl_range *remote, uint8_t family)
{
	if (!local->first.family && remote->first.family)
		*local = genl_range_any(family);
	else if (local->first.family && !remote->first.family)
		*remote = genl_range_any(family);
}

const char *selector_finish(struct genl_selector *s)
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

const char *selector_addresses(const struct genl_selector *s, bool local, char *out, size_t n)
{
	const struct genl_range *v4 = local ? &s->local4 : &s->remote4;
	const struct genl_range *v6 = local ? &s->local6 : &s->remote6;
	char a[2 * ADDR_TEXT] = "", b[2 * ADDR_TEXT] = "";

	if (v4->first.family)
		addr_range_text(&v4->first, &v4->last, a);
	if (v6->first.family)
		addr_range_text(&v6->first, &v6->last, b);
	if ((!*a && !*b) || (genl_range_is_any(v4) && genl_range_is_any(v6)))
		snprintf(out, n, "any");
	else
		snprintf(out, n, "%s%s%s", a, *a && *b ? ", " : "", b);
	return out;
}

const char *selector_service(const struct genl_selector *s, bool local, char *out)
{
	const struct genl_ports *port = local ? &s->local_port : &s->remote_port;

	return service_text(s->proto, port->given ? port->first : 0,
			    port->given ? port->last : UINT16_MAX, out);
}
