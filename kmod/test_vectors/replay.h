/* SPDX-License-Identifier: GPL-2.0 */
/* Made by generate.py from replay.json; edit that one. */
#ifndef _PANTUN_TEST_VECTORS_REPLAY_H
#define _PANTUN_TEST_VECTORS_REPLAY_H

#include <linux/types.h>

enum replay_verdict {
	REPLAY_ACCEPT,
	REPLAY_SEEN,
	REPLAY_LATE,
	REPLAY_ICV,	/* another high half is inferred: not authentic */
};

/* @count packets, the first numbered @first, each next one @stride more. */
struct replay_run {
	u64 first;
	u32 count;
	s32 stride;
	enum replay_verdict verdict;
};

struct replay_vector {
	const char *name;
	u32 window;
	bool esn;
	u64 start_top;		/* highest number authenticated before the first packet */
	u32 run_count;
	const struct replay_run *runs;
};

/* DPDK app/test/test_cryptodev.c test_ipsec_proto_pkt_antireplay */
static const struct replay_run dpdk_antireplay_w64_runs[] = {
	{ 128ULL, 2, -63, REPLAY_ACCEPT },
	{ 64ULL, 1, 0, REPLAY_LATE },
	{ 96ULL, 1, 0, REPLAY_ACCEPT },
	{ 96ULL, 1, 0, REPLAY_SEEN },
};

/* DPDK app/test/test_cryptodev.c test_ipsec_proto_pkt_esn_antireplay */
static const struct replay_run dpdk_esn_antireplay_w64_runs[] = {
	{ 4294967231ULL, 2, 97, REPLAY_ACCEPT },
	{ 4294967265ULL, 2, 30, REPLAY_ACCEPT },
	{ 4294967296ULL, 1, 0, REPLAY_ACCEPT },
	{ 4294967295ULL, 2, 1, REPLAY_SEEN },
};

/* DPDK app/test/test_cryptodev.c test_ipsec_proto_pkt_antireplay */
static const struct replay_run dpdk_antireplay_w128_runs[] = {
	{ 256ULL, 2, -127, REPLAY_ACCEPT },
	{ 128ULL, 1, 0, REPLAY_LATE },
	{ 192ULL, 1, 0, REPLAY_ACCEPT },
	{ 192ULL, 1, 0, REPLAY_SEEN },
};

/* DPDK app/test/test_cryptodev.c test_ipsec_proto_pkt_esn_antireplay */
static const struct replay_run dpdk_esn_antireplay_w128_runs[] = {
	{ 4294967167ULL, 2, 193, REPLAY_ACCEPT },
	{ 4294967233ULL, 2, 62, REPLAY_ACCEPT },
	{ 4294967296ULL, 1, 0, REPLAY_ACCEPT },
	{ 4294967295ULL, 2, 1, REPLAY_SEEN },
};

/* DPDK app/test/test_cryptodev.c test_ipsec_proto_pkt_antireplay */
static const struct replay_run dpdk_antireplay_w1024_runs[] = {
	{ 2048ULL, 2, -1023, REPLAY_ACCEPT },
	{ 1024ULL, 1, 0, REPLAY_LATE },
	{ 1536ULL, 1, 0, REPLAY_ACCEPT },
	{ 1536ULL, 1, 0, REPLAY_SEEN },
};

/* DPDK app/test/test_cryptodev.c test_ipsec_proto_pkt_esn_antireplay */
static const struct replay_run dpdk_esn_antireplay_w1024_runs[] = {
	{ 4294966271ULL, 2, 1537, REPLAY_ACCEPT },
	{ 4294966785ULL, 2, 510, REPLAY_ACCEPT },
	{ 4294967296ULL, 1, 0, REPLAY_ACCEPT },
	{ 4294967295ULL, 2, 1, REPLAY_SEEN },
};

/* DPDK app/test/test_cryptodev.c test_ipsec_proto_pkt_antireplay */
static const struct replay_run dpdk_antireplay_w2048_runs[] = {
	{ 4096ULL, 2, -2047, REPLAY_ACCEPT },
	{ 2048ULL, 1, 0, REPLAY_LATE },
	{ 3072ULL, 1, 0, REPLAY_ACCEPT },
	{ 3072ULL, 1, 0, REPLAY_SEEN },
};

/* DPDK app/test/test_cryptodev.c test_ipsec_proto_pkt_esn_antireplay */
static const struct replay_run dpdk_esn_antireplay_w2048_runs[] = {
	{ 4294965247ULL, 2, 3073, REPLAY_ACCEPT },
	{ 4294966273ULL, 2, 1022, REPLAY_ACCEPT },
	{ 4294967296ULL, 1, 0, REPLAY_ACCEPT },
	{ 4294967295ULL, 2, 1, REPLAY_SEEN },
};

/* DPDK app/test/test_cryptodev.c test_ipsec_proto_pkt_antireplay */
static const struct replay_run dpdk_antireplay_w4096_runs[] = {
	{ 8192ULL, 2, -4095, REPLAY_ACCEPT },
	{ 4096ULL, 1, 0, REPLAY_LATE },
	{ 6144ULL, 1, 0, REPLAY_ACCEPT },
	{ 6144ULL, 1, 0, REPLAY_SEEN },
};

/* DPDK app/test/test_cryptodev.c test_ipsec_proto_pkt_esn_antireplay */
static const struct replay_run dpdk_esn_antireplay_w4096_runs[] = {
	{ 4294963199ULL, 2, 6145, REPLAY_ACCEPT },
	{ 4294965249ULL, 2, 2046, REPLAY_ACCEPT },
	{ 4294967296ULL, 1, 0, REPLAY_ACCEPT },
	{ 4294967295ULL, 2, 1, REPLAY_SEEN },
};

/*
 * WireGuard drivers/net/wireguard/selftest/counter.c (its window
 * W=COUNTER_WINDOW_SIZE; shifted by +1 because ESP never uses sequence number 0)
 */
static const struct replay_run wireguard_counter_main_w65_runs[] = {
	{ 1ULL, 2, 1, REPLAY_ACCEPT },
	{ 2ULL, 1, 0, REPLAY_SEEN },
	{ 10ULL, 3, -1, REPLAY_ACCEPT },
	{ 8ULL, 1, 0, REPLAY_SEEN },
	{ 66ULL, 2, -1, REPLAY_ACCEPT },
	{ 65ULL, 1, 0, REPLAY_SEEN },
	{ 64ULL, 2, -61, REPLAY_ACCEPT },
	{ 3ULL, 1, 0, REPLAY_SEEN },
	{ 82ULL, 1, 0, REPLAY_ACCEPT },
	{ 4ULL, 1, 0, REPLAY_LATE },
	{ 82ULL, 1, 0, REPLAY_SEEN },
	{ 261ULL, 2, -64, REPLAY_ACCEPT },
	{ 11ULL, 2, 185, REPLAY_LATE },
	{ 195ULL, 1, 0, REPLAY_LATE },
	{ 198ULL, 1, 0, REPLAY_ACCEPT },
	{ 197ULL, 1, 0, REPLAY_SEEN },
	{ 1ULL, 1, 0, REPLAY_LATE },
};

/*
 * WireGuard drivers/net/wireguard/selftest/counter.c (its window
 * W=COUNTER_WINDOW_SIZE; shifted by +1 because ESP never uses sequence number 0)
 */
static const struct replay_run wireguard_counter_up_w65_runs[] = {
	{ 2ULL, 64, 1, REPLAY_ACCEPT },
	{ 1ULL, 1, 0, REPLAY_ACCEPT },
};

/*
 * WireGuard drivers/net/wireguard/selftest/counter.c (its window
 * W=COUNTER_WINDOW_SIZE; shifted by +1 because ESP never uses sequence number 0)
 */
static const struct replay_run wireguard_counter_down_w65_runs[] = {
	{ 65ULL, 65, -1, REPLAY_ACCEPT },
};

/*
 * WireGuard drivers/net/wireguard/selftest/counter.c (its window
 * W=COUNTER_WINDOW_SIZE; shifted by +1 because ESP never uses sequence number 0)
 */
static const struct replay_run wireguard_counter_down_then_top_w65_runs[] = {
	{ 65ULL, 64, -1, REPLAY_ACCEPT },
	{ 66ULL, 1, 0, REPLAY_ACCEPT },
};

/*
 * WireGuard drivers/net/wireguard/selftest/counter.c (its window
 * W=COUNTER_WINDOW_SIZE; shifted by +1 because ESP never uses sequence number 0)
 */
static const struct replay_run wireguard_counter_main_w1025_runs[] = {
	{ 1ULL, 2, 1, REPLAY_ACCEPT },
	{ 2ULL, 1, 0, REPLAY_SEEN },
	{ 10ULL, 3, -1, REPLAY_ACCEPT },
	{ 8ULL, 1, 0, REPLAY_SEEN },
	{ 1026ULL, 2, -1, REPLAY_ACCEPT },
	{ 1025ULL, 1, 0, REPLAY_SEEN },
	{ 1024ULL, 2, -1021, REPLAY_ACCEPT },
	{ 3ULL, 1, 0, REPLAY_SEEN },
	{ 1042ULL, 1, 0, REPLAY_ACCEPT },
	{ 4ULL, 1, 0, REPLAY_LATE },
	{ 1042ULL, 1, 0, REPLAY_SEEN },
	{ 4101ULL, 2, -1024, REPLAY_ACCEPT },
	{ 11ULL, 2, 3065, REPLAY_LATE },
	{ 3075ULL, 1, 0, REPLAY_LATE },
	{ 3078ULL, 1, 0, REPLAY_ACCEPT },
	{ 3077ULL, 1, 0, REPLAY_SEEN },
	{ 1ULL, 1, 0, REPLAY_LATE },
};

/*
 * WireGuard drivers/net/wireguard/selftest/counter.c (its window
 * W=COUNTER_WINDOW_SIZE; shifted by +1 because ESP never uses sequence number 0)
 */
static const struct replay_run wireguard_counter_up_w1025_runs[] = {
	{ 2ULL, 1024, 1, REPLAY_ACCEPT },
	{ 1ULL, 1, 0, REPLAY_ACCEPT },
};

/*
 * WireGuard drivers/net/wireguard/selftest/counter.c (its window
 * W=COUNTER_WINDOW_SIZE; shifted by +1 because ESP never uses sequence number 0)
 */
static const struct replay_run wireguard_counter_down_w1025_runs[] = {
	{ 1025ULL, 1025, -1, REPLAY_ACCEPT },
};

/*
 * WireGuard drivers/net/wireguard/selftest/counter.c (its window
 * W=COUNTER_WINDOW_SIZE; shifted by +1 because ESP never uses sequence number 0)
 */
static const struct replay_run wireguard_counter_down_then_top_w1025_runs[] = {
	{ 1025ULL, 1024, -1, REPLAY_ACCEPT },
	{ 1026ULL, 1, 0, REPLAY_ACCEPT },
};

/*
 * FDio/vpp test/template_ipsec.py _verify_tra_anti_replay_algorithm_no_esn (RFC
 * 4303 App. A2 no-ESN case A)
 */
static const struct replay_run vpp_noesn_casea_w64_runs[] = {
	{ 21ULL, 15, 1, REPLAY_LATE },
	{ 54ULL, 20, 1, REPLAY_ACCEPT },
	{ 69ULL, 5, 1, REPLAY_SEEN },
	{ 109ULL, 15, 1, REPLAY_ACCEPT },
};

/* FDio/vpp test/template_ipsec.py verify_tra_anti_replay */
static const struct replay_run vpp_window_basic_w64_runs[] = {
	{ 1ULL, 33, 1, REPLAY_ACCEPT },
	{ 1ULL, 33, 1, REPLAY_SEEN },
	{ 35ULL, 1, 0, REPLAY_ACCEPT },
	{ 35ULL, 7, 0, REPLAY_SEEN },
	{ 164ULL, 1, 0, REPLAY_ACCEPT },
	{ 164ULL, 1, 0, REPLAY_SEEN },
	{ 140ULL, 1, 0, REPLAY_ACCEPT },
};

/*
 * RFC 4303 s2.2/3.4.3 (sequence numbers start at 1); Linux net/xfrm/xfrm_replay.c
 * rejects 0
 */
static const struct replay_run seq_zero_runs[] = {
	{ 0ULL, 1, 0, REPLAY_LATE },
	{ 1ULL, 1, 0, REPLAY_ACCEPT },
	{ 0ULL, 1, 0, REPLAY_LATE },
	{ 64ULL, 1, 0, REPLAY_ACCEPT },
	{ 1ULL, 1, 0, REPLAY_SEEN },
};

static const struct replay_vector replay_vectors[] = {
	{
		"dpdk_antireplay_w64", 64, false, 0ULL,
		4, dpdk_antireplay_w64_runs,
	},
	{
		"dpdk_esn_antireplay_w64", 64, true, 4294967230ULL,
		4, dpdk_esn_antireplay_w64_runs,
	},
	{
		"dpdk_antireplay_w128", 128, false, 0ULL,
		4, dpdk_antireplay_w128_runs,
	},
	{
		"dpdk_esn_antireplay_w128", 128, true, 4294967166ULL,
		4, dpdk_esn_antireplay_w128_runs,
	},
	{
		"dpdk_antireplay_w1024", 1024, false, 0ULL,
		4, dpdk_antireplay_w1024_runs,
	},
	{
		"dpdk_esn_antireplay_w1024", 1024, true, 4294966270ULL,
		4, dpdk_esn_antireplay_w1024_runs,
	},
	{
		"dpdk_antireplay_w2048", 2048, false, 0ULL,
		4, dpdk_antireplay_w2048_runs,
	},
	{
		"dpdk_esn_antireplay_w2048", 2048, true, 4294965246ULL,
		4, dpdk_esn_antireplay_w2048_runs,
	},
	{
		"dpdk_antireplay_w4096", 4096, false, 0ULL,
		4, dpdk_antireplay_w4096_runs,
	},
	{
		"dpdk_esn_antireplay_w4096", 4096, true, 4294963198ULL,
		4, dpdk_esn_antireplay_w4096_runs,
	},
	{
		"wireguard_counter_main_w65", 65, false, 0ULL,
		17, wireguard_counter_main_w65_runs,
	},
	{
		"wireguard_counter_up_w65", 65, false, 0ULL,
		2, wireguard_counter_up_w65_runs,
	},
	{
		"wireguard_counter_down_w65", 65, false, 0ULL,
		1, wireguard_counter_down_w65_runs,
	},
	{
		"wireguard_counter_down_then_top_w65", 65, false, 0ULL,
		2, wireguard_counter_down_then_top_w65_runs,
	},
	{
		"wireguard_counter_main_w1025", 1025, false, 0ULL,
		17, wireguard_counter_main_w1025_runs,
	},
	{
		"wireguard_counter_up_w1025", 1025, false, 0ULL,
		2, wireguard_counter_up_w1025_runs,
	},
	{
		"wireguard_counter_down_w1025", 1025, false, 0ULL,
		1, wireguard_counter_down_w1025_runs,
	},
	{
		"wireguard_counter_down_then_top_w1025", 1025, false, 0ULL,
		2, wireguard_counter_down_then_top_w1025_runs,
	},
	{
		"vpp_noesn_casea_w64", 64, false, 104ULL,
		4, vpp_noesn_casea_w64_runs,
	},
	{
		"vpp_window_basic_w64", 64, false, 0ULL,
		7, vpp_window_basic_w64_runs,
	},
	{
		"seq_zero", 64, false, 0ULL,
		5, seq_zero_runs,
	},
};

#endif
