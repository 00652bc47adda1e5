/* SPDX-License-Identifier: GPL-2.0 */
/* Limits of an SA's use (RFC 4301 section 4.4.2.1).  Pure; also compiled on the host. */
#ifndef _PANTUN_LIFE_H
#define _PANTUN_LIFE_H

#include <linux/types.h>

/* 0: no limit. */
struct pantun_limit {
	u64 bytes;
	u64 packets;
	u64 seconds;
};

struct pantun_limits {
	struct pantun_limit soft;
	struct pantun_limit hard;
};

enum pantun_life {
	PANTUN_LIFE_OK,
	PANTUN_LIFE_SOFT,
	PANTUN_LIFE_HARD,
};

/*
 * State of an SA that would have carried @bytes and @packets with the packet at
 * hand, @seconds after it was made.  A packet that would pass a hard limit is
 * not to be carried.
 */
enum pantun_life pantun_life_check(const struct pantun_limits *limits, u64 bytes,
				   u64 packets, u64 seconds);
/*
 * Whether a sequence number of 32 bits is so near the last one (RFC 4303 section 3.3.3) that
 * the SA needs a successor.  A sender that says so itself is earlier.
 */
bool pantun_life_number_late(u64 seq, bool inbound);
/* NULL if usable, else why not (text for extack). */
const char *pantun_life_invalid(const struct pantun_limits *limits);

#endif
