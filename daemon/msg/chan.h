/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One end of a channel between two processes: a SOCK_SEQPACKET socketpair, which keeps datagrams
 * separate and in order.  Messages sent in one round of the event loop share datagrams, which
 * leave at the end of that round or by chan_flush(): a system call and a wakeup for each would
 * cost more than handling it.  Nothing here blocks.  What the socket does not take at once is
 * queued; a peer that lets CHAN_BEHIND octets pile up does not read, and its channel is closed.
 * Messages of the configuration do not count: how many there are is for the administrator to say,
 * a peer cannot ask for them, and it has had no time to read any when they are sent all at once.
 *
 * Each message is checked against its row in talk/rows.c before a handler sees it.  A peer that
 * breaks a rule is not read again.  The owner is told once that a channel has ended, from the
 * event loop, never from within its own call, and only after everything that the peer sent before
 * its end was handled.  A channel belongs to one thread.
 *
 * Bodies may contain keys.  They are wiped once sent, and once the handlers of their datagram have
 * returned.
 */
#ifndef PANTUN_MSG_CHAN_H
#define PANTUN_MSG_CHAN_H

#include "base/bytes.h"
#include "msg/msg.h"

#define CHAN_BEHIND	(64U << 20)	/* octets */
#define CHAN_BATCH	32		/* messages in a datagram, at most */
#define CHAN_BATCH_OCTETS	(16U << 10)	/* in one that has several messages */
#define CHAN_REASON	160		/* room for a reason */
#define CHAN_ENDED	"it has ended"	/* the reason after an orderly end */

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
 * Makes the end of @me toward @peer from @fd, of which it takes ownership.  @handlers has
 * MSG_TYPES entries, outlives the channel, and has a handler for each message that @peer may send
 * to @me.  NULL: out of memory, and @fd is closed.
 */
struct chan *chan_new(struct event_base *base, int fd, enum msg_role me, enum msg_role peer,
		      chan_handler *const *handlers, void *ctx, chan_gone *gone);
/* Replaces the callback for the channel's end, whose context may differ from the handlers'. */
void chan_on_end(struct chan *chan, chan_gone *gone, void *ctx);
/*
 * May be called from a handler and from gone().  What the socket does not take now is lost.  NULL
 * is fine.
 */
void chan_free(struct chan *chan);

/*
 * Sends a message of @n octets at @body, which must fit its row.  It is dropped if the peer is
 * gone; the owner is told of that separately.
 */
void chan_send(struct chan *chan, enum msg_type type, const void *body, size_t n);
/* With a duplicate of @fd, which remains the caller's. */
void chan_send_fd(struct chan *chan, enum msg_type type, const void *body, size_t n, int fd);
/*
 * Sends what waits for the end of the round.  For messages that must reach this peer before
 * another one acts on them, and for last messages.
 */
void chan_flush(struct chan *chan);
/*
 * For handlers: closes the channel because a message is invalid although it fits its row.  The
 * reason begins with the row's name: "LOG: level 7".
 */
void chan_refuse(struct chan *chan, enum msg_type type, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Returns the number of unsent octets, 0 if everything has been sent. */
size_t chan_pending(const struct chan *chan);

#endif
