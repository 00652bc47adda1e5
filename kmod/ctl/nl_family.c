// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family, for whoever writes a message of it.  What it does, its
 * operations, nl.c adds when it registers the family.
 */
#include <linux/cache.h>
#include <linux/module.h>
#include "ctl/nl_priv.h"

struct genl_family pantun_nl_family __ro_after_init = {
	.name = PANTUN_GENL_NAME,
	.version = PANTUN_GENL_VERSION,
	.module = THIS_MODULE,
	.netnsok = true,
	.parallel_ops = true,
	.resv_start_op = PANTUN_CMD_SA_NEW + 1,
};
