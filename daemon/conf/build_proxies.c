// SPDX-License-Identifier: GPL-2.0-or-later
/* The proxy-IDs of a tunnel: the selectors of its SAs. */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/pantun.h>

#include "conf/build.h"

#define PROXY_DEFAULT	"default"

static void whole_family(struct ts *ts, uint8_t family)
{
	ts->first.family = family;
	ts->last.family = family;
	memset(ts->last.b, 0xff, family == AF_INET ? 4 : 16);
}

static void read_side(const struct build *b, const struct tree_node *proxy, const char *side,
		      uint8_t family, struct ts *ts)
{
	const struct tree_value *value = tree_value(b->tree, proxy, side);

	if (!value || addr_range_parse(value->text, &ts->first, &ts->last)) {
		whole_family(ts, family);
		return;
	}
	if (ts->first.family != family)
		conf_error(b->report, value->at, "\"%s\" is not IPv%d: put it into %s",
			   value->text, family == AF_INET ? 4 : 6,
			   family == AF_INET ? "proxy-id-v6" : "proxy-id");
}

/* Port 0 means all ports. */
static void read_port(const struct build *b, const struct tree_node *proxy, const char *protocol,
		      const char *side, struct ts *ts)
{
	const struct tree_value *value;
	char path[32];

	ts->port_first = 0;
	ts->port_last = UINT16_MAX;
	snprintf(path, sizeof(path), "protocol %s %s-port", protocol, side);
	value = tree_value(b->tree, proxy, path);
	if (value && strcmp(value->text, "0") != 0) {
		ts->port_first = (uint16_t)strtoul(value->text, NULL, 10);
		ts->port_last = ts->port_first;
	}
}

static void read_proxy(const struct build *b, const struct tree_node *node, uint8_t family,
		       struct policy_proxy *proxy)
{
	static const char *const words[] = { "any", "number", "tcp", "udp" };
	struct ts *local = &proxy->ts.local.ts[0], *remote = &proxy->ts.remote.ts[0];
	const struct tree_node *protocol;
	size_t which = 0;
	uint8_t number = 0;

	snprintf(proxy->name, sizeof(proxy->name), "%s", node->word);
	if (!strcmp(node->word, PROXY_DEFAULT))
		conf_error(b->report, node->at,
			   "the name \"%s\" is reserved for tunnels without proxy-IDs",
			   node->word);
	proxy->ts.local.n = 1;
	proxy->ts.remote.n = 1;
	read_side(b, node, "local", family, local);
	read_side(b, node, "remote", family, remote);
	protocol = tree_one_of(b->tree, node, "protocol", words, 4, &which, b->report);
	if (protocol && which == 1 && protocol->value)
		number = (uint8_t)strtoul(protocol->value->text, NULL, 10);
	else if (protocol && which >= 2)
		number = which == 2 ? IPPROTO_TCP : IPPROTO_UDP;
	local->proto = number;
	remote->proto = number;
	read_port(b, node, which == 3 ? "udp" : "tcp", "local", local);
	read_port(b, node, which == 3 ? "udp" : "tcp", "remote", remote);
}

static void read_family(const struct build *b, const struct tree_node *top,
			const struct tree_node *other, uint8_t family,
			struct policy_tunnel *tunnel)
{
	const struct tree_node *node, *twin;

	for (node = top ? top->first : NULL; node; node = node->next) {
		twin = other ? tree_named(b->tree, other, node->word) : NULL;
		if (twin)
			conf_error(b->report, node->at,
				   "proxy-id-v6 \"%s\" has the name of the proxy-id on line %u",
				   node->word, twin->at.line);
		read_proxy(b, node, family, &tunnel->proxies[tunnel->n_proxies++]);
	}
}

static const struct tree_node *proxy_node(const struct build *b, const struct tree_node *tunnel,
					  const char *name)
{
	const struct tree_node *top = tree_find(b->tree, tunnel, "auto-key proxy-id");
	const struct tree_node *node = tree_named(b->tree, top, name);

	if (node)
		return node;
	return tree_named(b->tree, tree_find(b->tree, tunnel, "auto-key proxy-id-v6"), name);
}

static bool is_everything(const struct ts *ts)
{
	struct addr last = { .family = ts->first.family };
	const struct addr first = last;

	memset(last.b, 0xff, addr_len(&last));
	return addr_equal(&ts->first, &first) && addr_equal(&ts->last, &last);
}

static void check_sides(const struct build *b, const struct tree_node *node,
			const struct policy_proxy *proxy)
{
	const struct ts *local = &proxy->ts.local.ts[0], *remote = &proxy->ts.remote.ts[0];
	char text[2 * ADDR_TEXT];

	if (addr_equal(&local->first, &remote->first) && addr_equal(&local->last, &remote->last) &&
	    !is_everything(local))
		conf_warning(b->report, node->at,
			     "proxy-id \"%s\" has %s as local and as remote: a host is either here "
			     "or behind the peer", proxy->name,
			     addr_range_text(&local->first, &local->last, text));
}

/* Complains about selectors that are the same, or hardly meant as they are. */
static void check_proxies(const struct build *b, const struct tree_node *node,
			  const struct policy_tunnel *tunnel)
{
	for (unsigned int i = 0; i < tunnel->n_proxies; i++) {
		const struct policy_proxy *proxy = &tunnel->proxies[i], *before = tunnel->proxies;
		const struct tree_node *at = proxy_node(b, node, proxy->name);

		if (!at)
			continue;
		check_sides(b, at, proxy);
		while (before < proxy && (!ts_list_equal(&before->ts.local, &proxy->ts.local) ||
					  !ts_list_equal(&before->ts.remote, &proxy->ts.remote)))
			before++;
		if (before < proxy)
			conf_warning(b->report, at->at,
				     "proxy-id \"%s\" has the selectors of proxy-id \"%s\" on line "
				     "%u, which takes all its packets", proxy->name, before->name,
				     proxy_node(b, node, before->name)->at.line);
	}
}

void build_proxies(struct build *b, const struct tree_node *node, struct policy_tunnel *tunnel)
{
	const struct tree_node *v4 = tree_find(b->tree, node, "auto-key proxy-id");
	const struct tree_node *v6 = tree_find(b->tree, node, "auto-key proxy-id-v6");
	unsigned int n = tree_count(v4) + tree_count(v6);

	if (n > PANTUN_PROXIES_MAX) {
		conf_error(b->report, node->at,
			   "tunnel \"%s\" has %u proxy-IDs; %d are allowed: put the rest into a "
			   "second tunnel", tunnel->name, n, PANTUN_PROXIES_MAX);
		return;
	}
	tunnel->proxies = calloc(n ? n : 1, sizeof(*tunnel->proxies));
	if (!tunnel->proxies) {
		b->short_of_memory = true;
		return;
	}
	if (n > 1 && tunnel->outer.gre)
		conf_error(b->report, node->at,
			   "tunnel \"%s\" has %u proxy-IDs; with enable-gre-encapsulation it can "
			   "have one", tunnel->name, n);
	if (!n) {
		snprintf(tunnel->proxies[0].name, sizeof(tunnel->proxies[0].name), PROXY_DEFAULT);
		ts_pair_any(&tunnel->proxies[0].ts);
		tunnel->n_proxies = 1;
		return;
	}
	read_family(b, v4, NULL, AF_INET, tunnel);
	read_family(b, v6, v4, AF_INET6, tunnel);
	check_proxies(b, node, tunnel);
}
