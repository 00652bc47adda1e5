// SPDX-License-Identifier: GPL-2.0-or-later
/* pantunctl sa: IPsec SAs with manual keys, without the daemon. */
#include <err.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/netlink.h>
#include <stdio.h>
#include <string.h>
#include "base/secret.h"
#include "command.h"
#include "nl_parse.h"

struct request {
	struct sa sa;
	const char *key_file;
	bool has_window;
};

static const char *take_dev(void *ctx, char *const *values)
{
	return ifname_take(values[0], ((struct request *)ctx)->sa.ifname);
}

static const char *take_direction(struct request *request, uint32_t dir)
{
	if (request->sa.dir)
		return "the direction was given before";
	request->sa.dir = dir;
	return NULL;
}

static const char *take_in(void *ctx, char *const *values)
{
	(void)values;
	return take_direction(ctx, PANTUN_DIR_IN);
}

static const char *take_out(void *ctx, char *const *values)
{
	(void)values;
	return take_direction(ctx, PANTUN_DIR_OUT);
}

static const char *take_spi(void *ctx, char *const *values)
{
	uint64_t spi;

	if (!number_take(values[0], PANTUN_SPI_MIN, UINT32_MAX, &spi))
		return "not an SPI: 256 to 0xffffffff, hexadecimal after 0x";
	((struct request *)ctx)->sa.spi = (uint32_t)spi;
	return NULL;
}

static const char *take_address(const char *word, struct addr *out)
{
	if (addr_parse(word, out) || out->family != AF_INET)
		return "not an IPv4 address";
	return NULL;
}

static const char *take_local(void *ctx, char *const *values)
{
	return take_address(values[0], &((struct request *)ctx)->sa.path.local);
}

static const char *take_remote(void *ctx, char *const *values)
{
	return take_address(values[0], &((struct request *)ctx)->sa.path.remote);
}

static const char *take_encap(void *ctx, char *const *values)
{
	struct path *path = &((struct request *)ctx)->sa.path;
	uint64_t local, remote;

	if (!number_take(values[0], 1, 65535, &local) ||
	    !number_take(values[1], 1, 65535, &remote))
		return "not two ports, ours and the peer's";
	path->encap = PANTUN_ENCAP_UDP;
	path->local_port = (uint16_t)local;
	path->remote_port = (uint16_t)remote;
	return NULL;
}

static const char *take_enc(void *ctx, char *const *values)
{
	struct request *request = ctx;

	request->sa.enc = enc_number(values[0]);
	return request->sa.enc ? NULL : "not one of aes-gcm-16, aes-cbc";
}

static const char *take_auth(void *ctx, char *const *values)
{
	struct request *request = ctx;

	request->sa.auth = auth_number(values[0]);
	return request->sa.auth ? NULL : "not hmac-sha2-256-128";
}

static const char *take_key_file(void *ctx, char *const *values)
{
	((struct request *)ctx)->key_file = values[0];
	return NULL;
}

static const char *take_proxy(void *ctx, char *const *values)
{
	return proxy_name_take(values[0], ((struct request *)ctx)->sa.proxy);
}

static const char *take_window(void *ctx, char *const *values)
{
	struct request *request = ctx;
	uint64_t window;

	if (!number_take(values[0], 0, PANTUN_REPLAY_WINDOW_MAX, &window))
		return "not a count of packets, 0 to 4096";
	request->sa.replay_window = (uint32_t)window;
	request->has_window = true;
	return NULL;
}

static const char *take_standby(void *ctx, char *const *values)
{
	(void)values;
	((struct request *)ctx)->sa.standby = true;
	return NULL;
}

static const char *take_cookie(void *ctx, char *const *values)
{
	return number_take(values[0], 0, UINT64_MAX, &((struct request *)ctx)->sa.cookie) ?
		NULL : "not a number";
}

#define TAKE_LIMIT(member)							\
static const char *take_##member(void *ctx, char *const *values)		\
{										\
	return number_take(values[0], 1, UINT64_MAX,				\
			   &((struct request *)ctx)->sa.limits.member) ?	\
		NULL : "not a number from 1";					\
}

TAKE_LIMIT(soft_bytes)
TAKE_LIMIT(hard_bytes)
TAKE_LIMIT(soft_packets)
TAKE_LIMIT(hard_packets)
TAKE_LIMIT(soft_seconds)
TAKE_LIMIT(hard_seconds)

static const struct keyword add_keywords[] = {
	{ "dev", "TUNNEL", 1, take_dev },
	{ "in", "", 0, take_in },
	{ "out", "", 0, take_out },
	{ "spi", "an SPI", 1, take_spi },
	{ "local", "our address", 1, take_local },
	{ "remote", "the peer's address", 1, take_remote },
	{ "encap", "our UDP port and the peer's", 2, take_encap },
	{ "enc", "an encryption", 1, take_enc },
	{ "auth", "an integrity algorithm", 1, take_auth },
	{ "key-file", "a path", 1, take_key_file },
	{ "proxy", "the name of a proxy-ID", 1, take_proxy },
	{ "replay-window", "a count of packets", 1, take_window },
	{ "standby", "", 0, take_standby },
	{ "cookie", "a number", 1, take_cookie },
	{ "soft-bytes", "a number", 1, take_soft_bytes },
	{ "hard-bytes", "a number", 1, take_hard_bytes },
	{ "soft-packets", "a number", 1, take_soft_packets },
	{ "hard-packets", "a number", 1, take_hard_packets },
	{ "soft-seconds", "a number", 1, take_soft_seconds },
	{ "hard-seconds", "a number", 1, take_hard_seconds },
	{ NULL, NULL, 0, NULL },
};

static const struct keyword name_keywords[] = {
	{ "dev", "TUNNEL", 1, take_dev },
	{ "in", "", 0, take_in },
	{ "out", "", 0, take_out },
	{ "spi", "an SPI", 1, take_spi },
	{ "local", "our address", 1, take_local },
	{ "remote", "the peer's address", 1, take_remote },
	{ NULL, NULL, 0, NULL },
};

static const struct keyword flush_keywords[] = {
	{ "dev", "TUNNEL", 1, take_dev },
	{ NULL, NULL, 0, NULL },
};

/* 0, or EXIT_USAGE after a message. */
static int check_named(const struct request *request)
{
	const struct sa *sa = &request->sa;

	if (!*sa->ifname)
		return usage_error("an SA needs \"dev TUNNEL\"");
	if (!sa->dir)
		return usage_error("an SA needs \"in\", what we receive, or \"out\", what we send");
	if (!sa->spi)
		return usage_error("an SA needs \"spi NUMBER\"");
	return 0;
}

static int check_add(const struct request *request)
{
	const struct sa *sa = &request->sa;

	if (check_named(request))
		return EXIT_USAGE;
	if (!sa->path.local.family)
		return usage_error("an SA needs \"local ADDRESS\", ours in both directions");
	if (!sa->path.remote.family)
		return usage_error("an SA needs \"remote ADDRESS\", the peer's");
	if (!sa->enc || !request->key_file)
		return usage_error("an SA needs \"enc ALGORITHM\" and \"key-file FILE\"");
	if (sa->dir == PANTUN_DIR_IN && sa->standby)
		return usage_error("standby is for out-SAs; every in-SA receives at once");
	if (sa->dir == PANTUN_DIR_OUT && request->has_window)
		return usage_error("replay-window is for in-SAs; the receiver checks");
	return 0;
}

/* What names an SA: tunnel, direction, SPI and, where given, addresses. */
static int put_name(struct nl_msg *msg, const struct sa *sa)
{
	int status = nla_put_u32(msg, PANTUN_SA_A_DIR, sa->dir);

	status |= nla_put_u8(msg, PANTUN_SA_A_PROTO, IPPROTO_ESP);
	status |= nla_put_u32(msg, PANTUN_SA_A_SPI, sa->spi);
	if (sa->path.local.family || sa->path.remote.family)
		status |= nl_put_path(msg, PANTUN_SA_A_PATH, &sa->path);
	return status;
}

static int put_new(struct nl_msg *msg, const struct request *request, const struct keys *keys)
{
	const struct sa *sa = &request->sa;
	int status = put_name(msg, sa);

	if (*sa->proxy)
		status |= nla_put_string(msg, PANTUN_SA_A_PROXY, sa->proxy);
	status |= nla_put_u32(msg, PANTUN_SA_A_ENC, sa->enc);
	if (sa->auth)
		status |= nla_put_u32(msg, PANTUN_SA_A_AUTH, sa->auth);
	status |= nl_put_keys(msg, PANTUN_SA_A_KEY, keys);
	if (request->has_window)
		status |= nla_put_u32(msg, PANTUN_SA_A_REPLAY_WINDOW, sa->replay_window);
	status |= nl_put_limits(msg, PANTUN_SA_A_LIMITS, &sa->limits);
	if (sa->cookie)
		status |= nla_put_u64(msg, PANTUN_SA_A_COOKIE, sa->cookie);
	if (sa->standby)
		status |= nla_put_flag(msg, PANTUN_SA_A_STANDBY);
	return status;
}

/* @keys for a new one, NULL for a command about one that stands. */
static int send_sa(uint8_t cmd, const struct request *request, const struct keys *keys)
{
	struct nl_client *client = command_open();
	struct nlattr *nest;
	struct nl_msg *msg;
	int status;

	if (!client)
		return 1;
	msg = command_begin(client, cmd, request->sa.ifname);
	nest = nla_nest_start(msg, PANTUN_A_SA | NLA_F_NESTED);
	if (!nest)
		errx(1, "out of memory");
	status = keys ? put_new(msg, request, keys) : put_name(msg, &request->sa);
	if (status || nla_nest_end(msg, nest))
		errx(1, "out of memory");
	return command_finish(client, msg);
}

static int sa_add(const struct options *options, int argc, char **argv)
{
	struct request request = { 0 };
	char error[MODEL_ERROR];
	struct keys keys;
	int status = 1;

	(void)options;
	if (keywords_take(add_keywords, &request, argc, argv) || check_add(&request))
		return EXIT_USAGE;
	if (keyfile_read(request.key_file, &keys, error, sizeof(error)))
		fprintf(stderr, "pantunctl: %s\n", error);
	else
		status = send_sa(PANTUN_CMD_SA_NEW, &request, &keys);
	secret_wipe(&keys, sizeof(keys));
	return status;
}

static int send_named(uint8_t cmd, int argc, char **argv)
{
	struct request request = { 0 };

	if (keywords_take(name_keywords, &request, argc, argv) || check_named(&request))
		return EXIT_USAGE;
	return send_sa(cmd, &request, NULL);
}

static int sa_activate(const struct options *options, int argc, char **argv)
{
	(void)options;
	return send_named(PANTUN_CMD_SA_ACTIVATE, argc, argv);
}

static int sa_del(const struct options *options, int argc, char **argv)
{
	(void)options;
	return send_named(PANTUN_CMD_SA_DEL, argc, argv);
}

static int sa_flush(const struct options *options, int argc, char **argv)
{
	struct request request = { 0 };
	struct nl_client *client;

	(void)options;
	if (keywords_take(flush_keywords, &request, argc, argv))
		return EXIT_USAGE;
	client = command_open();
	if (!client)
		return 1;
	return command_finish(client, command_begin(client, PANTUN_CMD_SA_FLUSH,
						    request.sa.ifname));
}

int cmd_sa(const struct options *options, int argc, char **argv)
{
	static const struct command verbs[] = {
		{ .name = "add", .run = sa_add },
		{ .name = "activate", .run = sa_activate },
		{ .name = "del", .run = sa_del },
		{ .name = "flush", .run = sa_flush },
	};

	return command_choose(verbs, sizeof(verbs) / sizeof(verbs[0]), "verb", options, argc,
			      argv);
}
