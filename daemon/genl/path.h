/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The path of an SA between the gateways, as attributes of the kernel's. */
#ifndef PANTUN_GENL_PATH_H
#define PANTUN_GENL_PATH_H

#include "base/addr.h"

struct nl_msg;
struct nlattr;

struct genl_path {
	struct endpoint local, remote;	/* ports are UDP's */
	bool udp;			/* ESP in UDP */
	bool csum;			/* a UDP checksum over IPv4, too */
};

/*
 * As nest @type; an end without an address is left out.  False where there is no room, the ends
 * have different families, or neither has one.
 */
bool genl_path_put(struct nl_msg *msg, int type, const struct genl_path *path);
/*
 * From @nest, NULL for one that is absent.  False where an end lacks an address; @out then holds
 * what could be read, and 0 elsewhere.
 */
bool genl_path_get(struct nlattr *nest, struct genl_path *out);

#endif
