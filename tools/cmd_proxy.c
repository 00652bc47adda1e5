// SPDX-License-Identifier: GPL-2.0-or-later
/* pantunctl proxy add|del|fail: proxy-IDs without the daemon. */
#include <err.h>
#include <netlink/attr.h>
#include "command.h"
#include "selector.h"

struct request {
	char ifname[IFNAMSIZ];		/* first: dev_take() */
	char name[PANTUN_PROXY_NAME_LEN];
	struct genl_selector selector;
};

static const char *take_name(void *ctx, char *const *values)
{
	return proxy_name_take(values[0], ((struct request *)ctx)->name);
}

static const char *take_local_range(void *ctx, char *const *values)
{
	return selector_take_address(&((struct request *)ctx)->selector, true, values[0]);
}

static const char *take_remote_range(void *ctx, char *const *values)
{
	return selector_take_address(&((struct request *)ctx)->selector, false, values[0]);
}

static const char *take_upper_proto(void *ctx, char *const *values)
{
	return selector_take_proto(&((struct request *)ctx)->selector, values[0]);
}

static const char *take_local_port(void *ctx, char *const *values)
{
	return selector_take_port(&((struct request *)ctx)->selector, true, values[0]);
}

static const char *take_remote_port(void *ctx, char *const *values)
{
	return selector_take_port(&((struct request *)ctx)->selector, false, values[0]);
}

static const struct keyword add_keywords[] = {
	{ "dev", "TUNNEL", 1, dev_take },
	{ "name", "NAME", 1, take_name },
	{ "local", "an address, ADDRESS/BITS, FIRST-LAST or any", 1, take_local_range },
	{ "remote", "an address, ADDRESS/BITS, FIRST-LAST or any", 1, take_remote_range },
	{ "proto", "a protocol", 1, take_upper_proto },
	{ "local-port", "a port or FIRST-LAST", 1, take_local_port },
	{ "remote-port", "a port or FIRST-LAST", 1, take_remote_port },
	{ NULL, NULL, 0, NULL },
};

static const struct keyword name_keywords[] = {
	{ "dev", "TUNNEL", 1, dev_take },
	{ "name", "NAME", 1, take_name },
	{ NULL, NULL, 0, NULL },
};

static int send_proxy(uint8_t cmd, const struct request *request)
{
	struct nl_client *client;
	struct nlattr *nest;
	struct nl_msg *msg;
	bool good;

	if (!*request->ifname || !*request->name)
		return usage_error("proxy: a proxy-ID needs \"dev TUNNEL\" and \"name NAME\"");
	client = command_open();
	if (!client)
		return 1;
	msg = command_begin(client, cmd, request->ifname);
	nest = nla_nest_start(msg, PANTUN_A_PROXY | NLA_F_NESTED);
	good = nest && !nla_put_string(msg, PANTUN_PROXY_A_NAME, request->name) &&
	       (cmd != PANTUN_CMD_PROXY_NEW ||
		genl_selector_put(msg, PANTUN_PROXY_A_SELECTOR, &request->selector));
	if (!good || nla_nest_end(msg, nest))
		errx(1, "out of memory");
	return command_finish(client, msg);
}

static int proxy_add(const struct options *options, int argc, char **argv)
{
	struct request request = { 0 };
	const char *wrong;

	(void)options;
	if (keywords_take("proxy add", add_keywords, &request, argc, argv))
		return EXIT_USAGE;
	wrong = selector_finish(&request.selector);
	if (wrong)
		return usage_error("proxy add: %s", wrong);
	return send_proxy(PANTUN_CMD_PROXY_NEW, &request);
}

static int send_name(const char *subject, uint8_t cmd, int argc, char **argv)
{
	struct request request = { 0 };

	if (keywords_take(subject, name_keywords, &request, argc, argv))
		return EXIT_USAGE;
	return send_proxy(cmd, &request);
}

static int proxy_del(const struct options *options, int argc, char **argv)
{
	(void)options;
	return send_name("proxy del", PANTUN_CMD_PROXY_DEL, argc, argv);
}

static int proxy_fail(const struct options *options, int argc, char **argv)
{
	(void)options;
	return send_name("proxy fail", PANTUN_CMD_PROXY_FAIL, argc, argv);
}

int cmd_proxy(const struct options *options, int argc, char **argv)
{
	static const struct command verbs[] = {
		{ .name = "add", .run = proxy_add },
		{ .name = "del", .run = proxy_del },
		{ .name = "fail", .run = proxy_fail },
	};

	return command_choose(verbs, sizeof(verbs) / sizeof(verbs[0]), "verb", options, argc,
			      argv);
}
