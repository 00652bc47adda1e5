// SPDX-License-Identifier: GPL-2.0-or-later
/* pantunctl tunnel set: what the kernel keeps of a tunnel beside its link. */
#include <err.h>
#include <netlink/attr.h>
#include "command.h"

struct request {
	char ifname[IFNAMSIZ];
	uint32_t start;
};

static const char *take_dev(void *ctx, char *const *values)
{
	return ifname_take(values[0], ((struct request *)ctx)->ifname);
}

static const char *take_start(void *ctx, char *const *values)
{
	struct request *request = ctx;

	request->start = start_number(values[0]);
	return request->start ? NULL : "not one of always, on-demand, passive";
}

static int tunnel_set(const struct options *options, int argc, char **argv)
{
	static const struct keyword keywords[] = {
		{ "dev", "TUNNEL", 1, take_dev },
		{ "start", "always, on-demand or passive", 1, take_start },
		{ NULL, NULL, 0, NULL },
	};
	struct request request = { 0 };
	struct nl_client *client;
	struct nlattr *nest;
	struct nl_msg *msg;

	(void)options;
	if (keywords_take(keywords, &request, argc, argv))
		return EXIT_USAGE;
	if (!*request.ifname || !request.start)
		return usage_error("tunnel set needs \"dev TUNNEL\" and \"start MODE\"");
	client = command_open();
	if (!client)
		return 1;
	msg = command_begin(client, PANTUN_CMD_TUNNEL_SET, request.ifname);
	nest = nla_nest_start(msg, PANTUN_A_TUNNEL | NLA_F_NESTED);
	if (!nest || nla_put_u32(msg, PANTUN_TUNNEL_A_START, request.start) ||
	    nla_nest_end(msg, nest))
		errx(1, "out of memory");
	return command_finish(client, msg);
}

int cmd_tunnel(const struct options *options, int argc, char **argv)
{
	static const struct command verbs[] = {
		{ .name = "set", .run = tunnel_set },
	};

	return command_choose(verbs, sizeof(verbs) / sizeof(verbs[0]), "verb", options, argc,
			      argv);
}
