/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sockets from which the kernel's tables and events can be read, and nothing else. */
#ifndef PANTUN_GENL_READ_H
#define PANTUN_GENL_READ_H

#include <stdint.h>

struct nl_sock;

/* The command that answers @what, one of the words below; 0 where there is none. */
uint8_t genl_read_cmd(const char *what);

/*
 * A socket of its own, not blocking, on which the answer to @what comes: the dump "tunnel",
 * "proxy-id", "ipsec-sa" or "monitor", what there is to know of the "module", or "events" of
 * both groups, without end.  @sock is for asking what numbers the groups of @family have.  A
 * negative errno where it fails: -EINVAL where @what is none of these.
 */
int genl_read_open(struct nl_sock *sock, int family, const char *what);

#endif
