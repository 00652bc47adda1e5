// SPDX-License-Identifier: GPL-2.0-or-later
/* pantunctl tunnel: what the kernel keeps of a tunnel beside its link. */
#include <net/if.h>
#include <err.h>
#include <netlink/attr.h>
#include <string.h>
#include "command.h"

#define PLACE	"tunnel set"

struct request {
	char ifname[IFNAMSIZ];		/* first: dev_take() */
	uint32_t start;
	struct tunnel_options options;
	bool given[PANTUN_TUNNEL_A_MAX + 1];	/* which of them are to be sent */
};

static const char *take_start(void *ctx, char *const *values)
{
	struct request *request = ctx;

	request->start = start_number(values[0]);
	request->given[PANTUN_TUNNEL_A_START] = true;
	return request->start ? NULL : "not one of always, on-demand, passive";
}

static const char *take_carrier(void *ctx, char *const *values)
{
	struct request *request = ctx;

	request->options.carrier = carrier_number(values[0]);
	request->given[PANTUN_TUNNEL_A_CARRIER] = true;
	return request->options.carrier ? NULL : "neither any nor all";
}

static const char *take_df(void *ctx, char *const *values)
{
	struct request *request = ctx;

	request->options.df = df_number(values[0]);
	request->given[PANTUN_TUNNEL_A_DF] = true;
	return request->options.df ? NULL : "not one of copy, clear, set";
}

/* False where the other of "tos copy" and "dscp N" was given before. */
static bool take_tos_kind(struct request *request, uint32_t tos)
{
	if (request->given[PANTUN_TUNNEL_A_TOS] && request->options.tos != tos)
		return false;
	request->options.tos = tos;
	request->given[PANTUN_TUNNEL_A_TOS] = true;
	return true;
}

static const char *take_tos(void *ctx, char *const *values)
{
	if (strcmp(values[0], "copy") != 0)
		return "not copy; a fixed value is \"dscp N\"";
	return take_tos_kind(ctx, PANTUN_TOS_COPY) ? NULL :
		"does not go with \"dscp\"; the outer DSCP is copied or fixed";
}

static const char *take_dscp(void *ctx, char *const *values)
{
	struct request *request = ctx;
	uint64_t dscp;

	if (!number_take(values[0], 0, PANTUN_DSCP_MAX, &dscp))
		return "not a DSCP: 0 to 63";
	request->options.dscp = (uint8_t)dscp;
	request->given[PANTUN_TUNNEL_A_DSCP] = true;
	return take_tos_kind(request, PANTUN_TOS_FIXED) ? NULL :
		"does not go with \"tos copy\"; the outer DSCP is copied or fixed";
}

static const char *take_ttl(void *ctx, char *const *values)
{
	struct request *request = ctx;
	uint64_t ttl = 0;

	if (strcmp(values[0], "auto") != 0 && !number_take(values[0], 1, UINT8_MAX, &ttl))
		return "neither auto nor a number from 1 to 255";
	request->options.ttl = (uint8_t)ttl;
	request->given[PANTUN_TUNNEL_A_TTL] = true;
	return NULL;
}

/* One of two words; false where it is neither. */
static bool take_choice(const char *word, const char *on, const char *off, bool *out)
{
	*out = !strcmp(word, on);
	return *out || !strcmp(word, off);
}

static const char *take_flow_label(void *ctx, char *const *values)
{
	struct request *request = ctx;

	request->given[PANTUN_TUNNEL_A_FLOW_LABEL] = true;
	return take_choice(values[0], "copy", "zero", &request->options.flow_label) ?
		NULL : "neither copy nor zero";
}

static const char *take_gre(void *ctx, char *const *values)
{
	struct request *request = ctx;

	request->given[PANTUN_TUNNEL_A_GRE] = true;
	return take_choice(values[0], "on", "off", &request->options.gre) ?
		NULL : "neither on nor off";
}

/* "off" is 0. */
static bool take_or_off(const char *word, uint32_t max, uint32_t *out)
{
	uint64_t number = 0;

	if (strcmp(word, "off") != 0 && !number_take(word, 1, max, &number))
		return false;
	*out = (uint32_t)number;
	return true;
}

static const char *take_tfc(void *ctx, char *const *values)
{
	struct request *request = ctx;

	request->given[PANTUN_TUNNEL_A_TFC] = true;
	return take_or_off(values[0], PANTUN_TFC_MAX, &request->options.tfc) ?
		NULL : "neither off nor octets from 1 to 65535";
}

static const char *take_dummy(void *ctx, char *const *values)
{
	struct request *request = ctx;

	request->given[PANTUN_TUNNEL_A_DUMMY] = true;
	return take_or_off(values[0], UINT32_MAX, &request->options.dummy) ?
		NULL : "neither off nor milliseconds from 1";
}

static const char *take_mark(void *ctx, char *const *values)
{
	struct request *request = ctx;

	request->given[PANTUN_TUNNEL_A_MARK] = true;
	return take_or_off(values[0], UINT32_MAX, &request->options.mark) ?
		NULL : "neither off nor a number from 1 to 0xffffffff";
}

static const char *take_underlay(void *ctx, char *const *values)
{
	struct request *request = ctx;

	request->given[PANTUN_TUNNEL_A_UNDERLAY] = true;
	request->options.underlay = 0;
	if (!strcmp(values[0], "off"))
		return NULL;
	request->options.underlay = if_nametoindex(values[0]);
	return request->options.underlay ? NULL :
		"neither off nor an interface of this network namespace; see ip link";
}

static const struct keyword keywords[] = {
	{ "dev", "TUNNEL", 1, dev_take },
	{ "start", "always, on-demand or passive", 1, take_start },
	{ "carrier", "any or all", 1, take_carrier },
	{ "df", "copy, clear or set", 1, take_df },
	{ "tos", "copy", 1, take_tos },
	{ "dscp", "a number from 0 to 63", 1, take_dscp },
	{ "ttl", "auto or a number from 1 to 255", 1, take_ttl },
	{ "flow-label", "copy or zero", 1, take_flow_label },
	{ "gre", "on or off", 1, take_gre },
	{ "tfc", "octets or off", 1, take_tfc },
	{ "dummy", "milliseconds or off", 1, take_dummy },
	{ "mark", "a number or off", 1, take_mark },
	{ "underlay", "the name of an interface, or off", 1, take_underlay },
	{ NULL, NULL, 0, NULL },
};

static int put_given_u8(struct nl_msg *msg, const struct request *request, int attr, uint8_t value)
{
	return request->given[attr] ? nla_put_u8(msg, attr, value) : 0;
}

static int put_given_u32(struct nl_msg *msg, const struct request *request, int attr,
			 uint32_t value)
{
	return request->given[attr] ? nla_put_u32(msg, attr, value) : 0;
}

static int put_given(struct nl_msg *msg, const struct request *request)
{
	const struct tunnel_options *options = &request->options;
	int status = put_given_u32(msg, request, PANTUN_TUNNEL_A_START, request->start);

	status |= put_given_u32(msg, request, PANTUN_TUNNEL_A_CARRIER, options->carrier);
	status |= put_given_u32(msg, request, PANTUN_TUNNEL_A_DF, options->df);
	status |= put_given_u32(msg, request, PANTUN_TUNNEL_A_TOS, options->tos);
	status |= put_given_u8(msg, request, PANTUN_TUNNEL_A_DSCP, options->dscp);
	status |= put_given_u8(msg, request, PANTUN_TUNNEL_A_TTL, options->ttl);
	status |= put_given_u8(msg, request, PANTUN_TUNNEL_A_FLOW_LABEL, options->flow_label);
	status |= put_given_u8(msg, request, PANTUN_TUNNEL_A_GRE, options->gre);
	status |= put_given_u32(msg, request, PANTUN_TUNNEL_A_TFC, options->tfc);
	status |= put_given_u32(msg, request, PANTUN_TUNNEL_A_DUMMY, options->dummy);
	status |= put_given_u32(msg, request, PANTUN_TUNNEL_A_MARK, options->mark);
	status |= put_given_u32(msg, request, PANTUN_TUNNEL_A_UNDERLAY, options->underlay);
	return status;
}

static bool any_given(const struct request *request)
{
	static const bool none[PANTUN_TUNNEL_A_MAX + 1];

	return memcmp(request->given, none, sizeof(none)) != 0;
}

static int tunnel_set(const struct options *options, int argc, char **argv)
{
	struct request request = { 0 };
	struct nl_client *client;
	struct nlattr *nest;
	struct nl_msg *msg;

	(void)options;
	if (keywords_take(PLACE, keywords, &request, argc, argv))
		return EXIT_USAGE;
	if (!*request.ifname)
		return usage_error(PLACE ": \"dev TUNNEL\" is missing");
	if (!any_given(&request))
		return usage_error(PLACE ": nothing to set; add a word such as \"start always\" or "
				   "\"df clear\"");
	client = command_open();
	if (!client)
		return 1;
	msg = command_begin(client, PANTUN_CMD_TUNNEL_SET, request.ifname);
	nest = nla_nest_start(msg, PANTUN_A_TUNNEL | NLA_F_NESTED);
	if (!nest || put_given(msg, &request) || nla_nest_end(msg, nest))
		errx(1, "out of memory");
	return command_finish(client, msg);
}

int cmd_tunnel(const struct options *options, int argc, char **argv)
{
	static const struct command verbs[] = {
		{ .name = "set", .run = tunnel_set },
		{ .name = "monitor", .run = cmd_tunnel_monitor },
	};

	return command_choose(verbs, sizeof(verbs) / sizeof(verbs[0]), "verb", options, argc,
			      argv);
}
