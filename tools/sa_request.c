// SPDX-License-Identifier: GPL-2.0-or-later
#include "sa_request.h"
#include <netinet/in.h>
#include <string.h>
#include "algorithms.h"
#include "command.h"

static struct sa *sa_of(void *ctx)
{
	return &((struct sa_request *)ctx)->sa;
}

static const char *take_dev(void *ctx, char *const *values)
{
	return ifname_take(values[0], sa_of(ctx)->ifname);
}

static const char *take_direction(struct sa *sa, uint32_t dir)
{
	if (sa->dir)
		return "the direction was given before; one command is about one SA";
	sa->dir = dir;
	return NULL;
}

static const char *take_in(void *ctx, char *const *values)
{
	(void)values;
	return take_direction(sa_of(ctx), PANTUN_DIR_IN);
}

static const char *take_out(void *ctx, char *const *values)
{
	(void)values;
	return take_direction(sa_of(ctx), PANTUN_DIR_OUT);
}

static const char *take_proto(void *ctx, char *const *values)
{
	sa_of(ctx)->proto = ipsec_proto_number(values[0]);
	return sa_of(ctx)->proto ? NULL : "not one of esp, ah";
}

static const char *take_spi(void *ctx, char *const *values)
{
	uint64_t spi;

	if (!number_take(values[0], PANTUN_SPI_MIN, UINT32_MAX, &spi))
		return "not an SPI: 256 to 0xffffffff, hexadecimal after 0x";
	sa_of(ctx)->spi = (uint32_t)spi;
	return NULL;
}

static const char *take_local(void *ctx, char *const *values)
{
	return addr_take(values[0], &sa_of(ctx)->path.local.addr);
}

static const char *take_remote(void *ctx, char *const *values)
{
	return addr_take(values[0], &sa_of(ctx)->path.remote.addr);
}

static const char *take_new_local(void *ctx, char *const *values)
{
	return addr_take(values[0], &((struct sa_request *)ctx)->new_path.local.addr);
}

static const char *take_new_remote(void *ctx, char *const *values)
{
	return addr_take(values[0], &((struct sa_request *)ctx)->new_path.remote.addr);
}

static const char *take_mode(void *ctx, char *const *values)
{
	sa_of(ctx)->mode = mode_number(values[0]);
	return sa_of(ctx)->mode ? NULL : "not one of tunnel, transport";
}

static const char *take_ports(struct genl_path *path, char *const *values)
{
	uint64_t local, remote;

	if (!number_take(values[0], 1, 65535, &local) ||
	    !number_take(values[1], 1, 65535, &remote))
		return "not followed by two ports from 1 to 65535, ours and the peer's";
	path->udp = true;
	path->local.port = (uint16_t)local;
	path->remote.port = (uint16_t)remote;
	return NULL;
}

static const char *take_encap(void *ctx, char *const *values)
{
	return take_ports(&sa_of(ctx)->path, values);
}

static const char *take_new_encap(void *ctx, char *const *values)
{
	return take_ports(&((struct sa_request *)ctx)->new_path, values);
}

static const char *take_checksum(void *ctx, char *const *values)
{
	(void)values;
	sa_of(ctx)->path.csum = true;
	return NULL;
}

static const char *take_new_checksum(void *ctx, char *const *values)
{
	(void)values;
	((struct sa_request *)ctx)->new_path.csum = true;
	return NULL;
}

static const char *take_enc(void *ctx, char *const *values)
{
	sa_of(ctx)->enc = enc_number(values[0]);
	return sa_of(ctx)->enc ? NULL : enc_unknown();
}

static const char *take_auth(void *ctx, char *const *values)
{
	sa_of(ctx)->auth = auth_number(values[0]);
	return sa_of(ctx)->auth ? NULL : auth_unknown();
}

static const char *take_esn(void *ctx, char *const *values)
{
	(void)values;
	sa_of(ctx)->esn = true;
	return NULL;
}

static const char *take_key_file(void *ctx, char *const *values)
{
	((struct sa_request *)ctx)->key_file = values[0];
	return NULL;
}

static const char *take_proxy(void *ctx, char *const *values)
{
	return proxy_name_take(values[0], sa_of(ctx)->proxy);
}

static const char *take_window(void *ctx, char *const *values)
{
	uint64_t window;

	if (!number_take(values[0], 0, PANTUN_REPLAY_WINDOW_MAX, &window))
		return "not a count of packets, 0 to 4096";
	sa_of(ctx)->replay_window = (uint32_t)window;
	((struct sa_request *)ctx)->has_window = true;
	return NULL;
}

static const char *take_standby(void *ctx, char *const *values)
{
	(void)values;
	sa_of(ctx)->standby = true;
	return NULL;
}

static const char *take_cookie(void *ctx, char *const *values)
{
	return number_take(values[0], 0, UINT64_MAX, &sa_of(ctx)->cookie) ? NULL :
									    "not a number";
}

#define TAKE_LIMIT(member)							\
static const char *take_##member(void *ctx, char *const *values)		\
{										\
	return number_take(values[0], 1, UINT64_MAX, &sa_of(ctx)->limits.member) ?	\
		NULL : "not a number from 1";					\
}

TAKE_LIMIT(soft_bytes)
TAKE_LIMIT(hard_bytes)
TAKE_LIMIT(soft_packets)
TAKE_LIMIT(hard_packets)
TAKE_LIMIT(soft_seconds)
TAKE_LIMIT(hard_seconds)

/* What names an SA, in every verb. */
#define NAME_KEYWORDS								\
	{ "dev", "TUNNEL", 1, take_dev },					\
	{ "in", "", 0, take_in },						\
	{ "out", "", 0, take_out },						\
	{ "proto", "esp or ah", 1, take_proto },				\
	{ "spi", "an SPI", 1, take_spi },					\
	{ "local", "our address", 1, take_local },				\
	{ "remote", "the peer's address", 1, take_remote }

const struct keyword sa_add_keywords[] = {
	NAME_KEYWORDS,
	{ "mode", "tunnel or transport", 1, take_mode },
	{ "encap", "our UDP port and the peer's", 2, take_encap },
	{ "udp-checksum", "", 0, take_checksum },
	{ "enc", "an encryption", 1, take_enc },
	{ "auth", "an authentication", 1, take_auth },
	{ "esn", "", 0, take_esn },
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

const struct keyword sa_name_keywords[] = {
	NAME_KEYWORDS,
	{ NULL, NULL, 0, NULL },
};

const struct keyword sa_path_keywords[] = {
	NAME_KEYWORDS,
	{ "new-local", "our new address", 1, take_new_local },
	{ "new-remote", "the peer's new address", 1, take_new_remote },
	{ "encap", "our UDP port and the peer's", 2, take_new_encap },
	{ "udp-checksum", "", 0, take_new_checksum },
	{ NULL, NULL, 0, NULL },
};

static int check_families(const char *place, const char *local_word, const char *remote_word,
			  const struct genl_path *path)
{
	bool local6 = path->local.addr.family == AF_INET6;

	if (!path->local.addr.family || !path->remote.addr.family ||
	    path->local.addr.family == path->remote.addr.family)
		return 0;
	return usage_error("%s: \"%s\" is IPv%c and \"%s\" is IPv%c; both ends of a path must be "
			   "of one family", place, local_word, local6 ? '6' : '4', remote_word,
			   local6 ? '4' : '6');
}

static int check_encap(const char *place, uint8_t proto, const struct genl_path *path)
{
	if (path->csum && !path->udp)
		return usage_error("%s: \"udp-checksum\" is about ESP in UDP; add \"encap LPORT "
				   "RPORT\"", place);
	if (path->udp && proto == IPPROTO_AH)
		return usage_error("%s: \"encap\" does not go with \"proto ah\", which protects "
				   "the addresses that NAT changes; use \"proto esp\"", place);
	return 0;
}

int sa_request_check_named(const char *place, const struct sa_request *request)
{
	const struct sa *sa = &request->sa;

	if (!*sa->ifname)
		return usage_error("%s: \"dev TUNNEL\" is missing", place);
	if (!sa->dir)
		return usage_error("%s: the direction is missing: \"in\" for the SA we receive "
				   "with, \"out\" for the one we send with", place);
	if (!sa->spi && sa->dir == PANTUN_DIR_IN)
		return usage_error("%s: \"spi NUMBER\" is missing: for \"in\" the one that the "
				   "peer puts in packets to us", place);
	if (!sa->spi)
		return usage_error("%s: \"spi NUMBER\" is missing: for \"out\" the one that we put "
				   "in packets to the peer", place);
	return check_families(place, "local", "remote", &sa->path);
}

/* Words that are about the receiver, or about the sender, alone. */
static int check_direction(const char *place, const struct sa_request *request)
{
	if (request->sa.dir == PANTUN_DIR_IN && request->sa.standby)
		return usage_error("%s: \"standby\" is for out-SAs; leave it out: every in-SA "
				   "receives at once", place);
	if (request->sa.dir == PANTUN_DIR_OUT && request->has_window)
		return usage_error("%s: \"replay-window\" is for in-SAs; give it to the in-SA, the "
				   "receiver checks", place);
	return 0;
}

int sa_request_check_add(const char *place, const struct sa_request *request)
{
	const struct sa *sa = &request->sa;
	char text[MODEL_ERROR];

	if (sa_request_check_named(place, request))
		return EXIT_USAGE;
	if (!sa->path.local.addr.family)
		return usage_error("%s: \"local ADDRESS\" is missing: ours, whatever the direction",
				   place);
	if (!sa->path.remote.addr.family)
		return usage_error("%s: \"remote ADDRESS\" is missing: the peer's, whatever the "
				   "direction", place);
	if (check_encap(place, sa->proto, &sa->path) || check_direction(place, request))
		return EXIT_USAGE;
	if (algorithms_unfit(sa->proto, sa->enc, sa->auth, text, sizeof(text)))
		return usage_error("%s: %s", place, text);
	if (!request->key_file)
		return usage_error("%s: \"key-file FILE\" is missing; keys are never words of a "
				   "command line, which everybody can read", place);
	return 0;
}

int sa_request_check_path(const char *place, struct sa_request *request)
{
	const struct genl_path *old = &request->sa.path;
	struct genl_path *path = &request->new_path;

	if (sa_request_check_named(place, request))
		return EXIT_USAGE;
	if (!path->local.addr.family)
		path->local.addr = old->local.addr;
	if (!path->remote.addr.family)
		path->remote.addr = old->remote.addr;
	if (!path->local.addr.family || !path->remote.addr.family)
		return usage_error("%s: the new path is missing: \"new-local ADDRESS\" and "
				   "\"new-remote ADDRESS\"; one that stays is taken from \"local\" "
				   "or \"remote\"", place);
	if (check_families(place, "new-local", "new-remote", path))
		return EXIT_USAGE;
	return check_encap(place, request->sa.proto, path);
}
