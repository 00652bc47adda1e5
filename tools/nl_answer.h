/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An answer or event of the module, read by itself or through the daemon. */
#ifndef PANTUN_TOOLS_NL_ANSWER_H
#define PANTUN_TOOLS_NL_ANSWER_H

#include <netlink/msg.h>
#include <stdint.h>

/* Called with the top-level attributes (PANTUN_A_...) of each answer. */
typedef void nl_answer(void *ctx, uint8_t cmd, struct nlattr **attrs);
/* Calls @answer, unless the message of pantun's family cannot be read. */
void nl_take(struct nlmsghdr *header, nl_answer *answer, void *ctx);

#endif
