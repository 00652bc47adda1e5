// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the parent sends `fetch`: messages whose bodies begin as right ones and of which the input
 * alters some octets.  There is no name server, and no way to any.
 */
#include <event2/event.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fetch/process.h"
#include "fuzz/play.h"
#include "msg/basic.h"
#include "msg/chan.h"
#include "msg/fetch_msg.h"
#include "tests/raw_msg.h"

#define MESSAGES_MOST	32
#define ROUNDS		3
#define BODY		64	/* octets of a POST */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct event_base *base;

static void rounds(void)
{
	for (int i = 0; i < ROUNDS; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
}

/* A right one of that type; its octets. */
static size_t make(struct play *play, enum msg_type type, uint8_t *body)
{
	struct name_question *question = (void *)body;
	struct http_request *request = (void *)body;
	struct msg_servers *servers = (void *)body;

	memset(body, 0, sizeof(*request) + BODY);
	if (type == MSG_SERVERS) {
		servers->n = 1;
		addr_parse("127.0.0.1", &servers->addrs[0]);
		return sizeof(*servers);
	}
	question->ticket = 1 + play_octet(play);
	if (type == MSG_LOOK_UP) {
		memcpy(question->name, "a.example", 9);
		return sizeof(*question);
	}
	request->most = 100;
	request->ms = 1 + play_octet(play);
	request->local = play_octet(play) & 1;
	memcpy(request->url, "http://127.0.0.1:9/a", 20);
	if (play_octet(play) & 1) {
		request->n = BODY;
		memcpy(request->type, "a/b", 3);
	}
	return sizeof(*request) + request->n;
}

static void message(struct play *play, int end)
{
	static const enum msg_type types[] = { MSG_SERVERS, MSG_LOOK_UP, MSG_HTTP };
	static uint64_t aligned[MSG_MOST / sizeof(uint64_t)];
	uint8_t *body = (uint8_t *)aligned;
	enum msg_type type = types[play_octet(play) % 3];
	size_t n = make(play, type, body);

	play_alter(play, body, n);
	raw_msg_send(end, &(struct raw_msg){ .type = type, .body = body, .n = n });
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct play play = { .p = data, .n = size };
	struct fetch_process *process;
	int ends[2];

	if (!base) {
		/* Whatever the input makes of the addresses, nothing leaves. */
		if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET))
			abort();
		base = event_base_new();
		play_silently();
	}
	if (!base || chan_pair(ends))
		abort();
	process = fetch_process_new(base, ends[1]);
	if (!process)
		abort();
	for (unsigned int i = 0; play.n && i < MESSAGES_MOST; i++) {
		message(&play, ends[0]);
		rounds();
		raw_msg_drop(ends[0]);
	}
	fetch_process_free(process);
	close(ends[0]);
	return 0;
}
