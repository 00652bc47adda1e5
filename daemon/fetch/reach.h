/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where web servers may be. */
#ifndef PANTUN_FETCH_REACH_H
#define PANTUN_FETCH_REACH_H

#include <stdbool.h>

struct addr;

/*
 * Why no document is fetched from that address: this host, a link or nobody; @redirected: a
 * private network, too.  NULL: it may be.
 */
const char *reach_refuses(const struct addr *addr, bool redirected);

#endif
