// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What `ike` asks `auth`: bodies of any octets, or a list of revoked certificates that was fetched.
 * The first octet of the input says which, and how much of a right question the body starts out
 * as; the rest follows that.
 */
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "auth/process.h"
#include "crypto/cert_lists.h"
#include "fuzz/play.h"
#include "msg/auth_msg.h"
#include "msg/basic.h"
#include "msg/chan.h"
#include "prop/alg_registry.h"
#include "tests/raw_msg.h"

#define KEY	"a secret that two ends share"
#define ROUNDS	3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct event_base *base;

static void put(int end, const struct raw_msg *msg)
{
	if (raw_msg_send(end, msg) < 0)
		abort();
}

static void rounds(void)
{
	for (int i = 0; i < ROUNDS; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
}

static void put_peer(int end, int ike)
{
	const struct msg_peer peer = { .role = MSG_IKE };

	put(end, &(struct raw_msg){ .type = MSG_PEER, .body = &peer, .n = sizeof(peer), .fd = ike,
				    .fds = 1 });
}

/* A key never leaves: no answer has a part of it. */
static void check_answer(const uint8_t *at)
{
	struct ike_auth_answer answer;
	struct msg_head head;

	memcpy(&head, at, sizeof(head));
	if (head.type != MSG_AUTH_ANSWER || head.n != sizeof(answer))
		abort();
	memcpy(&answer, at + sizeof(head), sizeof(answer));
	if (answer.n > AUTH_ANSWER_MOST || memmem(answer.octets, sizeof(answer.octets), KEY, 8))
		abort();
}

static void check_answers(int fd)
{
	const size_t each = msg_room(sizeof(struct ike_auth_answer));
	static uint8_t datagram[MSG_MOST];
	ssize_t n;

	while ((n = recv(fd, datagram, sizeof(datagram), MSG_DONTWAIT)) > 0) {
		if ((size_t)n % each)
			abort();
		for (size_t at = 0; at < (size_t)n; at += each)
			check_answer(datagram + at);
	}
}

/* A list of revoked certificates, as a server gives it: it is there then, or has failed. */
static void read_list(const uint8_t *data, size_t size)
{
	struct documents *documents = documents_new();
	struct cert_list_view view;

	if (!documents)
		abort();
	cert_lists_get(documents, "http://a/", 1, 1);
	documents_answer(documents, 1, bytes_of(data, size), "", 1);
	view = cert_lists_get(documents, "http://a/", 1, 1);
	if (view.state == DOCUMENT_ASKED || !view.list != (view.state == DOCUMENT_FAILED))
		abort();
	documents_free(documents);
}

/* The body of a question that begins as a right one. */
static void ask(int fd, const uint8_t *data, size_t size)
{
	static uint64_t aligned[MSG_MOST / sizeof(uint64_t)];
	struct ike_auth_request *request = (void *)aligned;
	size_t head = sizeof(*request), n;

	memset(aligned, 0, sizeof(aligned));
	request->ticket = 1;
	request->kind = data[0] & 8 ? AUTH_MIX : 1 + (data[0] & 1);
	/* Certificates, and all that goes with them, are the input's. */
	if (data[0] & 16)
		request->kind = AUTH_VERIFY;
	request->prf = alg_prf_row(0)->id;
	request->n_keys = 1 + (data[0] >> 1 & 1);
	request->keys[0] = 7;
	request->keys[1] = 8;
	request->proof_n = data[0] & 1 ? 32 : 0;
	if (data[0] & 4) {
		/* All of it is the input's. */
		n = size - 1 < head ? head : size - 1;
		memcpy(aligned, data + 1, size - 1);
	} else {
		n = head + size - 1;
		request->octets_n = (uint32_t)(size - 1);
		request->tail_n = data[0] & 16 ? request->octets_n : 0;
		memcpy(request->octets, data + 1, size - 1);
	}
	put(fd, &(struct raw_msg){ .type = MSG_AUTH_ASK, .body = aligned, .n = n });
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct msg_auth_key key = { .number = 7, .n = sizeof(KEY) - 1 };
	struct auth_process *process;
	int parent[2], ike[2];

	if (!size || size > AUTH_OCTETS_MOST)
		return 0;
	if (data[0] & 32) {
		read_list(data + 1, size - 1);
		return 0;
	}
	if (!base) {
		base = event_base_new();
		play_silently();
	}
	if (!base || chan_pair(parent) || chan_pair(ike))
		abort();
	process = auth_process_new(base, parent[1]);
	if (!process)
		abort();
	memcpy(key.octets, KEY, key.n);
	put(parent[0], &(struct raw_msg){ .type = MSG_AUTH_KEY, .body = &key, .n = sizeof(key) });
	put_peer(parent[0], ike[1]);
	close(ike[1]);
	rounds();
	ask(ike[0], data, size);
	rounds();
	check_answers(ike[0]);
	close(ike[0]);
	rounds();
	auth_process_free(process);
	close(parent[0]);
	return 0;
}
