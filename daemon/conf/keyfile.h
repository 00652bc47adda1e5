/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys in files of their own. */
#ifndef PANTUN_CONF_KEYFILE_H
#define PANTUN_CONF_KEYFILE_H

#include "base/secret.h"
#include "conf/tree.h"

#define KEYFILE_MAX	255	/* octets of a key */
#define KEYFILE_HEX_MAX	(2 * KEYFILE_MAX)	/* of one in hex digits */

/*
 * Reads the key, of @max octets at the most, from the file that @value names, without its trailing
 * newline.  The path has to be absolute, and the file one that key_file_trusted() takes.  The
 * secret is the caller's; NULL after a complaint.
 */
struct secret *keyfile_read(const struct tree_value *value, size_t max,
			    struct conf_report *report);
/* Likewise a passphrase. */
struct secret *keyfile_read_passphrase(const struct tree_value *value, struct conf_report *report);

#endif
