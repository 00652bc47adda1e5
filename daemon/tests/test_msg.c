// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Channels between processes: what reaches a handler, what does not, and what becomes of a peer
 * that breaks a rule, or ends.  What holds for one row is tried with all.  test_behind.c has peers
 * that do not read.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "msg/basic.h"
#include "msg/chan.h"
#include "tests/raw_msg.h"

#define ROUNDS		20000	/* of the loop, at most */
#define RAW_MAX		(MSG_MOST + 64)
#define MANY		2000	/* messages; more than a socket takes */
#define FAIR		100	/* messages that one round may read at most */

/* One end under test, and what its handlers saw. */
struct side {
	struct chan *chan;
	enum msg_role me, peer;
	unsigned int handled, gone;
	uint32_t last;			/* type */
	size_t n;			/* of its body */
	uint8_t body[MSG_MOST];
	const uint8_t *where;		/* in the channel */
	int fd;				/* that came */
	uint32_t next;			/* number expected at the start of the next body */
	bool disordered;
	bool free_at_once;		/* in a handler, or in gone() */
	bool refuse_at_once;		/* in a handler */
	char reason[CHAN_REASON];
};

static struct event_base *base;
static struct side one, other;
static uint8_t raw[RAW_MAX];

static void took(void *ctx, enum msg_type type, struct bytes body, int fd)
{
	struct side *side = ctx;
	uint32_t number;

	assert_int_equal(side->gone, 0);
	side->handled++;
	side->last = type;
	side->n = body.n;
	side->where = body.p;
	memcpy(side->body, body.p, body.n);
	if (body.n >= sizeof(number)) {
		memcpy(&number, body.p, sizeof(number));
		side->disordered |= number != side->next;
		side->next++;
	}
	if (side->fd >= 0)
		close(side->fd);
	side->fd = fd;
	if (side->refuse_at_once)
		chan_refuse(side->chan, type, "color 9");
	if (side->free_at_once) {
		chan_free(side->chan);
		side->chan = NULL;
	}
}

#include "tests/each_type.h"

static void on_gone(void *ctx, const char *reason)
{
	struct side *side = ctx;

	side->gone++;
	snprintf(side->reason, sizeof(side->reason), "%s", reason);
	if (side->free_at_once) {
		chan_free(side->chan);
		side->chan = NULL;
	}
}

static void open_side(struct side *side, int fd, enum msg_role me, enum msg_role peer)
{
	*side = (struct side){ .me = me, .peer = peer, .fd = -1 };
	side->chan = chan_new(base, fd, me, peer, each_type, side, on_gone);
	assert_non_null(side->chan);
}

static void close_side(struct side *side)
{
	chan_free(side->chan);
	side->chan = NULL;
	if (side->fd >= 0)
		close(side->fd);
	side->fd = -1;
}

/* @one is @me; the other end is left to the test. */
static int open_one(enum msg_role me, enum msg_role peer)
{
	int ends[2];

	assert_int_equal(chan_pair(ends), 0);
	open_side(&one, ends[0], me, peer);
	return ends[1];
}

static void open_both(enum msg_role me, enum msg_role peer)
{
	open_side(&other, open_one(me, peer), peer, me);
}

/* One round of the loop. */
static void turn(void)
{
	event_base_loop(base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
}

/* Until nothing happens any more. */
static void run(void)
{
	unsigned int before, idle = 0;

	for (int i = 0; i < ROUNDS && idle < 3; i++) {
		before = one.handled + one.gone + other.handled + other.gone;
		turn();
		idle = before == one.handled + one.gone + other.handled + other.gone ? idle + 1 : 0;
	}
	assert_int_equal(idle, 3);
}

/* A message as it crosses the wall, whatever it says. */
static void send_raw(int fd, uint32_t type, size_t n, unsigned int n_fds)
{
	const struct raw_msg msg = { .type = type, .body = raw, .n = n, .fd = STDERR_FILENO,
				     .fds = n_fds };

	assert_int_equal(raw_msg_send(fd, &msg), sizeof(struct msg_head) + n);
}

/* Adds a message to the datagram in raw[] of @n octets; the octets then. */
static size_t raw_add(size_t n, uint32_t type, size_t body_n)
{
	struct msg_head head = { .type = type, .n = (uint32_t)body_n };

	assert_true(n + msg_room(body_n) <= sizeof(raw));
	memset(raw + n, 0, msg_room(body_n));
	memcpy(raw + n, &head, sizeof(head));
	return n + msg_room(body_n);
}

/* One datagram of @count messages without a body. */
static void send_crowd(int fd, enum msg_type type, unsigned int count)
{
	size_t n = 0;

	for (unsigned int i = 0; i < count; i++)
		n = raw_add(n, type, 0);
	assert_int_equal(send(fd, raw, n, 0), n);
}

/* Datagrams that wait at @fd. */
static unsigned int datagrams(int fd)
{
	unsigned int n = 0;

	while (recv(fd, raw, sizeof(raw), MSG_DONTWAIT) > 0)
		n++;
	return n;
}

static unsigned int open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

/* Calls @each for every row and every two that it may go between. */
static void each_way(void (*each)(enum msg_type type, enum msg_role from, enum msg_role to))
{
	for (enum msg_type type = 0; type < MSG_TYPES; type++)
		for (enum msg_role from = 0; from < MSG_ROLES; from++)
			for (enum msg_role to = 0; to < MSG_ROLES; to++)
				if (msg_goes(type, from, to))
					each(type, from, to);
}

/* A message that @from may send @to. */
static enum msg_type any_row(enum msg_role from, enum msg_role to)
{
	for (enum msg_type type = 0; type < MSG_TYPES; type++)
		if (msg_goes(type, from, to) && !msg_rows[type].fd)
			return type;
	fail();
	return MSG_TYPES;
}

/* --- the table --- */

static void test_rows(void **state)
{
	bool any;

	(void)state;
	for (enum msg_type type = 0; type < MSG_TYPES; type++) {
		assert_non_null(msg_rows[type].name);
		assert_true(msg_rows[type].least <= msg_rows[type].most);
		assert_true(msg_rows[type].most <= MSG_MOST);
		any = false;
		for (enum msg_role role = 0; role < MSG_ROLES; role++) {
			for (enum msg_role to = 0; to < MSG_ROLES; to++)
				any |= msg_goes(type, role, to);
			assert_false(msg_goes(type, role, role));
		}
		assert_true(any);
	}
	for (enum msg_role role = 0; role < MSG_ROLES; role++)
		assert_int_equal(msg_role_named(msg_role_name(role)), role);
	assert_int_equal(msg_role_named("child"), MSG_ROLES);
}

static void test_text(void **state)
{
	(void)state;
	assert_true(msg_text_ok("", 1));
	assert_true(msg_text_ok("abc", 4));
	assert_false(msg_text_ok("abc", 3));
	assert_false(msg_text_ok("abc", 0));
}

/* --- what is right arrives as it was sent --- */

static void arrives(enum msg_type type, enum msg_role from, enum msg_role to, size_t n)
{
	int fd = msg_rows[type].fd ? open("/dev/zero", O_RDONLY) : -1;
	char octet = 1;

	for (size_t i = 0; i < n; i++)
		raw[i] = (uint8_t)(i * 7 + type);
	open_both(from, to);
	if (msg_rows[type].fd)
		chan_send_fd(one.chan, type, raw, n, fd);
	else
		chan_send(one.chan, type, raw, n);
	run();
	assert_int_equal(other.gone, 0);
	assert_int_equal(other.handled, 1);
	assert_int_equal(other.last, type);
	assert_int_equal(other.n, n);
	assert_memory_equal(other.body, raw, n);
	assert_int_equal((uintptr_t)other.where % _Alignof(max_align_t), 0);
	assert_int_equal(chan_pending(one.chan), 0);
	/* Secrets do not stay behind. */
	for (size_t i = 0; i < n; i++)
		assert_int_equal(other.where[i], 0);
	assert_int_equal(other.fd >= 0, fd >= 0);
	if (fd >= 0) {
		assert_int_equal(read(other.fd, &octet, 1), 1);
		assert_int_equal(octet, 0);
		assert_true(fcntl(other.fd, F_GETFD) & FD_CLOEXEC);
		assert_int_equal(close(fd), 0);
	}
	close_side(&one);
	close_side(&other);
}

static void arrives_least_and_most(enum msg_type type, enum msg_role from, enum msg_role to)
{
	arrives(type, from, to, msg_rows[type].least);
	arrives(type, from, to, msg_rows[type].most);
}

static void test_arrives(void **state)
{
	(void)state;
	each_way(arrives_least_and_most);
}

static void test_pair(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(chan_pair(ends), 0);
	for (int i = 0; i < 2; i++) {
		assert_true(fcntl(ends[i], F_GETFD) & FD_CLOEXEC);
		assert_true(fcntl(ends[i], F_GETFL) & O_NONBLOCK);
		/* The longest fits even if something waits already. */
		send_raw(ends[i], 0, MSG_MOST, 0);
		send_raw(ends[i], 0, MSG_MOST, 0);
	}
	close(ends[0]);
	close(ends[1]);
}

/* --- what is wrong does not --- */

/* A wrong message between right ones: those behind it are not heard either. */
static void refused(uint32_t type, enum msg_role me, enum msg_role peer, size_t n,
		    unsigned int fds, const char *why)
{
	enum msg_type right = any_row(peer, me);
	unsigned int before = open_fds();
	int fd = open_one(me, peer);
	char length[32];

	send_raw(fd, right, msg_rows[right].least, 0);
	send_raw(fd, type, n, fds);
	send_raw(fd, right, msg_rows[right].least, 0);
	run();
	assert_int_equal(one.handled, 1);
	assert_int_equal(one.last, right);
	assert_int_equal(one.gone, 1);
	assert_non_null(strstr(one.reason, why));
	if (type < MSG_TYPES)
		assert_ptr_equal(strstr(one.reason, msg_rows[type].name), one.reason);
	snprintf(length, sizeof(length), "(%zu octets)", n);
	assert_non_null(strstr(one.reason, length));
	/* Nothing is kept for a peer that is given up, and it is not reported again. */
	right = any_row(me, peer);
	chan_send(one.chan, right, raw, msg_rows[right].most);
	run();
	assert_int_equal(one.gone, 1);
	assert_int_equal(chan_pending(one.chan), 0);
	close_side(&one);
	close(fd);
	assert_int_equal(open_fds(), before);
}

/* The parent and a child; between others there may be no row that is right. */
static void refuses_lengths(enum msg_type type, enum msg_role from, enum msg_role to)
{
	const struct msg_row *row = &msg_rows[type];

	if (from != MSG_PARENT && to != MSG_PARENT)
		return;
	if (row->least)
		refused(type, to, from, row->least - 1, row->fd, "too short");
	refused(type, to, from, row->most + 1, row->fd, "too long");
	refused(type, to, from, RAW_MAX, row->fd, "too long");
	refused(type, to, from, row->least, row->fd + 1, "descriptor too many");
	if (row->fd)
		refused(type, to, from, row->least, 0, "descriptor is missing");
}

static void test_refuses_lengths(void **state)
{
	(void)state;
	each_way(refuses_lengths);
}

static void test_refuses_directions(void **state)
{
	(void)state;
	for (enum msg_type type = 0; type < MSG_TYPES; type++) {
		const struct msg_row *row = &msg_rows[type];

		for (enum msg_role child = MSG_IKE; child < MSG_ROLES; child++) {
			if (!msg_goes(type, child, MSG_PARENT))
				refused(type, MSG_PARENT, child, row->least, row->fd, "not for");
			if (!msg_goes(type, MSG_PARENT, child))
				refused(type, child, MSG_PARENT, row->least, row->fd, "not for");
		}
	}
	refused(MSG_TYPES, MSG_PARENT, MSG_IKE, 0, 0, "no such message");
	refused(UINT32_MAX, MSG_PARENT, MSG_IKE, 0, 1, "no such message");
}

/* Not even the head is whole. */
static void test_refuses_stub(void **state)
{
	static const struct msg_head head;

	(void)state;
	for (size_t n = 1; n < sizeof(head); n++) {
		int fd = open_one(MSG_PARENT, MSG_IKE);

		assert_int_equal(send(fd, &head, n, 0), n);
		run();
		assert_int_equal(one.handled, 0);
		assert_int_equal(one.gone, 1);
		assert_non_null(strstr(one.reason, "no such message (0 octets)"));
		close_side(&one);
		close(fd);
	}
}

/* A head that promises more than the datagram has, alone and behind a right message. */
static void cut_short(unsigned int before)
{
	enum msg_type type = MSG_LOG;
	int fd = open_one(MSG_PARENT, MSG_IKE);
	size_t n = 0;

	for (unsigned int i = 0; i < before; i++)
		n = raw_add(n, MSG_READY, 0);
	raw_add(n, type, msg_rows[type].most);
	n += sizeof(struct msg_head) + msg_rows[type].most - 1;
	assert_int_equal(send(fd, raw, n, 0), n);
	run();
	assert_int_equal(one.handled, before);
	assert_int_equal(one.gone, 1);
	assert_ptr_equal(strstr(one.reason, "LOG: cut short"), one.reason);
	close_side(&one);
	close(fd);
}

static void test_refuses_cut_short(void **state)
{
	(void)state;
	for (unsigned int before = 0; before < 3; before++)
		cut_short(before);
}

/* Behind a wrong message of a datagram nothing is heard, whoever finds that it is wrong. */
static void test_refuses_rest(void **state)
{
	int fd = open_one(MSG_PARENT, MSG_IKE);
	size_t n = raw_add(raw_add(raw_add(0, MSG_READY, 0), MSG_STOP, 0), MSG_READY, 0);

	(void)state;
	assert_int_equal(send(fd, raw, n, 0), n);
	run();
	assert_int_equal(one.handled, 1);
	assert_int_equal(one.gone, 1);
	assert_non_null(strstr(one.reason, "STOP: not for"));
	close_side(&one);
	close(fd);

	fd = open_one(MSG_PARENT, MSG_IKE);
	one.refuse_at_once = true;
	send_crowd(fd, MSG_READY, 3);
	run();
	assert_int_equal(one.handled, 1);
	assert_int_equal(one.gone, 1);
	assert_string_equal(one.reason, "READY: color 9");
	close_side(&one);
	close(fd);
}

/* Who sends many small ones in a datagram takes others' turn. */
static void test_refuses_crowd(void **state)
{
	int fd = open_one(MSG_PARENT, MSG_IKE);

	(void)state;
	send_crowd(fd, MSG_READY, CHAN_BATCH + 1);
	run();
	assert_int_equal(one.handled, CHAN_BATCH);
	assert_int_equal(one.gone, 1);
	assert_non_null(strstr(one.reason, "more than 32 messages"));
	close_side(&one);
	close(fd);
}

/* The receiver has no descriptor left for what was sent. */
static void test_no_room_for_fd(void **state)
{
	int fd = open_one(MSG_IKE, MSG_PARENT);
	struct rlimit old, now;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	send_raw(fd, MSG_PEER, sizeof(struct msg_peer), 1);
	now = old;
	now.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &now), 0);
	run();
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(one.handled, 0);
	assert_int_equal(one.gone, 1);
	close_side(&one);
	close(fd);
}

/* What is wrong is said within a handler. */
static void test_refuse(void **state)
{
	enum msg_type type = any_row(MSG_IKE, MSG_PARENT);
	int fd = open_one(MSG_PARENT, MSG_IKE);

	(void)state;
	send_raw(fd, type, msg_rows[type].least, 0);
	turn();
	assert_int_equal(one.handled, 1);
	chan_refuse(one.chan, type, "color %d", 7);
	assert_int_equal(one.gone, 0);
	chan_refuse(one.chan, type, "color %d", 8);
	send_raw(fd, type, msg_rows[type].least, 0);
	run();
	assert_int_equal(one.handled, 1);
	assert_int_equal(one.gone, 1);
	assert_non_null(strstr(one.reason, ": color 7"));
	close_side(&one);
	close(fd);
}

/* Whoever adds a row is told at once where its handler is missing. */
static void test_handler_missing(void **state)
{
	static chan_handler *some[MSG_TYPES];
	int ends[2], status;
	pid_t pid;

	(void)state;
	for (enum msg_type type = 0; type < MSG_TYPES; type++)
		some[type] = each_type[type];
	some[MSG_READY] = NULL;
	assert_int_equal(chan_pair(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);
		chan_new(base, ends[0], MSG_PARENT, MSG_IKE, some, NULL, on_gone);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	/* IKE gets no READY. */
	one.chan = chan_new(base, ends[0], MSG_IKE, MSG_PARENT, some, &one, on_gone);
	assert_non_null(one.chan);
	close_side(&one);
	close(ends[1]);
}

/* --- much --- */

static void send_numbers(uint32_t first, uint32_t n)
{
	struct msg_log line = { .text = "" };

	for (uint32_t i = first; i < first + n; i++) {
		line.level = i;
		chan_send(one.chan, MSG_LOG, &line, sizeof(line));
	}
}

/* What is said in one round of the loop crosses the wall at once, at its end. */
static void test_batch(void **state)
{
	int fd = open_one(MSG_IKE, MSG_PARENT);

	(void)state;
	send_numbers(0, 5);
	assert_int_equal(datagrams(fd), 0);
	assert_true(chan_pending(one.chan) > 5 * sizeof(struct msg_log));
	turn();
	assert_int_equal(chan_pending(one.chan), 0);
	assert_int_equal(datagrams(fd), 1);
	turn();
	assert_int_equal(datagrams(fd), 0);
	/* Or before it. */
	send_numbers(0, 2);
	chan_flush(one.chan);
	assert_int_equal(datagrams(fd), 1);
	/* As few as take them: by their number, and by their length. */
	for (unsigned int i = 0; i < 2 * CHAN_BATCH; i++)
		chan_send(one.chan, MSG_READY, NULL, 0);
	assert_int_equal(datagrams(fd), 2);
	send_numbers(0, 30);
	turn();
	assert_int_equal(datagrams(fd), 3);
	/* What is said last is not lost. */
	send_numbers(0, 1);
	close_side(&one);
	assert_int_equal(datagrams(fd), 1);
	close(fd);
}

/* What goes with a descriptor neither overtakes what was said before nor waits. */
static void test_batch_fd(void **state)
{
	const struct msg_peer peer = { .role = 2 };
	int fd = open_one(MSG_PARENT, MSG_IKE);

	(void)state;
	chan_send(one.chan, MSG_STOP, NULL, 0);
	chan_send_fd(one.chan, MSG_PEER, &peer, sizeof(peer), fd);
	assert_int_equal(chan_pending(one.chan), 0);
	assert_int_equal(recv(fd, raw, sizeof(raw), 0), msg_room(0));
	assert_int_equal(recv(fd, raw, sizeof(raw), 0), msg_room(sizeof(peer)));
	close_side(&one);
	close(fd);
}

/* A descriptor that comes with several messages is the first one's. */
static void test_fd_of_first(void **state)
{
	const size_t peer_n = sizeof(struct msg_peer);
	size_t n = raw_add(raw_add(0, MSG_PEER, peer_n), MSG_STOP, 0) - sizeof(struct msg_head);
	const struct raw_msg msg = {
		.type = MSG_PEER, .body = raw + sizeof(struct msg_head), .n = n,
		.missing = (ssize_t)(peer_n - n), .fd = STDERR_FILENO, .fds = 1,
	};
	int fd = open_one(MSG_IKE, MSG_PARENT);

	(void)state;
	assert_true(raw_msg_send(fd, &msg) > 0);
	run();
	assert_int_equal(one.gone, 0);
	assert_int_equal(one.handled, 2);
	assert_int_equal(one.last, MSG_STOP);
	assert_int_equal(one.fd, -1);
	close_side(&one);
	close(fd);
}

/* What is long does not wait for others to go with it, nor go with them. */
static void test_batch_long(void **state)
{
	int fd = open_one(MSG_IKE, MSG_AUTH);

	(void)state;
	chan_send(one.chan, MSG_AUTH_ASK, raw, msg_rows[MSG_AUTH_ASK].least);
	chan_send(one.chan, MSG_AUTH_ASK, raw, CHAN_BATCH_OCTETS);
	assert_int_equal(chan_pending(one.chan), 0);
	assert_int_equal(datagrams(fd), 2);
	close_side(&one);
	close(fd);
}

/* What the socket does not take waits, and goes in order with what is sent meanwhile. */
static void test_order(void **state)
{
	uint32_t sent = 0;

	(void)state;
	open_both(MSG_IKE, MSG_PARENT);
	send_numbers(sent, MANY);
	assert_true(chan_pending(one.chan) > sizeof(struct msg_log));
	assert_int_equal(other.handled, 0);
	for (sent = MANY; sent < 2 * MANY; sent++) {
		send_numbers(sent, 1);
		if (sent % 16 == 0)
			turn();
	}
	run();
	assert_int_equal(other.handled, 2 * MANY);
	assert_false(other.disordered);
	assert_int_equal(chan_pending(one.chan), 0);
	assert_int_equal(one.gone + other.gone, 0);
	close_side(&one);
	close_side(&other);
}

/* A descriptor that waits is the channel's own. */
static void test_fd_waits(void **state)
{
	struct msg_peer peer = { .role = 0 };
	int fd = open("/dev/zero", O_RDONLY);
	unsigned int before = open_fds();
	char octet = 1;

	(void)state;
	open_both(MSG_PARENT, MSG_IKE);
	while (chan_pending(one.chan) < 4 * sizeof(peer)) {
		chan_send_fd(one.chan, MSG_PEER, &peer, sizeof(peer), fd);
		peer.role++;
	}
	assert_int_equal(close(fd), 0);
	run();
	assert_int_equal(other.handled, peer.role);
	assert_false(other.disordered);
	assert_int_equal(read(other.fd, &octet, 1), 1);
	assert_int_equal(octet, 0);
	/* One that is never sent is closed, too. */
	while (chan_pending(one.chan) < 4 * sizeof(peer))
		chan_send_fd(one.chan, MSG_PEER, &peer, sizeof(peer), other.fd);
	close_side(&one);
	close_side(&other);
	assert_int_equal(open_fds(), before - 1);
}

/* Others have their turn while one has much to say, in datagrams of @each messages. */
static void fair(unsigned int each)
{
	int fd = open_one(MSG_PARENT, MSG_IKE), quiet[2];
	unsigned int most = 0, before, sent = 0;

	assert_int_equal(chan_pair(quiet), 0);
	open_side(&other, quiet[0], MSG_PARENT, MSG_AUTH);
	for (; sent < 3 * FAIR; sent += each)
		send_crowd(fd, MSG_READY, each);
	send_raw(quiet[1], MSG_READY, 0, 0);
	for (int i = 0; i < ROUNDS && one.handled < sent; i++) {
		before = one.handled;
		turn();
		if (i == 0)
			assert_int_equal(other.handled, 1);
		if (one.handled - before > most)
			most = one.handled - before;
	}
	assert_int_equal(one.handled, sent);
	assert_true(most <= FAIR);
	close_side(&one);
	close_side(&other);
	close(fd);
	close(quiet[1]);
}

static void test_fair(void **state)
{
	(void)state;
	fair(1);
	fair(CHAN_BATCH);
}

/* --- the end --- */

/* What a process said before it died is heard, though it died with messages unread. */
static void last_words(unsigned int sent_after)
{
	int fd = open_one(MSG_PARENT, MSG_IKE);

	chan_send(one.chan, MSG_STOP, NULL, 0);
	for (int i = 0; i < 3; i++)
		send_raw(fd, MSG_READY, 0, 0);
	close(fd);
	/* Into the void, of which the sender hears; nothing waits for nobody. */
	for (unsigned int i = 0; i < sent_after; i++)
		chan_send(one.chan, MSG_STOP, NULL, 0);
	chan_flush(one.chan);
	assert_int_equal(chan_pending(one.chan), 0);
	run();
	assert_int_equal(one.handled, 3);
	assert_int_equal(one.gone, 1);
	assert_string_equal(one.reason, "it has ended");
	close_side(&one);
}

static void test_last_words(void **state)
{
	(void)state;
	for (unsigned int sent_after = 0; sent_after < 4; sent_after++)
		last_words(sent_after);
}

/* The same where it did not read any more, and a queue waited. */
static void test_last_words_queue(void **state)
{
	int fd = open_one(MSG_IKE, MSG_PARENT);

	(void)state;
	send_numbers(0, MANY);
	assert_true(chan_pending(one.chan) > 0);
	send_raw(fd, MSG_STOP, 0, 0);
	close(fd);
	run();
	assert_int_equal(one.handled, 1);
	assert_int_equal(one.gone, 1);
	assert_int_equal(chan_pending(one.chan), 0);
	close_side(&one);
}

/* Of three messages, in datagrams of @each. */
static void free_in_handler(unsigned int each)
{
	int fd = open_one(MSG_PARENT, MSG_IKE);

	one.free_at_once = true;
	for (unsigned int sent = 0; sent < 3; sent += each)
		send_crowd(fd, MSG_READY, each);
	run();
	assert_int_equal(one.handled, 1);
	assert_int_equal(one.gone, 0);
	assert_null(one.chan);
	close(fd);
}

static void test_free_in_handler(void **state)
{
	(void)state;
	free_in_handler(1);
	free_in_handler(3);
}

static void test_free_in_gone(void **state)
{
	int fd = open_one(MSG_PARENT, MSG_IKE);

	(void)state;
	one.free_at_once = true;
	close(fd);
	run();
	assert_int_equal(one.gone, 1);
	assert_null(one.chan);
	/* And before gone() was called. */
	fd = open_one(MSG_PARENT, MSG_IKE);
	chan_refuse(one.chan, MSG_READY, "too late");
	close_side(&one);
	run();
	assert_int_equal(one.gone, 0);
	close(fd);
}

static int set_up(void **state)
{
	(void)state;
	base = event_base_new();
	return base ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	event_base_free(base);
	libevent_global_shutdown();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_arrives),
		cmocka_unit_test(test_pair),
		cmocka_unit_test(test_refuses_lengths),
		cmocka_unit_test(test_refuses_directions),
		cmocka_unit_test(test_refuses_stub),
		cmocka_unit_test(test_refuses_cut_short),
		cmocka_unit_test(test_refuses_rest),
		cmocka_unit_test(test_refuses_crowd),
		cmocka_unit_test(test_no_room_for_fd),
		cmocka_unit_test(test_refuse),
		cmocka_unit_test(test_handler_missing),
		cmocka_unit_test(test_batch),
		cmocka_unit_test(test_batch_fd),
		cmocka_unit_test(test_batch_long),
		cmocka_unit_test(test_fd_of_first),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_fd_waits),
		cmocka_unit_test(test_fair),
		cmocka_unit_test(test_last_words),
		cmocka_unit_test(test_last_words_queue),
		cmocka_unit_test(test_free_in_handler),
		cmocka_unit_test(test_free_in_gone),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
