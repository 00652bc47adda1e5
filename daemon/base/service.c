// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/service.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const struct {
	const char *name;
	uint8_t proto;
} names[] = {
	{ "any", 0 },
	{ "icmp", IPPROTO_ICMP },
	{ "tcp", IPPROTO_TCP },
	{ "udp", IPPROTO_UDP },
	{ "gre", IPPROTO_GRE },
	{ "icmp6", IPPROTO_ICMPV6 },
	{ "sctp", IPPROTO_SCTP },
};

#define NAMES	(sizeof(names) / sizeof(names[0]))

bool service_proto(const char *name, uint8_t *proto)
{
	for (size_t i = 0; i < NAMES; i++) {
		if (strcmp(names[i].name, name) != 0)
			continue;
		*proto = names[i].proto;
		return true;
	}
	return false;
}

static void add_proto(struct text *t, uint8_t proto)
{
	for (size_t i = 0; i < NAMES; i++) {
		if (names[i].proto == proto) {
			text_add(t, "%s", names[i].name);
			return;
		}
	}
	text_add(t, "%u", proto);
}

const char *service_text(uint8_t proto, uint16_t first, uint16_t last, char *out)
{
	struct text t;

	text_init(&t, out, SERVICE_TEXT);
	add_proto(&t, proto);
	if (first > last)
		text_add(&t, " opaque");
	else if (first == last)
		text_add(&t, " %u", first);
	else if (first != 0 || last != UINT16_MAX)
		text_add(&t, " %u-%u", first, last);
	return out;
}
