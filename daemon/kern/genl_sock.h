/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests over a netlink socket, with what the kernel says about them. */
#ifndef PANTUN_KERN_GENL_SOCK_H
#define PANTUN_KERN_GENL_SOCK_H

#include <stdbool.h>
#include <stddef.h>

struct nl_msg;
struct nl_sock;
struct nlmsghdr;

/* One message of an answer; not called for acks. */
typedef void genl_answer(void *ctx, struct nlmsghdr *header);

/* With extack, and without an echo of the request in its ack; NULL: errno is set. */
struct nl_sock *genl_sock_open(int protocol);
void genl_sock_close(struct nl_sock *sock);
/*
 * Sends @msg, which is wiped and freed in any case, and reads the whole answer.
 * 0 or a negative errno, with what the kernel said of it in @text of @n octets ("" if
 * nothing).  NULL for @msg is lack of memory.
 */
int genl_transact(struct nl_sock *sock, struct nl_msg *msg, genl_answer *answer, void *ctx,
		  char *text, size_t n);

#endif
