// SPDX-License-Identifier: GPL-2.0-or-later
/* What a tunnel's monitor probes, how often, and what happens when the path is lost. */
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "conf/build.h"

#define LEVEL	TUNNEL_LEVEL " *"

/* The monitor being read. */
struct reader {
	const struct build *b;
	const struct tree_node *node;		/* the tunnel's */
	const struct policy_tunnel *tunnel;
	const struct policy_proxy *proxy;	/* that is to carry the probes; NULL: any */
	struct policy_monitor *monitor;
	struct addr source[2];			/* of IPv4, of IPv6 */
};

static const struct tree_value *monitor_value(const struct reader *r, const char *leaf)
{
	const struct tree_node *at = tree_find(r->b->tree, r->node, "tunnel-monitor");

	return tree_value(r->b->tree, at, leaf);
}

/* --- profile --- */

static void unknown_monitor_profile(const struct reader *r, const struct tree_node *top,
				    const struct tree_value *name)
{
	struct conf_near near = { .word = name->text };
	char hint[CONF_HINT];

	tree_near(top, &near);
	conf_near_offer(&near, "default", strlen("default"));
	conf_error(r->b->report, name->at, "there is no monitor-profile \"%s\"%s", name->text,
		   conf_near_hint(&near, hint));
}

/* The profile "default" exists even if no line defines it. */
static void read_monitor_profile(const struct reader *r)
{
	static const char level[] = MONITOR_LEVEL " *";
	const struct tree *tree = r->b->tree;
	const char *leaf = "tunnel-monitor tunnel-monitor-profile";
	const struct tree_node *top = tree_find(tree, tree->root, MONITOR_LEVEL);
	const char *name = tree_text(tree, r->node, LEVEL, leaf);
	const struct tree_node *profile = tree_named(tree, top, name);
	struct policy_monitor *monitor = r->monitor;

	if (!profile && strcmp(name, "default") != 0) {
		unknown_monitor_profile(r, top, tree_value(tree, r->node, leaf));
		return;
	}
	monitor->action = POLICY_WAIT_RECOVER;
	if (!strcmp(tree_text(tree, profile, level, "action"), "fail-over"))
		monitor->action = POLICY_FAIL_OVER;
	monitor->interval_ms = 1000 * (uint32_t)tree_number(tree, profile, level, "interval");
	monitor->threshold = (uint32_t)tree_number(tree, profile, level, "threshold");
	monitor->recovery = (uint32_t)tree_number(tree, profile, level, "recovery");
}

/* --- proxy-ID --- */

/* Finds the proxy-ID that the monitor names, if it names one; false after a complaint. */
static bool choose_proxy(struct reader *r)
{
	const struct tree_value *name = monitor_value(r, "proxy-id");
	struct conf_near near = { 0 };
	char hint[CONF_HINT];

	if (!name)
		return true;
	near.word = name->text;
	for (unsigned int i = 0; i < r->tunnel->n_proxies; i++) {
		const struct policy_proxy *proxy = &r->tunnel->proxies[i];

		conf_near_offer(&near, proxy->name, strlen(proxy->name));
		if (!strcmp(proxy->name, name->text))
			r->proxy = proxy;
	}
	if (r->proxy) {
		memcpy(r->monitor->proxy, r->proxy->name, sizeof(r->monitor->proxy));
		return true;
	}
	conf_error(r->b->report, name->at, "tunnel \"%s\" has no proxy-id \"%s\"%s",
		   r->tunnel->name, name->text, conf_near_hint(&near, hint));
	return false;
}

static bool has_address(const struct ts_list *list, const struct addr *addr)
{
	for (unsigned int i = 0; i < list->n; i++) {
		const struct ts *ts = &list->ts[i];

		if (ts->first.family == addr->family && addr_compare(&ts->first, addr) <= 0 &&
		    addr_compare(addr, &ts->last) <= 0)
			return true;
	}
	return false;
}

/* All selectors of a proxy-ID have the same protocol. */
static bool takes_icmp(const struct policy_proxy *proxy, uint8_t family)
{
	uint8_t proto = proxy->ts.remote.ts[0].proto;

	return !proto || proto == (family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
}

static bool carries(const struct policy_proxy *proxy, const struct policy_probe *probe)
{
	return takes_icmp(proxy, probe->destination.family) &&
	       has_address(&proxy->ts.remote, &probe->destination) &&
	       (!probe->source.family || has_address(&proxy->ts.local, &probe->source));
}

static bool some_carries(const struct policy_tunnel *tunnel, const struct policy_probe *probe)
{
	for (unsigned int i = 0; i < tunnel->n_proxies; i++)
		if (carries(&tunnel->proxies[i], probe))
			return true;
	return false;
}

static void outside(const struct reader *r, struct conf_place at, const char *leaf,
		    const struct addr *addr, const char *side, const struct ts_list *list)
{
	char address[ADDR_TEXT], selector[TS_TEXT];

	conf_error(r->b->report, at, "%s %s is not within %s %s of proxy-id \"%s\"", leaf,
		   addr_text(addr, address), side,
		   ts_list_text(list, selector, sizeof(selector)), r->proxy->name);
}

static void check_chosen(const struct reader *r, const struct tree_value *destination,
			 const struct policy_probe *probe)
{
	const struct ts_pair *ts = &r->proxy->ts;

	if (!takes_icmp(r->proxy, probe->destination.family))
		conf_error(r->b->report, monitor_value(r, "proxy-id")->at,
			   "proxy-id \"%s\" cannot carry probes: they are ICMP, and its protocol "
			   "is not", r->proxy->name);
	else if (!has_address(&ts->remote, &probe->destination))
		outside(r, destination->at, "destination-ip", &probe->destination, "remote",
			&ts->remote);
	else if (probe->source.family && !has_address(&ts->local, &probe->source))
		outside(r, monitor_value(r, "source-ip")->at, "source-ip", &probe->source, "local",
			&ts->local);
}

/* Checks that probes can get into the tunnel at all. */
static void check_covered(const struct reader *r, const struct tree_value *destination,
			  const struct policy_probe *probe)
{
	char to[ADDR_TEXT], from[ADDR_TEXT];

	if (r->proxy) {
		check_chosen(r, destination, probe);
		return;
	}
	if (some_carries(r->tunnel, probe))
		return;
	conf_error(r->b->report, destination->at,
		   "no proxy-id of tunnel \"%s\" takes ICMP from %s to %s: probe what one of "
		   "them has as remote", r->tunnel->name, addr_text(&probe->source, from),
		   addr_text(&probe->destination, to));
}

/* --- the interface's own address, where no source-ip is given --- */

static struct addr addr_of(const struct sockaddr *sa)
{
	struct addr addr = { 0 };

	if (sa && sa->sa_family == AF_INET) {
		addr.family = AF_INET;
		memcpy(addr.b, &((const struct sockaddr_in *)sa)->sin_addr, 4);
	} else if (sa && sa->sa_family == AF_INET6) {
		addr.family = AF_INET6;
		memcpy(addr.b, &((const struct sockaddr_in6 *)sa)->sin6_addr, 16);
	}
	return addr;
}

/* Whether @addr can be the source of probes that a proxy-ID carries; a link-local one cannot. */
static bool is_source(const struct reader *r, const struct policy_probe *probe,
		      const struct addr *addr)
{
	struct policy_probe from = { .destination = probe->destination, .source = *addr };

	if (addr->family != probe->destination.family || addr_is_link_local(addr))
		return false;
	return r->proxy ? carries(r->proxy, &from) : some_carries(r->tunnel, &from);
}

/*
 * Looks at the interface if it exists: without an address it cannot send probes.  One that is
 * yet to be made may be given an address then.
 */
static void check_source(const struct reader *r, const struct tree_value *destination,
			 const struct policy_probe *probe)
{
	bool there = false, found = false;
	char to[ADDR_TEXT];
	struct ifaddrs *all;

	if (probe->source.family || getifaddrs(&all))
		return;
	for (const struct ifaddrs *one = all; one; one = one->ifa_next) {
		struct addr addr = addr_of(one->ifa_addr);

		if (strcmp(one->ifa_name, r->tunnel->ifname) != 0)
			continue;
		there = true;
		found |= is_source(r, probe, &addr);
	}
	freeifaddrs(all);
	if (there && !found)
		conf_warning(r->b->report, destination->at,
			     "%s has no address that probes of %s could come from: give it one "
			     "that a proxy-id has as local, or give a source-ip",
			     r->tunnel->ifname, addr_text(&probe->destination, to));
}

/* --- addresses --- */

static void read_sources(struct reader *r)
{
	const struct tree_value *value = monitor_value(r, "source-ip");

	for (; value; value = value->next) {
		struct addr addr = build_address_of(value);
		struct addr *source = &r->source[addr.family == AF_INET6];

		if (source->family && !addr_equal(source, &addr))
			conf_error(r->b->report, value->at,
				   "a second source-ip of IPv%d: only one per family is allowed",
				   addr.family == AF_INET ? 4 : 6);
		*source = addr;
	}
}

static void read_destinations(const struct reader *r)
{
	const struct tree_value *value = monitor_value(r, "destination-ip");
	struct policy_monitor *monitor = r->monitor;

	for (; value; value = value->next) {
		struct policy_probe probe = { .destination = build_address_of(value) };

		if (policy_probe_find(monitor, &probe.destination) >= 0)
			continue;
		if (monitor->n == POLICY_PROBES_MAX) {
			conf_error(r->b->report, value->at,
				   "more than %d destination-ip of tunnel \"%s\"",
				   POLICY_PROBES_MAX, r->tunnel->name);
			return;
		}
		probe.source = r->source[probe.destination.family == AF_INET6];
		check_covered(r, value, &probe);
		check_source(r, value, &probe);
		monitor->probes[monitor->n++] = probe;
	}
}

void build_monitor(const struct build *b, const struct tree_node *node,
		   struct policy_tunnel *tunnel)
{
	struct reader r = { .b = b, .node = node, .tunnel = tunnel, .monitor = &tunnel->monitor };
	const struct tree_value *enable = monitor_value(&r, "enable");
	const struct tree_value *destination = monitor_value(&r, "destination-ip");

	if (!enable && destination)
		conf_warning(b->report, destination->at,
			     "nothing is probed without \"tunnel-monitor enable yes\"");
	if (!enable || strcmp(enable->text, "yes") != 0)
		return;
	if (!destination) {
		if (!node->broken)
			conf_error(b->report, enable->at,
				   "tunnel \"%s\" has no tunnel-monitor destination-ip: add the "
				   "address to probe", tunnel->name);
		return;
	}
	read_monitor_profile(&r);
	read_sources(&r);
	if (choose_proxy(&r))
		read_destinations(&r);
}
