// SPDX-License-Identifier: GPL-2.0-or-later
/* What a tunnel's outer packets look like; none of it concerns the peer. */
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "conf/build.h"

#define LEVEL		TUNNEL_LEVEL " *"
#define UNIT_LEVEL	"network interface tunnel units"
#define DEVICE_DIGITS	5	/* of the number of a tunnel interface */

bool build_device_name(const char *text, char *out, size_t n)
{
	const char *digits = text + strlen("tunnel");
	size_t len;

	if (strncmp(text, "tunnel", strlen("tunnel")) != 0)
		return false;
	digits += *digits == '.';
	len = strspn(digits, "0123456789");
	if (!len || len > DEVICE_DIGITS || digits[len] || (digits[0] == '0' && len > 1))
		return false;
	snprintf(out, n, "tunnel%s", digits);
	return true;
}

struct addr build_address_of(const struct tree_value *value)
{
	struct addr addr;

	return schema_address(value->text, &addr) ? addr : (struct addr){ 0 };
}

void build_address(const struct build *b, const struct tree_node *node, const char *path,
		   struct addr *addr)
{
	const struct tree_value *value = tree_value(b->tree, node, path);
	const struct tree_value *ipv6 = tree_value(b->tree, node, "ipv6");

	if (!value)
		return;
	*addr = build_address_of(value);
	build_check_host(b, value, addr);
	if (addr->family && ipv6 && !strcmp(ipv6->text, "yes") != (addr->family == AF_INET6))
		conf_error(b->report, value->at, "\"%s\" beside \"ipv6 %s\" on line %u",
			   value->text, ipv6->text, ipv6->at.line);
}

/* The lines of the interface itself, under either spelling of its name. */
static const struct tree_node *find_unit(const struct build *b, const char *ifname)
{
	const struct tree_node *top = tree_find(b->tree, b->tree->root, UNIT_LEVEL), *node;
	char name[16];

	for (node = top ? top->first : NULL; node; node = node->next)
		if (build_device_name(node->word, name, sizeof(name)) && !strcmp(name, ifname))
			return node;
	return NULL;
}

/* Complains about a leaf that another one makes meaningless. */
static void exclude(const struct build *b, const struct tree_node *node, const char *leaf,
		    const char *because)
{
	const struct tree_value *value = tree_value(b->tree, node, leaf);

	if (value && strcmp(value->text, "0") != 0 && strcmp(value->text, "no") != 0)
		conf_error(b->report, value->at, "\"%s %s\" beside \"%s\"", leaf, value->text,
			   because);
}

void build_outer(const struct build *b, const struct tree_node *node,
		 struct policy_tunnel *tunnel)
{
	const struct tree_value *link = tree_value(b->tree, node, "underlay-interface");
	const struct tree_node *unit = find_unit(b, tunnel->ifname);
	struct policy_outer *outer = &tunnel->outer;

	outer->df = POLICY_DF_COPY;
	if (unit && tree_yes(b->tree, unit, UNIT_LEVEL " *", "df-ignore"))
		outer->df = POLICY_DF_CLEAR;
	outer->copy_tos = tree_yes(b->tree, node, LEVEL, "copy-tos");
	if (outer->copy_tos)
		exclude(b, node, "dscp", "copy-tos yes");
	outer->dscp = (uint8_t)tree_number(b->tree, node, LEVEL, "dscp");
	outer->ttl = (uint8_t)tree_number(b->tree, node, LEVEL, "ttl");
	outer->copy_flow_label = tree_yes(b->tree, node, LEVEL, "copy-flow-label");
	outer->gre = tree_yes(b->tree, node, LEVEL, "enable-gre-encapsulation");
	outer->tfc = (uint32_t)tree_number(b->tree, node, LEVEL, "tfc-padding");
	outer->dummy_ms = (uint32_t)tree_number(b->tree, node, LEVEL, "dummy-interval");
	outer->mark = (uint32_t)tree_number(b->tree, node, LEVEL, "mark");
	if (link)
		snprintf(outer->underlay, sizeof(outer->underlay), "%s", link->text);
	tunnel->transport = !strcmp(tree_text(b->tree, node, LEVEL, "ipsec-mode"), "transport");
}

void build_link_of(const struct build *b, const struct tree_node *node,
		   const struct tree_value *at, const struct addr *addr,
		   struct policy_tunnel *tunnel)
{
	const struct tree_value *link = tree_value(b->tree, node, "underlay-interface");
	char name[IF_NAMESIZE];

	if (!addr->scope || !if_indextoname(addr->scope, name))
		return;
	if (link && strcmp(link->text, name) != 0)
		conf_error(b->report, link->at,
			   "underlay-interface %s, but the gateway's address is %s", link->text,
			   at->text);
	snprintf(tunnel->outer.underlay, sizeof(tunnel->outer.underlay), "%s", name);
}
