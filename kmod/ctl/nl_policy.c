// SPDX-License-Identifier: GPL-2.0
/*
 * What each command takes, and nothing else: what is not listed is refused, as are
 * attributes that only the kernel writes.  uapi/pantun.yaml says the same.
 */
#include <linux/if.h>
#include <linux/in.h>
#include "ctl/nl_priv.h"

const struct nla_policy pantun_nl_selector_policy[PANTUN_SELECTOR_A_MAX + 1] = {
	[PANTUN_SELECTOR_A_LOCAL4_FIRST] = NLA_POLICY_EXACT_LEN(4),
	[PANTUN_SELECTOR_A_LOCAL4_LAST] = NLA_POLICY_EXACT_LEN(4),
	[PANTUN_SELECTOR_A_REMOTE4_FIRST] = NLA_POLICY_EXACT_LEN(4),
	[PANTUN_SELECTOR_A_REMOTE4_LAST] = NLA_POLICY_EXACT_LEN(4),
	[PANTUN_SELECTOR_A_LOCAL6_FIRST] = NLA_POLICY_EXACT_LEN(16),
	[PANTUN_SELECTOR_A_LOCAL6_LAST] = NLA_POLICY_EXACT_LEN(16),
	[PANTUN_SELECTOR_A_REMOTE6_FIRST] = NLA_POLICY_EXACT_LEN(16),
	[PANTUN_SELECTOR_A_REMOTE6_LAST] = NLA_POLICY_EXACT_LEN(16),
	[PANTUN_SELECTOR_A_PROTO] = { .type = NLA_U8 },
	[PANTUN_SELECTOR_A_LOCAL_PORT_FIRST] = { .type = NLA_U16 },
	[PANTUN_SELECTOR_A_LOCAL_PORT_LAST] = { .type = NLA_U16 },
	[PANTUN_SELECTOR_A_REMOTE_PORT_FIRST] = { .type = NLA_U16 },
	[PANTUN_SELECTOR_A_REMOTE_PORT_LAST] = { .type = NLA_U16 },
};

const struct nla_policy pantun_nl_path_policy[PANTUN_PATH_A_MAX + 1] = {
	[PANTUN_PATH_A_LOCAL4] = NLA_POLICY_EXACT_LEN(4),
	[PANTUN_PATH_A_REMOTE4] = NLA_POLICY_EXACT_LEN(4),
	[PANTUN_PATH_A_ENCAP] = NLA_POLICY_RANGE(NLA_U32, PANTUN_ENCAP_NONE, PANTUN_ENCAP_MAX),
	[PANTUN_PATH_A_LOCAL_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
	[PANTUN_PATH_A_REMOTE_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
	[PANTUN_PATH_A_LOCAL6] = NLA_POLICY_EXACT_LEN(16),
	[PANTUN_PATH_A_REMOTE6] = NLA_POLICY_EXACT_LEN(16),
	[PANTUN_PATH_A_UDP_CSUM] = { .type = NLA_FLAG },
};

const struct nla_policy pantun_nl_key_policy[PANTUN_KEY_A_MAX + 1] = {
	[PANTUN_KEY_A_ENC] = { .type = NLA_BINARY, .len = PANTUN_KEY_LEN_MAX },
	[PANTUN_KEY_A_AUTH] = { .type = NLA_BINARY, .len = PANTUN_KEY_LEN_MAX },
	[PANTUN_KEY_A_SALT] = { .type = NLA_BINARY, .len = PANTUN_SALT_LEN_MAX },
};

const struct nla_policy pantun_nl_limits_policy[PANTUN_LIMITS_A_MAX + 1] = {
	[PANTUN_LIMITS_A_SOFT_BYTES] = { .type = NLA_U64 },
	[PANTUN_LIMITS_A_HARD_BYTES] = { .type = NLA_U64 },
	[PANTUN_LIMITS_A_SOFT_PACKETS] = { .type = NLA_U64 },
	[PANTUN_LIMITS_A_HARD_PACKETS] = { .type = NLA_U64 },
	[PANTUN_LIMITS_A_SOFT_SECONDS] = { .type = NLA_U64 },
	[PANTUN_LIMITS_A_HARD_SECONDS] = { .type = NLA_U64 },
};

/* NLA_POLICY_MAX() holds 15 bits.  Linux 6.1 wants a range that is not const. */
static struct netlink_range_validation tfc_range = { .max = PANTUN_TFC_MAX };

static const struct nla_policy set_tunnel_policy[PANTUN_TUNNEL_A_MAX + 1] = {
	[PANTUN_TUNNEL_A_START] = NLA_POLICY_RANGE(NLA_U32, PANTUN_START_ALWAYS, PANTUN_START_MAX),
	[PANTUN_TUNNEL_A_DF] = NLA_POLICY_RANGE(NLA_U32, PANTUN_DF_COPY, PANTUN_DF_MAX),
	[PANTUN_TUNNEL_A_TOS] = NLA_POLICY_RANGE(NLA_U32, PANTUN_TOS_FIXED, PANTUN_TOS_MAX),
	[PANTUN_TUNNEL_A_DSCP] = NLA_POLICY_MAX(NLA_U8, PANTUN_DSCP_MAX),
	[PANTUN_TUNNEL_A_TTL] = { .type = NLA_U8 },
	[PANTUN_TUNNEL_A_FLOW_LABEL] = NLA_POLICY_MAX(NLA_U8, 1),
	[PANTUN_TUNNEL_A_GRE] = NLA_POLICY_MAX(NLA_U8, 1),
	[PANTUN_TUNNEL_A_TFC] = NLA_POLICY_FULL_RANGE(NLA_U32, &tfc_range),
	[PANTUN_TUNNEL_A_DUMMY] = { .type = NLA_U32 },
	[PANTUN_TUNNEL_A_MARK] = { .type = NLA_U32 },
	[PANTUN_TUNNEL_A_UNDERLAY] = { .type = NLA_U32 },
	[PANTUN_TUNNEL_A_CARRIER] = NLA_POLICY_RANGE(NLA_U32, PANTUN_CARRIER_ANY,
						     PANTUN_CARRIER_MAX),
};

static const struct nla_policy new_proxy_policy[PANTUN_PROXY_A_MAX + 1] = {
	[PANTUN_PROXY_A_NAME] = { .type = NLA_NUL_STRING, .len = PANTUN_PROXY_NAME_LEN - 1 },
	[PANTUN_PROXY_A_SELECTOR] = NLA_POLICY_NESTED(pantun_nl_selector_policy),
};

static const struct nla_policy proxy_ref_policy[PANTUN_PROXY_A_MAX + 1] = {
	[PANTUN_PROXY_A_NAME] = { .type = NLA_NUL_STRING, .len = PANTUN_PROXY_NAME_LEN - 1 },
};

static const struct nla_policy spi_policy[PANTUN_SA_A_MAX + 1] = {
	[PANTUN_SA_A_PROTO] = NLA_POLICY_RANGE(NLA_U8, IPPROTO_ESP, IPPROTO_AH),
	[PANTUN_SA_A_PROXY] = { .type = NLA_NUL_STRING, .len = PANTUN_PROXY_NAME_LEN - 1 },
	[PANTUN_SA_A_PATH] = NLA_POLICY_NESTED(pantun_nl_path_policy),
};

static const struct nla_policy new_sa_policy[PANTUN_SA_A_MAX + 1] = {
	[PANTUN_SA_A_DIR] = NLA_POLICY_RANGE(NLA_U32, PANTUN_DIR_IN, PANTUN_DIR_MAX),
	[PANTUN_SA_A_PROTO] = NLA_POLICY_RANGE(NLA_U8, IPPROTO_ESP, IPPROTO_AH),
	[PANTUN_SA_A_SPI] = NLA_POLICY_MIN(NLA_U32, PANTUN_SPI_MIN),
	[PANTUN_SA_A_PROXY] = { .type = NLA_NUL_STRING, .len = PANTUN_PROXY_NAME_LEN - 1 },
	[PANTUN_SA_A_MODE] = NLA_POLICY_RANGE(NLA_U32, PANTUN_MODE_TUNNEL, PANTUN_MODE_MAX),
	[PANTUN_SA_A_PATH] = NLA_POLICY_NESTED(pantun_nl_path_policy),
	[PANTUN_SA_A_ENC] = { .type = NLA_U32 },
	[PANTUN_SA_A_AUTH] = { .type = NLA_U32 },
	[PANTUN_SA_A_KEY] = NLA_POLICY_NESTED(pantun_nl_key_policy),
	[PANTUN_SA_A_SELECTOR] = NLA_POLICY_NESTED(pantun_nl_selector_policy),
	[PANTUN_SA_A_REPLAY_WINDOW] = NLA_POLICY_MAX(NLA_U32, PANTUN_REPLAY_WINDOW_MAX),
	[PANTUN_SA_A_LIMITS] = NLA_POLICY_NESTED(pantun_nl_limits_policy),
	[PANTUN_SA_A_COOKIE] = { .type = NLA_U64 },
	[PANTUN_SA_A_STANDBY] = { .type = NLA_FLAG },
	[PANTUN_SA_A_ESN] = { .type = NLA_FLAG },
};

static const struct nla_policy sa_ref_policy[PANTUN_SA_A_MAX + 1] = {
	[PANTUN_SA_A_DIR] = NLA_POLICY_RANGE(NLA_U32, PANTUN_DIR_IN, PANTUN_DIR_MAX),
	[PANTUN_SA_A_PROTO] = NLA_POLICY_RANGE(NLA_U8, IPPROTO_ESP, IPPROTO_AH),
	[PANTUN_SA_A_SPI] = NLA_POLICY_MIN(NLA_U32, PANTUN_SPI_MIN),
	[PANTUN_SA_A_PATH] = NLA_POLICY_NESTED(pantun_nl_path_policy),
};

static const struct nla_policy set_sa_policy[PANTUN_SA_A_MAX + 1] = {
	[PANTUN_SA_A_DIR] = NLA_POLICY_RANGE(NLA_U32, PANTUN_DIR_IN, PANTUN_DIR_MAX),
	[PANTUN_SA_A_PROTO] = NLA_POLICY_RANGE(NLA_U8, IPPROTO_ESP, IPPROTO_AH),
	[PANTUN_SA_A_SPI] = NLA_POLICY_MIN(NLA_U32, PANTUN_SPI_MIN),
	[PANTUN_SA_A_PATH] = NLA_POLICY_NESTED(pantun_nl_path_policy),
	[PANTUN_SA_A_NEW_PATH] = NLA_POLICY_NESTED(pantun_nl_path_policy),
};

static struct netlink_range_validation interval_range = {
	.min = PANTUN_MONITOR_INTERVAL_MIN,
	.max = PANTUN_MONITOR_INTERVAL_MAX,
};

static const struct nla_policy new_monitor_policy[PANTUN_MONITOR_A_MAX + 1] = {
	[PANTUN_MONITOR_A_DST4] = NLA_POLICY_EXACT_LEN(4),
	[PANTUN_MONITOR_A_DST6] = NLA_POLICY_EXACT_LEN(16),
	[PANTUN_MONITOR_A_SRC4] = NLA_POLICY_EXACT_LEN(4),
	[PANTUN_MONITOR_A_SRC6] = NLA_POLICY_EXACT_LEN(16),
	[PANTUN_MONITOR_A_PROXY] = { .type = NLA_NUL_STRING, .len = PANTUN_PROXY_NAME_LEN - 1 },
	[PANTUN_MONITOR_A_ACTION] = NLA_POLICY_RANGE(NLA_U32, PANTUN_MONITOR_WAIT_RECOVER,
						     PANTUN_MONITOR_ACTION_MAX),
	[PANTUN_MONITOR_A_INTERVAL] = NLA_POLICY_FULL_RANGE(NLA_U32, &interval_range),
	[PANTUN_MONITOR_A_THRESHOLD] = NLA_POLICY_RANGE(NLA_U32, PANTUN_MONITOR_THRESHOLD_MIN,
							PANTUN_MONITOR_THRESHOLD_MAX),
	[PANTUN_MONITOR_A_RECOVERY] = NLA_POLICY_RANGE(NLA_U32, 1, PANTUN_MONITOR_RECOVERY_MAX),
};

static const struct nla_policy monitor_ref_policy[PANTUN_MONITOR_A_MAX + 1] = {
	[PANTUN_MONITOR_A_DST4] = NLA_POLICY_EXACT_LEN(4),
	[PANTUN_MONITOR_A_DST6] = NLA_POLICY_EXACT_LEN(16),
};

const struct nla_policy pantun_nl_tunnel_get_policy[PANTUN_A_MAX + 1] = {
	[PANTUN_A_TUNNEL_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[PANTUN_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[PANTUN_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
};

const struct nla_policy pantun_nl_tunnel_set_policy[PANTUN_A_MAX + 1] = {
	[PANTUN_A_TUNNEL_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[PANTUN_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[PANTUN_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[PANTUN_A_TUNNEL] = NLA_POLICY_NESTED(set_tunnel_policy),
};

const struct nla_policy pantun_nl_proxy_new_policy[PANTUN_A_MAX + 1] = {
	[PANTUN_A_TUNNEL_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[PANTUN_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[PANTUN_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[PANTUN_A_PROXY] = NLA_POLICY_NESTED(new_proxy_policy),
};

const struct nla_policy pantun_nl_proxy_ref_policy[PANTUN_A_MAX + 1] = {
	[PANTUN_A_TUNNEL_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[PANTUN_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[PANTUN_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[PANTUN_A_PROXY] = NLA_POLICY_NESTED(proxy_ref_policy),
};

const struct nla_policy pantun_nl_spi_alloc_policy[PANTUN_A_MAX + 1] = {
	[PANTUN_A_TUNNEL_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[PANTUN_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[PANTUN_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[PANTUN_A_SA] = NLA_POLICY_NESTED(spi_policy),
};

/* Refuses nothing: for SA_NEW, whose handler has to see every request. */
const struct nla_policy pantun_nl_unchecked_policy[PANTUN_A_MAX + 1];

/* Applied by the handler, which wipes the keys whatever this says. */
const struct nla_policy pantun_nl_sa_new_policy[PANTUN_A_MAX + 1] = {
	[PANTUN_A_TUNNEL_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[PANTUN_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[PANTUN_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[PANTUN_A_SA] = NLA_POLICY_NESTED(new_sa_policy),
};

const struct nla_policy pantun_nl_sa_ref_policy[PANTUN_A_MAX + 1] = {
	[PANTUN_A_TUNNEL_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[PANTUN_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[PANTUN_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[PANTUN_A_SA] = NLA_POLICY_NESTED(sa_ref_policy),
};

const struct nla_policy pantun_nl_sa_set_policy[PANTUN_A_MAX + 1] = {
	[PANTUN_A_TUNNEL_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[PANTUN_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[PANTUN_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[PANTUN_A_SA] = NLA_POLICY_NESTED(set_sa_policy),
};

const struct nla_policy pantun_nl_monitor_new_policy[PANTUN_A_MAX + 1] = {
	[PANTUN_A_TUNNEL_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[PANTUN_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[PANTUN_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[PANTUN_A_MONITOR] = NLA_POLICY_NESTED(new_monitor_policy),
};

const struct nla_policy pantun_nl_monitor_ref_policy[PANTUN_A_MAX + 1] = {
	[PANTUN_A_TUNNEL_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[PANTUN_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[PANTUN_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[PANTUN_A_MONITOR] = NLA_POLICY_NESTED(monitor_ref_policy),
};

/* Takes nothing. */
const struct nla_policy pantun_nl_module_get_policy[PANTUN_A_MAX + 1];
