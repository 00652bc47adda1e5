// SPDX-License-Identifier: GPL-2.0-or-later
/* pantunctl tunnel monitor add|del: monitored destinations without the daemon. */
#include <err.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <string.h>
#include "command.h"
#include "genl/attr.h"

#define PLACE	"tunnel monitor"

struct request {
	char ifname[IFNAMSIZ];		/* first: dev_take() */
	char proxy[PANTUN_PROXY_NAME_LEN];
	struct addr destination, source;
	/* 0: the kernel's default */
	uint32_t action, interval, threshold, recovery;
};

static const char *take_path_proxy(void *ctx, char *const *values)
{
	return proxy_name_take(values[0], ((struct request *)ctx)->proxy);
}

static const char *take_destination(void *ctx, char *const *values)
{
	return addr_take(values[0], &((struct request *)ctx)->destination);
}

static const char *take_source(void *ctx, char *const *values)
{
	return addr_take(values[0], &((struct request *)ctx)->source);
}

static const char *take_action(void *ctx, char *const *values)
{
	struct request *request = ctx;

	request->action = monitor_action_number(values[0]);
	return request->action ? NULL : "neither wait-recover nor fail-over";
}

/* Seconds with up to three decimals into milliseconds. */
static bool milliseconds_of(const char *word, uint64_t *out)
{
	int whole = (int)strcspn(word, "."), decimals = (int)strlen(word) - whole - 1;
	char digits[32];

	if (strspn(word, "0123456789.") != strlen(word) || whole > 6 || !decimals || decimals > 3)
		return false;
	snprintf(digits, sizeof(digits), "%.*s%s%s", whole, word,
		 decimals > 0 ? word + whole + 1 : "", &"000"[decimals > 0 ? decimals : 0]);
	return number_take(digits, PANTUN_MONITOR_INTERVAL_MIN, PANTUN_MONITOR_INTERVAL_MAX, out);
}

static const char *take_interval(void *ctx, char *const *values)
{
	uint64_t interval;

	if (!milliseconds_of(values[0], &interval))
		return "not seconds from 0.1 to 100";
	((struct request *)ctx)->interval = (uint32_t)interval;
	return NULL;
}

static const char *take_threshold(void *ctx, char *const *values)
{
	uint64_t threshold;

	if (!number_take(values[0], PANTUN_MONITOR_THRESHOLD_MIN, PANTUN_MONITOR_THRESHOLD_MAX,
			 &threshold))
		return "not a count of lost probes from 2 to 100";
	((struct request *)ctx)->threshold = (uint32_t)threshold;
	return NULL;
}

static const char *take_recovery(void *ctx, char *const *values)
{
	uint64_t recovery;

	if (!number_take(values[0], 1, PANTUN_MONITOR_RECOVERY_MAX, &recovery))
		return "not a count of answered probes from 1 to 100";
	((struct request *)ctx)->recovery = (uint32_t)recovery;
	return NULL;
}

#define NAME_KEYWORDS							\
	{ "dev", "TUNNEL", 1, dev_take },				\
	{ "destination", "an address", 1, take_destination }

static const struct keyword add_keywords[] = {
	NAME_KEYWORDS,
	{ "source", "an address", 1, take_source },
	{ "proxy", "the name of a proxy-ID", 1, take_path_proxy },
	{ "action", "wait-recover or fail-over", 1, take_action },
	{ "interval", "seconds", 1, take_interval },
	{ "threshold", "a count of probes", 1, take_threshold },
	{ "recovery", "a count of probes", 1, take_recovery },
	{ NULL, NULL, 0, NULL },
};

static const struct keyword del_keywords[] = {
	NAME_KEYWORDS,
	{ NULL, NULL, 0, NULL },
};

static int put_set_u32(struct nl_msg *msg, int attr, uint32_t value)
{
	return value ? nla_put_u32(msg, attr, value) : 0;
}

static int put_request(struct nl_msg *msg, const struct request *request)
{
	int status = 0;

	if (!genl_attr_put_either(msg, PANTUN_MONITOR_A_DST4, PANTUN_MONITOR_A_DST6,
				  &request->destination) ||
	    !genl_attr_put_either(msg, PANTUN_MONITOR_A_SRC4, PANTUN_MONITOR_A_SRC6,
				  &request->source))
		return -1;
	if (*request->proxy)
		status |= nla_put_string(msg, PANTUN_MONITOR_A_PROXY, request->proxy);
	status |= put_set_u32(msg, PANTUN_MONITOR_A_ACTION, request->action);
	status |= put_set_u32(msg, PANTUN_MONITOR_A_INTERVAL, request->interval);
	status |= put_set_u32(msg, PANTUN_MONITOR_A_THRESHOLD, request->threshold);
	status |= put_set_u32(msg, PANTUN_MONITOR_A_RECOVERY, request->recovery);
	return status;
}

static int send_monitor(uint8_t cmd, const struct request *request)
{
	struct nl_client *client;
	struct nlattr *nest;
	struct nl_msg *msg;

	if (!*request->ifname || !request->destination.family)
		return usage_error(PLACE ": \"dev TUNNEL\" and \"destination ADDRESS\" are needed");
	client = command_open();
	if (!client)
		return 1;
	msg = command_begin(client, cmd, request->ifname);
	nest = nla_nest_start(msg, PANTUN_A_MONITOR | NLA_F_NESTED);
	if (!nest || put_request(msg, request) || nla_nest_end(msg, nest))
		errx(1, "out of memory");
	return command_finish(client, msg);
}

static int monitor_add(const struct options *options, int argc, char **argv)
{
	struct request request = { 0 };

	(void)options;
	if (keywords_take(PLACE " add", add_keywords, &request, argc, argv))
		return EXIT_USAGE;
	if (request.source.family && request.source.family != request.destination.family)
		return usage_error(PLACE " add: \"source\" and \"destination\" are not of one "
				   "family: give both as IPv4, or both as IPv6");
	return send_monitor(PANTUN_CMD_MONITOR_NEW, &request);
}

static int monitor_del(const struct options *options, int argc, char **argv)
{
	struct request request = { 0 };

	(void)options;
	if (keywords_take(PLACE " del", del_keywords, &request, argc, argv))
		return EXIT_USAGE;
	return send_monitor(PANTUN_CMD_MONITOR_DEL, &request);
}

int cmd_tunnel_monitor(const struct options *options, int argc, char **argv)
{
	static const struct command verbs[] = {
		{ .name = "add", .run = monitor_add },
		{ .name = "del", .run = monitor_del },
	};

	return command_choose(verbs, sizeof(verbs) / sizeof(verbs[0]), "verb", options, argc,
			      argv);
}
