/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One end of a channel between two processes: a SOCK_SEQPACKET socketpair, which keeps datagrams
 * apart and in order.  Messages that are sent in one round of the event loop share datagrams, and
 * leave at the end of that round or by chan_flush(): a system call and a wakeup each would cost
 * more than all that they say.  Nothing here blocks.  What the socket does not take at once waits
 * in a queue; a peer that lets CHAN_BEHIND octets pile up there does not read, and is given up.
 *
 * Each message is held against its row in msg.c before a handler sees it.  A peer that breaks a
 * rule is never heard again, and neither is one that has ended; the owner is told once, out of
 * the event loop, never out of a call of his.  What the peer sent before it ended is read
 * first.  A channel is for one thread.
 *
 * Bodies may have keys in them: they are wiped when they were sent, and when the handlers of their
 * datagram have returned.
 */
#ifndef PANTUN_MSG_CHAN_H
#define PANTUN_MSG_CHAN_H

#include "base/bytes.h"
#include "msg/msg.h"

#define CHAN_BEHIND	(64U << 20)	/* octets */
#define CHAN_BATCH	32		/* messages in a datagram, at most */
#define CHAN_BATCH_OCTETS	(16U << 10)	/* in one that has several messages */
#define CHAN_REASON	160		/* room for a reason */
#define CHAN_ENDED	"it has ended"	/* the reason that is nobody's fault */

struct chan;
struct event_base;

/*
 * @body is aligned for any struct, and valid until the handler returns.  @fd is the handler's to
 * close, -1 in a message whose row carries none.
 */
typedef void chan_handler(void *ctx, struct bytes body, int fd);
/* @reason: "READY: too long (12 octets)", "it has ended".  chan_free() is still to be called. */
typedef void chan_gone(void *ctx, const char *reason);

/*
 * Makes the two ends of a channel, close-on-exec, whose buffers take the longest message.  0;
 * or -1 with errno set, EMSGSIZE where the host's limit for buffers (net.core.wmem_max) is too
 * small and nobody here has CAP_NET_ADMIN.
 */
int chan_pair(int ends[2]);
/*
 * The end @fd, which it takes over, of @me toward @peer.  @handlers has MSG_TYPES places, valid
 * as long as the channel, with a handler for each message that @peer may send to @me.  NULL: out
 * of memory, and @fd is closed.
 */
struct chan *chan_new(struct event_base *base, int fd, enum msg_role me, enum msg_role peer,
		      chan_handler *const *handlers, void *ctx, chan_gone *gone);
/* For who has other handlers than its own: @gone and its @ctx take the place of those before. */
void chan_on_end(struct chan *chan, chan_gone *gone, void *ctx);
/*
 * Also out of a handler, and out of gone().  What the socket does not take now is lost.  NULL is
 * fine.
 */
void chan_free(struct chan *chan);

/*
 * Sends a message that fits its row, @n octets at @body.  It is dropped if the peer is gone,
 * which the owner hears of or has heard of.
 */
void chan_send(struct chan *chan, enum msg_type type, const void *body, size_t n);
/* With a duplicate of @fd, which remains the caller's. */
void chan_send_fd(struct chan *chan, enum msg_type type, const void *body, size_t n, int fd);
/*
 * Sends now what waits for the end of the round: for what has to be with this peer before
 * another hears of it, and for what may be last words.
 */
void chan_flush(struct chan *chan);
/*
 * For handlers: the peer has sent nonsense within the bounds of its row, and is not heard again.
 * The reason begins with the row's name: "LOG: level 7".
 */
void chan_refuse(struct chan *chan, enum msg_type type, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Octets that wait, for the end of the round or for the peer to read.  0: all has been sent. */
size_t chan_pending(const struct chan *chan);

#endif
