/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traffic selectors as the kernel has them: one range a side and family. */
#ifndef PANTUN_GENL_SELECTOR_H
#define PANTUN_GENL_SELECTOR_H

#include "base/addr.h"

struct nl_msg;
struct nlattr;

struct genl_range {
	struct addr first, last;	/* family 0: absent */
};

struct genl_ports {
	bool given;			/* else any */
	uint16_t first, last;
};

/* Both sides have the same families; without any the selector takes both. */
struct genl_selector {
	struct genl_range local4, remote4, local6, remote6;
	uint8_t proto;			/* 0: any */
	struct genl_ports local_port, remote_port;
};

/* All addresses of @family. */
struct genl_range genl_range_any(uint8_t family);
bool genl_range_is_any(const struct genl_range *range);
/* Whether both take the same packets, however that is said. */
bool genl_selector_equal(const struct genl_selector *a, const struct genl_selector *b);
/* As nest @type; nothing at all for one that takes everything.  False: no room. */
bool genl_selector_put(struct nl_msg *msg, int type, const struct genl_selector *selector);
/*
 * From the nest, NULL for one that is absent, which takes everything.  False where a family
 * lacks an address; @out takes everything then.
 */
bool genl_selector_get(struct nlattr *nest, struct genl_selector *out);

#endif
