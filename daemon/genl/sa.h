/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an SA consists of, as attributes for the kernel. */
#ifndef PANTUN_GENL_SA_H
#define PANTUN_GENL_SA_H

#include "base/bytes.h"

struct nl_msg;

/* 0: no limit. */
struct genl_limits {
	uint64_t soft_bytes, hard_bytes, soft_packets, hard_packets, soft_seconds, hard_seconds;
};

/* Views of keys that somebody else owns; of 0 octets: none. */
struct genl_keys {
	struct bytes enc, auth, salt;
};

/* All of them return false where there is no room. */

/* Names an SA, apart from its path: @dir of enum pantun_dir, @proto IPPROTO_ESP or IPPROTO_AH. */
bool genl_sa_put_name(struct nl_msg *msg, uint32_t dir, uint8_t proto, uint32_t spi);
/* As nest PANTUN_SA_A_KEY; the caller wipes the message. */
bool genl_sa_put_keys(struct nl_msg *msg, const struct genl_keys *keys);
/* As nest PANTUN_SA_A_LIMITS. */
bool genl_sa_put_limits(struct nl_msg *msg, const struct genl_limits *limits);

#endif
