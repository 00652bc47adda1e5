// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes of requests into what objects are made from.  Types, lengths and ranges
 * have passed the policies; this is about what belongs together.
 */
#include <linux/in.h>
#include <linux/pantun.h>
#include "alg.h"
#include "compat.h"
#include "nl_priv.h"
#include "sa.h"

/* The four addresses of a family, all or none. */
static int parse_ranges(struct nlattr **attrs, int first, size_t len, struct pantun_range *local,
			struct pantun_range *remote, bool *there, struct netlink_ext_ack *extack)
{
	void *const into[] = { &local->first, &local->last, &remote->first, &remote->last };
	size_t i, found = 0;

	for (i = 0; i < ARRAY_SIZE(into); i++) {
		if (!attrs[first + i])
			continue;
		nla_memcpy(into[i], attrs[first + i], len);
		found++;
	}
	*there = found;
	if (!found || found == ARRAY_SIZE(into))
		return 0;
	return pantun_nl_refuse(extack, NULL, -EINVAL,
				"a selector has all four addresses of a family, or none of them");
}

static int parse_ports(struct nlattr **attrs, int first, struct pantun_ports *ports,
		       struct netlink_ext_ack *extack)
{
	if (!attrs[first] && !attrs[first + 1])
		return 0;
	if (!attrs[first] || !attrs[first + 1])
		return pantun_nl_refuse(extack, NULL, -EINVAL,
					"a range of ports needs both its first and last one");
	ports->first = nla_get_u16(attrs[first]);
	ports->last = nla_get_u16(attrs[first + 1]);
	return 0;
}

/**
 * pantun_nl_parse_selector - a selector
 * @nest: its attributes, or NULL for any packet
 * @sel: what to fill
 * @extack: says what is wrong
 *
 * Return: 0 or a negative errno.
 * Context: any.
 */
int pantun_nl_parse_selector(const struct nlattr *nest, struct pantun_selector *sel,
			     struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[PANTUN_SELECTOR_A_MAX + 1];
	struct pantun_selector given;
	const char *wrong;
	int err;

	pantun_selector_any(sel);
	if (!nest)
		return 0;
	err = nla_parse_nested(attrs, PANTUN_SELECTOR_A_MAX, nest, pantun_nl_selector_policy,
			       extack);
	if (err)
		return err;
	given = *sel;
	err = parse_ranges(attrs, PANTUN_SELECTOR_A_LOCAL4_FIRST, sizeof(struct in_addr),
			   &given.local4, &given.remote4, &given.has_v4, extack);
	if (!err)
		err = parse_ranges(attrs, PANTUN_SELECTOR_A_LOCAL6_FIRST, sizeof(struct in6_addr),
				   &given.local6, &given.remote6, &given.has_v6, extack);
	if (!err)
		err = parse_ports(attrs, PANTUN_SELECTOR_A_LOCAL_PORT_FIRST, &given.local_port,
				  extack);
	if (!err)
		err = parse_ports(attrs, PANTUN_SELECTOR_A_REMOTE_PORT_FIRST, &given.remote_port,
				  extack);
	if (err)
		return err;
	if (!given.has_v4 && !given.has_v6) {
		given.has_v4 = true;
		given.has_v6 = true;
	}
	if (attrs[PANTUN_SELECTOR_A_PROTO])
		given.proto = nla_get_u8(attrs[PANTUN_SELECTOR_A_PROTO]);
	wrong = pantun_selector_invalid(&given);
	if (wrong)
		return pantun_nl_refuse(extack, nest, -EINVAL, wrong);
	*sel = given;
	return 0;
}

static bool unicast(__be32 addr)
{
	return addr && !ipv4_is_multicast(addr) && !ipv4_is_lbcast(addr);
}

static int parse_encap(struct nlattr **attrs, struct pantun_sa_params *params,
		       struct netlink_ext_ack *extack)
{
	const struct nlattr *local = attrs[PANTUN_PATH_A_LOCAL_PORT];
	const struct nlattr *remote = attrs[PANTUN_PATH_A_REMOTE_PORT];

	params->encap = PANTUN_ENCAP_NONE;
	if (attrs[PANTUN_PATH_A_ENCAP])
		params->encap = nla_get_u32(attrs[PANTUN_PATH_A_ENCAP]);
	if (params->encap == PANTUN_ENCAP_NONE && (local || remote))
		return pantun_nl_refuse(extack, local ? local : remote, -EINVAL,
					"ports are for encapsulation in UDP: leave them out");
	if (params->encap == PANTUN_ENCAP_UDP && (!local || !remote))
		return pantun_nl_refuse(extack, NULL, -EINVAL,
					"encapsulation in UDP needs both ports of the path");
	params->local_port = local ? htons(nla_get_u16(local)) : 0;
	params->remote_port = remote ? htons(nla_get_u16(remote)) : 0;
	return 0;
}

/**
 * pantun_nl_parse_path - outer addresses and encapsulation, as far as they are given
 * @nest: the path's attributes, or NULL
 * @params: what to fill; addresses that are not given stay 0
 * @extack: says what is wrong
 *
 * Return: 0 or a negative errno.
 * Context: any.
 */
int pantun_nl_parse_path(const struct nlattr *nest, struct pantun_sa_params *params,
			 struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[PANTUN_PATH_A_MAX + 1] = {};
	const struct nlattr *attr;
	int err;

	if (nest) {
		err = nla_parse_nested(attrs, PANTUN_PATH_A_MAX, nest, pantun_nl_path_policy,
				       extack);
		if (err)
			return err;
	}
	attr = attrs[PANTUN_PATH_A_LOCAL4];
	if (attr)
		params->local.v4 = nla_get_in_addr(attr);
	if (attr && !unicast(params->local.v4))
		return pantun_nl_refuse(extack, attr, -EINVAL,
					"the local address of a path has to be a unicast address");
	attr = attrs[PANTUN_PATH_A_REMOTE4];
	if (attr)
		params->remote.v4 = nla_get_in_addr(attr);
	if (attr && !unicast(params->remote.v4))
		return pantun_nl_refuse(extack, attr, -EINVAL,
					"the remote address of a path has to be a unicast address");
	return parse_encap(attrs, params, extack);
}

static u64 limit_of(const struct nlattr *attr)
{
	return attr ? nla_get_u64(attr) : 0;
}

static int parse_limits(const struct nlattr *nest, struct pantun_limits *limits,
			struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[PANTUN_LIMITS_A_MAX + 1];
	const char *wrong;
	int err;

	if (!nest)
		return 0;
	err = nla_parse_nested(attrs, PANTUN_LIMITS_A_MAX, nest, pantun_nl_limits_policy, extack);
	if (err)
		return err;
	limits->soft.bytes = limit_of(attrs[PANTUN_LIMITS_A_SOFT_BYTES]);
	limits->hard.bytes = limit_of(attrs[PANTUN_LIMITS_A_HARD_BYTES]);
	limits->soft.packets = limit_of(attrs[PANTUN_LIMITS_A_SOFT_PACKETS]);
	limits->hard.packets = limit_of(attrs[PANTUN_LIMITS_A_HARD_PACKETS]);
	limits->soft.seconds = limit_of(attrs[PANTUN_LIMITS_A_SOFT_SECONDS]);
	limits->hard.seconds = limit_of(attrs[PANTUN_LIMITS_A_HARD_SECONDS]);
	wrong = pantun_life_invalid(limits);
	return wrong ? pantun_nl_refuse(extack, nest, -EINVAL, wrong) : 0;
}

static int parse_alg(struct nlattr * const *sa, struct pantun_sa_params *params,
		     struct netlink_ext_ack *extack)
{
	u32 enc = sa[PANTUN_SA_A_ENC] ? nla_get_u32(sa[PANTUN_SA_A_ENC]) : 0;
	u32 auth = sa[PANTUN_SA_A_AUTH] ? nla_get_u32(sa[PANTUN_SA_A_AUTH]) : 0;

	if (!enc)
		return pantun_nl_refuse(extack, NULL, -EINVAL,
					"an SA needs its encryption (SA_A_ENC)");
	params->alg = pantun_alg_find(enc, auth);
	if (params->alg)
		return 0;
	if (enc == PANTUN_ENC_AES_CBC && !auth)
		return pantun_nl_refuse(extack, sa[PANTUN_SA_A_ENC], -EOPNOTSUPP,
					"AES-CBC does not authenticate: add HMAC-SHA2-256-128");
	if (enc == PANTUN_ENC_AES_GCM_16)
		return pantun_nl_refuse(extack, sa[PANTUN_SA_A_AUTH], -EOPNOTSUPP,
					"AES-GCM authenticates by itself: leave SA_A_AUTH out");
	return pantun_nl_refuse(extack, sa[PANTUN_SA_A_ENC], -EOPNOTSUPP,
				"not one of AES-GCM-16 and AES-CBC with HMAC-SHA2-256-128");
}

static void key_of(const struct nlattr *attr, const u8 **key, unsigned int *len)
{
	*key = attr ? nla_data(attr) : NULL;
	*len = attr ? nla_len(attr) : 0;
}

static int check_keys(const struct pantun_alg *alg, const struct pantun_keys *keys,
		      const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	const char *wrong = NULL;

	if (!pantun_alg_key_len_ok(alg, keys->enc_len))
		wrong = "the encryption key has to have 16, 24 or 32 octets, without the salt";
	else if (keys->auth_len != alg->auth_key_len && alg->auth_key_len)
		wrong = "the authentication key of HMAC-SHA2-256-128 has to have 32 octets";
	else if (keys->auth_len != alg->auth_key_len)
		wrong = "this encryption has no authentication key: leave it out";
	else if (keys->salt_len != alg->salt_len && alg->salt_len)
		wrong = "the salt has to have 4 octets, apart from the key";
	else if (keys->salt_len != alg->salt_len)
		wrong = "this encryption has no salt: leave it out";
	return wrong ? pantun_nl_refuse(extack, nest, -EKEYREJECTED, wrong) : 0;
}

static int parse_keys(const struct nlattr *nest, struct pantun_sa_params *params,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[PANTUN_KEY_A_MAX + 1];
	struct pantun_keys *keys = &params->keys;
	int err;

	if (!nest)
		return pantun_nl_refuse(extack, NULL, -EINVAL, "an SA needs its keys (SA_A_KEY)");
	err = nla_parse_nested(attrs, PANTUN_KEY_A_MAX, nest, pantun_nl_key_policy, extack);
	if (err)
		return err;
	key_of(attrs[PANTUN_KEY_A_ENC], &keys->enc, &keys->enc_len);
	key_of(attrs[PANTUN_KEY_A_AUTH], &keys->auth, &keys->auth_len);
	key_of(attrs[PANTUN_KEY_A_SALT], &keys->salt, &keys->salt_len);
	return check_keys(params->alg, keys, nest, extack);
}

/* What makes sense in one direction only. */
static int parse_direction(struct nlattr * const *sa, struct pantun_sa_params *params,
			   struct netlink_ext_ack *extack)
{
	params->replay_window = PANTUN_REPLAY_WINDOW_DEFAULT;
	if (sa[PANTUN_SA_A_REPLAY_WINDOW])
		params->replay_window = nla_get_u32(sa[PANTUN_SA_A_REPLAY_WINDOW]);
	params->standby = nla_get_flag(sa[PANTUN_SA_A_STANDBY]);
	if (params->dir == PANTUN_DIR_IN && params->standby)
		return pantun_nl_refuse(extack, sa[PANTUN_SA_A_STANDBY], -EINVAL,
					"standby is for outbound SAs: inbound ones just receive");
	if (params->dir == PANTUN_DIR_OUT && sa[PANTUN_SA_A_REPLAY_WINDOW])
		return pantun_nl_refuse(extack, sa[PANTUN_SA_A_REPLAY_WINDOW], -EINVAL,
					"a replay window is for inbound SAs: the receiver checks");
	return 0;
}

/**
 * pantun_nl_parse_new_sa - everything of a new SA
 * @sa: attributes of PANTUN_A_SA, by number
 * @params: what to fill, zeroed; keys point into the attributes
 * @extack: says what is wrong
 *
 * Return: 0 or a negative errno.
 * Context: any.
 */
int pantun_nl_parse_new_sa(struct nlattr * const *sa, struct pantun_sa_params *params,
			   struct netlink_ext_ack *extack)
{
	int err;

	if (!sa[PANTUN_SA_A_DIR] || !sa[PANTUN_SA_A_SPI])
		return pantun_nl_refuse(extack, NULL, -EINVAL,
					"an SA needs its direction and SPI (SA_A_DIR, SA_A_SPI)");
	params->dir = nla_get_u32(sa[PANTUN_SA_A_DIR]);
	params->spi = htonl(nla_get_u32(sa[PANTUN_SA_A_SPI]));
	params->proto = IPPROTO_ESP;
	params->mode = PANTUN_MODE_TUNNEL;
	err = pantun_nl_parse_path(sa[PANTUN_SA_A_PATH], params, extack);
	if (err)
		return err;
	if (!params->local.v4 || !params->remote.v4)
		return pantun_nl_refuse(extack, NULL, -EINVAL,
					"an SA needs both addresses of its path (SA_A_PATH)");
	err = parse_direction(sa, params, extack);
	if (!err)
		err = parse_alg(sa, params, extack);
	if (!err)
		err = parse_keys(sa[PANTUN_SA_A_KEY], params, extack);
	if (!err)
		err = parse_limits(sa[PANTUN_SA_A_LIMITS], &params->limits, extack);
	if (err)
		return err;
	if (sa[PANTUN_SA_A_COOKIE])
		params->cookie = nla_get_u64(sa[PANTUN_SA_A_COOKIE]);
	params->has_selector = sa[PANTUN_SA_A_SELECTOR];
	return pantun_nl_parse_selector(sa[PANTUN_SA_A_SELECTOR], &params->selector, extack);
}
