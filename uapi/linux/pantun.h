/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * pantun: route-based IPsec tunnel interfaces, userspace interface.
 *
 * The netdevice is made and deleted by rtnetlink (link kind "pantun"); all else
 * goes through the generic netlink family "pantun".  The machine-readable
 * contract is pantun.yaml beside this header's directory.
 *
 * Conventions
 *  - Commands act on the underlay network namespace that they are sent from: the
 *    one in which the tunnel was created.  They need CAP_NET_ADMIN.
 *  - A tunnel is named by PANTUN_A_TUNNEL_ID, PANTUN_A_IFINDEX or PANTUN_A_IFNAME.
 *    The id stays with the tunnel when its device is renamed or moved.
 *  - SPIs, ports, limits: host byte order.  Addresses: network byte order.
 *  - Keys are write-only: accepted by SA_NEW, never returned.
 *  - Enumerations grow at the end only; 0 means "not specified".
 */
#ifndef _UAPI_LINUX_PANTUN_H
#define _UAPI_LINUX_PANTUN_H

#define PANTUN_LINK_KIND	"pantun"
#define PANTUN_GENL_NAME	"pantun"
#define PANTUN_GENL_VERSION	1

/* Needed from the kernel or by the daemon: acquire, expire, tunnel state, monitors. */
#define PANTUN_MCGRP_EVENTS	"events"
/* For observers: proxy-IDs and SAs that come and go. */
#define PANTUN_MCGRP_CONFIG	"config"

#define PANTUN_PROXY_NAME_LEN	64	/* with the terminating NUL */
#define PANTUN_PROXIES_MAX	250	/* proxy-IDs a tunnel */
#define PANTUN_KEY_LEN_MAX	64	/* octets of one key */
#define PANTUN_SALT_LEN_MAX	4	/* octets of nonce salt (RFC 4106) */
#define PANTUN_DSCP_MAX		63	/* RFC 2474 */
#define PANTUN_TFC_MAX		65535	/* octets */
#define PANTUN_SPI_MIN		256	/* RFC 4303 section 2.1 reserves 1..255 */
#define PANTUN_SELECTORS_MAX	16	/* of an SA */
#define PANTUN_REPLAY_WINDOW_MAX	4096	/* packets; 0: no replay check */
#define PANTUN_REPLAY_WINDOW_DEFAULT	1024
#define PANTUN_MONITORS_MAX	16	/* monitored destinations a tunnel */
#define PANTUN_MONITOR_INTERVAL_MIN	100	/* milliseconds */
#define PANTUN_MONITOR_INTERVAL_MAX	100000
#define PANTUN_MONITOR_INTERVAL_DEFAULT	3000
#define PANTUN_MONITOR_THRESHOLD_MIN	2	/* probes lost in a row */
#define PANTUN_MONITOR_THRESHOLD_MAX	100
#define PANTUN_MONITOR_THRESHOLD_DEFAULT	5
#define PANTUN_MONITOR_RECOVERY_MAX	100	/* probes answered in a row, 1 at least */
#define PANTUN_MONITOR_RECOVERY_DEFAULT	1

enum pantun_cmd {
	PANTUN_CMD_UNSPEC,

	PANTUN_CMD_TUNNEL_GET,		/* do, dump */
	PANTUN_CMD_TUNNEL_SET,		/* what is not given stays */
	PANTUN_CMD_PROXY_NEW,
	PANTUN_CMD_PROXY_DEL,
	PANTUN_CMD_PROXY_GET,		/* do, dump (of one tunnel or all) */
	PANTUN_CMD_SPI_ALLOC,		/* reserves an inbound SPI for a while */
	PANTUN_CMD_SA_NEW,
	PANTUN_CMD_SA_ACTIVATE,		/* make an outbound SA its proxy-ID's current one */
	PANTUN_CMD_SA_DEL,		/* deleting what is not there succeeds */
	PANTUN_CMD_SA_GET,		/* do, dump (of one tunnel or all) */
	PANTUN_CMD_SA_FLUSH,		/* all SAs of a tunnel, or of the namespace */

	/* notifications, multicast only */
	PANTUN_CMD_ACQUIRE_NTF,		/* events: a packet waits for an SA */
	PANTUN_CMD_SA_EXPIRE_NTF,	/* events: soft or hard limit reached */
	PANTUN_CMD_TUNNEL_NTF,		/* events: made, deleted, changed state */
	PANTUN_CMD_PROXY_NTF,		/* config: made, deleted */
	PANTUN_CMD_SA_NTF,		/* config: made, activated, changed, deleted */

	PANTUN_CMD_SA_SET,		/* replaces the path of a live SA */
	PANTUN_CMD_MONITOR_NEW,		/* adds a monitored destination, or changes it */
	PANTUN_CMD_MONITOR_DEL,
	PANTUN_CMD_MONITOR_GET,		/* do, dump (of one tunnel or all) */
	PANTUN_CMD_MONITOR_NTF,		/* events: made, deleted, changed; path down, path up */
	PANTUN_CMD_PROXY_FAIL,		/* no SA will come for what the proxy-ID holds now */
	PANTUN_CMD_SA_MOVE_NTF,		/* events: the peer sends from elsewhere */
	PANTUN_CMD_MODULE_GET,		/* do: the module's version */

	__PANTUN_CMD_MAX,
	PANTUN_CMD_MAX = __PANTUN_CMD_MAX - 1
};

/* Top level, of every command and notification. */
enum pantun_attr {
	PANTUN_A_UNSPEC,
	PANTUN_A_PAD,
	PANTUN_A_TUNNEL_ID,		/* u32 */
	PANTUN_A_IFINDEX,		/* u32 */
	PANTUN_A_IFNAME,		/* string */
	PANTUN_A_TUNNEL,		/* nest, enum pantun_tunnel_attr */
	PANTUN_A_PROXY,			/* nest, enum pantun_proxy_attr */
	PANTUN_A_SA,			/* nest, enum pantun_sa_attr */
	PANTUN_A_EVENT,			/* nest, enum pantun_event_attr; notifications */
	PANTUN_A_MONITOR,		/* nest, enum pantun_monitor_attr */
	PANTUN_A_MODULE_VERSION,	/* string, MAJOR.MINOR.PATCH; read only */

	__PANTUN_A_MAX,
	PANTUN_A_MAX = __PANTUN_A_MAX - 1
};

/* Who starts negotiation; decides what the carrier says while no SA is there. */
enum pantun_start {
	PANTUN_START_UNSPEC,
	PANTUN_START_ALWAYS,		/* the daemon, at once: no carrier without SA (default) */
	PANTUN_START_ON_DEMAND,		/* the first packet: dormant without SA */
	PANTUN_START_PASSIVE,		/* the peer: no carrier without SA */

	__PANTUN_START_MAX,
	PANTUN_START_MAX = __PANTUN_START_MAX - 1
};

enum pantun_state {
	PANTUN_STATE_UNSPEC,
	PANTUN_STATE_DOWN,		/* no proxy-ID has an SA pair */
	PANTUN_STATE_HALF_UP,		/* some have */
	PANTUN_STATE_UP,		/* all have */

	__PANTUN_STATE_MAX,
	PANTUN_STATE_MAX = __PANTUN_STATE_MAX - 1
};

/* Which SA pairs the carrier needs; on-demand tunnels have it without any. */
enum pantun_carrier {
	PANTUN_CARRIER_UNSPEC,
	PANTUN_CARRIER_ANY,		/* one proxy-ID's (default) */
	PANTUN_CARRIER_ALL,		/* all proxy-IDs' */

	__PANTUN_CARRIER_MAX,
	PANTUN_CARRIER_MAX = __PANTUN_CARRIER_MAX - 1
};

/* What the monitors know of the way through the tunnel, or one of them of its own. */
enum pantun_path_state {
	PANTUN_PATH_UNSPEC,
	/* no probe was answered or missed often enough yet, or none can be sent */
	PANTUN_PATH_UNKNOWN,
	PANTUN_PATH_UP,			/* answered; of a tunnel: by one destination at least */
	PANTUN_PATH_DOWN,		/* not answered; of a tunnel: by none */

	__PANTUN_PATH_MAX,
	PANTUN_PATH_MAX = __PANTUN_PATH_MAX - 1
};

/* What becomes of the link while the path is down; events come in any case. */
enum pantun_monitor_action {
	PANTUN_MONITOR_UNSPEC,
	PANTUN_MONITOR_WAIT_RECOVER,	/* it stays as it is (default) */
	PANTUN_MONITOR_FAIL_OVER,	/* no carrier */

	__PANTUN_MONITOR_ACTION_MAX,
	PANTUN_MONITOR_ACTION_MAX = __PANTUN_MONITOR_ACTION_MAX - 1
};

/* Why the last probe could not be sent; it counts as lost. */
enum pantun_monitor_error {
	PANTUN_MONITOR_ERROR_UNSPEC,	/* it was sent */
	/* its proxy-ID has no SA now: as good as lost; all others say nothing of the path */
	PANTUN_MONITOR_ERROR_NO_SA,
	PANTUN_MONITOR_ERROR_NO_SOURCE,	/* the tunnel has no address of this family */
	PANTUN_MONITOR_ERROR_NO_PROXY,	/* no proxy-ID of this name, or none that matches */
	PANTUN_MONITOR_ERROR_SELECTOR,	/* proxy-ID or SA do not cover these addresses */
	PANTUN_MONITOR_ERROR_TRANSPORT,	/* transport mode: not the gateways' own addresses */
	PANTUN_MONITOR_ERROR_NO_MEMORY,

	__PANTUN_MONITOR_ERROR_MAX,
	PANTUN_MONITOR_ERROR_MAX = __PANTUN_MONITOR_ERROR_MAX - 1
};

/* What becomes of the don't-fragment bit, and so of inner packets that are too big. */
enum pantun_df {
	PANTUN_DF_UNSPEC,
	PANTUN_DF_COPY,			/* as the inner one; IPv6: set (default) */
	PANTUN_DF_CLEAR,		/* the inner one is ignored: fragments outside */
	PANTUN_DF_SET,			/* never a fragment outside */

	__PANTUN_DF_MAX,
	PANTUN_DF_MAX = __PANTUN_DF_MAX - 1
};

/* Where the outer header's DSCP comes from; ECN always follows RFC 6040. */
enum pantun_tos {
	PANTUN_TOS_UNSPEC,
	PANTUN_TOS_FIXED,		/* TUNNEL_A_DSCP, 0 unless given (default) */
	PANTUN_TOS_COPY,		/* as the inner one */

	__PANTUN_TOS_MAX,
	PANTUN_TOS_MAX = __PANTUN_TOS_MAX - 1
};

enum pantun_tunnel_attr {
	PANTUN_TUNNEL_A_UNSPEC,
	PANTUN_TUNNEL_A_PAD,
	PANTUN_TUNNEL_A_START,		/* u32, enum pantun_start */
	PANTUN_TUNNEL_A_STATE,		/* u32, enum pantun_state; read only */
	PANTUN_TUNNEL_A_MTU,		/* u32, octets; read only */
	PANTUN_TUNNEL_A_NETNS_MOVED,	/* flag: device is not in the underlay's namespace */
	PANTUN_TUNNEL_A_STATS,		/* nest, enum pantun_stats_attr */
	PANTUN_TUNNEL_A_DROP,		/* nest, multi, enum pantun_drop_attr */
	PANTUN_TUNNEL_A_DF,		/* u32, enum pantun_df */
	PANTUN_TUNNEL_A_TOS,		/* u32, enum pantun_tos */
	PANTUN_TUNNEL_A_DSCP,		/* u8, 0..63 */
	PANTUN_TUNNEL_A_TTL,		/* u8, of the outer header; 0: the route's (default) */
	PANTUN_TUNNEL_A_FLOW_LABEL,	/* u8, 1: copied from inner to outer IPv6; 0: not */
	PANTUN_TUNNEL_A_GRE,		/* u8, 1: GRE (RFC 2784) inside the protection; 0: not */
	PANTUN_TUNNEL_A_TFC,		/* u32, inner packets are padded to so many octets */
	PANTUN_TUNNEL_A_DUMMY,		/* u32, milliseconds between dummy packets; 0: none */
	PANTUN_TUNNEL_A_MARK,		/* u32, for routing of outer packets; 0: none */
	PANTUN_TUNNEL_A_UNDERLAY,	/* u32, ifindex: VRF or link of outer packets; 0: any */
	PANTUN_TUNNEL_A_CARRIER,	/* u32, enum pantun_carrier */
	PANTUN_TUNNEL_A_PATH,		/* u32, enum pantun_path_state; read only */

	__PANTUN_TUNNEL_A_MAX,
	PANTUN_TUNNEL_A_MAX = __PANTUN_TUNNEL_A_MAX - 1
};

/*
 * A proxy-ID.  The tunnel is made with one named "default" that matches
 * everything; the first PROXY_NEW of another name takes its place unless SAs
 * stand on it, and it comes back when the last proxy-ID is deleted.
 */
enum pantun_proxy_attr {
	PANTUN_PROXY_A_UNSPEC,
	PANTUN_PROXY_A_PAD,
	PANTUN_PROXY_A_NAME,		/* string */
	PANTUN_PROXY_A_SELECTOR,	/* nest, enum pantun_selector_attr; absent: any */
	PANTUN_PROXY_A_OUT_SPI,		/* u32, current outbound SA; read only */
	PANTUN_PROXY_A_IN_SAS,		/* u32, count of inbound SAs; read only */
	PANTUN_PROXY_A_ACQUIRES,	/* u64, acquire events sent; read only */
	PANTUN_PROXY_A_HELD,		/* u32, packets held for an SA now; read only */
	PANTUN_PROXY_A_STATS,		/* nest, enum pantun_stats_attr */

	__PANTUN_PROXY_A_MAX,
	PANTUN_PROXY_A_MAX = __PANTUN_PROXY_A_MAX - 1
};

/*
 * Inclusive ranges, as RFC 7296 section 3.13.1.  LOCAL is behind this gateway,
 * REMOTE behind the peer.  All four IPv4 addresses or none, likewise IPv6;
 * none of either: any address of both families, one family only: that family
 * only.  PROTO absent or 0: any.  Ports need a PROTO; absent: any.
 */
enum pantun_selector_attr {
	PANTUN_SELECTOR_A_UNSPEC,
	PANTUN_SELECTOR_A_LOCAL4_FIRST,		/* 4 octets */
	PANTUN_SELECTOR_A_LOCAL4_LAST,
	PANTUN_SELECTOR_A_REMOTE4_FIRST,
	PANTUN_SELECTOR_A_REMOTE4_LAST,
	PANTUN_SELECTOR_A_LOCAL6_FIRST,		/* 16 octets */
	PANTUN_SELECTOR_A_LOCAL6_LAST,
	PANTUN_SELECTOR_A_REMOTE6_FIRST,
	PANTUN_SELECTOR_A_REMOTE6_LAST,
	PANTUN_SELECTOR_A_PROTO,		/* u8 */
	PANTUN_SELECTOR_A_LOCAL_PORT_FIRST,	/* u16 */
	PANTUN_SELECTOR_A_LOCAL_PORT_LAST,
	PANTUN_SELECTOR_A_REMOTE_PORT_FIRST,
	PANTUN_SELECTOR_A_REMOTE_PORT_LAST,

	__PANTUN_SELECTOR_A_MAX,
	PANTUN_SELECTOR_A_MAX = __PANTUN_SELECTOR_A_MAX - 1
};

enum pantun_dir {
	PANTUN_DIR_UNSPEC,
	PANTUN_DIR_IN,
	PANTUN_DIR_OUT,

	__PANTUN_DIR_MAX,
	PANTUN_DIR_MAX = __PANTUN_DIR_MAX - 1
};

enum pantun_mode {
	PANTUN_MODE_UNSPEC,
	PANTUN_MODE_TUNNEL,
	PANTUN_MODE_TRANSPORT,		/* of packets between the path's own addresses, or of GRE */

	__PANTUN_MODE_MAX,
	PANTUN_MODE_MAX = __PANTUN_MODE_MAX - 1
};

enum pantun_encap {
	PANTUN_ENCAP_UNSPEC,
	PANTUN_ENCAP_NONE,
	PANTUN_ENCAP_UDP,		/* RFC 3948; needs the ports of the path */

	__PANTUN_ENCAP_MAX,
	PANTUN_ENCAP_MAX = __PANTUN_ENCAP_MAX - 1
};

/* Encryption; the length of the key chooses 128, 192 or 256 bits.  AH has none. */
enum pantun_enc {
	PANTUN_ENC_UNSPEC,
	PANTUN_ENC_AES_CBC,		/* RFC 3602, with one of enum pantun_auth */
	PANTUN_ENC_AES_GCM_16,		/* RFC 4106, ICV of 16 octets, salt of 4 */
	PANTUN_ENC_AES_GCM_12,		/* RFC 4106, ICV of 12 octets */
	PANTUN_ENC_AES_GCM_8,		/* RFC 4106, ICV of 8 octets */
	PANTUN_ENC_AES_CCM_16,		/* RFC 4309, ICV of 16 octets, salt of 3 */
	PANTUN_ENC_AES_CCM_12,		/* RFC 4309, ICV of 12 octets */
	PANTUN_ENC_AES_CCM_8,		/* RFC 4309, ICV of 8 octets */
	PANTUN_ENC_AES_GMAC,		/* RFC 4543, ICV of 16 octets, salt of 4: not encrypted */
	PANTUN_ENC_CHACHA20_POLY1305,	/* RFC 7634, key of 32 octets, salt of 4 */
	PANTUN_ENC_AES_CTR,		/* RFC 3686, salt of 4, with one of enum pantun_auth */
	PANTUN_ENC_NULL,		/* RFC 2410, no key, with one of enum pantun_auth */
	PANTUN_ENC_3DES_CBC,		/* RFC 2451, key of 24 octets; weak */
	PANTUN_ENC_DES_CBC,		/* RFC 2405, key of 8 octets; weak */

	__PANTUN_ENC_MAX,
	PANTUN_ENC_MAX = __PANTUN_ENC_MAX - 1
};

enum pantun_auth {
	PANTUN_AUTH_UNSPEC,		/* where encryption authenticates, too */
	PANTUN_AUTH_HMAC_SHA2_256_128,	/* RFC 4868 */
	PANTUN_AUTH_HMAC_SHA2_384_192,	/* RFC 4868 */
	PANTUN_AUTH_HMAC_SHA2_512_256,	/* RFC 4868 */
	PANTUN_AUTH_HMAC_SHA1_96,	/* RFC 2404 */
	PANTUN_AUTH_HMAC_MD5_96,	/* RFC 2403; weak */
	PANTUN_AUTH_HMAC_SHA2_256_96,	/* a draft's truncation, of old peers only; weak */
	PANTUN_AUTH_AES_XCBC_96,	/* RFC 3566 */
	PANTUN_AUTH_AES_CMAC_96,	/* RFC 4494 */
	PANTUN_AUTH_AES_GMAC,		/* RFC 4543, of AH only, salt of 4 */

	__PANTUN_AUTH_MAX,
	PANTUN_AUTH_MAX = __PANTUN_AUTH_MAX - 1
};

enum pantun_sa_attr {
	PANTUN_SA_A_UNSPEC,
	PANTUN_SA_A_PAD,
	PANTUN_SA_A_DIR,		/* u32, enum pantun_dir */
	PANTUN_SA_A_PROTO,		/* u8, IPPROTO_ESP or IPPROTO_AH; absent: ESP */
	PANTUN_SA_A_SPI,		/* u32 */
	PANTUN_SA_A_PROXY,		/* string, name of the proxy-ID; absent: "default" */
	PANTUN_SA_A_MODE,		/* u32, enum pantun_mode; absent: tunnel */
	PANTUN_SA_A_PATH,		/* nest, enum pantun_path_attr */
	PANTUN_SA_A_ENC,		/* u32, enum pantun_enc */
	PANTUN_SA_A_AUTH,		/* u32, enum pantun_auth */
	PANTUN_SA_A_KEY,		/* nest, enum pantun_key_attr; write only */
	PANTUN_SA_A_KEY_BITS,		/* u32, of encryption; read only */
	PANTUN_SA_A_SELECTOR,		/* nest, multi, as negotiated; absent: the proxy-ID's */
	PANTUN_SA_A_REPLAY_WINDOW,	/* u32, packets; in-SAs; absent: the default */
	PANTUN_SA_A_LIMITS,		/* nest, enum pantun_limits_attr */
	PANTUN_SA_A_COOKIE,		/* u64, the owner's own mark */
	PANTUN_SA_A_STANDBY,		/* flag: an out-SA that SA_ACTIVATE will switch to */
	PANTUN_SA_A_ACTIVE,		/* flag: the proxy-ID's current out-SA; read only */
	PANTUN_SA_A_LARVAL,		/* flag: an SPI reserved, no keys yet; read only */
	PANTUN_SA_A_SEQ,		/* u64, last sent or highest received; read only */
	PANTUN_SA_A_AGE,		/* u64, seconds since SA_NEW; read only */
	PANTUN_SA_A_STATS,		/* nest, enum pantun_stats_attr */
	PANTUN_SA_A_DROP,		/* nest, multi, enum pantun_drop_attr */
	PANTUN_SA_A_ESN,		/* flag: 64-bit sequence numbers (RFC 4303 section 2.2.1) */
	PANTUN_SA_A_WEAK,		/* flag: an algorithm that is weak; read only */
	PANTUN_SA_A_NEW_PATH,		/* nest, enum pantun_path_attr; SA_SET, SA_MOVE_NTF */
	PANTUN_SA_A_EXPIRED,		/* flag: at its hard limit, carries nothing; read only */
	PANTUN_SA_A_IDLE,		/* u64, milliseconds since the last authentic packet; */
					/* in-SAs that had one; read only */

	__PANTUN_SA_A_MAX,
	PANTUN_SA_A_MAX = __PANTUN_SA_A_MAX - 1
};

/*
 * Outer addresses, of one family, and ports; LOCAL is ours whatever the direction.
 */
enum pantun_path_attr {
	PANTUN_PATH_A_UNSPEC,
	PANTUN_PATH_A_LOCAL4,		/* 4 octets */
	PANTUN_PATH_A_REMOTE4,
	PANTUN_PATH_A_ENCAP,		/* u32, enum pantun_encap; absent: none */
	PANTUN_PATH_A_LOCAL_PORT,	/* u16 */
	PANTUN_PATH_A_REMOTE_PORT,	/* u16 */
	PANTUN_PATH_A_LOCAL6,		/* 16 octets */
	PANTUN_PATH_A_REMOTE6,
	PANTUN_PATH_A_UDP_CSUM,		/* flag: UDP checksum over IPv4, too (IPv6 always has it) */

	__PANTUN_PATH_A_MAX,
	PANTUN_PATH_A_MAX = __PANTUN_PATH_A_MAX - 1
};

enum pantun_key_attr {
	PANTUN_KEY_A_UNSPEC,
	PANTUN_KEY_A_ENC,		/* octets, without the salt */
	PANTUN_KEY_A_AUTH,		/* octets */
	PANTUN_KEY_A_SALT,		/* octets */

	__PANTUN_KEY_A_MAX,
	PANTUN_KEY_A_MAX = __PANTUN_KEY_A_MAX - 1
};

/* Absent or 0: no limit. */
enum pantun_limits_attr {
	PANTUN_LIMITS_A_UNSPEC,
	PANTUN_LIMITS_A_PAD,
	PANTUN_LIMITS_A_SOFT_BYTES,	/* u64 */
	PANTUN_LIMITS_A_HARD_BYTES,
	PANTUN_LIMITS_A_SOFT_PACKETS,
	PANTUN_LIMITS_A_HARD_PACKETS,
	PANTUN_LIMITS_A_SOFT_SECONDS,
	PANTUN_LIMITS_A_HARD_SECONDS,

	__PANTUN_LIMITS_A_MAX,
	PANTUN_LIMITS_A_MAX = __PANTUN_LIMITS_A_MAX - 1
};

/* Inner packets and octets, before encryption or after decryption. */
enum pantun_stats_attr {
	PANTUN_STATS_A_UNSPEC,
	PANTUN_STATS_A_PAD,
	PANTUN_STATS_A_RX_PACKETS,	/* u64 */
	PANTUN_STATS_A_RX_BYTES,
	PANTUN_STATS_A_TX_PACKETS,
	PANTUN_STATS_A_TX_BYTES,

	__PANTUN_STATS_A_MAX,
	PANTUN_STATS_A_MAX = __PANTUN_STATS_A_MAX - 1
};

/* One named drop and how often it happened; those at 0 are left out. */
enum pantun_drop_attr {
	PANTUN_DROP_A_UNSPEC,
	PANTUN_DROP_A_PAD,
	PANTUN_DROP_A_REASON,		/* string, as in ethtool -S and the tracepoint */
	PANTUN_DROP_A_COUNT,		/* u64 */

	__PANTUN_DROP_A_MAX,
	PANTUN_DROP_A_MAX = __PANTUN_DROP_A_MAX - 1
};

/*
 * A monitored destination: ICMP or ICMPv6 echo through the tunnel, from the tunnel's own
 * address unless SRC is given.  The tunnel and DST name it.  MONITOR_NEW of one that is
 * there sets everything; counts and state go on unless source or proxy-ID change.
 * PROXY is a name: its proxy-ID may be deleted and made again, and while there is none
 * probes are lost.  SENT + UNSENT = RECEIVED + LOST, but for a probe under way.
 */
enum pantun_monitor_attr {
	PANTUN_MONITOR_A_UNSPEC,
	PANTUN_MONITOR_A_PAD,
	PANTUN_MONITOR_A_DST4,		/* 4 octets; DST of one family */
	PANTUN_MONITOR_A_DST6,		/* 16 octets */
	PANTUN_MONITOR_A_SRC4,		/* 4 octets; absent: the tunnel's address */
	PANTUN_MONITOR_A_SRC6,		/* 16 octets */
	PANTUN_MONITOR_A_PROXY,		/* string, proxy-ID of probes; absent: by match */
	PANTUN_MONITOR_A_ACTION,	/* u32, enum pantun_monitor_action */
	PANTUN_MONITOR_A_INTERVAL,	/* u32, milliseconds from probe to probe */
	PANTUN_MONITOR_A_THRESHOLD,	/* u32, probes lost in a row: down */
	PANTUN_MONITOR_A_RECOVERY,	/* u32, probes answered in a row: up again */
	PANTUN_MONITOR_A_STATE,		/* u32, enum pantun_path_state; read only */
	PANTUN_MONITOR_A_SINCE,		/* u64, seconds in this state; read only */
	PANTUN_MONITOR_A_SENT,		/* u64, probes that left; read only */
	PANTUN_MONITOR_A_UNSENT,	/* u64, those that could not be sent; read only */
	PANTUN_MONITOR_A_RECEIVED,	/* u64, answers that count; read only */
	PANTUN_MONITOR_A_LOST,		/* u64, unanswered, or unsent without an SA; read only */
	PANTUN_MONITOR_A_RTT_LAST,	/* u32, microseconds; read only */
	PANTUN_MONITOR_A_RTT_MIN,	/* u32, microseconds; read only */
	PANTUN_MONITOR_A_RTT_AVG,	/* u32, microseconds; read only */
	PANTUN_MONITOR_A_RTT_MAX,	/* u32, microseconds; read only */
	PANTUN_MONITOR_A_HISTORY,	/* u64, last 64 probes, bit 0 newest, 1: ok; read only */
	PANTUN_MONITOR_A_ERROR,		/* u32, enum pantun_monitor_error; read only */
	PANTUN_MONITOR_A_FROM4,		/* 4 octets, source of the last probe; read only */
	PANTUN_MONITOR_A_FROM6,		/* 16 octets, source of the last probe; read only */

	__PANTUN_MONITOR_A_MAX,
	PANTUN_MONITOR_A_MAX = __PANTUN_MONITOR_A_MAX - 1
};

enum pantun_event {
	PANTUN_EVENT_UNSPEC,
	PANTUN_EVENT_NEW,
	PANTUN_EVENT_DEL,
	PANTUN_EVENT_CHANGE,
	PANTUN_EVENT_SOFT,		/* limit: negotiate a successor */
	PANTUN_EVENT_HARD,		/* limit: the SA is not used any more */
	PANTUN_EVENT_PATH_DOWN,		/* monitor: its destination does not answer */
	PANTUN_EVENT_PATH_UP,		/* monitor: its destination answers */
	PANTUN_EVENT_MOVED,		/* an authentic packet, the newest, came from elsewhere */

	__PANTUN_EVENT_MAX,
	PANTUN_EVENT_MAX = __PANTUN_EVENT_MAX - 1
};

enum pantun_event_attr {
	PANTUN_EVENT_A_UNSPEC,
	PANTUN_EVENT_A_PAD,
	PANTUN_EVENT_A_SEQ,		/* u64, one up a message; a gap: dump again */
	PANTUN_EVENT_A_KIND,		/* u32, enum pantun_event */
	PANTUN_EVENT_A_FLOW,		/* nest, enum pantun_selector_attr; acquire */

	__PANTUN_EVENT_A_MAX,
	PANTUN_EVENT_A_MAX = __PANTUN_EVENT_A_MAX - 1
};

/* Link attributes (IFLA_INFO_DATA); all read only. */
enum {
	IFLA_PANTUN_UNSPEC,
	IFLA_PANTUN_TUNNEL_ID,		/* u32 */

	__IFLA_PANTUN_MAX,
	IFLA_PANTUN_MAX = __IFLA_PANTUN_MAX - 1
};

#endif /* _UAPI_LINUX_PANTUN_H */
