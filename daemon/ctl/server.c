// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "ctl/json.h"
#include "ctl/questions.h"
#include "ctl/relay.h"
#include "ctl/verbs.h"
#include "ike/info.h"

#define CONNECTIONS_MAX	64
#define OTHERS_MAX	48	/* of them, of users other than root, who always gets in */
#define USER_MAX	16	/* of one of these users */
#define BACKLOG		16
#define INPUT_MAX	(CTL_HEADER + CTL_REQUEST_MAX)	/* octets; with so many no more are read */
#define BEHIND_MAX	(1U << 20)	/* octets that a monitor may leave unread */
#define PATIENCE	30		/* seconds in which a peer has to take something */
#define SOCKET_MODE	0660
#define SOCKET_UMASK	0177		/* nobody else, until the group is set */

struct conn {
	LIST_ENTRY(conn) list;
	TAILQ_ENTRY(conn) turns;
	struct ctl *ctl;
	struct bufferevent *bev;
	struct relay *relay;	/* of the kernel to the peer; NULL: none */
	uid_t uid;
	bool waits;		/* for its turn */
	bool asks;		/* and waits for the answer of IKE */
	bool monitor;
	bool dead;		/* to be freed once its request is done with */
};

struct ctl {
	struct ctl_ops ops;
	struct questions *questions;
	struct evconnlistener *listener;
	LIST_HEAD(conns, conn) conns;
	TAILQ_HEAD(turns, conn) turns;
	struct event *turn;	/* of the first of them, in the next round of the loop */
	unsigned int n;
	struct conn *busy;	/* whose request is being answered */
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
};

static void drop(struct conn *conn)
{
	if (conn->ctl->busy == conn) {
		conn->dead = true;
		return;
	}
	LIST_REMOVE(conn, list);
	if (conn->waits)
		TAILQ_REMOVE(&conn->ctl->turns, conn, turns);
	questions_forget(conn->ctl->questions, conn);
	conn->ctl->n--;
	relay_free(conn->relay);
	bufferevent_free(conn->bev);
	free(conn);
}

/* Queues a message and frees it.  False: it is too large or memory is short. */
static bool send_text(struct conn *conn, struct evbuffer *text, size_t max)
{
	size_t n = text ? evbuffer_get_length(text) : 0;
	uint8_t header[CTL_HEADER];
	bool good = false;

	if (text && n <= max) {
		put_be32(header, (uint32_t)n);
		good = !bufferevent_write(conn->bev, header, sizeof(header)) &&
		       !bufferevent_write_buffer(conn->bev, text);
	}
	if (text)
		evbuffer_free(text);
	return good;
}

/* The same; takes the reference. */
static bool send_json(struct conn *conn, json_t *json, size_t max)
{
	return send_text(conn, json_written(json), max);
}

static void send_answer(struct conn *conn, struct evbuffer *answer)
{
	if (!send_text(conn, answer, CTL_ANSWER_MAX) &&
	    !send_json(conn, refusal_json("the answer is too large"), CTL_ANSWER_MAX))
		conn->dead = true;
}

static json_t *netlink_json(struct bytes messages)
{
	char *text = malloc(2 * messages.n + 1);
	json_t *json = NULL;

	if (text) {
		bytes_to_hex(messages, text);
		json = json_pack("{s:s}", "netlink", text);
	}
	free(text);
	return json;
}

static void on_kernel(void *ctx, struct bytes messages, int error)
{
	struct conn *conn = ctx;
	json_t *json;

	if (!error)
		json = netlink_json(messages);
	else if (error == ENOBUFS)
		json = json_pack("{s:b}", "lost", 1);
	else
		json = json_pack("{s:s}", "error", strerror(error));
	if (!send_json(conn, json, CTL_ANSWER_MAX))
		drop(conn);
}

static void on_reply(void *asker, struct evbuffer *answer)
{
	struct conn *conn = asker;

	conn->asks = false;
	send_answer(conn, answer);
	if (conn->dead)
		drop(conn);
}

static void answer(struct conn *conn, struct bytes request)
{
	struct ctl *ctl = conn->ctl;
	struct ctl_follow follow;
	json_t *json;

	ctl->busy = conn;
	json = verbs_answer(&ctl->ops, request, conn->uid == 0, &follow);
	conn->asks = follow.question.kind;
	if (conn->asks)
		questions_ask(ctl->questions, conn, &follow.question, conn->uid == 0);
	else
		send_answer(conn, json_written(json));
	ctl->busy = NULL;
	/* From here on, so that the answer stands before the first event. */
	conn->monitor |= follow.monitor;
	if (follow.kernel < 0)
		return;
	conn->relay = relay_new(bufferevent_get_base(conn->bev), follow.kernel, on_kernel, conn);
	conn->dead |= !conn->relay;
}

/* True while the kernel has more to say; that is asked for. */
static bool relaying(struct conn *conn)
{
	if (conn->relay && relay_ended(conn->relay)) {
		relay_free(conn->relay);
		conn->relay = NULL;
	}
	if (conn->relay)
		relay_read(conn->relay);
	return conn->relay;
}

/* Reads on from the kernel or answers one request; false where there is nothing to do. */
static bool go_on(struct conn *conn)
{
	struct evbuffer *input = bufferevent_get_input(conn->bev);
	uint8_t header[CTL_HEADER], request[CTL_REQUEST_MAX];
	size_t n;

	/* Answers are not piled up for somebody who does not read them. */
	if (conn->dead || conn->asks || evbuffer_get_length(bufferevent_get_output(conn->bev)))
		return false;
	if (relaying(conn))
		return true;
	if (evbuffer_copyout(input, header, sizeof(header)) < (ev_ssize_t)sizeof(header))
		return false;
	n = get_be32(header);
	if (n > sizeof(request)) {
		conn->dead = true;
		return false;
	}
	if (evbuffer_get_length(input) < sizeof(header) + n)
		return false;
	evbuffer_drain(input, sizeof(header));
	evbuffer_remove(input, request, n);
	answer(conn, bytes_of(request, n));
	return true;
}

/* With a high watermark libevent would call back in every round while the input is full. */
static void limit_input(struct conn *conn)
{
	if (evbuffer_get_length(bufferevent_get_input(conn->bev)) < INPUT_MAX)
		bufferevent_enable(conn->bev, EV_READ);
	else
		bufferevent_disable(conn->bev, EV_READ);
}

static bool serve(struct conn *conn)
{
	bool done = go_on(conn);

	if (conn->dead)
		drop(conn);
	else
		limit_input(conn);
	return done;
}

static void await_turn(struct ctl *ctl)
{
	const struct timeval next_round = { 0 };

	if (!TAILQ_EMPTY(&ctl->turns))
		event_add(ctl->turn, &next_round);
}

static void on_turn(evutil_socket_t fd, short what, void *ctx)
{
	struct ctl *ctl = ctx;
	struct conn *conn;

	(void)fd;
	(void)what;
	while ((conn = TAILQ_FIRST(&ctl->turns))) {
		TAILQ_REMOVE(&ctl->turns, conn, turns);
		conn->waits = false;
		if (serve(conn))
			break;
	}
	await_turn(ctl);
}

/*
 * There is more to read, or all was written.  Root is served at once.  The others take turns, one
 * in each round of the loop: what they ask may be long, and IKE and root wait no longer for
 * all of them than for one.
 */
static void on_ready(struct bufferevent *bev, void *ctx)
{
	struct conn *conn = ctx;

	(void)bev;
	if (conn->uid == 0) {
		serve(conn);
		return;
	}
	limit_input(conn);
	if (conn->waits)
		return;
	conn->waits = true;
	TAILQ_INSERT_TAIL(&conn->ctl->turns, conn, turns);
	await_turn(conn->ctl);
}

static void on_end(struct bufferevent *bev, short what, void *ctx)
{
	(void)bev;
	(void)what;
	drop(ctx);
}

/* Somebody unknown is nobody. */
static uid_t peer_of(int fd)
{
	struct ucred cred = { 0 };
	socklen_t n = sizeof(cred);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &n) ? (uid_t)-1 : cred.uid;
}

static bool has_room(const struct ctl *ctl, uid_t uid)
{
	unsigned int others = 0, same = 0;
	const struct conn *conn;

	for (conn = LIST_FIRST(&ctl->conns); conn; conn = LIST_NEXT(conn, list)) {
		others += conn->uid != 0;
		same += conn->uid == uid;
	}
	return ctl->n < CONNECTIONS_MAX &&
	       (uid == 0 || (others < OTHERS_MAX && same < USER_MAX));
}

static void on_connect(struct evconnlistener *listener, evutil_socket_t fd,
		       struct sockaddr *from, int from_n, void *ctx)
{
	const struct timeval patience = { .tv_sec = PATIENCE };
	uid_t uid = peer_of(fd);
	struct ctl *ctl = ctx;
	struct conn *conn;

	(void)from;
	(void)from_n;
	conn = has_room(ctl, uid) ? calloc(1, sizeof(*conn)) : NULL;
	if (!conn) {
		close(fd);
		return;
	}
	conn->bev = bufferevent_socket_new(evconnlistener_get_base(listener), fd,
					   BEV_OPT_CLOSE_ON_FREE);
	if (!conn->bev) {
		close(fd);
		free(conn);
		return;
	}
	conn->ctl = ctl;
	conn->uid = uid;
	LIST_INSERT_HEAD(&ctl->conns, conn, list);
	ctl->n++;
	bufferevent_setcb(conn->bev, on_ready, on_ready, on_end, conn);
	bufferevent_set_timeouts(conn->bev, NULL, &patience);
	bufferevent_enable(conn->bev, EV_READ | EV_WRITE);
}

/* A socket that nobody listens at is left over from a daemon that was killed. */
static void remove_leftover(const struct sockaddr_un *addr)
{
	/* Nor is somebody waited for who listens, but does not answer. */
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct stat st;

	if (fd < 0)
		return;
	if (!lstat(addr->sun_path, &st) && S_ISSOCK(st.st_mode) &&
	    connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) && errno == ECONNREFUSED)
		unlink(addr->sun_path);
	close(fd);
}

/* Whose group is this already makes no call for it: a service manager may have forbidden that. */
static int give_to(const char *path, gid_t group)
{
	struct stat st;

	if (group == (gid_t)-1 || (!lstat(path, &st) && st.st_gid == group))
		return 0;
	return lchown(path, (uid_t)-1, group);
}

static bool bind_socket(int fd, const struct sockaddr_un *addr, gid_t group)
{
	mode_t mask = umask(SOCKET_UMASK);
	int status = bind(fd, (const struct sockaddr *)addr, sizeof(*addr)), error;

	umask(mask);
	if (status)
		return false;
	if (!give_to(addr->sun_path, group) && !chmod(addr->sun_path, SOCKET_MODE))
		return true;
	error = errno;
	unlink(addr->sun_path);
	errno = error;
	return false;
}

static int open_socket(const char *path, gid_t group)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd, error;

	if (strlen(path) >= sizeof(addr.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(addr.sun_path, path, strlen(path));
	remove_leftover(&addr);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	if (bind_socket(fd, &addr, group))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

struct ctl *ctl_open(struct event_base *base, const char *path, gid_t group,
		     const struct ctl_ops *ops)
{
	struct ctl *ctl = calloc(1, sizeof(*ctl));
	int fd = ctl ? open_socket(path, group) : -1;

	if (fd < 0) {
		log_error(NULL, "control socket %s: %s", path, strerror(errno));
		free(ctl);
		return NULL;
	}
	ctl->ops = *ops;
	snprintf(ctl->path, sizeof(ctl->path), "%s", path);
	LIST_INIT(&ctl->conns);
	TAILQ_INIT(&ctl->turns);
	ctl->questions = questions_new(base, &ctl->ops, on_reply);
	ctl->turn = event_new(base, -1, 0, on_turn, ctl);
	if (ctl->questions && ctl->turn)
		ctl->listener = evconnlistener_new(base, on_connect, ctl,
						   LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC,
						   BACKLOG, fd);
	if (ctl->listener)
		return ctl;
	log_error(NULL, "control socket %s: %s", path, strerror(errno));
	if (ctl->turn)
		event_free(ctl->turn);
	questions_free(ctl->questions);
	close(fd);
	free(ctl);
	return NULL;
}

void ctl_show_ike(struct ctl *ctl, uint64_t ticket, const struct ike_sa_info *sa)
{
	struct show *show = ctl ? questions_show(ctl->questions, ticket) : NULL;

	if (show)
		show_ike(show, sa);
}

void ctl_show_child(struct ctl *ctl, uint64_t ticket, const struct ike_child_info *child)
{
	struct show *show = ctl ? questions_show(ctl->questions, ticket) : NULL;

	if (show)
		show_child(show, child);
}

void ctl_show_gateway(struct ctl *ctl, uint64_t ticket, const struct ike_gateway_info *gateway)
{
	struct show *show = ctl ? questions_show(ctl->questions, ticket) : NULL;

	if (show)
		show_gateway(show, gateway);
}

void ctl_answered(struct ctl *ctl, uint64_t ticket, const struct ctl_reply *reply)
{
	if (ctl)
		questions_reply(ctl->questions, ticket, reply);
}

void ctl_reload_done(struct ctl *ctl, uint64_t ticket, const struct ctl_reloaded *said)
{
	if (ctl)
		questions_reloaded(ctl->questions, ticket, said);
}

void ctl_unanswered(struct ctl *ctl, const char *why)
{
	if (ctl)
		questions_refuse(ctl->questions, why);
}

void ctl_event(struct ctl *ctl, const struct ike_event *event)
{
	struct conn *conn, *next;
	struct timespec now = { 0 };
	double time = 0;

	if (!ctl)
		return;
	for (conn = LIST_FIRST(&ctl->conns); conn; conn = next) {
		next = LIST_NEXT(conn, list);
		if (!conn->monitor || conn->dead)
			continue;
		if (!time) {
			clock_gettime(CLOCK_REALTIME, &now);
			time = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
		}
		if (evbuffer_get_length(bufferevent_get_output(conn->bev)) > BEHIND_MAX ||
		    !send_json(conn, verbs_event(event, time), BEHIND_MAX))
			drop(conn);
	}
}

void ctl_close(struct ctl *ctl)
{
	struct conn *conn, *next;

	if (!ctl)
		return;
	for (conn = LIST_FIRST(&ctl->conns); conn; conn = next) {
		next = LIST_NEXT(conn, list);
		drop(conn);
	}
	questions_free(ctl->questions);
	event_free(ctl->turn);
	evconnlistener_free(ctl->listener);
	unlink(ctl->path);
	free(ctl);
}
