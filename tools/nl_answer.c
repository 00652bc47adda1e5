// SPDX-License-Identifier: GPL-2.0-or-later
#include "nl_answer.h"
#include <linux/pantun.h>
#include <netlink/genl/genl.h>
#include "genl/attr.h"

void nl_take(struct nlmsghdr *header, nl_answer *answer, void *ctx)
{
	struct nlattr *attrs[PANTUN_A_MAX + 1];

	if (genl_attr_top(header, attrs))
		answer(ctx, ((struct genlmsghdr *)nlmsg_data(header))->cmd, attrs);
}
