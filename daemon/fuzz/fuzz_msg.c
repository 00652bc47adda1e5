// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A process that sends whatever it likes over its channel: wrong types, lengths, directions and
 * file descriptors.  The input's first two octets say who listens and who speaks; then each
 * message takes six (type, file descriptors, how its length is chosen, a number, what its
 * octets are).  No handler may see a message that breaks its row, nor any behind such a one.
 */
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "msg/chan.h"
#include "tests/raw_msg.h"

#define MESSAGE		6	/* octets of input */
#define MESSAGES	64	/* at most; one input is not to take long */
#define BEYOND		4	/* types that do not exist */
#define LIAR		0xf0	/* how lengths are chosen by those whose heads lie */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
	enum msg_role me, peer;
	struct chan *chan;
	unsigned int handled, gone;
	bool wrong;		/* a rule was broken: nothing more may come */
	uint32_t type;		/* of the message under way */
	size_t n;
	uint8_t octet;		/* of which its body is made */
} run;

static void took(void *ctx, enum msg_type type, struct bytes body, int fd)
{
	const struct msg_row *row;

	(void)ctx;
	if (type >= MSG_TYPES)
		abort();
	row = &msg_rows[type];
	if (run.gone || run.wrong || type != run.type || body.n != run.n ||
	    body.n < row->least || body.n > row->most || row->fd != (fd >= 0))
		abort();
	if (row->from != run.peer && (row->from != MSG_CHILD || run.peer == MSG_PARENT))
		abort();
	if (row->to != run.me && (row->to != MSG_CHILD || run.me == MSG_PARENT))
		abort();
	for (size_t i = 0; i < body.n; i++)
		if (body.p[i] != run.octet)
			abort();
	if (fd >= 0)
		close(fd);
	run.handled++;
}

#include "tests/each_type.h"

static void on_gone(void *ctx, const char *reason)
{
	(void)ctx;
	if (run.gone || !reason[0])
		abort();
	run.gone++;
}

/* Mostly near the limits of the row, if there is one. */
static size_t length(uint32_t type, uint8_t how, uint16_t number)
{
	size_t least = type < MSG_TYPES ? msg_rows[type].least : 0;
	size_t most = type < MSG_TYPES ? msg_rows[type].most : 0;

	switch (how % 8) {
	case 0:
		return least;
	case 1:
		return least ? least - 1 : 0;
	case 2:
		return most;
	case 3:
		return most + 1;
	case 4:
		return MSG_MOST + 1 + number % 64;
	case 5:
		return least + number % (most - least + 1);
	default:
		return number;
	}
}

static bool right(uint32_t type, size_t n, unsigned int fds)
{
	return type < MSG_TYPES && msg_goes(type, run.peer, run.me) && n >= msg_rows[type].least &&
	       n <= msg_rows[type].most && fds == msg_rows[type].fd;
}

static void send_one(int fd, const uint8_t *p)
{
	static uint8_t body[MSG_MOST + 65];
	unsigned int fds = p[1] % (RAW_MSG_FDS + 1);
	struct raw_msg msg = { .body = body, .fd = fd, .fds = fds };

	run.type = p[0] % (MSG_TYPES + BEYOND);
	run.n = length(run.type, p[2], (uint16_t)(p[3] << 8 | p[4]));
	run.octet = p[5];
	memset(body, run.octet, run.n);
	msg.type = run.type;
	msg.n = run.n;
	/* Some promise more than there is. */
	msg.missing = p[2] >= LIAR;
	if (raw_msg_send(fd, &msg) < 0)
		return;
	if (!right(run.type, run.n, fds) || p[2] >= LIAR)
		run.wrong = true;
}

static void converse(struct event_base *base, int fd, const uint8_t *data, size_t size)
{
	unsigned int expected = 0;

	for (int i = 0; i < MESSAGES && size >= MESSAGE; i++, data += MESSAGE, size -= MESSAGE) {
		send_one(fd, data);
		expected += !run.wrong;
		event_base_loop(base, EVLOOP_NONBLOCK);
		if (run.handled != expected || run.gone != run.wrong)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct event_base *base;
	int ends[2];

	if (size < 2)
		return 0;
	memset(&run, 0, sizeof(run));
	run.me = data[0] % MSG_ROLES;
	run.peer = data[1] % MSG_ROLES;
	base = event_base_new();
	if (!base || chan_pair(ends))
		abort();
	run.chan = chan_new(base, ends[0], run.me, run.peer, each_type, NULL, on_gone);
	if (!run.chan)
		abort();
	converse(base, ends[1], data + 2, size - 2);
	close(ends[1]);
	event_base_loop(base, EVLOOP_NONBLOCK);
	if (run.gone != 1)
		abort();
	chan_free(run.chan);
	event_base_free(base);
	return 0;
}
