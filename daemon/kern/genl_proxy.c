// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/pantun.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <string.h>

#include "genl/attr.h"
#include "kern/genl_proxy.h"
#include "kern/genl_request.h"
#include "kern/genl_hull.h"

/* The proxy-ID that the kernel creates while a tunnel has no other. */
#define STAND_IN	"default"

struct proxy_seen {
	char name[PANTUN_PROXY_NAME_LEN];
	struct genl_selector selector;
	bool valid;		/* the selector could be read */
};

static bool get_proxy(struct nlmsghdr *header, void *element)
{
	struct nlattr *attrs[PANTUN_A_MAX + 1], *proxy[PANTUN_PROXY_A_MAX + 1];
	struct proxy_seen *seen = element;

	if (!genl_attr_message(header, attrs, PANTUN_A_PROXY, proxy, PANTUN_PROXY_A_MAX) ||
	    !proxy[PANTUN_PROXY_A_NAME])
		return false;
	genl_attr_text(proxy[PANTUN_PROXY_A_NAME], seen->name, sizeof(seen->name));
	seen->valid = genl_selector_get(proxy[PANTUN_PROXY_A_SELECTOR], &seen->selector);
	return true;
}

/* @selector is NULL where the name is enough. */
static bool put_proxy(struct nl_msg *msg, const char *name, const struct genl_selector *selector)
{
	struct nlattr *nest = nla_nest_start(msg, PANTUN_A_PROXY);
	bool good;

	good = nest && !nla_put_string(msg, PANTUN_PROXY_A_NAME, name) &&
	       (!selector || genl_selector_put(msg, PANTUN_PROXY_A_SELECTOR, selector));
	if (good)
		nla_nest_end(msg, nest);
	return good;
}

static int proxy_command(struct kern_genl *g, uint8_t cmd, const char *ifname, const char *name,
			 const struct genl_selector *selector)
{
	struct nl_msg *msg = genl_request_begin(g, cmd, ifname);

	msg = genl_request_end(msg, msg && put_proxy(msg, name, selector));
	return genl_request_send(g, msg, NULL, NULL);
}

static bool wanted(const struct policy_tunnel *tunnel, const struct proxy_seen *seen)
{
	struct genl_selector selector;
	unsigned int i;

	for (i = 0; i < tunnel->n_proxies; i++) {
		if (strcmp(tunnel->proxies[i].name, seen->name) != 0)
			continue;
		return seen->valid && genl_selector_of(&tunnel->proxies[i].ts, &selector) &&
		       genl_selector_equal(&selector, &seen->selector);
	}
	return false;
}

static bool stands(const struct genl_list *list, const char *name)
{
	const struct proxy_seen *seen = list->elements;

	for (size_t i = 0; i < list->n; i++)
		if (seen[i].name[0] && !strcmp(seen[i].name, name))
			return true;
	return false;
}

/* Deletes what is not wanted, and empties its name in @list. */
static int proxies_remove(struct kern_genl *g, const struct policy_tunnel *tunnel,
			  struct genl_list *list)
{
	struct proxy_seen *seen = list->elements;

	for (size_t i = 0; i < list->n; i++) {
		int error;

		if (wanted(tunnel, &seen[i]) || !strcmp(seen[i].name, STAND_IN))
			continue;
		error = proxy_command(g, PANTUN_CMD_PROXY_DEL, tunnel->ifname, seen[i].name, NULL);
		if (error && error != -ENOENT)
			return error;
		seen[i].name[0] = '\0';
	}
	return 0;
}

static int proxies_add(struct kern_genl *g, const struct policy_tunnel *tunnel,
		       const struct genl_list *list)
{
	struct genl_selector selector;
	unsigned int i;
	int error;

	for (i = 0; i < tunnel->n_proxies; i++) {
		const struct policy_proxy *proxy = &tunnel->proxies[i];

		if (stands(list, proxy->name) || !strcmp(proxy->name, STAND_IN))
			continue;
		if (!genl_selector_of(&proxy->ts, &selector)) {
			snprintf(g->kern.error, sizeof(g->kern.error),
				 "proxy-id %s: its sides are of different families", proxy->name);
			return -EINVAL;
		}
		error = proxy_command(g, PANTUN_CMD_PROXY_NEW, tunnel->ifname, proxy->name,
				      &selector);
		if (error)
			return error;
	}
	return 0;
}

/* While it has SAs, the stand-in does not make way for others by itself. */
static int stand_in_remove(struct kern_genl *g, const struct policy_tunnel *tunnel)
{
	unsigned int i;
	int error;

	for (i = 0; i < tunnel->n_proxies; i++)
		if (!strcmp(tunnel->proxies[i].name, STAND_IN))
			return 0;
	error = proxy_command(g, PANTUN_CMD_PROXY_DEL, tunnel->ifname, STAND_IN, NULL);
	return error == -ENOENT ? 0 : error;
}

int genl_proxy_sync(struct kern *k, const struct policy_tunnel *tunnel)
{
	struct genl_list list = { .size = sizeof(struct proxy_seen), .get = get_proxy };
	struct kern_genl *g = genl_of(k);
	int error = genl_request_dump(g, PANTUN_CMD_PROXY_GET, tunnel->ifname, &list);

	if (!error)
		error = proxies_remove(g, tunnel, &list);
	if (!error)
		error = proxies_add(g, tunnel, &list);
	if (!error)
		error = stand_in_remove(g, tunnel);
	genl_list_free(&list);
	return error;
}

int genl_proxy_fail(struct kern *k, const char *ifname, const char *proxy)
{
	int error = proxy_command(genl_of(k), PANTUN_CMD_PROXY_FAIL, ifname, proxy, NULL);

	/* They are gone, and the packets that waited there, too. */
	return error == -ENODEV || error == -ENOENT ? 0 : error;
}
