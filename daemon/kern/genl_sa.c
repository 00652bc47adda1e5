// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/pantun.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <string.h>

#include "genl/attr.h"
#include "genl/path.h"
#include "genl/sa.h"
#include "kern/genl_request.h"
#include "kern/genl_sa.h"
#include "kern/genl_hull.h"

/* What names an SA, apart from its path. */
static bool put_name(struct nl_msg *msg, const struct ike_sa_spec *sa)
{
	return genl_sa_put_name(msg, sa->inbound ? PANTUN_DIR_IN : PANTUN_DIR_OUT,
				sa->ah ? IPPROTO_AH : IPPROTO_ESP, sa->spi);
}

static bool put_keys(struct nl_msg *msg, const struct ike_sa_spec *sa)
{
	const struct genl_keys keys = {
		.enc = bytes_of(sa->encr_key, sa->encr_key_n),
		.auth = bytes_of(sa->integ_key, sa->integ_key_n),
		.salt = bytes_of(sa->salt, sa->salt_n),
	};

	return genl_sa_put_keys(msg, &keys);
}

static bool put_limits(struct nl_msg *msg, const struct ike_sa_spec *sa)
{
	const struct genl_limits limits = {
		.soft_bytes = sa->soft_bytes, .hard_bytes = sa->hard_bytes,
		.soft_seconds = sa->soft_seconds, .hard_seconds = sa->hard_seconds,
	};

	return genl_sa_put_limits(msg, &limits);
}

static bool put_selectors(struct nl_msg *msg, const struct genl_selector *selectors, int n)
{
	for (int i = 0; i < n; i++)
		if (!genl_selector_put(msg, PANTUN_SA_A_SELECTOR, &selectors[i]))
			return false;
	return true;
}

static bool put_sa(struct nl_msg *msg, const struct ike_sa_spec *sa,
		   const struct genl_selector *selectors, int n)
{
	const struct genl_path path = { sa->local, sa->remote, sa->udp_encap, sa->udp_csum };
	struct nlattr *nest = nla_nest_start(msg, PANTUN_A_SA);
	bool good;

	good = nest && put_name(msg, sa) && genl_path_put(msg, PANTUN_SA_A_PATH, &path) &&
	       !nla_put_string(msg, PANTUN_SA_A_PROXY, sa->proxy) &&
	       (!sa->transport ||
		!nla_put_u32(msg, PANTUN_SA_A_MODE, PANTUN_MODE_TRANSPORT)) &&
	       (!sa->esn || !nla_put_flag(msg, PANTUN_SA_A_ESN)) &&
	       (!sa->encr || !nla_put_u32(msg, PANTUN_SA_A_ENC, sa->encr->kernel)) &&
	       (!sa->integ || !nla_put_u32(msg, PANTUN_SA_A_AUTH, sa->integ->kernel)) &&
	       put_keys(msg, sa) && put_limits(msg, sa) &&
	       put_selectors(msg, selectors, n) &&
	       (!sa->inbound ||
		!nla_put_u32(msg, PANTUN_SA_A_REPLAY_WINDOW, sa->replay_window)) &&
	       (!sa->standby || !nla_put_flag(msg, PANTUN_SA_A_STANDBY)) &&
	       !nla_put_u64(msg, PANTUN_SA_A_COOKIE, sa->token);
	if (good)
		nla_nest_end(msg, nest);
	return good;
}

int genl_sa_add(struct kern *k, const struct ike_sa_spec *sa)
{
	struct kern_genl *g = genl_of(k);
	struct genl_selector selectors[GENL_SELECTORS_MAX];
	int n = genl_selectors_of(&sa->ts, selectors);
	struct nl_msg *msg;

	if (n <= 0) {
		snprintf(k->error, sizeof(k->error), n ? "too many traffic selectors" :
			 "traffic selectors have no family in common");
		return n ? -E2BIG : -EINVAL;
	}
	msg = genl_request_begin(g, PANTUN_CMD_SA_NEW, sa->ifname);
	msg = genl_request_end(msg, msg && put_sa(msg, sa, selectors, n));
	return genl_request_send(g, msg, NULL, NULL);
}

/* Names an SA that stands; @moved is the path that it is to take, or NULL. */
static bool put_standing(struct nl_msg *msg, const struct ike_sa_spec *sa,
			 const struct genl_path *moved)
{
	const struct genl_path path = { .local = sa->local, .remote = sa->remote };
	struct nlattr *nest = nla_nest_start(msg, PANTUN_A_SA);
	bool good;

	good = nest && put_name(msg, sa) && genl_path_put(msg, PANTUN_SA_A_PATH, &path) &&
	       (!moved || genl_path_put(msg, PANTUN_SA_A_NEW_PATH, moved));
	if (good)
		nla_nest_end(msg, nest);
	return good;
}

static int sa_ask(struct kern *k, uint8_t cmd, const struct ike_sa_spec *sa, genl_answer *answer,
		  void *ctx)
{
	struct nl_msg *msg = genl_request_begin(genl_of(k), cmd, sa->ifname);

	msg = genl_request_end(msg, msg && put_standing(msg, sa, NULL));
	return genl_request_send(genl_of(k), msg, answer, ctx);
}

int genl_sa_activate(struct kern *k, const struct ike_sa_spec *sa)
{
	return sa_ask(k, PANTUN_CMD_SA_ACTIVATE, sa, NULL, NULL);
}

int genl_sa_del(struct kern *k, const struct ike_sa_spec *sa)
{
	int error = sa_ask(k, PANTUN_CMD_SA_DEL, sa, NULL, NULL);

	/* Its tunnel is gone, and it went with that. */
	return error == -ENODEV || error == -ENOENT ? 0 : error;
}

int genl_sa_move(struct kern *k, const struct ike_sa_spec *sa)
{
	const struct genl_path path = { sa->new_local, sa->new_remote, sa->udp_encap,
					sa->udp_csum };
	struct nl_msg *msg = genl_request_begin(genl_of(k), PANTUN_CMD_SA_SET, sa->ifname);

	msg = genl_request_end(msg, msg && put_standing(msg, sa, &path));
	return genl_request_send(genl_of(k), msg, NULL, NULL);
}

static void on_idle(void *ctx, struct nlmsghdr *header)
{
	struct nlattr *attrs[PANTUN_A_MAX + 1], *sa[PANTUN_SA_A_MAX + 1];

	if (genl_attr_message(header, attrs, PANTUN_A_SA, sa, PANTUN_SA_A_MAX))
		genl_attr_take_u64(sa[PANTUN_SA_A_IDLE], ctx);
}

int genl_sa_idle(struct kern *k, const struct ike_sa_spec *sa, uint64_t *idle)
{
	*idle = UINT64_MAX;
	return sa_ask(k, PANTUN_CMD_SA_GET, sa, on_idle, idle);
}

bool genl_sa_get(struct nlmsghdr *header, struct kern_sa *out)
{
	struct nlattr *attrs[PANTUN_A_MAX + 1], *sa[PANTUN_SA_A_MAX + 1];
	struct genl_path path;

	memset(out, 0, sizeof(*out));
	if (!genl_attr_message(header, attrs, PANTUN_A_SA, sa, PANTUN_SA_A_MAX) ||
	    sa[PANTUN_SA_A_LARVAL] || !sa[PANTUN_SA_A_DIR] || !sa[PANTUN_SA_A_SPI])
		return false;
	genl_attr_text(attrs[PANTUN_A_IFNAME], out->ifname, sizeof(out->ifname));
	genl_attr_text(sa[PANTUN_SA_A_PROXY], out->proxy, sizeof(out->proxy));
	out->inbound = genl_attr_u32(sa[PANTUN_SA_A_DIR]) == PANTUN_DIR_IN;
	out->spi = genl_attr_u32(sa[PANTUN_SA_A_SPI]);
	out->ah = genl_attr_u8(sa[PANTUN_SA_A_PROTO]) == IPPROTO_AH;
	out->cookie = genl_attr_u64(sa[PANTUN_SA_A_COOKIE]);
	out->seq = genl_attr_u64(sa[PANTUN_SA_A_SEQ]);
	genl_path_get(sa[PANTUN_SA_A_PATH], &path);
	out->local = path.local.addr;
	out->remote = path.remote.addr;
	out->udp = path.udp;
	return true;
}

static bool get_sa(struct nlmsghdr *header, void *element)
{
	return genl_sa_get(header, element);
}

int genl_sa_each(struct kern *k, void (*each)(void *ctx, const struct kern_sa *), void *ctx)
{
	struct genl_list list = { .size = sizeof(struct kern_sa), .get = get_sa };
	int error = genl_request_dump(genl_of(k), PANTUN_CMD_SA_GET, NULL, &list);
	const struct kern_sa *sas = list.elements;

	/* Called after the dump, so that @each may send requests itself. */
	for (size_t i = 0; !error && i < list.n; i++)
		each(ctx, &sas[i]);
	genl_list_free(&list);
	return error;
}
