// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/auth_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "auth/process.h"
#include "base/items.h"
#include "msg/basic.h"
#include "prop/alg_registry.h"
#include "wire/ike_const.h"

#define ROUNDS		2000	/* of the loop, at most */

struct auth_stage auth_stage;

static void on_marked(void *ctx, struct bytes body, int fd)
{
	const struct msg_auth_mark *mark = (const void *)body.p;

	(void)ctx;
	(void)fd;
	auth_stage.marked = mark->number;
	auth_stage.marks++;
}

static void on_answer(void *ctx, struct bytes body, int fd)
{
	(void)ctx;
	(void)fd;
	assert_true(ike_auth_answer_whole(body.p, body.n));
	memcpy(&auth_stage.answer, body.p, sizeof(auth_stage.answer));
	auth_stage.answers++;
}

static void on_list_wanted(void *ctx, struct bytes body, int fd)
{
	(void)ctx;
	(void)fd;
	memcpy(&auth_stage.list, body.p, sizeof(auth_stage.list));
	auth_stage.wanted++;
}

static void on_ike_gone(void *ctx, const char *reason)
{
	(void)ctx;
	(void)reason;
	auth_stage.ike_gone++;
}

chan_handler *const auth_stage_parent[MSG_TYPES] = {
	[MSG_READY] = child_stage_ready, [MSG_LOG] = child_stage_ignore,
	[MSG_AUTH_MARKED] = on_marked, [MSG_LIST_WANTED] = on_list_wanted,
};
static chan_handler *const ike_handlers[MSG_TYPES] = { [MSG_AUTH_ANSWER] = on_answer };

/* The loop goes on until it is left, or *@count is not 0; false: neither. */
bool auth_stage_run(const unsigned int *count)
{
	for (int i = 0; i < ROUNDS; i++) {
		event_base_loop(auth_stage.base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
		if (event_base_got_break(auth_stage.base) || *count)
			return true;
	}
	return false;
}

/* What there is to do is done, and the loop goes on. */
bool auth_stage_goes_on(void)
{
	static const unsigned int never;

	return !auth_stage_run(&never);
}

void auth_stage_connect_ike(void)
{
	const struct msg_peer peer = { .role = MSG_IKE };
	int ends[2];

	assert_int_equal(chan_pair(ends), 0);
	chan_free(auth_stage.ike);
	auth_stage.ike = chan_new(auth_stage.base, ends[0], MSG_IKE, MSG_AUTH, ike_handlers,
				  NULL, on_ike_gone);
	assert_non_null(auth_stage.ike);
	chan_send_fd(auth_stage.parent.chan, MSG_PEER, &peer, sizeof(peer), ends[1]);
	close(ends[1]);
}

void auth_stage_give_key(uint64_t number, const char *octets)
{
	struct msg_auth_key key = { .number = number, .n = (uint32_t)strlen(octets) };

	memcpy(key.octets, octets, key.n);
	chan_send(auth_stage.parent.chan, MSG_AUTH_KEY, &key, sizeof(key));
}

void auth_stage_give_cert(uint64_t number, bool roots, struct bytes items)
{
	struct msg_auth_cert *cert = calloc(1, sizeof(*cert) + items.n);

	assert_non_null(cert);
	cert->number = number;
	cert->roots = roots;
	cert->n = (uint32_t)items.n;
	memcpy(cert->octets, items.p, items.n);
	chan_send(auth_stage.parent.chan, MSG_AUTH_CERT, cert, sizeof(*cert) + items.n);
	free(cert);
}

void auth_stage_give_roots(const struct cert_rules *rules, uint64_t number, struct bytes items)
{
	struct secret *roots = cert_rules_put(rules, items, bytes_of(NULL, 0));

	assert_non_null(roots);
	auth_stage_give_cert(number, true, secret_bytes(roots));
	secret_free(roots);
}

/* Parent, process and ike, with one key. */
int auth_stage_set_up(void **state)
{
	int ends[2];

	(void)state;
	auth_stage = (struct auth_stage){ .base = NULL };
	auth_stage.base = event_base_new();
	assert_int_equal(chan_pair(ends), 0);
	child_stage_open(&auth_stage.parent, auth_stage.base, ends[0], MSG_AUTH, auth_stage_parent);
	auth_stage.process = auth_process_new(auth_stage.base, ends[1]);
	assert_non_null(auth_stage.process);
	auth_stage_connect_ike();
	auth_stage_give_key(7, AUTH_STAGE_KEY);
	assert_true(auth_stage_goes_on());
	return 0;
}

int auth_stage_tear_down(void **state)
{
	(void)state;
	auth_process_free(auth_stage.process);
	child_stage_close(&auth_stage.parent);
	chan_free(auth_stage.ike);
	auth_stage.process = NULL;
	auth_stage.ike = NULL;
	event_base_free(auth_stage.base);
	return 0;
}

struct ike_auth_request *auth_stage_request(enum auth_kind kind, uint64_t number)
{
	struct ike_auth_request *request = ike_auth_request_new(kind, AUTH_STAGE_COVERED);

	assert_non_null(request);
	request->ticket = AUTH_STAGE_TICKET;
	request->prf = alg_prf_by_conf("sha256")->id;
	ike_auth_request_add(request, number);
	return request;
}

/* Sends @request, frees it, and waits for the answer. */
const struct ike_auth_answer *auth_stage_ask(struct ike_auth_request *request)
{
	auth_stage.answers = 0;
	chan_send(auth_stage.ike, MSG_AUTH_ASK, request, ike_auth_request_size(request));
	ike_auth_request_free(request);
	assert_true(auth_stage_run(&auth_stage.answers));
	assert_int_equal(auth_stage.answers, 1);
	assert_int_equal(auth_stage.answer.ticket, AUTH_STAGE_TICKET);
	return &auth_stage.answer;
}

/* What @made, by key 21, is to be checked by: the same octets, and identity and @chain behind. */
struct ike_auth_request *auth_stage_verification(const struct ike_auth_answer *made,
							 struct bytes chain, uint64_t roots)
{
	static const uint8_t id[] = { IKE_ID_FQDN, 'h', 'q' };
	const uint8_t method = (uint8_t)made->method;
	size_t tail_n = item_room(1 + made->n) + item_room(sizeof(id)) + chain.n;
	struct ike_auth_request *request = ike_auth_request_new(AUTH_VERIFY,
								AUTH_STAGE_COVERED + tail_n);
	uint8_t *at;

	assert_non_null(request);
	request->ticket = AUTH_STAGE_TICKET;
	request->tail_n = (uint32_t)tail_n;
	at = item_put_two(request->octets + AUTH_STAGE_COVERED, bytes_of(&method, 1),
			  bytes_of(made->octets, made->n));
	memcpy(item_put(at, bytes_of(id, sizeof(id))), chain.p, chain.n);
	ike_auth_request_add(request, roots);
	return request;
}
