// SPDX-License-Identifier: GPL-2.0-or-later
/* pantunctl sa: IPsec SAs with manual keys, without the daemon. */
#include <err.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/netlink.h>
#include <stdio.h>
#include <string.h>
#include "algorithms.h"
#include "base/secret.h"
#include "command.h"
#include "sa_request.h"

/* What names an SA: tunnel, direction, protocol, SPI and, where given, addresses. */
static bool put_name(struct nl_msg *msg, const struct sa *sa)
{
	bool path = sa->path.local.addr.family || sa->path.remote.addr.family;

	return genl_sa_put_name(msg, sa->dir, sa->proto, sa->spi) &&
	       (!path || genl_path_put(msg, PANTUN_SA_A_PATH, &sa->path));
}

static bool put_keys(struct nl_msg *msg, const struct keys *keys)
{
	const struct genl_keys views = {
		.enc = bytes_of(keys->enc.b, keys->enc.n),
		.auth = bytes_of(keys->auth.b, keys->auth.n),
		.salt = bytes_of(keys->salt.b, keys->salt.n),
	};

	return genl_sa_put_keys(msg, &views);
}

static bool put_new(struct nl_msg *msg, const struct sa_request *request,
		    const struct keys *keys)
{
	const struct sa *sa = &request->sa;

	return put_name(msg, sa) &&
	       (!*sa->proxy || !nla_put_string(msg, PANTUN_SA_A_PROXY, sa->proxy)) &&
	       (!sa->mode || !nla_put_u32(msg, PANTUN_SA_A_MODE, sa->mode)) &&
	       (!sa->enc || !nla_put_u32(msg, PANTUN_SA_A_ENC, sa->enc)) &&
	       (!sa->auth || !nla_put_u32(msg, PANTUN_SA_A_AUTH, sa->auth)) &&
	       put_keys(msg, keys) &&
	       (!request->has_window ||
		!nla_put_u32(msg, PANTUN_SA_A_REPLAY_WINDOW, sa->replay_window)) &&
	       genl_sa_put_limits(msg, &sa->limits) &&
	       (!sa->cookie || !nla_put_u64(msg, PANTUN_SA_A_COOKIE, sa->cookie)) &&
	       (!sa->standby || !nla_put_flag(msg, PANTUN_SA_A_STANDBY)) &&
	       (!sa->esn || !nla_put_flag(msg, PANTUN_SA_A_ESN));
}

/* @keys for a new one, NULL for a command about one that stands. */
static int send_sa(uint8_t cmd, const struct sa_request *request, const struct keys *keys)
{
	struct nl_client *client = command_open();
	struct nlattr *nest;
	struct nl_msg *msg;
	bool good;

	if (!client)
		return 1;
	msg = command_begin(client, cmd, request->sa.ifname);
	nest = nla_nest_start(msg, PANTUN_A_SA | NLA_F_NESTED);
	good = nest && (keys ? put_new(msg, request, keys) : put_name(msg, &request->sa)) &&
	       (cmd != PANTUN_CMD_SA_SET ||
		genl_path_put(msg, PANTUN_SA_A_NEW_PATH, &request->new_path));
	if (!good || nla_nest_end(msg, nest))
		errx(1, "out of memory");
	return command_finish(client, msg);
}

static void warn_weak(const char *word, const struct algorithm *alg)
{
	if (alg && alg->weak)
		fprintf(stderr, "pantunctl: warning: sa add: %s %s is weak: %s\n", word, alg->name,
			alg->weak);
}

static int sa_add(const struct options *options, int argc, char **argv)
{
	struct sa_request request = { .sa.proto = IPPROTO_ESP };
	char error[MODEL_ERROR], wrong[MODEL_ERROR / 2];
	struct keys keys;
	int status = 1;

	(void)options;
	if (keywords_take("sa add", sa_add_keywords, &request, argc, argv) ||
	    sa_request_check_add("sa add", &request))
		return EXIT_USAGE;
	warn_weak("enc", algorithm_enc(request.sa.enc));
	warn_weak("auth", algorithm_auth(request.sa.auth));
	if (keyfile_read(request.key_file, &keys, error, sizeof(error)))
		fprintf(stderr, "pantunctl: %s\n", error);
	else if (keys_unfit(request.sa.enc, request.sa.auth, &keys, wrong, sizeof(wrong)))
		fprintf(stderr, "pantunctl: %s: %s\n", request.key_file, wrong);
	else
		status = send_sa(PANTUN_CMD_SA_NEW, &request, &keys);
	secret_wipe(&keys, sizeof(keys));
	return status;
}

static int send_named(const char *place, uint8_t cmd, int argc, char **argv)
{
	struct sa_request request = { .sa.proto = IPPROTO_ESP };

	if (keywords_take(place, sa_name_keywords, &request, argc, argv) ||
	    sa_request_check_named(place, &request))
		return EXIT_USAGE;
	return send_sa(cmd, &request, NULL);
}

static int sa_activate(const struct options *options, int argc, char **argv)
{
	(void)options;
	return send_named("sa activate", PANTUN_CMD_SA_ACTIVATE, argc, argv);
}

static int sa_del(const struct options *options, int argc, char **argv)
{
	(void)options;
	return send_named("sa del", PANTUN_CMD_SA_DEL, argc, argv);
}

static int sa_path(const struct options *options, int argc, char **argv)
{
	struct sa_request request = { .sa.proto = IPPROTO_ESP };

	(void)options;
	if (keywords_take("sa path", sa_path_keywords, &request, argc, argv) ||
	    sa_request_check_path("sa path", &request))
		return EXIT_USAGE;
	return send_sa(PANTUN_CMD_SA_SET, &request, NULL);
}

static int sa_flush(const struct options *options, int argc, char **argv)
{
	static const struct keyword keywords[] = {
		{ "dev", "TUNNEL", 1, dev_take },
		{ NULL, NULL, 0, NULL },
	};
	char ifname[IFNAMSIZ] = "";
	struct nl_client *client;

	(void)options;
	if (keywords_take("sa flush", keywords, ifname, argc, argv))
		return EXIT_USAGE;
	client = command_open();
	if (!client)
		return 1;
	return command_finish(client, command_begin(client, PANTUN_CMD_SA_FLUSH, ifname));
}

int cmd_sa(const struct options *options, int argc, char **argv)
{
	static const struct command verbs[] = {
		{ .name = "add", .run = sa_add },
		{ .name = "path", .run = sa_path },
		{ .name = "activate", .run = sa_activate },
		{ .name = "del", .run = sa_del },
		{ .name = "flush", .run = sa_flush },
	};

	return command_choose(verbs, sizeof(verbs) / sizeof(verbs[0]), "verb", options, argc,
			      argv);
}
