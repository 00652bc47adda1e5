/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What known answers consist of; vectors/generate.py makes tables of them
 * (vectors/NAME.inc) from NAME.json when the tests are built.
 */
#ifndef _PANTUN_TEST_VECTORS_H
#define _PANTUN_TEST_VECTORS_H

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

struct test_octets {
	u32 len;
	const char *data;
};

struct esp_vector {
	const char *name;
	u32 enc;		/* enum pantun_enc */
	u32 auth;		/* enum pantun_auth; 0 with CBC: none at all */
	bool esn;
	bool must_fail;		/* not authentic */
	u32 spi;
	u64 seq;
	u8 next_header;
	struct test_octets enc_key, auth_key, salt;
	struct test_octets iv;
	struct test_octets inner;	/* before padding */
	struct test_octets packet;	/* from the SPI to the ICV */
};

struct ah_vector {
	const char *name;
	u32 auth;		/* enum pantun_auth */
	u32 spi;
	u64 seq;
	bool esn;
	u8 next_header;
	struct test_octets auth_key, salt;
	u32 outer_len;		/* octets before AH */
	const char *options;	/* one letter an octet between the plain IP header and AH: */
				/* i: immutable, m: mutable, ?: it depends */
	bool under_way;		/* as sent, with a route ahead */
	struct test_octets packet;	/* from the outer IP header on */
};

#endif
