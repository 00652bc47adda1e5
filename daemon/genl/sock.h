/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests over a netlink socket, with what the kernel says about them. */
#ifndef PANTUN_GENL_SOCK_H
#define PANTUN_GENL_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GENL_TEXT	256	/* octets for what the kernel says of an error */
#define GENL_NOT_LOADED	"the module is not loaded; modprobe pantun, or insmod kmod/pantun.ko"

struct nl_msg;
struct nl_sock;
struct nlmsghdr;

/* One message of an answer; not called for acks. */
typedef void genl_answer(void *ctx, struct nlmsghdr *header);

/* With extack, and without an echo of the request in its ack; NULL: errno is set. */
struct nl_sock *genl_sock_open(int protocol);
void genl_sock_close(struct nl_sock *sock);
/*
 * A request of pantun's @family about the tunnel on @ifname, or about none (NULL), for the caller
 * to fill.  @flags are of netlink.  NULL on lack of memory.
 */
struct nl_msg *genl_begin(int family, uint8_t cmd, int flags, const char *ifname);
/*
 * Sends @msg, which is wiped and freed in any case, and reads the whole answer.
 * 0 or a negative errno, with what the kernel said of it in @text of @n octets ("" if
 * nothing).  -EINTR: what was dumped changed meanwhile; -EIO: the socket failed.  NULL for
 * @msg is lack of memory; NULL for @answer: success is all that matters.
 */
int genl_transact(struct nl_sock *sock, struct nl_msg *msg, genl_answer *answer, void *ctx,
		  char *text, size_t n);
/* One line about @error, negative, of which the kernel said @text, into @out of @n octets. */
void genl_explain(int error, const char *text, char *out, size_t n);

#endif
