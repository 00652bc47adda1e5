// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes of requests into what objects are made from.  Types, lengths and ranges
 * have passed the policies; this is about what belongs together.
 */
#include <linux/in.h>
#include <linux/pantun.h>
#include <net/ipv6.h>
#include "compat.h"
#include "core/alg.h"
#include "core/proxy.h"
#include "core/sa.h"
#include "core/tunnel.h"
#include "ctl/netdev.h"
#include "ctl/nl_priv.h"
#include "xform/ah.h"
#include "xform/esp.h"

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

static const char *wrong_v4(const union pantun_addr *addr)
{
	if (!addr->v4 || ipv4_is_multicast(addr->v4) || ipv4_is_lbcast(addr->v4))
		return "the addresses of a path must be unicast addresses";
	return NULL;
}

static const char *wrong_v6(const union pantun_addr *addr)
{
	int type = ipv6_addr_type(&addr->v6);

	if (type == IPV6_ADDR_ANY || type & IPV6_ADDR_MULTICAST)
		return "the addresses of a path must be unicast addresses";
	if (type & IPV6_ADDR_MAPPED)
		return "an IPv4 address in IPv6 form: give it as PATH_A_LOCAL4 or _REMOTE4";
	return NULL;
}

/* One end of a path, in whichever family it is given. */
static int parse_end(struct nlattr **attrs, int v4, int v6, union pantun_addr *addr, u8 *family,
		     struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = attrs[v6] ? attrs[v6] : attrs[v4];
	u8 found = attrs[v6] ? AF_INET6 : AF_INET;
	const char *wrong;

	if (!attr)
		return 0;
	if ((attrs[v4] && attrs[v6]) || (*family != AF_UNSPEC && *family != found))
		return pantun_nl_refuse(extack, attr, -EINVAL,
					"a path has addresses of one family: IPv4 or IPv6");
	if (found == AF_INET6 && !ipv6_mod_enabled())
		return pantun_nl_refuse(extack, attr, -EAFNOSUPPORT,
					"IPv6 is disabled in this kernel (ipv6.disable=1)");
	*family = found;
	nla_memcpy(addr, attr, sizeof(*addr));
	wrong = found == AF_INET ? wrong_v4(addr) : wrong_v6(addr);
	return wrong ? pantun_nl_refuse(extack, attr, -EINVAL, wrong) : 0;
}

static int parse_encap(struct nlattr **attrs, struct pantun_sa_params *params,
		       struct netlink_ext_ack *extack)
{
	const struct nlattr *local = attrs[PANTUN_PATH_A_LOCAL_PORT];
	const struct nlattr *remote = attrs[PANTUN_PATH_A_REMOTE_PORT];
	const struct nlattr *csum = attrs[PANTUN_PATH_A_UDP_CSUM];

	params->encap = PANTUN_ENCAP_NONE;
	if (attrs[PANTUN_PATH_A_ENCAP])
		params->encap = nla_get_u32(attrs[PANTUN_PATH_A_ENCAP]);
	if (params->encap == PANTUN_ENCAP_NONE && (local || remote))
		return pantun_nl_refuse(extack, local ? local : remote, -EINVAL,
					"ports are for encapsulation in UDP: leave them out");
	if (params->encap == PANTUN_ENCAP_NONE && csum)
		return pantun_nl_refuse(extack, csum, -EINVAL,
					"UDP checksums are for UDP encapsulation: leave them out");
	if (params->encap == PANTUN_ENCAP_UDP && (!local || !remote))
		return pantun_nl_refuse(extack, NULL, -EINVAL,
					"encapsulation in UDP needs both ports of the path");
	params->local_port = local ? htons(nla_get_u16(local)) : 0;
	params->remote_port = remote ? htons(nla_get_u16(remote)) : 0;
	params->udp_csum = csum;
	return 0;
}

/**
 * pantun_nl_parse_path - outer addresses and encapsulation, as far as they are given
 * @nest: the path's attributes, or NULL
 * @params: what to fill, zeroed; addresses that are not given stay 0, and without
 *	any the family does
 * @extack: says what is wrong
 *
 * Return: 0 or a negative errno.
 * Context: any.
 */
int pantun_nl_parse_path(const struct nlattr *nest, struct pantun_sa_params *params,
			 struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[PANTUN_PATH_A_MAX + 1] = {};
	int err = 0;

	if (nest)
		err = nla_parse_nested(attrs, PANTUN_PATH_A_MAX, nest, pantun_nl_path_policy,
				       extack);
	if (!err)
		err = parse_end(attrs, PANTUN_PATH_A_LOCAL4, PANTUN_PATH_A_LOCAL6,
				&params->local, &params->family, extack);
	if (!err)
		err = parse_end(attrs, PANTUN_PATH_A_REMOTE4, PANTUN_PATH_A_REMOTE6,
				&params->remote, &params->family, extack);
	return err ? err : parse_encap(attrs, params, extack);
}

/**
 * pantun_nl_parse_whole_path - a path that packets can take
 * @nest: the path's attributes, or NULL
 * @params: what to fill, zeroed but for the SA's protocol
 * @extack: says what is wrong
 *
 * Return: 0 or a negative errno.
 * Context: any.
 */
int pantun_nl_parse_whole_path(const struct nlattr *nest, struct pantun_sa_params *params,
			       struct netlink_ext_ack *extack)
{
	int err = pantun_nl_parse_path(nest, params, extack);

	if (err)
		return err;
	if (!pantun_addr_given(&params->local) || !pantun_addr_given(&params->remote))
		return pantun_nl_refuse(extack, nest, -EINVAL,
					"an SA needs both addresses of its path");
	if (params->proto == IPPROTO_AH && params->encap == PANTUN_ENCAP_UDP)
		return pantun_nl_refuse(extack, nest, -EINVAL,
					"AH passes no NAT (RFC 3948): leave UDP out, or use ESP");
	return 0;
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

/* Why there is no row for these; the numbers are known ones. */
static const char *wrong_combination(u8 proto, u32 enc, u32 auth)
{
	if (proto == IPPROTO_AH && enc)
		return "AH does not encrypt: leave SA_A_ENC out, or use ESP";
	if (proto == IPPROTO_AH && !auth)
		return "AH needs its authentication (SA_A_AUTH)";
	if (proto == IPPROTO_AH)
		return "AH does not support this authentication";
	if (!enc)
		return "ESP needs its encryption (SA_A_ENC), if only ENC_NULL";
	if (pantun_alg_find(proto, enc, 0))
		return "this encryption authenticates, too: leave SA_A_AUTH out";
	if (!auth)
		return "this encryption does not authenticate: add SA_A_AUTH";
	if (auth == PANTUN_AUTH_AES_GMAC)
		return "AES-GMAC as authentication is for AH: use ENC_AES_GMAC with ESP";
	return "ESP does not support this encryption and authentication";
}

static int parse_alg(struct nlattr * const *sa, struct pantun_sa_params *params,
		     struct netlink_ext_ack *extack)
{
	const struct nlattr *enc_attr = sa[PANTUN_SA_A_ENC], *auth_attr = sa[PANTUN_SA_A_AUTH];
	u32 enc = enc_attr ? nla_get_u32(enc_attr) : 0;
	u32 auth = auth_attr ? nla_get_u32(auth_attr) : 0;

	if (enc > PANTUN_ENC_MAX)
		return pantun_nl_refuse(extack, enc_attr, -EOPNOTSUPP,
					"this kernel module does not know the encryption");
	if (auth > PANTUN_AUTH_MAX)
		return pantun_nl_refuse(extack, auth_attr, -EOPNOTSUPP,
					"this kernel module does not know the authentication");
	params->alg = pantun_alg_find(params->proto, enc, auth);
	if (params->alg)
		return 0;
	return pantun_nl_refuse(extack, enc_attr ? enc_attr : auth_attr, -EINVAL,
				wrong_combination(params->proto, enc, auth));
}

static void key_of(const struct nlattr *attr, const u8 **key, unsigned int *len)
{
	*key = attr ? nla_data(attr) : NULL;
	*len = attr ? nla_len(attr) : 0;
}

/* What the row wants of an encryption key. */
static const char *wanted_enc_key(const struct pantun_alg *alg)
{
	switch (alg->key_lens) {
	case PANTUN_KEY_NONE:
		return "there is nothing to encrypt: leave the encryption key out";
	case PANTUN_KEY_64:
		return "the encryption key must have 8 octets";
	case PANTUN_KEY_192:
		return "the encryption key must have 24 octets";
	case PANTUN_KEY_256:
		return "the encryption key must have 32 octets, without the salt";
	default:
		return "the encryption key must have 16, 24 or 32 octets, without the salt";
	}
}

static const char *wanted_auth_key(const struct pantun_alg *alg)
{
	if (alg->auth == PANTUN_AUTH_AES_GMAC)
		return "the authentication key must have 16, 24 or 32 octets, without the salt";
	switch (alg->auth_key_len) {
	case 0:
		return "this encryption authenticates by its own key: leave the other one out";
	case 16:
		return "the authentication key must have 16 octets";
	case 20:
		return "the authentication key must have 20 octets";
	case 32:
		return "the authentication key must have 32 octets";
	case 48:
		return "the authentication key must have 48 octets";
	case 64:
		return "the authentication key must have 64 octets";
	default:
		return "the authentication key has a wrong length";
	}
}

static const char *wanted_salt(const struct pantun_alg *alg)
{
	switch (alg->salt_len) {
	case 0:
		return "this algorithm has no salt: leave it out";
	case 3:
		return "the salt must have 3 octets, apart from the key";
	default:
		return "the salt must have 4 octets, apart from the key";
	}
}

static int check_keys(const struct pantun_alg *alg, const struct pantun_keys *keys,
		      const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	const char *wrong = NULL;

	if (!pantun_alg_key_len_ok(alg, keys->enc_len))
		wrong = wanted_enc_key(alg);
	else if (!pantun_alg_auth_key_len_ok(alg, keys->auth_len))
		wrong = wanted_auth_key(alg);
	else if (keys->salt_len != alg->salt_len)
		wrong = wanted_salt(alg);
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
	if (params->dir == PANTUN_DIR_IN && params->esn && !params->replay_window)
		return pantun_nl_refuse(extack, sa[PANTUN_SA_A_ESN], -EINVAL,
					"ESN needs a replay window, which yields the upper half");
	return 0;
}

/**
 * pantun_nl_proto_of - the protocol of an SA
 * @sa: attributes of PANTUN_A_SA, by number
 *
 * Return: IPPROTO_ESP, which is what absence means, or IPPROTO_AH.
 * Context: any.
 */
u8 pantun_nl_proto_of(struct nlattr * const *sa)
{
	return sa[PANTUN_SA_A_PROTO] ? nla_get_u8(sa[PANTUN_SA_A_PROTO]) : IPPROTO_ESP;
}

/* With none of them, the SA gets that of its proxy-ID: has_selector is false. */
static int parse_selectors(const struct nlattr *nest, struct pantun_sa_params *params,
			   struct netlink_ext_ack *extack)
{
	struct pantun_selectors *set = &params->selectors;
	const struct nlattr *attr;
	unsigned int n = 0;
	int err, rem;

	nla_for_each_nested(attr, nest, rem)
		n += nla_type(attr) == PANTUN_SA_A_SELECTOR;
	params->has_selector = n;
	if (n > PANTUN_SELECTORS_MAX)
		return pantun_nl_refuse(extack, nest, -E2BIG,
					"more selectors than an SA has room for (SELECTORS_MAX)");
	if (n > 1)
		set->more = kmalloc_array(n - 1, sizeof(*set->more), GFP_KERNEL);
	if (n > 1 && !set->more)
		return -ENOMEM;
	n = 0;
	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != PANTUN_SA_A_SELECTOR)
			continue;
		err = pantun_nl_parse_selector(attr, n ? &set->more[n - 1] : &set->first, extack);
		if (err)
			return err;
		n++;
	}
	set->n_more = n ? n - 1 : 0;
	return 0;
}

/**
 * pantun_nl_parse_new_sa - everything of a new SA
 * @nest: PANTUN_A_SA
 * @sa: its attributes, by number
 * @params: what to fill, zeroed; keys point into the attributes, and the caller frees
 *	selectors.more, also after an error
 * @extack: says what is wrong
 *
 * Return: 0 or a negative errno.
 * Context: process.
 */
int pantun_nl_parse_new_sa(const struct nlattr *nest, struct nlattr * const *sa,
			   struct pantun_sa_params *params, struct netlink_ext_ack *extack)
{
	int err;

	if (!sa[PANTUN_SA_A_DIR] || !sa[PANTUN_SA_A_SPI])
		return pantun_nl_refuse(extack, NULL, -EINVAL,
					"an SA needs its direction and SPI (SA_A_DIR, SA_A_SPI)");
	params->dir = nla_get_u32(sa[PANTUN_SA_A_DIR]);
	params->spi = htonl(nla_get_u32(sa[PANTUN_SA_A_SPI]));
	params->proto = pantun_nl_proto_of(sa);
	params->ops = params->proto == IPPROTO_AH ? &pantun_ah_ops : &pantun_esp_ops;
	params->mode = PANTUN_MODE_TUNNEL;
	if (sa[PANTUN_SA_A_MODE])
		params->mode = nla_get_u32(sa[PANTUN_SA_A_MODE]);
	params->esn = sa[PANTUN_SA_A_ESN];
	err = pantun_nl_parse_whole_path(sa[PANTUN_SA_A_PATH], params, extack);
	if (!err)
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
	return parse_selectors(nest, params, extack);
}

static void read_u8(const struct nlattr *attr, u8 *into)
{
	if (attr)
		*into = nla_get_u8(attr);
}

static void read_flag(const struct nlattr *attr, bool *into)
{
	if (attr)
		*into = nla_get_u8(attr);
}

static void read_u32(const struct nlattr *attr, u32 *into)
{
	if (attr)
		*into = nla_get_u32(attr);
}

static int check_underlay(struct net *net, const struct nlattr *attr,
			  struct netlink_ext_ack *extack)
{
	const struct net_device *dev;
	const char *wrong = NULL;

	if (!attr || !nla_get_u32(attr))
		return 0;
	rcu_read_lock();
	dev = dev_get_by_index_rcu(net, nla_get_u32(attr));
	if (!dev)
		wrong = "no interface with this ifindex in the underlay's namespace";
	else if (pantun_netdev_is_ours(dev))
		wrong = "a tunnel is no underlay: name the VRF or link that outer packets take";
	rcu_read_unlock();
	return wrong ? pantun_nl_refuse(extack, attr, dev ? -EINVAL : -ENODEV, wrong) : 0;
}

/**
 * pantun_nl_parse_tunnel_opts - options of a tunnel that are to change
 * @attrs: attributes of PANTUN_A_TUNNEL, by number
 * @tunnel: the tunnel
 * @opts: its options, in which what is given is changed
 * @extack: says what is wrong
 *
 * Return: 0 or a negative errno.
 * Context: process, cfg_lock.
 */
int pantun_nl_parse_tunnel_opts(struct nlattr **attrs, const struct pantun_tunnel *tunnel,
				struct pantun_tunnel_opts *opts, struct netlink_ext_ack *extack)
{
	if (attrs[PANTUN_TUNNEL_A_DF])
		opts->df = nla_get_u32(attrs[PANTUN_TUNNEL_A_DF]);
	if (attrs[PANTUN_TUNNEL_A_TOS])
		opts->tos = nla_get_u32(attrs[PANTUN_TUNNEL_A_TOS]);
	read_u8(attrs[PANTUN_TUNNEL_A_DSCP], &opts->dscp);
	read_u8(attrs[PANTUN_TUNNEL_A_TTL], &opts->ttl);
	read_flag(attrs[PANTUN_TUNNEL_A_FLOW_LABEL], &opts->flow_label);
	read_flag(attrs[PANTUN_TUNNEL_A_GRE], &opts->gre);
	read_u32(attrs[PANTUN_TUNNEL_A_TFC], &opts->tfc);
	read_u32(attrs[PANTUN_TUNNEL_A_DUMMY], &opts->dummy);
	read_u32(attrs[PANTUN_TUNNEL_A_MARK], &opts->mark);
	read_u32(attrs[PANTUN_TUNNEL_A_UNDERLAY], &opts->underlay);
	if (attrs[PANTUN_TUNNEL_A_DSCP] && opts->tos == PANTUN_TOS_COPY)
		return pantun_nl_refuse(extack, attrs[PANTUN_TUNNEL_A_DSCP], -EINVAL,
					"DSCP is copied (TOS_COPY): a fixed one needs TOS_FIXED");
	if (opts->gre && pantun_proxy_table(tunnel)->count > 1)
		return pantun_nl_refuse(extack, attrs[PANTUN_TUNNEL_A_GRE], -EINVAL,
					"GRE has no selectors: delete all proxy-IDs but one first");
	return check_underlay(tunnel->pn->net, attrs[PANTUN_TUNNEL_A_UNDERLAY], extack);
}
