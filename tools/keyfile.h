/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of manual keys: lines "enc HEX", "auth HEX", "salt HEX", with # comments.
 * HEX may be in groups of eight digits joined by '-'.
 * Keys come from files alone: a command line can be read by everybody.
 */
#ifndef PANTUN_TOOLS_KEYFILE_H
#define PANTUN_TOOLS_KEYFILE_H

#include <linux/pantun.h>
#include <stddef.h>
#include <stdint.h>

struct key_octets {
	uint8_t b[PANTUN_KEY_LEN_MAX];
	size_t n;			/* 0: not given */
};

struct keys {
	struct key_octets enc, auth, salt;
};

/*
 * 0, or -1 with the cause in @error, also for a file that key_file_trusted() refuses.  The
 * caller wipes @keys with secret_wipe(), also after a failure.
 */
int keyfile_read(const char *path, struct keys *keys, char *error, size_t error_n);

#endif
