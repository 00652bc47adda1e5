/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys in files of their own. */
#ifndef PANTUN_CONF_KEYFILE_H
#define PANTUN_CONF_KEYFILE_H

#include "base/secret.h"

#define KEYFILE_MAX	255	/* octets of a key */

/*
 * Reads the key at @path, an absolute path, without its trailing newline.  Refused:
 * what is no regular file, belongs to another user than root or ours, or gives
 * group or others any access.  The secret is the caller's; NULL with the reason in
 * @why of @n octets.
 */
struct secret *keyfile_read(const char *path, char *why, size_t n);
/* Whether keys may stand in the open file, by the same rules; false with the reason. */
bool keyfile_trusted(int fd, char *why, size_t n);

#endif
