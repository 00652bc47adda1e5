/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The name servers of this host, for `fetch`, which has no files. */
#ifndef PANTUN_LOOP_RESOLV_H
#define PANTUN_LOOP_RESOLV_H

#include "msg/fetch_msg.h"

#define RESOLV_PATH	"/etc/resolv.conf"

/* The first "nameserver" lines of resolv.conf(5) at @path; none, or no file: this host itself. */
void resolv_read(const char *path, struct msg_servers *servers);

#endif
