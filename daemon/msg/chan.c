// SPDX-License-Identifier: GPL-2.0-or-later
#include "msg/chan.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/secret.h"

#define BURST		32	/* messages to handle before other events get a turn */
#define DATAGRAM_MOST	(sizeof(struct msg_head) + MSG_MOST)
#define FDS_MAX		4	/* to receive and close; the kernel drops more */
#define SOCKET_BUFFER	(2 * MSG_MOST)	/* the kernel accounts more than the payload */

/* A datagram that the socket did not take. */
struct waiting {
	STAILQ_ENTRY(waiting) list;
	int fd;			/* a duplicate; -1: none */
	bool config;		/* it has nothing but messages of the configuration */
	size_t n;
	uint8_t octets[];
};

struct chan {
	enum msg_role me, peer;
	chan_handler *const *handlers;
	chan_gone *gone;
	void *ctx, *gone_ctx;
	int fd;
	struct event *read, *write, *flush, *end;
	STAILQ_HEAD(waiting_queue, waiting) queue;
	size_t pending;		/* octets in it, */
	size_t behind;		/* and those that count against CHAN_BEHIND */
	size_t out_n;		/* octets in out[], */
	unsigned int out_count;	/* and messages, */
	unsigned int out_config;	/* and messages of the configuration among them */
	unsigned int heard;	/* messages in this round */
	bool over;		/* closed in both directions */
	bool deaf;		/* the peer takes no more; unread messages of it may remain */
	bool reading;		/* chan_free() leaves the channel to the reader, which is */
	bool freed;		/* told of it */
	char reason[CHAN_REASON];
	/* Each holds the longest message.  Untouched pages take no memory. */
	alignas(max_align_t) uint8_t in[DATAGRAM_MOST];
	alignas(max_align_t) uint8_t out[DATAGRAM_MOST];
};

/* The control message with file descriptors. */
union control {
	char octets[CMSG_SPACE(FDS_MAX * sizeof(int))];
	struct cmsghdr align;
};

/* --- the end --- */

static void forget(struct chan *chan, struct waiting *w)
{
	chan->pending -= sizeof(*w) + w->n;
	if (!w->config)
		chan->behind -= sizeof(*w) + w->n;
	if (w->fd >= 0)
		close(w->fd);
	secret_wipe(w, sizeof(*w) + w->n);
	free(w);
}

static void forget_batch(struct chan *chan)
{
	secret_wipe(chan->out, chan->out_n);
	chan->out_n = 0;
	chan->out_count = 0;
	chan->out_config = 0;
}

static void forget_all(struct chan *chan)
{
	struct waiting *w;

	while ((w = STAILQ_FIRST(&chan->queue))) {
		STAILQ_REMOVE_HEAD(&chan->queue, list);
		forget(chan, w);
	}
	forget_batch(chan);
}

static void end(struct chan *chan, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void end(struct chan *chan, const char *format, ...)
{
	va_list args;

	if (chan->over)
		return;
	chan->over = true;
	va_start(args, format);
	vsnprintf(chan->reason, sizeof(chan->reason), format, args);
	va_end(args);
	event_del(chan->read);
	event_del(chan->write);
	forget_all(chan);
	event_active(chan->end, 0, 0);
}

void chan_refuse(struct chan *chan, enum msg_type type, const char *format, ...)
{
	char text[CHAN_REASON];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	end(chan, "%s: %s", msg_rows[type].name, text);
}

static void on_end(evutil_socket_t fd, short what, void *ctx)
{
	struct chan *chan = ctx;
	char reason[CHAN_REASON];

	(void)fd;
	(void)what;
	memcpy(reason, chan->reason, sizeof(reason));
	chan->gone(chan->gone_ctx, reason);
}

static void release(struct chan *chan)
{
	if (chan->read)
		event_free(chan->read);
	if (chan->write)
		event_free(chan->write);
	if (chan->flush)
		event_free(chan->flush);
	if (chan->end)
		event_free(chan->end);
	forget_all(chan);
	close(chan->fd);
	free(chan);
}

void chan_on_end(struct chan *chan, chan_gone *gone, void *ctx)
{
	chan->gone = gone;
	chan->gone_ctx = ctx;
}

void chan_free(struct chan *chan)
{
	if (!chan)
		return;
	chan_flush(chan);
	chan->over = true;
	chan->freed = true;
	if (!chan->reading)
		release(chan);
}

/* --- from the peer --- */

/*
 * Extracts the descriptors that came with @msg and returns their number; the kernel may have
 * dropped some.
 */
static unsigned int take_fds(struct msghdr *msg, int fds[FDS_MAX])
{
	unsigned int n = 0;
	struct cmsghdr *c;
	size_t octets;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		octets = c->cmsg_len - CMSG_LEN(0);
		memcpy(fds + n, CMSG_DATA(c), octets);
		n += octets / sizeof(int);
	}
	return n;
}

static void refuse(struct chan *chan, const struct msg_head *head, const char *wrong)
{
	if (head->type < MSG_TYPES)
		chan_refuse(chan, head->type, "%s (%u octets)", wrong, head->n);
	else
		end(chan, "message %u: %s (%u octets)", head->type, wrong, head->n);
}

/* Handles the first message of the @left octets at @at, and returns how many octets it took. */
static size_t handle(struct chan *chan, uint8_t *at, size_t left, int fds[FDS_MAX],
		     unsigned int n_fds)
{
	struct msg_head head = { .type = MSG_TYPES };
	uint8_t *body = at + sizeof(head);
	const char *wrong;

	if (left >= sizeof(head))
		memcpy(&head, at, sizeof(head));
	wrong = msg_check(head.type, chan->peer, chan->me, head.n, n_fds);
	if (!wrong && head.n > left - sizeof(head))
		wrong = "cut short";
	if (!wrong) {
		chan->handlers[head.type](chan->ctx, bytes_of(body, head.n),
					  n_fds ? fds[0] : -1);
		return msg_room(head.n);
	}
	while (n_fds)
		close(fds[--n_fds]);
	refuse(chan, &head, wrong);
	return left;
}

/*
 * Handles a datagram of @n octets.  File descriptors belong to its first message.  Returns whether
 * the next datagram probably waits already, because the peer had more to say than fits this one.
 */
static bool handle_all(struct chan *chan, size_t n, int fds[FDS_MAX], unsigned int n_fds)
{
	unsigned int count;
	size_t at = 0;

	for (count = 0; at < n && !chan->over; count++) {
		if (count == CHAN_BATCH) {
			end(chan, "more than %u messages in a datagram", CHAN_BATCH);
			break;
		}
		at += handle(chan, chan->in + at, n - at, fds, n_fds);
		n_fds = 0;
		chan->heard++;
	}
	secret_wipe(chan->in, n);
	return count == CHAN_BATCH || n > CHAN_BATCH_OCTETS / 2;
}

/*
 * Reads one datagram.  False if there is none, or it seems to be the last: the event loop tells of
 * another, and to find that there is none would cost as much as to read one.
 */
static bool read_one(struct chan *chan)
{
	union control control;
	struct iovec iov = { .iov_base = chan->in, .iov_len = sizeof(chan->in) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		/* Not CMSG_SPACE(): its padding would make room for one more. */
		.msg_control = &control, .msg_controllen = CMSG_LEN(FDS_MAX * sizeof(int)),
	};
	ssize_t n = recvmsg(chan->fd, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	unsigned int n_fds;
	int fds[FDS_MAX];

	/*
	 * If a peer closes with messages unread, the error comes first, once; then its messages
	 * can be read.
	 */
	if (n < 0 && (errno == ECONNRESET || errno == EINTR))
		return true;
	if (n < 0) {
		if (errno != EAGAIN)
			end(chan, "%s", strerror(errno));
		return false;
	}
	if (n == 0) {
		end(chan, "%s", CHAN_ENDED);
		return false;
	}
	n_fds = take_fds(&msg, fds);
	/* In a truncated datagram, the message that does not fit is found to be cut short. */
	return handle_all(chan, (size_t)n, fds, n_fds);
}

static void on_readable(evutil_socket_t fd, short what, void *ctx)
{
	struct chan *chan = ctx;

	(void)fd;
	(void)what;
	chan->reading = true;
	chan->heard = 0;
	while (chan->heard < BURST && !chan->over && read_one(chan))
		;
	chan->reading = false;
	if (chan->freed)
		release(chan);
}

/* --- to the peer --- */

/* Names a datagram by its first message, for the reason why the channel ends. */
static const char *name_of(const uint8_t *octets)
{
	struct msg_head head;

	memcpy(&head, octets, sizeof(head));
	return msg_rows[head.type].name;
}

/* True if the datagram is done with: sent, or dropped. */
static bool transmit(struct chan *chan, const uint8_t *octets, size_t n, int fd)
{
	union control control = { .octets = { 0 } };
	struct iovec iov = { .iov_base = (void *)(uintptr_t)octets, .iov_len = n };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (fd >= 0) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(sizeof(fd));
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	if (sendmsg(chan->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return true;
	/* The last two mean that the kernel is short of memory. */
	if (errno == EAGAIN || errno == EINTR || errno == ENOBUFS || errno == ENOMEM)
		return false;
	/* The reader will see the peer's end, after the messages sent before it. */
	if (errno == EPIPE || errno == ECONNRESET)
		chan->deaf = true;
	else
		end(chan, "%s cannot be sent: %s", name_of(octets), strerror(errno));
	return true;
}

static void on_writable(evutil_socket_t fd, short what, void *ctx)
{
	struct chan *chan = ctx;
	struct waiting *w;

	(void)fd;
	(void)what;
	while (!chan->over && (w = STAILQ_FIRST(&chan->queue))) {
		if (!chan->deaf && !transmit(chan, w->octets, w->n, w->fd))
			return;
		if (chan->over)
			return;
		STAILQ_REMOVE_HEAD(&chan->queue, list);
		forget(chan, w);
	}
	event_del(chan->write);
}

static void enqueue(struct chan *chan, const uint8_t *octets, size_t n, int fd)
{
	bool config = chan->out_config == chan->out_count;
	struct waiting *w;

	if (!config && chan->behind + sizeof(*w) + n > CHAN_BEHIND) {
		end(chan, "it does not read: %u MiB wait for it", CHAN_BEHIND >> 20);
		return;
	}
	w = malloc(sizeof(*w) + n);
	if (w) {
		*w = (struct waiting){ .fd = -1, .config = config, .n = n };
		if (fd >= 0)
			w->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	}
	if (!w || (fd >= 0 && w->fd < 0)) {
		end(chan, "%s cannot be sent: %s", name_of(octets), strerror(errno));
		free(w);
		return;
	}
	memcpy(w->octets, octets, n);
	chan->pending += sizeof(*w) + n;
	if (!config)
		chan->behind += sizeof(*w) + n;
	if (STAILQ_EMPTY(&chan->queue))
		event_add(chan->write, NULL);
	STAILQ_INSERT_TAIL(&chan->queue, w, list);
}

/* Sends out[], with @fd unless that is -1. */
static void flush(struct chan *chan, int fd)
{
	if (!chan->out_n || chan->over)
		return;
	if (!chan->deaf && (!STAILQ_EMPTY(&chan->queue) ||
			    !transmit(chan, chan->out, chan->out_n, fd)))
		enqueue(chan, chan->out, chan->out_n, fd);
	forget_batch(chan);
}

void chan_flush(struct chan *chan)
{
	flush(chan, -1);
}

static void on_flush(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	chan_flush(ctx);
}

static void append(struct chan *chan, enum msg_type type, const void *body, size_t n)
{
	const struct msg_head head = { .type = type, .n = (uint32_t)n };
	uint8_t *at = chan->out + chan->out_n;

	/* Padding is sent too, so it must not leak stale memory. */
	memset(at, 0, msg_room(n));
	memcpy(at, &head, offsetof(struct msg_head, n) + sizeof(head.n));
	if (n)
		memcpy(at + sizeof(head), body, n);
	chan->out_n += msg_room(n);
	chan->out_count++;
	chan->out_config += msg_rows[type].config;
}

/* Sends a message that is long, or carries a file descriptor, in a datagram of its own. */
static void post(struct chan *chan, enum msg_type type, const void *body, size_t n, int fd)
{
	assert(!msg_check(type, chan->me, chan->peer, n, fd >= 0));
	if (chan->over || chan->deaf)
		return;
	if (fd >= 0 || chan->out_n + msg_room(n) > CHAN_BATCH_OCTETS)
		chan_flush(chan);
	if (chan->over || chan->deaf)
		return;
	append(chan, type, body, n);
	if (fd >= 0 || chan->out_n >= CHAN_BATCH_OCTETS || chan->out_count == CHAN_BATCH)
		flush(chan, fd);
	else if (chan->out_count == 1)
		event_active(chan->flush, 0, 0);
}

void chan_send(struct chan *chan, enum msg_type type, const void *body, size_t n)
{
	post(chan, type, body, n, -1);
}

void chan_send_fd(struct chan *chan, enum msg_type type, const void *body, size_t n, int fd)
{
	post(chan, type, body, n, fd);
}

size_t chan_pending(const struct chan *chan)
{
	return chan->pending + chan->out_n;
}

/* --- begin --- */

/* With CAP_NET_ADMIN, SO_SNDBUFFORCE overrides the host's limit. */
static int enlarge(int fd)
{
	int want = SOCKET_BUFFER, got = 0;
	socklen_t n = sizeof(got);

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &want, sizeof(want)) &&
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &want, sizeof(want)))
		return -1;
	if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &got, &n))
		return -1;
	errno = EMSGSIZE;
	return got < SOCKET_BUFFER ? -1 : 0;
}

int chan_pair(int ends[2])
{
	int error;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends))
		return -1;
	if (!enlarge(ends[0]) && !enlarge(ends[1]))
		return 0;
	error = errno;
	close(ends[0]);
	close(ends[1]);
	errno = error;
	return -1;
}

struct chan *chan_new(struct event_base *base, int fd, enum msg_role me, enum msg_role peer,
		      chan_handler *const *handlers, void *ctx, chan_gone *gone)
{
	struct chan *chan = calloc(1, sizeof(*chan));

	for (enum msg_type type = 0; type < MSG_TYPES; type++)
		assert(!msg_goes(type, peer, me) || handlers[type]);
	if (!chan) {
		close(fd);
		return NULL;
	}
	chan->me = me;
	chan->peer = peer;
	chan->handlers = handlers;
	chan->gone = gone;
	chan->ctx = ctx;
	chan->gone_ctx = ctx;
	chan->fd = fd;
	STAILQ_INIT(&chan->queue);
	chan->read = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, chan);
	chan->write = event_new(base, fd, EV_WRITE | EV_PERSIST, on_writable, chan);
	chan->flush = event_new(base, -1, 0, on_flush, chan);
	chan->end = event_new(base, -1, 0, on_end, chan);
	if (chan->read && chan->write && chan->flush && chan->end && !event_add(chan->read, NULL))
		return chan;
	release(chan);
	return NULL;
}
