// SPDX-License-Identifier: GPL-2.0-or-later
#include "genl/module.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/pantun.h>

#include "base/version.h"
#include "genl/attr.h"
#include "genl/sock.h"

/* @ctx: VERSION_TEXT octets. */
static void on_module(void *ctx, struct nlmsghdr *header)
{
	struct nlattr *attrs[PANTUN_A_MAX + 1];

	if (genl_attr_top(header, attrs))
		genl_attr_text(attrs[PANTUN_A_MODULE_VERSION], ctx, VERSION_TEXT);
}

int genl_module_version(struct nl_sock *sock, int family, char *version, char *text, size_t n)
{
	struct nl_msg *msg = genl_begin(family, PANTUN_CMD_MODULE_GET, NLM_F_ACK, NULL);
	int error;

	version[0] = '\0';
	error = genl_transact(sock, msg, on_module, version, text, n);
	/* A module that does not know the command does not tell its version. */
	return error == -EOPNOTSUPP ? 0 : error;
}
